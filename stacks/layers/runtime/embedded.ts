import { join } from "node:path";
import { EmbeddedRuntime } from "../../../components/runtime/embedded";
import pins from "../../../automation/toolchain/pins.json";
import { s3Interface } from "../../contracts";
import type { Build } from "../../profile";
import { withCredentials } from "./credentials";
import { streamingBronze, streamingJobs } from "./streamingBronze";

export const build: Build<"runtime", "embedded"> = async ({ environment, upstream }, settings) => {
    const [storage, described, catalog] = await Promise.all([
        upstream("storage").then(s3Interface),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const broker = await withCredentials(environment, described);
    const { parallelism, taskSlots, checkpointIntervalSeconds, ports } = settings;
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
        jobs: streamingJobs(environment),
        versions: { flink: pins.flink, iceberg: pins.iceberg, kafkaConnector: pins.flinkKafkaConnector },
    });
    streamingBronze(
        {
            flink: runtime.contract,
            environment,
            upstreams: { storage, broker, catalog },
            settings,
        },
        {
            dependsOn: [runtime.jobManager, runtime.taskManager, runtime.sqlGateway],
            deletedWith: runtime.jobManager,
        },
    );
    return { ...runtime.contract };
};
