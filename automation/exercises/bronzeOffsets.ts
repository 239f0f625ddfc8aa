/**
 * What batch bronze has consumed, so that no record is read twice and none is left out, however a run ends.
 *
 * Flink SQL can't write a property into the snapshot that it commits, but Iceberg's sink writes the job's id there, and
 * the id can be chosen. So, in the table property `tidegate.offsets`: before the job, `pending` names its id and the
 * offsets it reads up to; after it, `consumed` does. A run that was interrupted between is settled by the next one: if
 * the newest snapshot bears the pending id, its rows are there, and else they are not.
 */
import { z } from "zod";
import type { IcebergSnapshot } from "../clients/iceberg";
import { hasEnded, type JobState } from "../clients/flink";
import type { TopicOffsets } from "../clients/kafka";
import { TidegateError } from "../core/errors";

export const offsetsProperty = "tidegate.offsets";

/** Partition → offset of the first record that was not read. */
const ends = z.record(
    z.string().regex(/^\d+$/),
    z
        .string()
        .regex(/^\d+$/)
        .transform((offset) => BigInt(offset)),
);

const recordSchema = z.strictObject({
    consumed: z.strictObject({ topicId: z.string(), end: ends, snapshot: z.string().nullable() }).nullable(),
    pending: z.strictObject({ topicId: z.string(), end: ends, job: z.string() }).nullable(),
});
export type OffsetsRecord = z.infer<typeof recordSchema>;
export type Ends = z.infer<typeof ends>;

export function parseOffsets(property: string | undefined, table: string): OffsetsRecord {
    if (property === undefined || property === "") return { consumed: null, pending: null };
    try {
        return recordSchema.parse(JSON.parse(property));
    } catch (error) {
        throw new TidegateError(`The property '${offsetsProperty}' of table ${table} is not Tidegate's any more.`, {
            code: "offsets-invalid",
            hint: "It tells what was consumed. Drop the table to have everything read again, or put the property right.",
            cause: error,
        });
    }
}

export function writeOffsets(record: OffsetsRecord): string {
    return JSON.stringify(record, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}

export type Settled =
    /** The job of an interrupted run still runs: wait for its end, then settle again. */
    | { readonly kind: "running"; readonly job: string }
    | {
          readonly kind: "settled";
          readonly consumed: OffsetsRecord["consumed"];
          /** Another writer (streaming bronze, for example) has committed since: the rows themselves must be asked. */
          readonly askRows: boolean;
      };

/** @param pendingState of the pending job; undefined where Flink does not know it (any more) */
export function settle(
    record: OffsetsRecord,
    snapshot: IcebergSnapshot | null,
    pendingState: JobState | undefined,
): Settled {
    const { consumed, pending } = record;
    const untouched = (snapshot?.id ?? null) === (consumed?.snapshot ?? null);
    if (pending === null) return { kind: "settled", consumed, askRows: !untouched };
    const committed = { topicId: pending.topicId, end: pending.end, snapshot: snapshot?.id ?? null };
    if (snapshot?.summary["flink.job-id"] === pending.job)
        return { kind: "settled", consumed: committed, askRows: false };
    if (pendingState !== undefined && !hasEnded(pendingState)) return { kind: "running", job: pending.job };
    // It ended well without a snapshot of its own: every record was a dead letter.
    if (pendingState === "FINISHED") return { kind: "settled", consumed: committed, askRows: !untouched };
    return { kind: "settled", consumed, askRows: !untouched };
}

export interface ReadPlan {
    readonly start: Record<number, bigint>;
    readonly end: Record<number, bigint>;
    /** Records between start and end, if none of the offsets is a gap. */
    readonly records: bigint;
    /** Records that Kafka deleted before they were read. */
    readonly lost: bigint;
}

/**
 * @param highest per partition, the highest offset in the table, where it was asked
 * @throws TidegateError `topic-recreated`
 */
export function planRead(
    topic: string,
    offsets: TopicOffsets,
    consumed: OffsetsRecord["consumed"],
    highest: ReadonlyMap<number, bigint> = new Map(),
): ReadPlan {
    const start: Record<number, bigint> = {};
    const end: Record<number, bigint> = {};
    let records = 0n;
    let lost = 0n;
    for (const { partition, earliest, latest } of offsets.partitions) {
        const inTable = highest.get(partition);
        const known = [consumed?.end[partition], inTable === undefined ? undefined : inTable + 1n].filter(
            (offset) => offset !== undefined,
        );
        const next = known.reduce<bigint | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
        if (next !== undefined && (next > latest || (consumed !== null && consumed.topicId !== offsets.topicId)))
            throw new TidegateError(
                `Topic ${topic} is not the one that bronze was read from: bronze holds partition ${partition} up to offset ` +
                    `${next - 1n}, and the topic, which was deleted and made again, has offsets up to ${latest - 1n}.`,
                {
                    code: "topic-recreated",
                    hint: "Drop the bronze and silver tables to start anew with this topic, or give the new topic another name and the data set other tables.",
                },
            );
        if (next !== undefined && next < earliest) lost += earliest - next;
        start[partition] = next === undefined || next < earliest ? earliest : next;
        end[partition] = latest;
        records += latest - (start[partition] ?? latest);
    }
    return { start, end, records, lost };
}
