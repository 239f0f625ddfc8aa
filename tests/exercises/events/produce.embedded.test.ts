import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { consumeBounded, produceRecords, topicOffsets } from "../../../automation/clients/kafka";
import type { KafkaConnection } from "../../../automation/clients/kafkaConnection";
import { TidegateError } from "../../../automation/core/errors";
import { loaderFile } from "../../../automation/core/repository";
import { silent, type Progress } from "../../../automation/core/progress";
import { rowsOf, withDuckDB } from "../../../automation/exercises/events/duckdb";
import { generate, type Generated, type Shares } from "../../../automation/exercises/events/generator";
import { expectedCounts, readManifest } from "../../../automation/exercises/events/manifest";
import { produceEvents, type ProduceOptions } from "../../../automation/exercises/events/produce";
import { eventsSql, openEventFile } from "../../../automation/exercises/events/source";
import { copyTo, taxi, temporaryDirectory } from "./fixtures";
import { TestTopics, testBroker } from "./platform";

const shares: Shares = { duplicates: 0.05, late: 0.02, filtered: 0.05, broken: 0.02 };
const broker = testBroker();

(broker === undefined ? describe.skip : describe)(
    `producing into a real broker${broker === undefined ? " (set TIDEGATE_TEST_PLATFORM to run it)" : ""}`,
    function () {
        this.timeout(60_000);
        const connection = broker as KafkaConnection;
        const directory = temporaryDirectory();
        let topics: TestTopics;
        let topic = "";
        before(() => {
            topics = new TestTopics(connection);
        });
        beforeEach(async () => {
            topic = await topics.make();
        });
        after(() => topics.remove());

        const generated = (count: number, seed = 1): Promise<Generated> =>
            generate({ directory: directory(), seed, count, shares }, taxi);
        const produce = (file: string, changes: Partial<ProduceOptions> = {}) =>
            produceEvents({
                dataset: taxi,
                connection,
                topic,
                source: { file },
                mode: "burst",
                manifestDirectory: directory(),
                progress: silent,
                ...changes,
            });
        const counts = async () => expectedCounts((await readManifest(directory(), topic))!);
        const latest = async () => (await topicOffsets(connection, topic)).partitions.map((one) => Number(one.latest));
        const total = async () => (await latest()).reduce((sum, count) => sum + count, 0);

        /** Every event of the file, once, in its partition and in the file's order: nothing lost, nothing twice. */
        async function assertHolds(file: string, limit?: number): Promise<void> {
            const expected: string[][] = [[], [], []];
            await withDuckDB(async (duckdb) => {
                const opened = await openEventFile(duckdb, file, taxi);
                for (const row of await rowsOf(duckdb, eventsSql(opened, taxi, 3, limit)))
                    expected[Number(row.partition)]!.push(String(row.value));
            });
            const found: string[][] = [[], [], []];
            for (const { partition, value } of await consumeBounded(connection, topic))
                found[partition]!.push(String(value));
            found.forEach((texts, partition) => {
                assert.equal(texts.length, expected[partition]!.length, `partition ${partition}`);
                assert.ok(
                    texts.every((text, index) => text === expected[partition]![index]),
                    `order in ${partition}`,
                );
            });
        }

        it("sends every event, evenly over the partitions, and knows what they lead to", async () => {
            const { file, expected } = await generated(30_000);
            const advances: number[] = [];
            const progress: Progress = { ...silent, advance: (done) => advances.push(done) };
            const result = await produce(file, { progress });
            assert.equal(result.outcome, "complete");
            assert.equal(result.acknowledged, 30_000);
            for (const count of await latest()) assert.ok(Math.abs(count - 10_000) < 500, String(count));
            await assertHolds(file);
            assert.deepEqual(await counts(), expected);
            assert.equal(advances.at(-1), 30_000);
            assert.ok((result.production.eventsPerSecond ?? 0) > 0);
        });

        it("generates its source where it has none", async () => {
            const result = await produce("", {
                source: { generate: { directory: directory(), seed: 5, count: 2_000, shares } },
            });
            assert.equal(result.production.source.kind, "generated");
            assert.equal(await total(), 2_000);
            const again = await produce("", {
                source: { generate: { directory: directory(), seed: 5, count: 2_000, shares } },
                once: true,
            });
            assert.equal(again.outcome, "skipped");
        });

        it("does not produce again what is there, unless asked to", async () => {
            const { file, expected } = await generated(3_000);
            await produce(file, { once: true });
            const notes: string[] = [];
            const progress = { ...silent, note: (text: string) => void notes.push(text) };
            const second = await produce(file, { once: true, progress });
            assert.equal(second.outcome, "skipped");
            assert.match(notes.join(), /holds the 3000 events/);
            assert.equal(await total(), 3_000);
            await produce(file);
            assert.equal(await total(), 6_000);
            assert.deepEqual(await counts(), {
                events: 6_000,
                bronze: 2 * expected.bronze,
                silver: expected.silver,
                deadLetters: 2 * expected.deadLetters,
            });
        });

        it("stops when asked to, says how many were acknowledged, and goes on from there", async () => {
            const { file, expected } = await generated(4_000);
            const stop = new AbortController();
            const progress = { ...silent, advance: (done: number) => void (done >= 500 && stop.abort()) };
            const first = await produce(file, { mode: "rate", rate: 4_000, once: true, signal: stop.signal, progress });
            assert.equal(first.outcome, "interrupted");
            assert.equal(first.acknowledged, await total());
            assert.ok(first.acknowledged >= 500 && first.acknowledged < 4_000, String(first.acknowledged));
            assert.equal(first.production.events, first.acknowledged);
            assert.equal(first.production.complete, false);
            assert.ok("bronze" in (await counts()), "what a part leads to is known as well");
            const second = await produce(file, { once: true });
            assert.equal(second.outcome, "complete");
            assert.equal(first.acknowledged + second.acknowledged, 4_000);
            await assertHolds(file);
            assert.deepEqual(await counts(), expected);
        });

        it("is exact after a kill -9 in mid-production", async () => {
            const { file, expected } = await generated(20_000);
            const { profile: _, ...wire } = { profile: "", ...connection };
            const child = spawn(
                process.execPath,
                [
                    "--require",
                    loaderFile,
                    join(__dirname, "doomedProducer.ts"),
                    JSON.stringify(wire),
                    topic,
                    file,
                    directory(),
                    "4000",
                ],
                { stdio: "ignore" },
            );
            const exited = once(child, "exit");
            try {
                const deadline = Date.now() + 30_000;
                while ((await total()) < 1_000) {
                    assert.ok(Date.now() < deadline, "the producer sent nothing within 30 s");
                    await delay(20);
                }
            } finally {
                child.kill("SIGKILL");
                await exited;
            }
            const there = await total();
            assert.ok(there < 20_000, "it was killed too late");
            const cut = await readManifest(directory(), topic);
            assert.equal(cut?.productions[0]?.finishedAt, null);
            assert.ok("atLeast" in expectedCounts(cut!), "nothing exact is claimed of it yet");
            const result = await produce(file, { once: true });
            assert.equal(result.acknowledged, 20_000 - there);
            await assertHolds(file);
            assert.deepEqual(await counts(), expected);
        });

        it("closes what was cut off before it produces anew", async () => {
            const { file, expected } = await generated(3_000);
            const stop = new AbortController();
            const progress = { ...silent, advance: (done: number) => void (done >= 200 && stop.abort()) };
            await produce(file, { mode: "rate", rate: 3_000, signal: stop.signal, progress });
            const part = await total();
            await produce(file);
            assert.equal(await total(), part + 3_000);
            const found = await counts();
            assert.ok("silver" in found);
            assert.equal(found.silver, expected.silver);
            assert.equal(found.bronze + found.deadLetters, part + 3_000);
        });

        it("does not go on behind somebody else's records", async () => {
            const { file } = await generated(3_000);
            const stop = new AbortController();
            const progress = { ...silent, advance: (done: number) => void (done >= 200 && stop.abort()) };
            await produce(file, { mode: "rate", rate: 3_000, once: true, signal: stop.signal, progress });
            await produceRecords(connection, topic, [{ value: "not a trip", partition: 1 }]);
            const before = await total();
            await assert.rejects(produce(file, { once: true }), (error) => {
                assert.ok(TidegateError.is(error));
                assert.equal(error.code, "topic-changed");
                return true;
            });
            assert.equal(await total(), before);
        });

        it("begins anew when the topic was deleted and made again", async () => {
            const { file, expected } = await generated(1_000);
            const before = (await produce(file)).production;
            await topics.delete(topic);
            await topics.make(topic);
            const result = await produce(file, { once: true });
            assert.equal(result.outcome, "complete");
            assert.equal(result.production.id, before.id);
            assert.deepEqual(await counts(), expected);
        });

        it("keeps a limit and knows what the part leads to", async () => {
            const { file } = await generated(5_000);
            await produce(file, { limit: 1_200 });
            await assertHolds(file, 1_200);
            const found = await counts();
            assert.ok("silver" in found);
            assert.equal(found.events, 1_200);
            const texts = (await consumeBounded(connection, topic)).map(({ value }) => String(value));
            const trips = texts.filter((text) => isTrip(text));
            assert.equal(found.bronze, trips.length);
            assert.equal(found.deadLetters, 1_200 - trips.length);
        });

        it("keeps a rate", async () => {
            const { file } = await generated(1_000);
            const started = performance.now();
            await produce(file, { mode: "rate", rate: 500, limit: 400 });
            const seconds = (performance.now() - started) / 1000;
            assert.ok(seconds >= 0.78 && seconds < 10, `${seconds} s`);
            assert.equal(await total(), 400);
        });

        it("claims nothing exact of a foreign file", async () => {
            const { file } = await generated(500);
            const foreign = join(directory(), "foreign.parquet");
            await copyTo(`SELECT * EXCLUDE (_raw) FROM '${file}' WHERE _raw IS NULL`, foreign, "(FORMAT parquet)");
            const { acknowledged } = await produce(foreign);
            const found = await counts();
            assert.ok("atLeast" in found);
            assert.deepEqual(found.atLeast, { bronze: Math.ceil(acknowledged * 0.95) });
        });

        it("names a topic that is not there", async () => {
            await assert.rejects(produce("x.parquet", { topic: "tidegate.test.none" }), (error) => {
                assert.ok(TidegateError.is(error));
                assert.equal(error.code, "topic-missing");
                assert.match(error.message, /tidegate\.test\.none/);
                return true;
            });
        });

        it("reads between two offsets, and no more than asked for", async () => {
            const records = Array.from({ length: 9 }, (_, index) => ({ value: `v${index}`, partition: index % 3 }));
            assert.equal(await produceRecords(connection, topic, records), 9);
            const between = await consumeBounded(connection, topic, { from: [1n, 0n, 3n], to: [2n, 2n, 3n] });
            assert.deepEqual(
                between.map(({ partition, offset, value }) => [partition, offset, String(value)]),
                [
                    [0, 1n, "v3"],
                    [1, 0n, "v1"],
                    [1, 1n, "v4"],
                ],
            );
            assert.equal((await consumeBounded(connection, topic, { limit: 4 })).length, 4);
        });
    },
);

function isTrip(text: string): boolean {
    try {
        const { fare_amount, tpep_pickup_datetime, tpep_dropoff_datetime } = JSON.parse(text) as Record<
            string,
            unknown
        >;
        return (
            [tpep_pickup_datetime, tpep_dropoff_datetime].every((time) => /^2024-0[12]/.test(String(time))) &&
            typeof fare_amount === "number"
        );
    } catch {
        return false;
    }
}
