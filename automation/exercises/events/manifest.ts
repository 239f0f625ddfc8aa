/**
 * What was produced into a topic, and what therefore has to be found behind it. The file lies beside the state of the
 * environment; Kafka's offsets, not this file, are the truth about what has arrived.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { TidegateError } from "../../core/errors";
import { parseJson } from "../../core/json";
import { expectedSchema, type Expected } from "./generator";

const count = z.number().int().min(0);

const productionSchema = z.strictObject({
    /** SHA-256 of source, limit and number of partitions: the same id means the same events in the same partitions. */
    id: z.string().min(1),
    source: z.strictObject({
        kind: z.enum(["file", "generated"]),
        file: z.string().min(1),
        /** SHA-256 of the generator's parameters, or of the file. */
        digest: z.string().min(1),
    }),
    /** Only the first so many events of the source, or null for all. */
    limit: count.nullable(),
    /** Events that there are to be sent. */
    planned: count,
    startedAt: z.iso.datetime(),
    /** Null while it runs, and after a crash until the next production looks what has arrived. */
    finishedAt: z.iso.datetime().nullable(),
    /** Whether all planned events are acknowledged. */
    complete: z.boolean(),
    /** Events that the brokers acknowledged. */
    events: count,
    /** What these events lead to, or null where nobody knows: files that Tidegate did not generate. */
    expected: expectedSchema.nullable(),
    /** Offsets of its first event and after its last, in the order of the partitions. */
    offsets: z.array(z.strictObject({ partition: count, start: count, end: count })).min(1),
    /** Of the last uninterrupted stretch; null while it runs. */
    eventsPerSecond: z.number().min(0).nullable(),
});
export type Production = z.infer<typeof productionSchema>;

const productionManifestSchema = z.strictObject({
    version: z.literal(1),
    topic: z.string().min(1),
    /** Kafka's UUID of the topic: a topic that was deleted and made again holds nothing of this. */
    topicId: z.string().min(1),
    /** In the order in which they were produced. */
    productions: z.array(productionSchema),
});
export type ProductionManifest = z.infer<typeof productionManifestSchema>;

export const manifestFile = (directory: string, topic: string): string => join(directory, `produced-${topic}.json`);

/**
 * The manifest of a topic, or undefined where there is none.
 *
 * @throws TidegateError `production-manifest-invalid`
 */
export async function readManifest(directory: string, topic: string): Promise<ProductionManifest | undefined> {
    const file = manifestFile(directory, topic);
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
    });
    if (text === undefined) return undefined;
    const parsed = productionManifestSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new TidegateError(`${file} is no manifest of productions: ${z.prettifyError(parsed.error)}`, {
        code: "production-manifest-invalid",
        hint: "Without the file, validation goes by Kafka's offsets: remove it, or `tidegate down` and begin again.",
    });
}

/** Replaces the manifest in one step, so that a reader and a crash meet the old one or the new one. */
export async function writeManifest(directory: string, manifest: ProductionManifest): Promise<void> {
    await mkdir(directory, { recursive: true });
    const file = manifestFile(directory, manifest.topic);
    const part = `${file}.${randomUUID()}.part`;
    try {
        const handle = await open(part, "wx", 0o600);
        try {
            await handle.writeFile(`${JSON.stringify(productionManifestSchema.parse(manifest), null, 4)}\n`);
            await handle.sync();
        } finally {
            await handle.close();
        }
        await rename(part, file);
    } finally {
        await rm(part, { force: true });
    }
}

/** Exact counts, or a lower bound on bronze with the reason why there are none. */
export type ExpectedCounts = Expected | { events: number; atLeast: { bronze: number }; reason: string };

/** The part of foreign events that has to reach bronze. */
const foreignShare = 0.95;

/**
 * What validation has to find. Exact where every event of the topic is from a source whose counts are known: bronze
 * and dead letters add up, silver holds the events of one source once, however often it was produced.
 */
export function expectedCounts(manifest: Pick<ProductionManifest, "productions">): ExpectedCounts {
    const { productions } = manifest;
    const events = sum(productions.map((production) => production.events));
    const known: { production: Production; expected: Expected }[] = [];
    let reason = othersReason(productions);
    for (const production of productions) {
        if (production.finishedAt === null) reason ??= `the production of ${production.source.file} was cut off`;
        else if (production.expected === null) reason ??= `nobody knows what ${production.source.file} leads to`;
        else known.push({ production, expected: production.expected });
    }
    const silver: number[] = [];
    for (const digest of new Set(known.map(({ production }) => production.source.digest))) {
        const same = known.filter(({ production }) => production.source.digest === digest);
        // One that holds the events of all the others, partition by partition, stands for all of them.
        const widest = same.find(({ production }) => same.every((other) => covers(production, other.production)));
        if (widest) silver.push(widest.expected.silver);
        else reason ??= `${same[0]?.production.source.file} was produced in parts of which none holds the others`;
    }
    if (reason !== undefined) return { events, atLeast: { bronze: Math.ceil(events * foreignShare) }, reason };
    return {
        events,
        bronze: sum(known.map(({ expected }) => expected.bronze)),
        silver: sum(silver),
        deadLetters: sum(known.map(({ expected }) => expected.deadLetters)),
    };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const sentOf = (production: Production): number[] => production.offsets.map(({ start, end }) => end - start);

function covers(production: Production, other: Production): boolean {
    const [sent, others] = [sentOf(production), sentOf(other)];
    return sent.length === others.length && sent.every((count, partition) => count >= (others[partition] ?? 0));
}

/** Why the topic holds records that no production accounts for, or undefined where it does not. */
function othersReason(productions: readonly Production[]): string | undefined {
    const next = new Map<number, number>();
    for (const { offsets, source } of productions) {
        for (const { partition, start, end } of offsets) {
            if (start !== (next.get(partition) ?? 0))
                return `partition ${partition} holds records before those of ${source.file} that are in no production`;
            next.set(partition, end);
        }
    }
    return undefined;
}
