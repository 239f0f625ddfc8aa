/** What gates and exercises ask of Kafka: offsets, a bounded read, a few records. Every call has a time limit. */
import {
    Admin,
    Consumer,
    IS_CONTROL,
    ListOffsetTimestamps,
    ProduceAcks,
    Producer,
    findErrorBy,
    type BaseOptions,
    type ClusterTopicMetadata,
} from "@platformatic/kafka";
import { TidegateError, messageOf } from "../core/errors";
import { kafkaOptions, steady, type KafkaConnection } from "./kafkaConnection";

/** @default of every call's time limit, milliseconds */
const defaultTimeoutMs = 15_000;

export interface PartitionOffsets {
    readonly partition: number;
    /** Offset of the oldest record that is still there. */
    readonly earliest: bigint;
    /** Offset that the next record gets. */
    readonly latest: bigint;
}

export interface TopicOffsets {
    /** Kafka's UUID of the topic; a topic that is deleted and made again has another one. */
    readonly topicId: string;
    /** In the order of their numbers. */
    readonly partitions: readonly PartitionOffsets[];
}

/** Client options that give up on a broker that is not there within a few seconds. */
export function boundedOptions(connection: KafkaConnection, clientId?: string): BaseOptions {
    return { ...kafkaOptions(connection, clientId), connectTimeout: 3_000, retries: 2, retryDelay: 300 };
}

/** @throws TidegateError `broker-unreachable`, `broker-authentication`, `topic-missing`, `kafka-timeout`, `kafka-error` */
export async function topicOffsets(
    connection: KafkaConnection,
    topic: string,
    options: { timeoutMs?: number } = {},
): Promise<TopicOffsets> {
    const admin = steady(new Admin(boundedOptions(connection)));
    return bounded(connection, `reading the offsets of topic ${topic}`, options.timeoutMs, admin, async () => {
        const { id, partitions } = await topicMetadata(admin, topic);
        const numbers = partitions.map((_, index) => index);
        const list = async (timestamp: bigint): Promise<Map<number, bigint>> => {
            const listed = await admin.listOffsets({
                topics: [{ name: topic, partitions: numbers.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
            });
            return new Map(listed.flatMap((one) => one.partitions.map((p) => [p.partitionIndex, p.offset])));
        };
        const earliest = await list(ListOffsetTimestamps.EARLIEST);
        const latest = await list(ListOffsetTimestamps.LATEST);
        return {
            topicId: id,
            partitions: numbers.map((partition) => ({
                partition,
                earliest: earliest.get(partition) ?? 0n,
                latest: latest.get(partition) ?? 0n,
            })),
        };
    });
}

export interface ConsumedRecord {
    readonly partition: number;
    readonly offset: bigint;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
}

export interface ConsumeOptions {
    /** First offset per partition. @default the earliest */
    readonly from?: readonly bigint[];
    /** Offset per partition before which to stop. @default the latest when the call begins */
    readonly to?: readonly bigint[];
    /** Most records to return. @default no limit */
    readonly limit?: number;
    /** @default 15,000 */
    readonly timeoutMs?: number;
}

/** Records between two offsets, in partition order, without a consumer group. Same errors as `topicOffsets`. */
export async function consumeBounded(
    connection: KafkaConnection,
    topic: string,
    options: ConsumeOptions = {},
): Promise<ConsumedRecord[]> {
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const offsets = await topicOffsets(connection, topic, { timeoutMs });
    const consumer = steady(new Consumer({ ...boundedOptions(connection), groupId: "tidegate-bounded" }));
    const records: ConsumedRecord[] = [];
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    return bounded(connection, `reading records of topic ${topic}`, timeoutMs, consumer, async () => {
        const { partitions } = await topicMetadata(consumer, topic);
        for (const { partition, earliest, latest } of offsets.partitions) {
            let next = options.from?.[partition] ?? earliest;
            const end = options.to?.[partition] ?? latest;
            while (next < end && records.length < limit) {
                const node = partitions[partition]?.leader ?? 0;
                next = await fetchInto(records, consumer, {
                    node,
                    topicId: offsets.topicId,
                    partition,
                    next,
                    end,
                    limit,
                });
            }
        }
        return records;
    });
}

interface Fetch {
    readonly node: number;
    readonly topicId: string;
    readonly partition: number;
    readonly next: bigint;
    readonly end: bigint;
    readonly limit: number;
}

/** Returns the offset to go on from: after the last record, or after a batch without any (compacted, control). */
async function fetchInto(records: ConsumedRecord[], consumer: Consumer, at: Fetch): Promise<bigint> {
    const { partition, end, limit } = at;
    let next = at.next;
    const response = await consumer.fetch({
        node: at.node,
        maxWaitTime: 500,
        minBytes: 1,
        maxBytes: 8 << 20,
        topics: [
            {
                topicId: at.topicId,
                partitions: [
                    {
                        partition,
                        currentLeaderEpoch: -1,
                        fetchOffset: next,
                        lastFetchedEpoch: -1,
                        partitionMaxBytes: 4 << 20,
                    },
                ],
            },
        ],
    });
    for (const batch of response.responses.flatMap((r) => r.partitions).flatMap((p) => p.records ?? [])) {
        for (const record of (batch.attributes & IS_CONTROL) === 0 ? batch.records : []) {
            const offset = batch.firstOffset + BigInt(record.offsetDelta);
            if (offset < next || offset >= end || records.length >= limit) continue;
            records.push({ partition, offset, key: record.key, value: record.value });
        }
        const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
        if (after > next) next = after;
    }
    return next;
}

export interface RecordToProduce {
    readonly key?: string;
    readonly value: string;
    /** @default by the key, else in turn */
    readonly partition?: number;
}

/** Sends a few records, acknowledged by all replicas; returns how many. Same errors as `topicOffsets`. */
export async function produceRecords(
    connection: KafkaConnection,
    topic: string,
    records: readonly RecordToProduce[],
    options: { timeoutMs?: number } = {},
): Promise<number> {
    const producer = steady(new Producer(boundedOptions(connection)));
    return bounded(connection, `sending records to topic ${topic}`, options.timeoutMs, producer, async () => {
        await topicMetadata(producer, topic);
        await producer.send({
            acks: ProduceAcks.ALL,
            messages: records.map(({ key, value, partition }) => ({
                topic,
                value: Buffer.from(value),
                ...(key === undefined ? {} : { key: Buffer.from(key) }),
                ...(partition === undefined ? {} : { partition }),
            })),
        });
        return records.length;
    });
}

export async function topicMetadata(
    client: Pick<Admin, "metadata">,
    topic: string,
    forceUpdate = false,
): Promise<ClusterTopicMetadata> {
    const metadata = await client.metadata({ topics: [topic], autocreateTopics: false, forceUpdate });
    const found = metadata.topics.get(topic);
    if (found === undefined) throw missing(topic);
    return found;
}

/**
 * Commits offsets of a consumer group that has no members now: where its next member begins. Partition → offset of the
 * first record to be read.
 */
export async function commitGroupOffsets(
    connection: KafkaConnection,
    group: string,
    topic: string,
    offsets: ReadonlyMap<number, bigint>,
    options: { timeoutMs?: number } = {},
): Promise<void> {
    const admin = steady(new Admin(boundedOptions(connection)));
    const partitionOffsets = [...offsets].map(([partition, offset]) => ({ partition, offset }));
    await bounded(connection, `commit offsets of group ${group}`, options.timeoutMs, admin, () =>
        admin.alterConsumerGroupOffsets({ groupId: group, topics: [{ name: topic, partitionOffsets }] }),
    );
}

const missing = (topic: string, cause?: unknown): TidegateError =>
    new TidegateError(`There is no topic ${topic}`, {
        code: "topic-missing",
        hint: "The broker layer makes it; `tidegate up` brings it back.",
        cause,
    });

/** Runs `work`, then closes `client` whatever happened; errors become those that a person can act on. */
async function bounded<T>(
    connection: KafkaConnection,
    doing: string,
    timeoutMs = defaultTimeoutMs,
    client: { close(): Promise<void> },
    work: () => Promise<T>,
): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
            reject(
                new TidegateError(
                    `Kafka at ${connection.bootstrapServers} did not answer within ${timeoutMs / 1000} s (${doing})`,
                    {
                        code: "kafka-timeout",
                        hint: "`tidegate status` tells whether the broker runs.",
                        retryable: true,
                    },
                ),
            );
        }, timeoutMs);
    });
    try {
        return await Promise.race([work(), limit]);
    } catch (error) {
        throw kafkaError(error, connection, doing);
    } finally {
        clearTimeout(timer);
        await client.close().catch(() => {});
    }
}

/** An error of the Kafka client as one of Tidegate; `doing` tells what was being done. */
export function kafkaError(error: unknown, connection: KafkaConnection, doing: string): TidegateError {
    if (TidegateError.is(error)) return error;
    const cause = error instanceof Error ? error : new Error(String(error));
    const has = (property: string, value: unknown): boolean => findErrorBy(cause, property, value) !== null;
    const at = connection.bootstrapServers;
    if (has("code", "PLT_KFK_AUTHENTICATION") || has("apiId", "SASL_AUTHENTICATION_FAILED"))
        return new TidegateError(`Kafka at ${at} refused the credentials (${doing})`, {
            code: "broker-authentication",
            hint: "Are the user, the password and the SASL mechanism those of the broker layer?",
            cause,
        });
    // The client hides Kafka's UNKNOWN_TOPIC_OR_PARTITION behind an error of its own when it reads metadata.
    const unknownTopic = /^Unknown topic (\S+)\.$/.exec(innermost(cause))?.[1];
    if (unknownTopic !== undefined) return missing(unknownTopic, cause);
    if (has("code", "PLT_KFK_NETWORK") || has("code", "PLT_KFK_TIMEOUT"))
        return new TidegateError(`Kafka at ${at} cannot be reached (${doing}): ${innermost(cause)}`, {
            code: "broker-unreachable",
            hint: "`tidegate status` tells whether the broker runs; `tidegate up` starts it again.",
            retryable: true,
            cause,
        });
    return new TidegateError(`Kafka at ${at} failed (${doing}): ${innermost(cause)}`, { code: "kafka-error", cause });
}

/** The message of the last error in a chain of them, which is the one that says what happened. */
function innermost(error: Error): string {
    const inner = error instanceof AggregateError ? error.errors.at(-1) : error.cause;
    return inner instanceof Error ? innermost(inner) : messageOf(error);
}
