/** How the External Secrets Operator comes to a store: always as a workload's service account, never by a key of its own. */
import type * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { SecretStoreSource } from "./remoteRef";

export interface StoreAccess {
    /** Service account in the store's namespace, bound to the identity of the cloud that may read it. */
    serviceAccount: string;
    aws?: { region: string };
    /** Location and name of the cluster; the operator asks the metadata server where they are not given. */
    gcp?: { clusterLocation?: pulumi.Input<string>; clusterName?: pulumi.Input<string> };
    azure?: { tenantId: string };
    vault?: {
        /** `https://…` */
        server: string;
        /** That Vault's Kubernetes method gives to the service account. */
        role: string;
        /** Where that method is mounted. @default kubernetes */
        mountPath?: string;
    };
}

export function refused(message: string, hint: string): TidegateError {
    return new TidegateError(message, { code: "secret-ref-unavailable", hint, exitCode: exitCodes.usage });
}

/**
 * `spec.provider` of a SecretStore.
 * @throws TidegateError `secret-ref-unavailable` where it is not said how the store is reached
 */
export function storeProvider(source: SecretStoreSource, access: StoreAccess): object {
    const serviceAccountRef = { name: access.serviceAccount };
    switch (source.kind) {
        case "aws-sm":
        case "aws-ssm":
            return {
                aws: {
                    service: source.kind === "aws-sm" ? "SecretsManager" : "ParameterStore",
                    region: needed(access, "aws", source.kind).region,
                    auth: { jwt: { serviceAccountRef } },
                },
            };
        case "gcp-sm":
            return {
                gcpsm: {
                    projectID: source.project,
                    auth: { workloadIdentity: { ...access.gcp, serviceAccountRef } },
                },
            };
        case "azure-kv":
            return {
                azurekv: {
                    authType: "WorkloadIdentity",
                    vaultUrl: `https://${source.vault}.vault.azure.net`,
                    tenantId: needed(access, "azure", source.kind).tenantId,
                    serviceAccountRef,
                },
            };
        case "vault": {
            const { server, role, mountPath = "kubernetes" } = needed(access, "vault", source.kind);
            if (!server.startsWith("https://"))
                throw refused(
                    `The address of Vault, ${server}, is no https:// URL: its secrets would cross the network in clear text.`,
                    "Give it a certificate.",
                );
            return {
                vault: {
                    server,
                    path: source.mount,
                    version: "v2",
                    auth: { kubernetes: { mountPath, role, serviceAccountRef } },
                },
            };
        }
        case "k8s":
            return {
                kubernetes: {
                    remoteNamespace: source.namespace,
                    server: { caProvider: { type: "ConfigMap", name: "kube-root-ca.crt", key: "ca.crt" } },
                    auth: { serviceAccount: serviceAccountRef },
                },
            };
    }
}

function needed<K extends "aws" | "azure" | "vault">(
    access: StoreAccess,
    key: K,
    kind: string,
): NonNullable<StoreAccess[K]> {
    const value = access[key];
    if (value !== undefined) return value;
    throw refused(
        `A reference of the kind ${kind}:// needs '${key}', which says how the store is reached.`,
        `Name '${key}' in the environment file.`,
    );
}
