import { join } from "node:path";
import { imageOf } from "../../../automation/images/lock";
import { DockerRuntime } from "../../../components/runtime/docker";
import { FlinkSqlJob } from "../../../components/runtime/flinkSqlJob";
import { inContainers } from "../../../sql/docker";
import { loadDataset } from "../../../sql/manifest";
import { jobName } from "../../../sql/pipeline";
import { s3Interface } from "../../contracts";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";
import { statementsOf } from "./statements";

export const build: Build<"runtime", "docker"> = async ({ environment, upstream }, settings) => {
    const [storage, broker, catalog] = await Promise.all([
        upstream("storage").then(s3Interface),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const { parallelism, taskSlots, checkpointIntervalSeconds, ports } = settings;
    const streaming = environment.mode === "streaming_bronze";
    const job = jobName(loadDataset(environment.dataset), "bronze");
    const runtime = new DockerRuntime("runtime", {
        ...platformArgs(environment, "runtime"),
        ...{ storage, broker, catalog, parallelism, taskSlots, checkpointIntervalSeconds, ports },
        image: imageOf("flink", environment),
        dbt: {
            // dbt runs on this machine, which reads tables by their metadata with the storage's own keys.
            target: "embedded",
            duckdbFile: join(environment.dataDirectory, "dbt", "lakehouse.duckdb"),
            threads: environment.dbt.threads,
        },
        jobs: streaming ? [job] : [],
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
                    seen: inContainers,
                }),
                savepoints: storage.savepoints,
                checkpoints: storage.checkpoints,
            },
            {
                dependsOn: [runtime.jobManager, runtime.taskManager, runtime.sqlGateway],
                protect: environment.protectData,
            },
        );
    return { ...runtime.contract };
};
