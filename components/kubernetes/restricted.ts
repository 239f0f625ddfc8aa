/**
 * What makes a pod pass Pod Security `restricted`, and more.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

/** Of a pod. */
export const podSecurity = (uid: number) =>
    ({
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: uid,
        // Volumes are its own.
        fsGroup: uid,
        seccompProfile: { type: "RuntimeDefault" },
    }) as const;

/** Of each container: nothing is written but to volumes. */
export const containerSecurity = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
};

/** Of pods that an identity of Azure is injected into; no other cloud needs one. */
export const identityLabels = (identity: { readonly azure: unknown }): Record<string, string> =>
    identity.azure === null ? {} : { "azure.workload.identity/use": "true" };
