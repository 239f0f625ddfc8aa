/**
 * An idempotent producer for bulk: one batch in flight for each partition while the next one is being filled, so
 * records keep their order, memory is bounded, and the end offsets of the partitions tell exactly what has arrived.
 *
 * The client's own Producer builds six objects for a record and reaches 1/5 of this; here a record is copied once,
 * into its batch. Connections, authentication, API negotiation and responses are the client's.
 */
import { setTimeout as delay } from "node:timers/promises";
import {
    Producer,
    ProduceAcks,
    Writer,
    createAPI,
    findErrorBy,
    produceV11,
    produceV7,
    produceV9,
    type API,
    type Connection,
} from "@platformatic/kafka";
import { boundedOptions, kafkaError, topicMetadata } from "./kafka";
import { steady, type KafkaConnection } from "./kafkaConnection";
import { RecordBatch, type ProducerIdentity } from "./recordBatch";
import { TidegateError } from "../core/errors";

export interface BatchProducerOptions {
    /** Bytes of a batch; Kafka's default for the most that a topic takes is 1,048,588. @default 1,000,000 */
    readonly batchBytes?: number;
    /** How long a batch is tried again, milliseconds, as Kafka's delivery.timeout.ms. @default 120,000 */
    readonly deliveryTimeoutMs?: number;
    /** Aborted: batches that fail are not tried again. */
    readonly signal?: AbortSignal;
}

interface Lane {
    filling: RecordBatch;
    sending: RecordBatch;
    /** Settles when `sending` is acknowledged; never rejects, see `failure`. */
    inFlight: Promise<void> | undefined;
    acknowledged: number;
    sequence: number;
}

type ProduceApi = API<[partition: number, batch: Buffer], produceV11.ProduceResponse>;

export class BatchProducer {
    readonly #connection: KafkaConnection;
    readonly #client: Producer;
    readonly #topic: string;
    readonly #api: ProduceApi;
    readonly #identity: ProducerIdentity;
    readonly #lanes: Lane[];
    readonly #options: BatchProducerOptions;
    #failure: TidegateError | undefined;

    private constructor(
        connection: KafkaConnection,
        client: Producer,
        topic: string,
        api: ProduceApi,
        identity: ProducerIdentity,
        partitions: number,
        options: BatchProducerOptions,
    ) {
        const bytes = options.batchBytes ?? 1_000_000;
        this.#connection = connection;
        this.#client = client;
        this.#topic = topic;
        this.#api = api;
        this.#identity = identity;
        this.#options = options;
        this.#lanes = Array.from({ length: partitions }, () => ({
            filling: new RecordBatch(bytes),
            sending: new RecordBatch(bytes),
            inFlight: undefined,
            acknowledged: 0,
            sequence: 0,
        }));
    }

    /** @throws TidegateError as `topicOffsets` does */
    static async open(
        connection: KafkaConnection,
        topic: string,
        options: BatchProducerOptions = {},
    ): Promise<BatchProducer> {
        const client = steady(
            new Producer({ ...boundedOptions(connection), idempotent: true, retries: 2, maxInflights: 16 }),
        );
        try {
            const { partitionsCount } = await topicMetadata(client, topic);
            const produce = (await client.listApis()).find(({ name }) => name === "Produce");
            const identity = await client.initIdempotentProducer({});
            const api = produceApi(topic, produce?.maxVersion ?? 0);
            return new BatchProducer(connection, client, topic, api, identity, partitionsCount, options);
        } catch (error) {
            await client.close(true).catch(() => {});
            throw kafkaError(error, connection, `opening a producer for topic ${topic}`);
        }
    }

    get partitions(): number {
        return this.#lanes.length;
    }

    /** Records that all in-sync replicas have. */
    get acknowledged(): number {
        return this.#lanes.reduce((sum, lane) => sum + lane.acknowledged, 0);
    }

    get acknowledgedByPartition(): number[] {
        return this.#lanes.map((lane) => lane.acknowledged);
    }

    /**
     * Appends a record, or returns false where the batch is full: `await turn(partition)`, then append again.
     * Synchronous, because a promise for each record would cost more than the record.
     */
    append(partition: number, source: Uint8Array, start: number, length: number): boolean {
        return this.#lanes[partition]!.filling.append(source, start, length);
    }

    /** Sends what a partition has gathered, after the batch before it is acknowledged. */
    async turn(partition: number): Promise<void> {
        const lane = this.#lanes[partition]!;
        await lane.inFlight;
        if (this.#failure) throw this.#failure;
        if (lane.filling.records === 0)
            throw new TidegateError(`A record is larger than a batch for topic ${this.#topic} may be`, {
                code: "record-too-large",
                hint: `The limit is ${this.#options.batchBytes ?? 1_000_000} bytes.`,
            });
        [lane.filling, lane.sending] = [lane.sending, lane.filling];
        lane.filling.clear();
        lane.inFlight = this.#deliver(partition, lane);
    }

    /** Sends everything that was appended and waits until it is acknowledged. */
    async flush(): Promise<void> {
        await Promise.all(
            this.#lanes.map(async (lane, partition) => {
                if (lane.filling.records > 0) await this.turn(partition);
                await lane.inFlight;
            }),
        );
        if (this.#failure) throw this.#failure;
    }

    /** Waits for what is in flight, then closes the connections. Records that were not sent yet are dropped. */
    async close(): Promise<void> {
        await Promise.all(this.#lanes.map((lane) => lane.inFlight));
        await this.#client.close(true).catch(() => {});
    }

    async #deliver(partition: number, lane: Lane): Promise<void> {
        const { records } = lane.sending;
        const batch = lane.sending.finish(this.#identity, lane.sequence, BigInt(Date.now()));
        const deadline = Date.now() + (this.#options.deliveryTimeoutMs ?? 120_000);
        for (let attempt = 1; ; attempt++) {
            try {
                const connection = await this.#leader(partition, attempt > 1);
                await this.#api.async(connection, partition, batch);
                break;
            } catch (error) {
                if (isDuplicate(error)) break;
                if (!isRetryable(error) || Date.now() > deadline || this.#options.signal?.aborted) {
                    this.#failure ??= kafkaError(error, this.#connection, `sending to topic ${this.#topic}`);
                    return;
                }
                await delay(Math.min(1_000, 50 * 2 ** attempt));
            }
        }
        lane.acknowledged += records;
        // Sequence numbers go from 0 to 2^31 - 1 and begin again.
        lane.sequence = (lane.sequence + records) % 2 ** 31;
    }

    async #leader(partition: number, refresh: boolean): Promise<Connection> {
        const { partitions } = await topicMetadata(this.#client, this.#topic, refresh);
        const node = partitions[partition]?.leader ?? -1;
        const connection = (await this.#client.connectToBrokers([node])).get(node);
        if (connection === undefined) throw new LeaderlessError(`Partition ${partition} has no leader`);
        return connection;
    }
}

class LeaderlessError extends Error {}

/** The batch had arrived already: the answer to an earlier attempt was lost. */
const isDuplicate = (error: unknown): boolean =>
    error instanceof Error && findErrorBy(error, "apiId", "DUPLICATE_SEQUENCE_NUMBER") !== null;

function isRetryable(error: unknown): boolean {
    if (error instanceof LeaderlessError) return true;
    return error instanceof Error && findErrorBy(error, "canRetry", true) !== null;
}

/** A Produce request of one finished batch, in the newest version that the broker and this client share. */
function produceApi(topic: string, maxVersion: number): ProduceApi {
    const timeoutMs = 30_000;
    const flexible = (partition: number, batch: Buffer): Writer =>
        Writer.create()
            .appendString(null)
            .appendInt16(ProduceAcks.ALL)
            .appendInt32(timeoutMs)
            .appendArray([topic], (topics) =>
                topics.appendString(topic).appendArray([partition], (partitions) =>
                    partitions
                        .appendInt32(partition)
                        .appendUnsignedVarInt(batch.length + 1)
                        .append(batch),
                ),
            )
            .appendTaggedFields();
    const classic = (partition: number, batch: Buffer): Writer =>
        Writer.create()
            .appendString(null, false)
            .appendInt16(ProduceAcks.ALL)
            .appendInt32(timeoutMs)
            .appendArray(
                [topic],
                (topics) =>
                    topics
                        .appendString(topic, false)
                        .appendArray(
                            [partition],
                            (partitions) => partitions.appendInt32(partition).appendInt32(batch.length).append(batch),
                            false,
                            false,
                        ),
                false,
                false,
            );
    if (maxVersion >= 11) return createAPI(0, 11, flexible, produceV11.parseResponse);
    if (maxVersion >= 9) return createAPI(0, 9, flexible, produceV9.parseResponse);
    return createAPI(0, 7, classic, produceV7.parseResponse, false, false);
}
