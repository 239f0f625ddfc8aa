import { join } from "node:path";
import { FlinkSqlJob } from "../../../components/runtime/flinkSqlJob";
import { ExternalRuntime } from "../../../components/runtime/external";
import { loadDataset } from "../../../sql/manifest";
import { jobName } from "../../../sql/pipeline";
import type { Build } from "../../profile";
import { statementsOf } from "./statements";

export const build: Build<"runtime", "external"> = async ({ environment, upstream }, settings) => {
    const [storage, broker, catalog] = await Promise.all([
        upstream("storage"),
        upstream("broker"),
        upstream("catalog"),
    ]);
    const { flinkRest, sqlGateway, parallelism, connector } = settings;
    const streaming = environment.mode === "streaming_bronze";
    const job = jobName(loadDataset(environment.dataset), "bronze");
    const { contract } = new ExternalRuntime("runtime", {
        flinkRest,
        sqlGateway,
        parallelism,
        savepoints: storage.savepoints,
        jobs: streaming ? [job] : [],
        dbt: {
            target: catalog.attach ? "attach" : "embedded",
            duckdbFile: join(environment.dataDirectory, "dbt", "lakehouse.duckdb"),
            threads: environment.dbt.threads,
        },
    });
    if (streaming)
        new FlinkSqlJob(
            "bronze",
            {
                flinkRest,
                sqlGateway,
                name: job,
                statements: statementsOf({
                    environment,
                    upstreams: { storage, broker, catalog },
                    job: "bronze",
                    settings,
                    seen: (platform) => ({ platform, connector }),
                }),
                savepoints: storage.savepoints,
                checkpoints: storage.checkpoints,
            },
            { protect: environment.protectData },
        );
    return { ...contract };
};
