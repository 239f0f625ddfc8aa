/**
 * Events of a file, or of the generator, into Kafka. The order of the events is that of the file and the partition of
 * each is a function of its key, so a production that was cut off anywhere goes on where the end offsets say it ended.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Dataset } from "../../../sql/dataset";
import { BatchProducer } from "../../clients/batchProducer";
import { topicOffsets } from "../../clients/kafka";
import type { KafkaConnection } from "../../clients/kafkaConnection";
import { TidegateError, exitCodes } from "../../core/errors";
import type { Progress } from "../../core/progress";
import { withDuckDB } from "./duckdb";
import { generate, type GenerateOptions } from "./generator";
import type { Production } from "./manifest";
import { ProductionRecord } from "./productionRecord";
import { verifyTails } from "./resume";
import { eventsSql, openEventFile, type EventFile } from "./source";
import { textChunks } from "./textChunks";

export interface ProduceOptions {
    readonly dataset: Dataset;
    readonly connection: KafkaConnection;
    readonly topic: string;
    readonly source: { readonly file: string } | { readonly generate: GenerateOptions };
    /** `burst`: as fast as Kafka takes them; `rate`: `rate` events per second. */
    readonly mode: "burst" | "rate";
    /** Events per second, with mode `rate`. */
    readonly rate?: number;
    /** Only the first so many events of the source. @default all */
    readonly limit?: number;
    /** Where the manifest of the topic lies; made where missing. */
    readonly manifestDirectory: string;
    /**
     * True: what is in the topic already is not produced again, and a production that was cut off is finished.
     * False: the whole source is produced, again if need be. @default false
     */
    readonly once?: boolean;
    readonly progress: Progress;
    /** Aborted: what is in flight is waited for, at most `stopTimeoutMs`, then the production ends as `interrupted`. */
    readonly signal?: AbortSignal;
}

const stopTimeoutMs = 10_000;

export interface ProductionResult {
    /** `skipped`: `once`, and the topic holds it all. */
    readonly outcome: "complete" | "interrupted" | "skipped";
    /** Events acknowledged in this call; `production.events` is the number in the topic. */
    readonly acknowledged: number;
    readonly production: Production;
    readonly manifestFile: string;
}

/**
 * Produces events and keeps the manifest.
 *
 * @throws TidegateError `produce-invalid`, `data-file`, `data-schema`, `data-value`, `generator-invalid`,
 * `topic-changed`, `production-manifest-invalid`, and those of `topicOffsets`. The manifest is written before any of
 * those that come while events are sent.
 */
export async function produceEvents(options: ProduceOptions): Promise<ProductionResult> {
    checkOptions(options);
    const { dataset, connection, topic, progress } = options;
    // First, because it is quick to fail and everything below would be in vain.
    const offsets = await topicOffsets(connection, topic);
    const file = "file" in options.source ? options.source.file : await generated(options.source.generate, options);
    return withDuckDB(
        async (duckdb) => {
            progress.update(`checking ${file}`);
            const events = await openEventFile(duckdb, file, dataset);
            events.notes.forEach((note) => progress.note(note));
            const record = await ProductionRecord.open(options, events, offsets);
            return record.covered() ?? (await run(options, duckdb, events, record));
        },
        { memoryLimit: "160MB" },
    );
}

function checkOptions({ mode, rate, limit }: ProduceOptions): void {
    const invalid = (message: string, hint: string): TidegateError =>
        new TidegateError(message, { code: "produce-invalid", hint, exitCode: exitCodes.usage });
    if (mode === "rate" && !(rate !== undefined && Number.isFinite(rate) && rate > 0))
        throw invalid(`A rate of ${rate} events per second cannot be kept`, "It has to be a number above 0.");
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0))
        throw invalid(`${limit} events cannot be produced`, "The limit has to be a whole number above 0.");
}

async function generated(options: GenerateOptions, { dataset, progress }: ProduceOptions): Promise<string> {
    progress.update(`generating ${options.count} events`);
    const { file, written } = await generate(options, dataset);
    if (written) progress.note(`${file}: ${options.count} generated events, seed ${options.seed}`);
    return file;
}

async function run(
    options: ProduceOptions,
    duckdb: DuckDBConnection,
    events: EventFile,
    record: ProductionRecord,
): Promise<ProductionResult> {
    const { connection, topic, dataset, signal, progress } = options;
    const sql = eventsSql(events, dataset, record.partitions, options.limit);
    const skip = await record.begin();
    const skipped = skip.reduce((sum, count) => sum + count, 0);
    if (skipped > 0) {
        progress.update(`comparing ${skipped} events that are in ${topic} already`);
        await verifyTails(options, textChunks(duckdb, sql), record.current, skip);
        progress.note(`${topic} holds ${skipped} of ${record.current.planned} events of ${events.file} already`);
    }
    const producer = await BatchProducer.open(connection, topic, signal === undefined ? {} : { signal });
    const started = performance.now();
    const stopped = stopDeadline(signal);
    let failure: unknown;
    try {
        progress.update(`producing ${events.file} into ${topic}`);
        const sending = send(options, producer, textChunks(duckdb, sql), skip, record.current.planned);
        // A broker that hangs keeps it waiting beyond the deadline; what it says then interests nobody.
        sending.catch(() => {});
        await Promise.race([sending, stopped.promise]);
    } catch (error) {
        failure = error;
    } finally {
        await Promise.race([producer.close(), stopped.promise, delay(stopTimeoutMs, undefined, { ref: false })]);
        stopped.clear();
    }
    const seconds = (performance.now() - started) / 1000;
    const acknowledged = producer.acknowledged;
    const complete = failure === undefined && skipped + acknowledged === record.current.planned;
    const pace = acknowledged / Math.max(seconds, 0.001);
    await record.finish(complete, pace, signal?.aborted === true ? 5_000 : undefined).catch((error: unknown) => {
        // The entry stays unfinished, and the next production asks Kafka; the first error is the one to tell.
        if (failure === undefined && signal?.aborted !== true) throw error;
    });
    if (failure !== undefined && signal?.aborted !== true)
        throw failed(failure, acknowledged + skipped, record.current);
    const outcome = complete ? "complete" : "interrupted";
    return { outcome, acknowledged, production: record.current, manifestFile: record.file };
}

/** Resolves `stopTimeoutMs` after the signal was aborted, and never without. */
function stopDeadline(signal: AbortSignal | undefined): { promise: Promise<void>; clear: () => void } {
    let timer: NodeJS.Timeout | undefined;
    let aborted = (): void => {};
    const promise = new Promise<void>((resolve) => {
        aborted = () => {
            timer = setTimeout(resolve, stopTimeoutMs);
        };
    });
    if (signal?.aborted) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
    return {
        promise,
        clear: () => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", aborted);
        },
    };
}

function failed(failure: unknown, arrived: number, production: Production): unknown {
    if (!TidegateError.is(failure)) return failure;
    const { code, hint, retryable, exitCode } = failure;
    return new TidegateError(`${failure.message}, after ${arrived} of ${production.planned} events`, {
        code,
        retryable,
        exitCode,
        cause: failure,
        ...(hint === undefined ? {} : { hint }),
    });
}

/** Appends the events after the first `skip[partition]` of each partition, at the pace that was asked for. */
async function send(
    options: ProduceOptions,
    producer: BatchProducer,
    chunks: ReturnType<typeof textChunks>,
    skip: readonly number[],
    planned: number,
): Promise<void> {
    const { signal, progress } = options;
    const rate = options.mode === "rate" ? options.rate : undefined;
    const before = skip.reduce((sum, count) => sum + count, 0);
    const left = [...skip];
    const started = performance.now();
    let appended = 0;
    let reported = started;
    for await (const chunk of chunks) {
        for (let row = 0; row < chunk.rows; row++) {
            const partition = chunk.partition[row]!;
            if (left[partition]! > 0) {
                left[partition]!--;
                continue;
            }
            while (rate !== undefined && appended >= ((performance.now() - started) / 1000) * rate) {
                // Events that are due are sent, not kept back until a batch is full.
                await producer.flush();
                progress.advance(before + producer.acknowledged, planned, "events");
                if (signal?.aborted) return;
                await delay(Math.min(100, Math.max(10, 1000 / rate)));
            }
            const block = chunk.blocks[chunk.block[row]!]!;
            while (!producer.append(partition, block, chunk.start[row]!, chunk.length[row]!)) {
                await producer.turn(partition);
                if (signal?.aborted) return;
            }
            appended++;
        }
        if (signal?.aborted) return;
        if (performance.now() - reported > 200) {
            reported = performance.now();
            progress.advance(before + producer.acknowledged, planned, "events");
        }
    }
    await producer.flush();
    progress.advance(before + producer.acknowledged, planned, "events");
}
