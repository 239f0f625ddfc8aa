/** A platform on a cluster of AWS, as the runtime reads it. */
import * as pulumi from "@pulumi/pulumi";
import { KubernetesRuntime, type KubernetesRuntimeArgs } from "../../../components/runtime/kubernetes";
import type { BrokerContract, CatalogContract, FoundationContract } from "../../../stacks/contracts";
import type { Upstream } from "../../../stacks/layer";
import { standInOf, standIns } from "../../../stacks/standIns";
import { jobName, renderPipeline } from "../../../sql/pipeline";
import { loadDataset } from "../../../sql/manifest";
import { onCluster } from "../../../sql/cluster";

export const digest = (letter: string) => `registry.example/tidegate@sha256:${letter.repeat(64)}`;
export const password = 'p"ss\\word-of-a-test';

export const foundation: Pick<FoundationContract, "namespaces" | "identities"> = {
    namespaces: {
        flink: "prod-flink",
        catalog: "prod-catalog",
        dbt: "prod-dbt",
        observability: "prod-observability",
    },
    identities: {
        flink: {
            namespace: "prod-flink",
            serviceAccount: "flink",
            aws: { roleName: "flink", roleArn: "arn:aws:iam::1:role/flink" },
            gcp: null,
            azure: null,
        },
        catalog: { ...standIns.foundation.identities.catalog },
        dbt: { ...standIns.foundation.identities.dbt, namespace: "prod-dbt", serviceAccount: "dbt" },
    },
};

export const broker = (changes: Partial<BrokerContract> = {}): BrokerContract => ({
    ...standIns.broker,
    profile: "msk",
    bootstrapServers: "b-1.example:9098,b-2.example:9098",
    securityProtocol: "SASL_SSL",
    saslMechanism: "AWS_MSK_IAM",
    clientProperties: {
        "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    },
    ...changes,
});

export const catalog = (
    auth: Extract<CatalogContract, { type: "rest" }>["auth"] = { mode: "none" },
): Extract<CatalogContract, { type: "rest" }> => ({
    profile: "external",
    type: "rest",
    uri: "http://lakekeeper.prod-catalog.svc:8181/catalog",
    warehouse: "lake",
    auth,
    attach: true,
});

export const storage = standInOf({ storage: { profile: "s3" } as never }, "storage") as Extract<
    Upstream<"storage">,
    { encryptionKey: unknown }
>;

export function runtimeOf(
    changes: Partial<Omit<KubernetesRuntimeArgs, "broker">> & { broker?: BrokerContract } = {},
): (options: pulumi.ComponentResourceOptions) => KubernetesRuntime {
    const dataset = loadDataset("taxi");
    const own = changes.broker ?? broker();
    const lake = (changes.catalog ?? catalog()) as CatalogContract;
    const scripts = renderPipeline({
        dataset,
        ...onCluster({
            storage,
            broker: own,
            catalog: lake,
            runtime: { parallelism: 2, savepoints: "s3://b/savepoints" },
        }),
        mode: "streaming_bronze",
    });
    return (options) =>
        new KubernetesRuntime(
            "runtime",
            {
                environment: "prod",
                foundation,
                storage,
                catalog: lake,
                images: { flink: digest("a"), dbt: digest("b") },
                flinkVersion: "2.0.0",
                jobs: (["bronze", "silver"] as const).map((job) => ({
                    job,
                    name: jobName(dataset, job),
                    kind: job === "bronze" ? "streaming" : "batch",
                    statements: pulumi.output([...(scripts.find(({ name }) => name === job)?.statements ?? [])]),
                })),
                dbt: {
                    runtime: "kubernetes",
                    threads: 2,
                    schedule: "15 * * * *",
                    timeZone: "Etc/UTC",
                    deadlineMinutes: 60,
                    volumeGi: 20,
                },
                ...changes,
                broker: { ...own, credentials: pulumi.secret(own.credentials) },
            },
            options,
        );
}
