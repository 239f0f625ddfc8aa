/** How Flink on a cluster logs in at the broker: a JAAS file and the broker's authority, mounted from a Secret. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import type { CloudArgs } from "../cloud/args";
import { ExternalSecret, type SecretAccess } from "../secrets/externalSecret";
import { membersOf } from "../secrets/remoteRef";
import { jaas, optionsOf, section } from "./jaas";

export interface KafkaLoginArgs {
    broker: Upstream<"broker">;
    of: Pick<CloudArgs, "environment" | "tags">;
    namespace: string;
    labels: Record<string, string>;
    /** That reads the secret's store. */
    serviceAccount: string;
    access: SecretAccess;
}

/** The name of the Secret, and what has to be there before a pod mounts it; undefined where the broker lets anybody in. */
export function kafkaLogin(
    name: string,
    { broker, of, namespace, labels, serviceAccount, access }: KafkaLoginArgs,
    options: pulumi.ComponentResourceOptions,
): { readonly secretName: string; readonly resource: pulumi.Resource } | undefined {
    const { saslMechanism: mechanism, caPem, secretRef } = broker;
    if (mechanism === null && caPem === null) return undefined;
    const secretName = "flink-kafka";
    const authority: Record<string, string> = caPem === null ? {} : { "ca.pem": caPem };
    if (mechanism !== null && secretRef !== null) {
        const [user, password] = optionsOf(mechanism);
        const { externalSecret: resource } = new ExternalSecret(
            name,
            {
                ...of,
                ...access,
                layer: "runtime",
                secretName,
                namespace,
                serviceAccount,
                values: membersOf(secretRef, ["username", "password"]),
                files: {
                    "jaas.conf": section(
                        mechanism,
                        ` ${user}={{ .username | quote }} ${password}={{ .password | quote }}`,
                    ),
                    ...authority,
                },
            },
            options,
        );
        return { secretName, resource };
    }
    const login: Record<string, pulumi.Output<string>> = mechanism === null
        ? {}
        : { "jaas.conf": pulumi.secret(pulumi.output(broker.credentials).apply((user) => jaas(mechanism, user))) };
    const resource = new kubernetes.core.v1.Secret(
        name,
        { metadata: { name: secretName, namespace, labels }, stringData: { ...login, ...authority } },
        options,
    );
    return { secretName, resource };
}
