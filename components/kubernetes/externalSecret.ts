/**
 * A secret of a cloud's store, brought into the cluster by External Secrets, so that it is in no state of Pulumi's.
 * Source: https://external-secrets.io/latest/api/externalsecret/
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { parseSecretRef } from "../../stacks/secretRef";
import { memberOf, onCluster, type RemoteRef } from "../secrets/remoteRef";
import { storeProvider, type StoreAccess } from "../secrets/storeProvider";

/** One that is there. */
export interface SecretStore {
    kind: "SecretStore" | "ClusterSecretStore";
    name: string;
}

export interface ExternalSecretArgs {
    /** Of the Secret that it makes. */
    secretName: string;
    namespace: string;
    labels: Record<string, string>;
    store: SecretStore | StoreAccess;
    /** As docs/secrets.md has it, e.g. `aws-sm://prod/kafka`: a JSON object with the properties below. */
    secretRef: string;
    /** Properties of the object. */
    properties: readonly string[];
    /** Files of the Secret, as Go templates in which each property is a variable: `{{ .password }}`. */
    files: Readonly<Record<string, string>>;
}

/** @throws TidegateError `secret-ref-invalid` */
export function externalSecret(
    name: string,
    { secretName, namespace, labels, store, secretRef, properties, files }: ExternalSecretArgs,
    options: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
    const { ref, dependsOn } = storeOf(`${name}-store`, { secretName, namespace, labels, store, secretRef }, options);
    return new kubernetes.apiextensions.CustomResource(
        name,
        {
            apiVersion: "external-secrets.io/v1",
            kind: "ExternalSecret",
            metadata: {
                name: secretName,
                namespace,
                labels,
                annotations: { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "300" },
            },
            spec: {
                refreshInterval: "1h",
                secretStoreRef: ref,
                target: {
                    name: secretName,
                    creationPolicy: "Owner",
                    template: { engineVersion: "v2", data: files },
                },
                data: properties.map((property) => ({
                    secretKey: property,
                    remoteRef: remoteRefOf(secretRef, property),
                })),
            },
        },
        { ...options, dependsOn },
    );
}

/** The store that is named; else one for the reference, in its namespace, read as the workload's service account. */
function storeOf(
    name: string,
    {
        secretName,
        namespace,
        labels,
        store,
        secretRef,
    }: Pick<ExternalSecretArgs, "secretName" | "namespace" | "labels" | "store" | "secretRef">,
    options: pulumi.CustomResourceOptions,
): { readonly ref: SecretStore; readonly dependsOn: pulumi.Resource[] } {
    if ("kind" in store) return { ref: { kind: store.kind, name: store.name }, dependsOn: [] };
    const found = onCluster(parseSecretRef(secretRef));
    if (!found.available) throw unavailable(secretRef, found.reason);
    const made = new kubernetes.apiextensions.CustomResource(
        name,
        {
            apiVersion: "external-secrets.io/v1",
            kind: "SecretStore",
            metadata: {
                name: secretName,
                namespace,
                labels,
                annotations: { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "300" },
            },
            spec: { provider: storeProvider(found.source, store) },
        },
        options,
    );
    return { ref: { kind: "SecretStore", name: secretName }, dependsOn: [made] };
}

/** @throws TidegateError `secret-ref-invalid`, also of a reference that nothing on a cluster could look up */
function remoteRefOf(secretRef: string, property: string): RemoteRef {
    const found = onCluster(memberOf(parseSecretRef(secretRef), property));
    if (found.available) return found.remoteRef;
    throw unavailable(secretRef, found.reason);
}

const unavailable = (secretRef: string, reason: string): TidegateError =>
    new TidegateError(`'${secretRef}' cannot be had on the cluster: ${reason}.`, {
        code: "secret-ref-invalid",
        hint: "Keep the secret in a store that External Secrets reads: docs/secrets.md.",
        exitCode: exitCodes.usage,
    });
