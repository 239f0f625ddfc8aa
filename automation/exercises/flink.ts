/** The exercise of Flink's batch jobs: bronze reads what is new in Kafka, silver is made anew from bronze. */
import { createHash, randomBytes } from "node:crypto";
import { renderPipeline, jobName, type PipelineOptions, type RenderedScript } from "../../sql/pipeline";
import type { Dataset } from "../../sql/dataset";
import type { Platform } from "../../stacks/contracts";
import { FlinkClient, type Job, type JobState } from "../clients/flink";
import { openCatalog, type IcebergCatalog, type IcebergTable } from "../clients/iceberg";
import { commitGroupOffsets, topicOffsets } from "../clients/kafka";
import { SqlGateway, type SqlSession } from "../clients/sqlGateway";
import { TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import { offsetsProperty, parseOffsets, planRead, settle, writeOffsets, type OffsetsRecord } from "./bronzeOffsets";
import { schemaProblem } from "./tableSchema";

export interface BatchOptions {
    readonly dataset: Dataset;
    readonly platform: Platform;
    /** The platform as Flink reaches it, where that is another way than this machine's. @default platform */
    readonly seen?: Pick<PipelineOptions, "platform" | "connector">;
    readonly progress: Progress;
    readonly signal: AbortSignal;
    /** Make silver anew though bronze did not change. @default false */
    readonly force?: boolean;
    /** Of each job, in seconds. @default 1800 */
    readonly timeoutSeconds?: number;
}

export interface BatchJob {
    readonly name: "bronze" | "silver";
    /** Null where there was nothing to do. */
    readonly jobId: string | null;
    readonly state: JobState | "SKIPPED";
    readonly rowsWritten?: number;
    readonly seconds: number;
    /** Why it was skipped. */
    readonly reason?: string;
}

const silverSourceProperty = "tidegate.source";
/** Id of the snapshot that the last run left: with another one, somebody else has changed the table since. */
const silverResultProperty = "tidegate.result";

/**
 * Runs bronze, then silver. Running it again changes nothing; a run that was interrupted is finished by the next one.
 * @throws TidegateError `job-failed`, `topic-recreated`, `table-differs`, `timed-out`, and what the clients throw
 */
export async function runBatch(options: BatchOptions): Promise<{ jobs: BatchJob[] }> {
    const run = new BatchRun(options);
    const bronze = await run.bronze();
    const silver = await run.silver();
    return { jobs: [bronze, silver] };
}

class BatchRun {
    readonly #options: BatchOptions;
    readonly #flink: FlinkClient;
    readonly #gateway: SqlGateway;
    readonly #catalog: IcebergCatalog;

    constructor(options: BatchOptions) {
        const { runtime, catalog, storage } = options.platform;
        this.#options = options;
        this.#flink = new FlinkClient(runtime.flinkRest, { signal: options.signal });
        this.#gateway = new SqlGateway(runtime.sqlGateway, { signal: options.signal });
        this.#catalog = openCatalog(catalog, storage);
    }

    async bronze(): Promise<BatchJob> {
        const { dataset, platform, progress } = this.#options;
        const table = dataset.tables.bronze;
        const topic = platform.broker.topics.events;
        progress.update(`bronze: looking what is new in ${topic}`);
        const { record, highest, streaming } = await this.#settled();
        if (streaming) return skipped("bronze", `the streaming job ${jobName(dataset, "bronze")} feeds it`);
        const offsets = await topicOffsets(platform.broker, topic);
        const plan = planRead(topic, offsets, record.consumed, highest);
        if (plan.lost > 0n)
            progress.note(
                `bronze: ${plan.lost} records of ${topic} are LOST: the topic's retention deleted them before they were read`,
            );
        const script = await this.#script("bronze", offsets.partitions.length, plan);
        const job = randomBytes(16).toString("hex");
        return this.#gateway.withSession(script.jobName, async (session) => {
            await this.#prepare(session, script);
            await this.#refuseOtherSchema("bronze", table);
            if (plan.records === 0n) {
                // What an interrupted run left open is settled now.
                if (record.pending !== null) await this.#setOffsets(session, { ...record, pending: null });
                return skipped("bronze", `there is nothing new in ${topic}`);
            }
            const pending = { topicId: offsets.topicId, end: plan.end, job };
            await this.#setOffsets(session, { consumed: record.consumed, pending });
            const ended = await this.#run(session, script, job, Number(plan.records));
            const snapshot = (await this.#catalog.loadTable("bronze", table))?.currentSnapshot ?? null;
            const consumed = { topicId: offsets.topicId, end: plan.end, snapshot: snapshot?.id ?? null };
            await this.#setOffsets(session, { consumed, pending: null });
            // A streaming job that takes over later begins where this one ended.
            await commitGroupOffsets(
                platform.broker,
                jobName(dataset, "bronze"),
                topic,
                new Map(Object.entries(plan.end).map(([partition, end]) => [Number(partition), end])),
            );
            const mine = snapshot?.summary["flink.job-id"] === job ? snapshot.summary["added-records"] : "0";
            return { ...ended, rowsWritten: Number(mine ?? 0) };
        });
    }

    async silver(): Promise<BatchJob> {
        const { dataset, progress, force } = this.#options;
        const bronze = await this.#catalog.loadTable("bronze", dataset.tables.bronze);
        if (bronze?.currentSnapshot == null) return skipped("silver", "bronze is empty");
        const script = await this.#script("silver", 1);
        const digest = createHash("sha256").update(script.statements.join("\n")).digest("hex").slice(0, 16);
        const source = `${bronze.uuid ?? ""}/${bronze.currentSnapshot.id}/${digest}`;
        const before = await this.#catalog.loadTable("silver", dataset.tables.silver);
        const last = before?.properties[silverSourceProperty];
        const untouched = before?.properties[silverResultProperty] === (before?.currentSnapshot?.id ?? "");
        if (last === source && untouched && force !== true) return skipped("silver", "bronze has not changed since");
        const job = randomBytes(16).toString("hex");
        return this.#gateway.withSession(script.jobName, async (session) => {
            if (before !== undefined && last !== undefined && !last.endsWith(`/${digest}`)) {
                // Overwriting leaves partitions alone that get no row any more, and can't change columns.
                progress.note("silver: the data set or its rules have changed, so the table is made anew from bronze");
                await this.#prepare(session, script);
                await session.execute(`DROP TABLE lake.silver.\`${dataset.tables.silver}\``);
                await session.execute(creation(script));
            } else await this.#prepare(session, script);
            await this.#refuseOtherSchema("silver", dataset.tables.silver);
            const ended = await this.#run(
                session,
                script,
                job,
                Number(bronze.currentSnapshot?.summary["total-records"]),
            );
            const snapshot = (await this.#catalog.loadTable("silver", dataset.tables.silver))?.currentSnapshot;
            await this.#setProperties(session, "silver", dataset.tables.silver, {
                [silverSourceProperty]: source,
                [silverResultProperty]: snapshot?.id ?? "",
            });
            return { ...ended, rowsWritten: Number(snapshot?.summary["total-records"] ?? 0) };
        });
    }

    /** What was consumed, after the end of whatever an interrupted run left running. */
    async #settled(): Promise<{ record: OffsetsRecord; highest: Map<number, bigint>; streaming: boolean }> {
        const { dataset, progress } = this.#options;
        for (;;) {
            const table = await this.#catalog.loadTable("bronze", dataset.tables.bronze);
            const record = parseOffsets(table?.properties[offsetsProperty], `bronze.${dataset.tables.bronze}`);
            const running = await this.#flink.findRunning(jobName(dataset, "bronze"));
            if (running !== undefined && running.id !== record.pending?.job)
                return { record, highest: new Map(), streaming: true };
            const state = record.pending === null ? undefined : (await this.#flink.job(record.pending.job))?.state;
            const settled = settle(record, table?.currentSnapshot ?? null, state);
            if (settled.kind === "settled") {
                const highest =
                    settled.askRows && table?.currentSnapshot != null ? await this.#highest(table) : new Map();
                return { record: { consumed: settled.consumed, pending: record.pending }, highest, streaming: false };
            }
            progress.update(`bronze: waiting for job ${settled.job} of an interrupted run`);
            await this.#flink.waitUntilEnded(settled.job, {
                timeoutSeconds: this.#limit,
                signal: this.#options.signal,
            });
        }
    }

    async #highest(table: IcebergTable): Promise<Map<number, bigint>> {
        const { dataset, progress } = this.#options;
        progress.update("bronze: asking the table how far it was read, as another writer has committed to it");
        const script = await this.#script("silver", 1);
        return this.#gateway.withSession("tidegate-offsets", async (session) => {
            await session.executeAll(
                script.statements.filter((statement) => !/^(INSERT|CREATE TABLE)/.test(statement)),
            );
            const { rows } = await session.execute(
                `SELECT kafka_partition, CAST(MAX(kafka_offset) AS STRING) FROM lake.bronze.\`${dataset.tables.bronze}\` ` +
                    `/*+ OPTIONS('snapshot-id'='${table.currentSnapshot?.id}') */ GROUP BY kafka_partition`,
                { timeoutSeconds: this.#limit, signal: this.#options.signal },
            );
            return new Map(rows.map(([partition, offset]) => [Number(partition), BigInt(String(offset))]));
        });
    }

    async #script(
        name: "bronze" | "silver",
        partitions: number,
        range?: { start: Record<number, bigint>; end: Record<number, bigint> },
    ): Promise<RenderedScript> {
        const { dataset, platform, seen = { platform } } = this.#options;
        const { slots } = await this.#flink.overview();
        // A task per partition: with fewer, one of them would read two, and the others wait for it.
        const parallelism = Math.max(1, Math.min(slots, Math.max(platform.runtime.parallelism, partitions)));
        const scripts = renderPipeline({ dataset, ...seen, mode: "batch", parallelism, ...(range ? { range } : {}) });
        const script = scripts.find((one) => one.name === name);
        if (script === undefined) throw new TypeError(`renderPipeline gave no script '${name}'`);
        return script;
    }

    /** Everything before the statement that submits the job. */
    async #prepare(session: SqlSession, script: RenderedScript): Promise<void> {
        this.#options.progress.update(`${script.name}: preparing`);
        await session.executeAll(script.statements.slice(0, -1), { signal: this.#options.signal });
    }

    async #run(session: SqlSession, script: RenderedScript, job: string, total: number): Promise<BatchJob> {
        const { progress, signal } = this.#options;
        const submit = script.statements.at(-1) ?? "";
        const started = Date.now();
        progress.update(`${script.name}: submitting the job`);
        await session.execute(`SET '$internal.pipeline.job-id' = '${job}'`);
        try {
            await session.execute(submit, { signal, timeoutSeconds: 300 });
            const ended = await this.#flink.waitUntilEnded(job, {
                timeoutSeconds: this.#limit,
                signal,
                onLook: ({ vertices }) => {
                    progress.update(`${script.name}: job ${job}`);
                    progress.advance(Math.min(vertices[0]?.readRecords ?? 0, total), total, "records");
                },
            });
            if (ended.state !== "FINISHED") throw await this.#failed(script, ended);
            return {
                name: script.name as BatchJob["name"],
                jobId: job,
                state: ended.state,
                seconds: (Date.now() - started) / 1000,
            };
        } catch (error) {
            // Not with the signal of the run: it may be what has ended it.
            const flink = new FlinkClient(this.#options.platform.runtime.flinkRest);
            await flink.cancel(job).catch(() => undefined);
            throw error;
        }
    }

    async #failed(script: RenderedScript, job: Job): Promise<TidegateError> {
        const reason = await this.#flink.failure(job.id).catch(() => undefined);
        return new TidegateError(
            `Flink's job ${script.jobName} (${job.id}) ended ${job.state}${reason === undefined ? "" : `: ${reason}`}`,
            {
                code: "job-failed",
                hint: `Look at ${this.#options.platform.runtime.flinkRest}/#/job/completed/${job.id}/exceptions`,
            },
        );
    }

    async #refuseOtherSchema(layer: "bronze" | "silver", name: string): Promise<void> {
        const table = await this.#catalog.loadTable(layer, name);
        const problem = table === undefined ? undefined : schemaProblem(this.#options.dataset, layer, table.schema);
        if (problem !== undefined)
            throw new TidegateError(`Table ${layer}.${name} is not as the data set describes it: ${problem}.`, {
                code: "table-differs",
                hint:
                    layer === "silver"
                        ? "Drop the table: it is made anew from bronze."
                        : "Give the data set's bronze table another name, or drop the table and have everything read again.",
            });
    }

    #setOffsets(session: SqlSession, record: OffsetsRecord): Promise<void> {
        return this.#setProperties(session, "bronze", this.#options.dataset.tables.bronze, {
            [offsetsProperty]: writeOffsets(record),
        });
    }

    async #setProperties(
        session: SqlSession,
        layer: string,
        table: string,
        properties: Readonly<Record<string, string>>,
    ): Promise<void> {
        const literals = Object.entries(properties).map(
            ([key, value]) => `'${key}' = '${value.replaceAll("'", "''")}'`,
        );
        await session.execute(`ALTER TABLE lake.${layer}.\`${table}\` SET (${literals.join(", ")})`);
    }

    get #limit(): number {
        return this.#options.timeoutSeconds ?? 1800;
    }
}

const creation = (script: RenderedScript): string =>
    script.statements.find((statement) => statement.startsWith("CREATE TABLE")) ?? "";

const skipped = (name: BatchJob["name"], reason: string): BatchJob => ({
    name,
    jobId: null,
    state: "SKIPPED",
    seconds: 0,
    reason,
});
