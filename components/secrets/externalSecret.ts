/**
 * Secrets of a store, brought into a namespace of the cluster by the External Secrets Operator: a SecretStore for each
 * store that is named, and one ExternalSecret. What is in the store passes through no stack and no state.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { formatSecretRef, type SecretRef } from "../../stacks/secretRef";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { onCluster, type RemoteRef, type SecretStoreSource } from "./remoteRef";
import { refused, storeProvider, type StoreAccess } from "./storeProvider";

export interface ExternalSecretArgs extends Omit<CloudArgs, "protectData">, StoreAccess {
    namespace: string;
    /** Of the Kubernetes secret that is made. */
    secretName: string;
    /** What the secret holds: key → where its value is. */
    values: Readonly<Record<string, SecretRef>>;
    /** How often the store is asked, as Go writes durations. @default 1h */
    refreshInterval?: string;
    /** Whose label the objects carry. @default secrets */
    layer?: string;
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

export class ExternalSecret extends pulumi.ComponentResource {
    /** Of the Kubernetes secret, once it is there. */
    readonly secretName: pulumi.Output<string>;
    readonly externalSecret: k8s.apiextensions.CustomResource;

    private readonly args: ExternalSecretArgs;

    constructor(name: string, args: ExternalSecretArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:secrets:ExternalSecret", name, {}, withTransform(args, options));
        this.args = args;
        const entries = this.entries();
        const sources = new Map(entries.map(({ source }) => [nameOf(source), source]));
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
                spec: { provider: storeProvider(source, this.args) },
            },
            { parent: this, dependsOn },
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
        const { secretName, refreshInterval = "1h" } = this.args;
        const storeRef = (label: string) => ({ kind: "SecretStore", name: `${secretName}-${label}` });
        const [main = ""] = stores.keys();
        return new k8s.apiextensions.CustomResource(
            `${name}-secret`,
            {
                apiVersion,
                kind: "ExternalSecret",
                metadata: this.metadata(secretName),
                spec: {
                    refreshInterval,
                    secretStoreRef: storeRef(main),
                    target: { name: secretName, creationPolicy: "Owner", deletionPolicy: "Retain" },
                    data: entries.map(({ key, source, remoteRef }) => ({
                        secretKey: key,
                        remoteRef,
                        ...(nameOf(source) === main ? {} : { sourceRef: { storeRef: storeRef(nameOf(source)) } }),
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
