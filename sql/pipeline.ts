/** The scripts of a data set's pipeline on a platform: what `tidegate render` shows and what Flink runs. */
import { exitCodes, TidegateError } from "../automation/core/errors";
import type { Platform, StorageContract } from "../stacks/contracts";
import { catalogScript, kafkaOptions, scanOptions, type KafkaConnector, type ScanRange } from "./connection";
import type { Dataset } from "./dataset";
import * as parts from "./fragments";
import { duration, fragment, identifier, integer, readTemplate, renderTemplate, text, uri, type Value } from "./render";
import { splitStatements } from "./split";

export type PipelineMode = "batch" | "streaming_bronze";

export interface RenderedScript {
    /** `bronze` or `silver`. */
    readonly name: string;
    /** Files of sql/templates that it was made from, in their order. */
    readonly templates: readonly string[];
    /** What the SQL gateway is given, one after the other, in one session; the last one submits the job. */
    readonly statements: readonly string[];
    /** Flink's `pipeline.name`. */
    readonly jobName: string;
}

/** What of a platform the SQL is made from. */
export type PipelinePlatform = Pick<Platform, "broker" | "catalog"> & {
    readonly storage: StorageContract;
    readonly runtime: Pick<Platform["runtime"], "parallelism" | "savepoints">;
};

export interface PipelineOptions {
    readonly dataset: Dataset;
    readonly platform: PipelinePlatform;
    readonly mode: PipelineMode;
    /** What a batch job reads. @default "all" */
    readonly range?: Exclude<ScanRange, "group">;
    /** Of a streaming job: how often it commits. @default "10 s" */
    readonly checkpointInterval?: string;
    /** Of the bronze job. @default the contract's */
    readonly parallelism?: number;
    /** @default "shaded" */
    readonly connector?: KafkaConnector;
}

/** `pipeline.name` of the jobs of a data set, and the consumer group of its streaming job. */
export const jobName = (dataset: Pick<Dataset, "name">, layer: "bronze" | "silver"): string =>
    `tidegate-${dataset.name}-${layer}`;

/** Bronze, then silver. In mode `streaming_bronze` bronze is a job without end; silver stays a batch job on demand. */
export function renderPipeline(options: PipelineOptions): RenderedScript[] {
    const { dataset, platform, mode } = options;
    const { broker, runtime } = platform;
    const catalog = catalogScript(platform);
    const bronzeJob = jobName(dataset, "bronze");
    const silverJob = jobName(dataset, "silver");
    const parallelism = tasks(options.parallelism ?? runtime.parallelism);
    const connection = fragment(kafkaOptions(broker, options.connector));
    const streaming: [string, Record<string, Value>] = [
        "session_streaming.sql",
        {
            job_name: text(bronzeJob),
            parallelism,
            checkpoint_interval: duration(options.checkpointInterval ?? "10 s"),
            checkpoints: location(platform.storage.checkpoints),
            savepoints: location(runtime.savepoints),
        },
    ];
    const batch = (name: string, parallelism: Value): [string, Record<string, Value>] => [
        "session_batch.sql",
        { job_name: text(name), parallelism },
    ];
    const scripts = [
        script("bronze", bronzeJob, [
            [catalog.template, catalog.values],
            mode === "batch" ? batch(bronzeJob, parallelism) : streaming,
            [
                "events.sql",
                {
                    topic: text(broker.topics.events),
                    group: text(bronzeJob),
                    connection,
                    scan: fragment(scanOptions(mode === "batch" ? (options.range ?? "all") : "group")),
                },
            ],
            ["dead_letters.sql", { topic: text(broker.topics.deadLetters), connection }],
            ["bronze.sql", bronzeValues(dataset, broker.topics.events)],
        ]),
        script("silver", silverJob, [
            [catalog.template, catalog.values],
            batch(silverJob, tasks(runtime.parallelism)),
            ["silver.sql", silverValues(dataset)],
        ]),
    ];
    refuseSecrets(scripts, platform);
    return scripts;
}

function bronzeValues(dataset: Dataset, topic: string): Record<string, Value> {
    return {
        table: identifier(dataset.tables.bronze),
        topic: text(topic),
        dataset: text(dataset.name),
        columns: fragment(parts.columnDefinitions(dataset)),
        names: fragment(parts.columnNames(dataset)),
        order_pattern: fragment(parts.orderPattern(dataset)),
        token_pattern: fragment(parts.tokenPattern()),
        token_count: integer(parts.tokenCount(dataset)),
        is_object: fragment(parts.isObject),
        is_utf8: fragment(parts.isUtf8),
        texts: fragment(parts.fieldTexts(dataset)),
        present: fragment(parts.presentCount(dataset)),
        typed: fragment(parts.typedColumns(dataset)),
        converted: fragment(parts.convertedCount(dataset)),
        checks: fragment(parts.goodChecks(dataset)),
        reasons: fragment(parts.reasons(dataset)),
    };
}

function silverValues(dataset: Dataset): Record<string, Value> {
    return {
        table: identifier(dataset.tables.silver),
        bronze: identifier(dataset.tables.bronze),
        partition: identifier(dataset.partition),
        event_time: identifier(dataset.eventTime),
        columns: fragment(parts.columnDefinitions(dataset)),
        names: fragment(parts.columnNames(dataset)),
        event_id: fragment(parts.eventIdText(dataset)),
        key: fragment(parts.keyNames(dataset)),
        filters: fragment(parts.silverFilters(dataset)),
    };
}

/** SET takes every value as text. */
const tasks = (count: number): Value => text(String(count));

/** `file:///…` is a URI too, though without a host. */
const location = (value: string): Value => (value.startsWith("file:") ? text(value) : uri(value));

function script(
    name: string,
    job: string,
    templates: readonly (readonly [string, Readonly<Record<string, Value>>])[],
): RenderedScript {
    return {
        name,
        jobName: job,
        templates: templates.map(([file]) => file),
        statements: templates.flatMap(([file, values]) =>
            splitStatements(renderTemplate(`sql/templates/${file}`, readTemplate(file), values), file),
        ),
    };
}

/** The last line of defence: a secret of the platform in a script is a fault of this module. */
function refuseSecrets(scripts: readonly RenderedScript[], { storage, broker }: PipelinePlatform): void {
    const secrets = [
        "credentials" in storage ? storage.credentials.secretAccessKey : undefined,
        broker.credentials?.password,
    ].filter((secret) => secret !== undefined && secret.length >= 6) as string[];
    for (const { name, statements } of scripts)
        if (secrets.some((secret) => statements.some((statement) => statement.includes(secret))))
            throw new TidegateError(`the rendered script '${name}' would hold a secret of the platform`, {
                code: "sql-holds-secret",
                hint: "A value of the broker's or the catalog's contract holds it: look at their settings.",
                exitCode: exitCodes.internal,
            });
}
