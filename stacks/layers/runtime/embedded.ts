import { join } from "node:path";
import { EmbeddedRuntime } from "../../../components/runtime/embedded";
import { FlinkSqlJob } from "../../../components/runtime/flinkSqlJob";
import pins from "../../../automation/toolchain/pins.json";
import { loadDataset } from "../../../sql/manifest";
import { jobName } from "../../../sql/pipeline";
import { s3Interface } from "../../contracts";
import type { Build } from "../../profile";
import { withCredentials } from "./credentials";
import { statementsOf } from "./statements";

export const build: Build<"runtime", "embedded"> = async ({ environment, upstream }, settings) => {
    const [storage, described, catalog] = await Promise.all([
        upstream("storage").then(s3Interface),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const broker = await withCredentials(environment, described);
    const { parallelism, taskSlots, checkpointIntervalSeconds, ports } = settings;
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
                statements: statementsOf({
                    environment,
                    upstreams: { storage, broker, catalog },
                    job: "bronze",
                    settings,
                }),
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
