/**
 * A Kafka record batch (magic 2) that is written once, in place: records of a value and nothing else.
 * https://kafka.apache.org/documentation/#recordbatch
 */
import { Writer, crc32c } from "@platformatic/kafka";

const headerBytes = 61;
/** Attributes, timestamp delta and key (none) of a record, one byte each, and its number of headers (0). */
const fixedRecordBytes = 4;

const varintBytes = (value: number): number => {
    let rest = (value << 1) >>> 0;
    let bytes = 1;
    while (rest > 0x7f) {
        rest >>>= 7;
        bytes++;
    }
    return bytes;
};

export interface ProducerIdentity {
    readonly producerId: bigint;
    readonly producerEpoch: number;
}

export class RecordBatch {
    readonly #buffer: Buffer;
    #position = headerBytes;
    #records = 0;

    /** @param capacity bytes of the whole batch, at most the topic's max.message.bytes */
    constructor(capacity: number) {
        this.#buffer = Buffer.allocUnsafeSlow(capacity);
    }

    get records(): number {
        return this.#records;
    }

    /** Appends a value, or returns false where there is no room left for it. */
    append(source: Uint8Array, start: number, length: number): boolean {
        const body = fixedRecordBytes + varintBytes(this.#records) + varintBytes(length) + length;
        if (this.#position + varintBytes(body) + body > this.#buffer.length) return false;
        this.#varint(body);
        this.#buffer[this.#position++] = 0;
        this.#buffer[this.#position++] = 0;
        this.#varint(this.#records++);
        // Zigzag of -1: the record has no key.
        this.#buffer[this.#position++] = 1;
        this.#varint(length);
        this.#buffer.set(source.subarray(start, start + length), this.#position);
        this.#position += length;
        this.#buffer[this.#position++] = 0;
        return true;
    }

    /** The finished batch, a view that is valid until `clear`. `sequence` is that of the first record. */
    finish(identity: ProducerIdentity, sequence: number, timestamp: bigint): Buffer {
        const batch = this.#buffer.subarray(0, this.#position);
        batch.writeBigInt64BE(0n, 0);
        batch.writeInt32BE(batch.length - 12, 8);
        batch.writeInt32BE(-1, 12);
        batch.writeInt8(2, 16);
        batch.writeInt16BE(0, 21);
        batch.writeInt32BE(this.#records - 1, 23);
        batch.writeBigInt64BE(timestamp, 27);
        batch.writeBigInt64BE(timestamp, 35);
        batch.writeBigInt64BE(identity.producerId, 43);
        batch.writeInt16BE(identity.producerEpoch, 51);
        batch.writeInt32BE(sequence, 53);
        batch.writeInt32BE(this.#records, 57);
        // A plain Buffer would be copied before it is summed up, a DynamicBuffer is not.
        batch.writeUInt32BE(crc32c(Writer.create().append(batch.subarray(21)).dynamicBuffer), 17);
        return batch;
    }

    clear(): void {
        this.#position = headerBytes;
        this.#records = 0;
    }

    /** Zigzag varint of a number from 0 to 2^30. */
    #varint(value: number): void {
        let rest = (value << 1) >>> 0;
        while (rest > 0x7f) {
            this.#buffer[this.#position++] = (rest & 0x7f) | 0x80;
            rest >>>= 7;
        }
        this.#buffer[this.#position++] = rest;
    }
}
