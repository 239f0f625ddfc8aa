import { join } from "node:path";
import { ExternalRuntime } from "../../../components/runtime/external";
import type { Build } from "../../profile";
import { streamingBronze, streamingJobs } from "./streamingBronze";

export const build: Build<"runtime", "external"> = async ({ environment, upstream }, settings) => {
    const [storage, broker, catalog] = await Promise.all([
        upstream("storage"),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const { flinkRest, sqlGateway, parallelism, connector } = settings;
    const { contract } = new ExternalRuntime("runtime", {
        flinkRest,
        sqlGateway,
        parallelism,
        savepoints: storage.savepoints,
        jobs: streamingJobs(environment),
        dbt: {
            target: catalog.attach ? "attach" : "embedded",
            duckdbFile: join(environment.dataDirectory, "dbt", "lakehouse.duckdb"),
            threads: environment.dbt.threads,
        },
    });
    streamingBronze(
        {
            flink: settings,
            environment,
            upstreams: { storage, broker, catalog },
            settings,
            seen: (platform) => ({ platform, connector }),
        },
        { protect: environment.protectData },
    );
    return { ...contract };
};
