/** What runs between the deployment of the runtime and its validation: events, Flink's batch jobs, dbt. */
import { settingsOf, type Environment } from "../../stacks/environment";
import type { Platform } from "../../stacks/contracts";
import type { Dataset } from "../../sql/dataset";
import { TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import { runDbt, type DbtCommand, type DbtResult } from "../exercises/dbt";
import { produceEvents, type ProductionResult } from "../exercises/events/produce";
import { runBatch } from "../exercises/flink";
import { jobName } from "../../sql/pipeline";
import { readGateSettings } from "../gates";
import type { Tools } from "../toolchain";
import { openCatalog } from "../clients/iceberg";
import { topicOffsets } from "../clients/kafka";
import { waitFor } from "../clients/flinkHttp";
import { folders, loadSilver, namespaces, seenByFlink } from "./platform";
import { fileStamp, projectDigest } from "./dbtBuild";
import { RunStateFile } from "./runState";

export interface ExerciseContext {
    readonly environment: Environment;
    readonly platform: Platform;
    readonly dataset: Dataset;
    readonly tools: Tools;
    readonly progress: Progress;
    readonly signal: AbortSignal;
}

export interface ProduceChoice {
    /** A Parquet, CSV or NDJSON file instead of generated events. */
    readonly file?: string;
    /** Number of generated events, or the most to take of the file. */
    readonly events?: number;
    readonly seed?: number;
    /** Events per second. @default as fast as Kafka takes them */
    readonly rate?: number;
    /** Whether what is in the topic already is left alone. */
    readonly once: boolean;
}

export async function produce(context: ExerciseContext, choice: ProduceChoice): Promise<ProductionResult> {
    const { environment, platform, dataset, progress, signal } = context;
    const { count, seed, shares } = environment.events;
    const { generated, manifests } = folders(environment);
    const result = await produceEvents({
        dataset,
        connection: platform.broker,
        topic: platform.broker.topics.events,
        source:
            choice.file === undefined
                ? {
                      generate: {
                          directory: generated,
                          seed: choice.seed ?? seed,
                          count: choice.events ?? count,
                          shares,
                      },
                  }
                : { file: choice.file },
        ...(choice.file !== undefined && choice.events !== undefined ? { limit: choice.events } : {}),
        ...(choice.rate === undefined ? { mode: "burst" } : { mode: "rate", rate: choice.rate }),
        manifestDirectory: manifests,
        once: choice.once,
        progress,
        signal,
    });
    if (result.outcome === "interrupted")
        throw new TidegateError(
            `Interrupted after ${result.production.events} of ${result.production.planned} events.`,
            {
                code: "interrupted",
                hint: "The next start goes on where this one stopped.",
            },
        );
    return result;
}

export function productionText(result: ProductionResult): string {
    const { production } = result;
    const events = production.events.toLocaleString("en-US");
    if (result.outcome === "skipped") return `${events} events are in the topic already`;
    const pace =
        production.eventsPerSecond === null
            ? ""
            : `, ${Math.round(production.eventsPerSecond).toLocaleString("en-US")} events/s`;
    return `${events} events${pace}`;
}

export type BatchResult = Awaited<ReturnType<typeof runBatch>>;

export async function flink(context: ExerciseContext): Promise<BatchResult> {
    const { environment, platform, dataset, progress, signal } = context;
    if (environment.mode === "streaming_bronze") await untilBronzeHasAll(context);
    const result = await runBatch({ dataset, platform, seen: seenByFlink(environment, platform), progress, signal });
    await new RunStateFile(environment.dataDirectory).update({
        batchJobs: result.jobs.map(({ name, jobId, reason }) => ({
            name: jobName(dataset, name),
            id: jobId,
            skipped: jobId === null ? (reason ?? "nothing to do") : null,
            atMs: Date.now(),
        })),
    });
    return result;
}

export async function dbt(
    context: ExerciseContext,
    command: DbtCommand = "build",
    options: { select?: readonly string[]; fullRefresh?: boolean } = {},
): Promise<DbtResult> {
    const { environment, platform, dataset, tools, progress, signal } = context;
    let snapshot: string | null = null;
    // As dbt is about to read it: a change while it runs is one since the build.
    const project = await projectDigest(context);
    const result = await runDbt({
        command,
        ...options,
        platform,
        tables: {
            silver: async () => {
                const silver = await loadSilver(platform, dataset);
                snapshot = silver?.snapshotId ?? null;
                return silver;
            },
        },
        tools,
        workDirectory: folders(environment).dbt,
        progress,
        signal,
    });
    // Only a whole build says something about the whole: a part of it must not turn the gate green.
    if (command === "build" && (options.select === undefined || options.select.length === 0))
        await new RunStateFile(environment.dataDirectory).update({
            dbt: {
                silverSnapshotId: snapshot,
                project,
                file: (await fileStamp(platform.runtime.dbt.duckdbFile)) ?? null,
                nodes: result.nodes.map(({ name, resourceType, status, message }) => ({
                    name,
                    resourceType,
                    status,
                    text: message ?? "",
                })),
            },
        });
    return result;
}

/** Then a rollout builds nothing, and its gates ask for no build; `tidegate run dbt` says that there is nothing to read. */
export async function silverMayBeEmptyAndIs({ environment, platform, dataset }: ExerciseContext): Promise<boolean> {
    if (!readGateSettings(environment.gates).waitForSilver.allowEmpty) return false;
    const silver = await loadSilver(platform, dataset);
    return silver === null || silver.rows === 0 || silver.snapshotId === null;
}

export function dbtText(result: DbtResult): string {
    const { models, tests, seeds, warned, failed, errored } = result.summary;
    const bad = failed + errored;
    return `${models} models, ${seeds} seeds, ${tests} tests${warned > 0 ? `, ${warned} warnings` : ""}${bad > 0 ? `, ${bad} failed` : ", all green"}`;
}

/**
 * Silver is made of what bronze holds when it runs; so where a streaming job feeds bronze, that has to come first.
 * Dead letters may be written twice, so this can end early by as many; the gates count exactly.
 */
async function untilBronzeHasAll({ environment, platform, dataset, progress, signal }: ExerciseContext): Promise<void> {
    const catalog = openCatalog(platform.catalog, platform.storage);
    const { topics } = platform.broker;
    const wanted = await recordsIn(platform.broker, topics.events);
    const seconds = settingsOf(environment, "runtime").checkpointIntervalSeconds * 6 + 60;
    progress.update("waiting until the streaming job has committed every event");
    await waitFor(
        {
            what: `bronze.${dataset.tables.bronze} to hold the ${wanted} events of ${topics.events}`,
            timeoutSeconds: seconds,
            signal,
        },
        async () => {
            const table = await catalog.loadTable(namespaces.bronze, dataset.tables.bronze);
            const rows = Number(table?.currentSnapshot?.summary["total-records"] ?? 0);
            const done = rows + (await recordsIn(platform.broker, topics.deadLetters));
            progress.advance(Math.min(done, wanted), wanted, "events");
            return done >= wanted ? true : undefined;
        },
    );
}

async function recordsIn(broker: Platform["broker"], topic: string): Promise<number> {
    const { partitions } = await topicOffsets(broker, topic);
    return partitions.reduce((sum, { earliest, latest }) => sum + Number(latest - earliest), 0);
}

export function batchText(result: BatchResult): string {
    return result.jobs
        .map(({ name, jobId, rowsWritten, seconds, reason }) => {
            if (jobId === null) return `${name}: ${reason ?? "nothing to do"}`;
            const rows = rowsWritten === undefined ? "" : `${rowsWritten.toLocaleString("en-US")} rows `;
            return `${name}: ${rows}in ${seconds.toFixed(1)} s`;
        })
        .join(", ");
}
