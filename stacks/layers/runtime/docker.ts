import { join } from "node:path";
import { imageOf } from "../../../automation/images/lock";
import { DockerRuntime } from "../../../components/runtime/docker";
import { inContainers } from "../../../sql/docker";
import { s3Interface } from "../../contracts";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";
import { streamingBronze, streamingJobs } from "./streamingBronze";

export const build: Build<"runtime", "docker"> = async ({ environment, upstream }, settings) => {
    const [storage, broker, catalog] = await Promise.all([
        upstream("storage").then(s3Interface),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const { parallelism, taskSlots, checkpointIntervalSeconds, ports } = settings;
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
        jobs: streamingJobs(environment),
    });
    streamingBronze(
        {
            flink: runtime.contract,
            environment,
            upstreams: { storage, broker, catalog },
            settings,
            seen: inContainers,
        },
        {
            dependsOn: [runtime.jobManager, runtime.taskManager, runtime.sqlGateway],
            protect: environment.protectData,
        },
    );
    return { ...runtime.contract };
};
