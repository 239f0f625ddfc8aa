/**
 * What a reference to a secret is to the External Secrets Operator: the store that it is in, and its name there.
 * Source: the operator's CRDs of version 2.9.0, `external-secrets.io/v1`.
 */
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { formatSecretRef, parseSecretRef, type SecretRef } from "../../stacks/secretRef";

/** Kinds of stores that the operator reads, each with what tells one store of the kind from another. */
export type SecretStoreSource =
    | { readonly kind: "aws-sm" }
    | { readonly kind: "aws-ssm" }
    | { readonly kind: "gcp-sm"; readonly project: string }
    | { readonly kind: "azure-kv"; readonly vault: string }
    | { readonly kind: "vault"; readonly mount: string }
    | { readonly kind: "k8s"; readonly namespace: string };

/** `data[].remoteRef` of an ExternalSecret. */
export interface RemoteRef {
    readonly key: string;
    /** A member of a secret that is a JSON object. */
    readonly property?: string;
    readonly version?: string;
}

export type OnCluster =
    | { readonly available: true; readonly source: SecretStoreSource; readonly remoteRef: RemoteRef }
    | { readonly available: false; readonly reason: string };

export function onCluster(ref: SecretRef): OnCluster {
    const from = (source: SecretStoreSource, key: string): OnCluster => ({
        available: true,
        source,
        remoteRef: {
            key,
            ...("field" in ref && ref.field !== undefined ? { property: ref.field } : {}),
            ...("version" in ref && ref.version !== undefined ? { version: ref.version } : {}),
        },
    });
    switch (ref.kind) {
        case "aws-sm":
        case "aws-ssm":
            return from({ kind: ref.kind }, ref.name);
        case "gcp-sm":
            return from({ kind: ref.kind, project: ref.project }, ref.name);
        case "azure-kv":
            return from({ kind: ref.kind, vault: ref.vault }, ref.name);
        case "vault":
            return from({ kind: ref.kind, mount: ref.mount }, ref.path);
        case "k8s":
            return from({ kind: ref.kind, namespace: ref.namespace }, ref.name);
        case "env":
            return { available: false, reason: "a variable of the machine that rolls out is not on the cluster" };
        case "file":
            return { available: false, reason: "a file of the machine that rolls out is not on the cluster" };
    }
}

/**
 * The same of a secret that is a JSON object with this member, e.g. `username` of a user and his password.
 * @throws TidegateError `secret-ref-invalid` where the reference names a member already, or cannot
 */
export function memberOf(ref: SecretRef, member: string): SecretRef {
    if (ref.kind !== "env" && ref.kind !== "file" && ref.field === undefined) return { ...ref, field: member };
    throw new TidegateError(
        `'${formatSecretRef(ref)}' names a single value, but a JSON object with the member '${member}' is wanted.`,
        {
            code: "secret-ref-invalid",
            hint: "Name the whole of the secret, without #field: docs/secrets.md.",
            exitCode: exitCodes.usage,
        },
    );
}

/**
 * The members of a secret that is a JSON object, by their names.
 * @throws TidegateError `secret-ref-invalid`
 */
export function membersOf<M extends string>(ref: string, members: readonly M[]): Record<M, SecretRef> {
    const whole = parseSecretRef(ref);
    return Object.fromEntries(members.map((member) => [member, memberOf(whole, member)])) as Record<M, SecretRef>;
}
