import { join } from "node:path";
import { EmbeddedRuntime } from "../../components/runtime/embedded";
import pins from "../../automation/toolchain/pins.json";
import type { LayerProgram } from "../layer";

export const layer: LayerProgram = async ({ environment, upstream }) => {
    const [storage, broker] = await Promise.all([upstream("storage"), upstream("broker"), upstream("catalog")]);
    const { parallelism, taskSlots, checkpointIntervalSeconds, ports } = environment.runtime;
    const { contract } = new EmbeddedRuntime("runtime", {
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
        versions: { flink: pins.flink, iceberg: pins.iceberg, kafkaConnector: pins.flinkKafkaConnector },
    });
    return { ...contract };
};
