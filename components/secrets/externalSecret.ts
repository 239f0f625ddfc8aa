/**
 * Secrets of a store, brought into a namespace of the cluster by the External Secrets Operator: a SecretStore for each
 * store that is named, and one ExternalSecret. What is in the store passes through no stack and no state.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { formatSecretRef, type SecretRef } from "../../stacks/secretRef";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { onCluster, type RemoteRef, type SecretStoreSource } from "./remoteRef";

/** A store that somebody has set up for the operator. */
export interface AdoptedStore {
    kind: "SecretStore" | "ClusterSecretStore";
    name: string;
}

/** How stores are reached, for the references that are of each. */
export interface SecretAccess {
    /** Where all secrets are, whatever their references' kind. @default a SecretStore for each store that is named */
    store?: AdoptedStore;
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

export interface ExternalSecretArgs extends Omit<CloudArgs, "protectData">, SecretAccess {
    namespace: string;
    /** Of the Kubernetes secret that is made. */
    secretName: string;
    /** Service account in `namespace`, bound to the identity of the cloud that may read the stores. */
    serviceAccount: string;
    /** What the secret holds: key → where its value is. */
    values: Readonly<Record<string, SecretRef>>;
    /** How often the store is asked, as Go writes durations. @default 1h */
    refreshInterval?: string;
    /** Whose label the objects carry. @default secrets */
    layer?: string;
    /**
     * What the secret holds in the values' stead, as Go templates in which each value is a variable: `{{ .password }}`.
     * @default the values
     */
    files?: Readonly<Record<string, string>>;
}

interface Entry {
    readonly key: string;
    readonly source: SecretStoreSource;
    readonly remoteRef: RemoteRef;
}

const apiVersion = "external-secrets.io/v1";
/** Seconds within which the operator has asked the store, or says why it could not. */
const readySeconds = 120;
const waiting = {
    "pulumi.com/waitFor": "condition=Ready",
    "pulumi.com/timeoutSeconds": String(readySeconds),
};

/** As a store is told from others of the namespace: `aws-sm`, `gcp-sm-lake-prod`. */
const nameOf = (source: SecretStoreSource): string => {
    const { kind, ...of } = source;
    return [kind, ...Object.values(of)]
        .join("-")
        .toLowerCase()
        .replace(/[^a-z0-9-]/g, "-");
};

function refused(message: string, hint: string): TidegateError {
    return new TidegateError(message, { code: "secret-ref-unavailable", hint, exitCode: exitCodes.usage });
}

export class ExternalSecret extends pulumi.ComponentResource {
    /** Of the Kubernetes secret, once it is there. */
    readonly secretName: pulumi.Output<string>;
    readonly externalSecret: k8s.apiextensions.CustomResource;

    private readonly args: ExternalSecretArgs;

    constructor(name: string, args: ExternalSecretArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:secrets:ExternalSecret", name, {}, withTransform(args, options));
        this.args = args;
        const entries = this.entries();
        const sources = new Map(args.store ? [] : entries.map(({ source }) => [nameOf(source), source]));
        const stores = new Map(
            [...sources].map(([label, source]) => [label, this.store(`${name}-${label}`, source, entries)]),
        );
        this.externalSecret = this.secret(name, entries, stores);
        this.secretName = this.externalSecret.id.apply(() => args.secretName);
        this.registerOutputs({ secretName: this.secretName });
    }

    private entries(): Entry[] {
        const { values } = this.args;
        if (Object.keys(values).length === 0)
            throw refused("A secret of the cluster needs at least one value.", "Name what it holds.");
        return Object.entries(values).map(([key, ref]) => {
            const found = onCluster(ref);
            if (found.available) return { key, source: found.source, remoteRef: found.remoteRef };
            throw refused(
                `'${formatSecretRef(ref)}', the value of '${key}', cannot be had on a cluster: ${found.reason}.`,
                "Keep it in a store that the cluster reaches: docs/secrets.md lists them.",
            );
        });
    }

    private store(
        name: string,
        source: SecretStoreSource,
        entries: readonly Entry[],
    ): k8s.apiextensions.CustomResource {
        const dependsOn = source.kind === "k8s" ? [this.reader(name, source.namespace, entries)] : [];
        return new k8s.apiextensions.CustomResource(
            `${name}-store`,
            {
                apiVersion,
                kind: "SecretStore",
                metadata: this.metadata(`${this.args.secretName}-${nameOf(source)}`),
                spec: { provider: this.provider(source) },
            },
            { parent: this, dependsOn },
        );
    }

    /** How the operator comes to the store: always as the workload's service account, never by a key of its own. */
    private provider(source: SecretStoreSource): object {
        const serviceAccountRef = { name: this.args.serviceAccount };
        switch (source.kind) {
            case "aws-sm":
            case "aws-ssm":
                return {
                    aws: {
                        service: source.kind === "aws-sm" ? "SecretsManager" : "ParameterStore",
                        region: this.need("aws", source.kind).region,
                        auth: { jwt: { serviceAccountRef } },
                    },
                };
            case "gcp-sm":
                return {
                    gcpsm: {
                        projectID: source.project,
                        auth: { workloadIdentity: { ...this.args.gcp, serviceAccountRef } },
                    },
                };
            case "azure-kv":
                return {
                    azurekv: {
                        authType: "WorkloadIdentity",
                        vaultUrl: `https://${source.vault}.vault.azure.net`,
                        tenantId: this.need("azure", source.kind).tenantId,
                        serviceAccountRef,
                    },
                };
            case "vault": {
                const { server, role, mountPath = "kubernetes" } = this.need("vault", source.kind);
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

    private need<K extends "aws" | "azure" | "vault">(key: K, kind: string): NonNullable<ExternalSecretArgs[K]> {
        const value = this.args[key];
        if (value !== undefined) return value;
        throw refused(
            `A reference of the kind ${kind}:// needs '${key}', which says how the store is reached.`,
            `Name '${key}' in the environment file.`,
        );
    }

    /** The service account may read the secrets that are named, and no other. */
    private reader(name: string, namespace: string, entries: readonly Entry[]): k8s.rbac.v1.RoleBinding {
        const named = entries.filter(({ source }) => source.kind === "k8s" && source.namespace === namespace);
        const { annotations: _, ...labelled } = this.metadata(`${this.args.secretName}-${this.args.namespace}-reader`);
        const metadata = { ...labelled, namespace };
        const role = new k8s.rbac.v1.Role(
            `${name}-role`,
            {
                metadata,
                rules: [
                    {
                        apiGroups: [""],
                        resources: ["secrets"],
                        resourceNames: [...new Set(named.map(({ remoteRef }) => remoteRef.key))].sort(),
                        verbs: ["get"],
                    },
                ],
            },
            { parent: this },
        );
        return new k8s.rbac.v1.RoleBinding(
            `${name}-role-binding`,
            {
                metadata,
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
                subjects: [{ kind: "ServiceAccount", name: this.args.serviceAccount, namespace: this.args.namespace }],
            },
            { parent: this },
        );
    }

    private secret(
        name: string,
        entries: readonly Entry[],
        stores: ReadonlyMap<string, k8s.apiextensions.CustomResource>,
    ): k8s.apiextensions.CustomResource {
        const { secretName, refreshInterval = "1h", store, files } = this.args;
        const storeRef = (label: string) => store ?? { kind: "SecretStore", name: `${secretName}-${label}` };
        const [main = ""] = stores.keys();
        const elsewhere = (source: SecretStoreSource) => store === undefined && nameOf(source) !== main;
        return new k8s.apiextensions.CustomResource(
            `${name}-secret`,
            {
                apiVersion,
                kind: "ExternalSecret",
                metadata: this.metadata(secretName),
                spec: {
                    refreshInterval,
                    secretStoreRef: storeRef(main),
                    target: {
                        name: secretName,
                        creationPolicy: "Owner",
                        deletionPolicy: "Retain",
                        ...(files === undefined ? {} : { template: { engineVersion: "v2", data: files } }),
                    },
                    data: entries.map(({ key, source, remoteRef }) => ({
                        secretKey: key,
                        remoteRef,
                        ...(elsewhere(source) ? { sourceRef: { storeRef: storeRef(nameOf(source)) } } : {}),
                    })),
                },
            },
            { parent: this, dependsOn: [...stores.values()] },
        );
    }

    private metadata(name: string) {
        const { namespace, layer = "secrets" } = this.args;
        return { name, namespace, labels: tagsOf(this.args, layer), annotations: waiting };
    }
}
