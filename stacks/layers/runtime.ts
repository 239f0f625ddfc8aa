import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { EmbeddedRuntime } from "../../components/runtime/embedded";
import { FlinkSqlJob } from "../../components/runtime/flinkSqlJob";
import pins from "../../automation/toolchain/pins.json";
import { loadDataset } from "../../sql/manifest";
import { jobName, renderPipeline } from "../../sql/pipeline";
import type { Environment } from "../environment";
import type { LayerProgram, Upstream } from "../layer";

export const layer: LayerProgram = async ({ environment, upstream }) => {
    const [storage, broker, catalog] = await Promise.all([
        upstream("storage"),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const { parallelism, taskSlots, checkpointIntervalSeconds, ports } = environment.runtime;
    const streaming = environment.mode === "streaming_bronze";
    const job = jobName(loadDataset(environment.dataset), "bronze");
    const runtime = new EmbeddedRuntime("runtime", {
        environment: environment.name,
        dataDirectory: environment.dataDirectory,
        storage,
        broker,
        parallelism,
        taskSlots,
        checkpointIntervalSeconds,
        ports,
        dbt: {
            target: "embedded",
            duckdbFile: join(environment.dataDirectory, "dbt", "lakehouse.duckdb"),
            threads: environment.dbt.threads,
        },
        jobs: streaming ? [job] : [],
        versions: { flink: pins.flink, iceberg: pins.iceberg, kafkaConnector: pins.flinkKafkaConnector },
    });
    if (streaming)
        new FlinkSqlJob(
            "bronze",
            {
                flinkRest: runtime.contract.flinkRest,
                sqlGateway: runtime.contract.sqlGateway,
                name: job,
                statements: bronzeStatements(environment, { storage, broker, catalog }),
                savepoints: storage.savepoints,
                checkpoints: storage.checkpoints,
            },
            {
                dependsOn: [runtime.jobManager, runtime.taskManager, runtime.sqlGateway],
                deletedWith: runtime.jobManager,
            },
        );
    return { ...runtime.contract };
};

/** The renderer sees the secrets, to make sure that none is in what it returns; so that is no secret. */
function bronzeStatements(
    environment: Environment,
    upstream: { storage: Upstream<"storage">; broker: Upstream<"broker">; catalog: Upstream<"catalog"> },
): pulumi.Output<string[]> {
    const { storage, broker, catalog } = upstream;
    const rendered = pulumi.all([storage.credentials, broker.credentials]).apply(([storageUser, brokerUser]) => {
        const scripts = renderPipeline({
            dataset: loadDataset(environment.dataset),
            platform: {
                storage: { ...storage, credentials: storageUser },
                broker: { ...broker, credentials: brokerUser },
                catalog,
                runtime: { parallelism: environment.runtime.parallelism, savepoints: storage.savepoints },
            },
            mode: "streaming_bronze",
            checkpointInterval: `${environment.runtime.checkpointIntervalSeconds} s`,
        });
        return [...(scripts.find(({ name }) => name === "bronze")?.statements ?? [])];
    });
    return pulumi.unsecret(rendered);
}
