import assert from "node:assert/strict";
import { Board } from "../../automation/toolchain/board";

describe("the progress of several things at once", () => {
    it("is one line, and one count of bytes", () => {
        const lines: string[] = [];
        const counts: [number, number | undefined, string][] = [];
        let now = 0;
        const progress = {
            update: (text: string) => void lines.push(text),
            advance: (...count: [number, number | undefined, string]) => void counts.push(count),
            note: () => {},
        };
        const board = new Board(progress, () => (now += 1000));
        const kafka = board.line("Kafka");
        const dbt = board.line("dbt");
        kafka.expect(45_000_000);
        kafka.bytes(20_000_000);
        dbt.say("fetching");
        assert.equal(lines.at(-1), "Kafka: 20 of 45 MB · dbt: fetching");
        assert.deepEqual(counts.at(-1), [20_000_000, 45_000_000, "bytes"]);
        kafka.done();
        assert.equal(lines.at(-1), "dbt: fetching");
    });

    it("tells no bytes any more once all have come", () => {
        const counts: number[] = [];
        let now = 0;
        const progress = { update: () => {}, advance: (done: number) => void counts.push(done), note: () => {} };
        const line = new Board(progress, () => (now += 1000)).line("Pulumi");
        line.expect(10);
        line.bytes(10);
        const before = counts.length;
        line.say("compiling");
        line.done();
        assert.equal(counts.length, before);
    });

    it("does not tell more often than a person can read", () => {
        let told = 0;
        const board = new Board({ update: () => void told++, advance: () => {}, note: () => {} }, () => 1000);
        const line = board.line("Kafka");
        for (let i = 0; i < 100; i++) line.say(`${i}`);
        assert.equal(told, 1);
    });
});
