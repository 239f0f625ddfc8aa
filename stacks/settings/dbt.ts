/** When and how dbt runs. */
import { z } from "zod";
import { schedule, timeZone } from "./schedule";

export const dbtRules = {
    threads: z.number().int().min(1).max(64).default(2),
    runtime: z
        .enum(["local", "kubernetes", "airflow", "dagster", "prefect", "dbt-cloud"])
        .optional()
        .describe(
            "Who starts dbt. Default: a CronJob where Flink is on a cluster, else this machine. airflow, dagster and prefect: the definition is rendered for one that somebody runs.",
        ),
    schedule: schedule.default("15 * * * *").describe("Five fields of cron. On a cluster."),
    timeZone: timeZone.default("Etc/UTC").describe("Of the tz database, e.g. Europe/Berlin."),
    deadlineMinutes: z
        .number()
        .int()
        .min(1)
        .max(24 * 60)
        .default(60)
        .describe("After which a run on a cluster is ended."),
    volumeGi: z.number().int().min(1).max(10_000).default(20).describe("Of the volume with the DuckDB file."),
};
