import assert from "node:assert/strict";
import { Reader, crc32c, readRecordsBatch } from "@platformatic/kafka";
import { RecordBatch } from "../../automation/clients/recordBatch";

const identity = { producerId: 4711n, producerEpoch: 3 };
const append = (batch: RecordBatch, text: string): boolean =>
    batch.append(Buffer.from(text), 0, Buffer.byteLength(text));

describe("a record batch", () => {
    it("is what a consumer of the protocol reads", () => {
        const texts = [
            "",
            "a",
            "é".repeat(70),
            "x".repeat(9_000),
            ...Array.from({ length: 300 }, (_, i) => `event ${i}`),
        ];
        const batch = new RecordBatch(64_000);
        texts.forEach((text) => assert.ok(append(batch, text)));
        const bytes = Buffer.from(batch.finish(identity, 17, 1_700_000_000_000n));
        const read = readRecordsBatch(Reader.from(bytes));
        assert.deepEqual(
            read.records.map(({ value, key, headers, offsetDelta }) => [
                value?.toString(),
                key,
                headers.length,
                offsetDelta,
            ]),
            texts.map((text, index) => [text, null, 0, index]),
        );
        assert.equal(read.magic, 2);
        assert.equal(read.lastOffsetDelta, texts.length - 1);
        assert.equal(read.firstSequence, 17);
        assert.equal(read.producerId, 4711n);
        assert.equal(read.producerEpoch, 3);
        assert.equal(read.firstTimestamp, 1_700_000_000_000n);
        assert.equal(read.crc, crc32c(bytes.subarray(21)));
        assert.equal(read.length, bytes.length - 12);
    });

    it("refuses what does not fit, stays whole, and can be filled again", () => {
        const batch = new RecordBatch(200);
        assert.ok(append(batch, "y".repeat(60)));
        assert.ok(append(batch, "y".repeat(60)));
        assert.equal(append(batch, "y".repeat(60)), false);
        assert.equal(batch.records, 2);
        assert.equal(readRecordsBatch(Reader.from(Buffer.from(batch.finish(identity, 0, 0n)))).records.length, 2);
        batch.clear();
        assert.equal(batch.records, 0);
        assert.ok(append(batch, "z"));
        const [record] = readRecordsBatch(Reader.from(Buffer.from(batch.finish(identity, 2, 0n)))).records;
        assert.equal(record?.value?.toString(), "z");
    });
});
