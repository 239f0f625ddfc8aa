import assert from "node:assert/strict";
import { secondsOf } from "../../automation/rehearsal/calls";
import type { Row } from "../../automation/rehearsal/row";
import { callsOf, Crash, fails, make, removeFolders, rowOf, temporaryCloud, thingOf, urnOf, weather } from "./support";

describe("what is presumed", () => {
    after(removeFolders);

    it("is read though nobody has made it", async () => {
        const row = rowOf({ presumes: (id) => (id === "adopted" ? { name: id } : undefined) });
        const calls = callsOf(row, temporaryCloud());
        assert.deepEqual(await calls.read({ id: "adopted", inputs: {}, state: {} }), {
            state: { name: "adopted" },
            inputs: {},
        });
        assert.equal(await calls.read({ id: "other", inputs: {}, state: {} }), undefined);
    });
});

describe("weather", () => {
    after(removeFolders);

    const row = rowOf({ unique: ["name"] });

    it("that makes a call fail leaves nothing, and is written down as a fault", async () => {
        const cloud = temporaryCloud();
        const failing = callsOf(row, cloud, { weather: weather({ fails: "InternalFailure" }) });
        await assert.rejects(failing.create({ name: "a" }, false), fails(/^InternalFailure$/));
        const refused = callsOf(row, cloud, { weather: weather({ refused: "LimitExceeded" }) });
        await assert.rejects(refused.create({ name: "a" }, false), fails(/^LimitExceeded$/));
        assert.deepEqual(cloud.all(), []);
        assert.deepEqual(
            cloud.history().map(({ outcome }) => outcome),
            ["fault", "refused"],
        );
        await make(row, cloud, { name: "a" });
    });

    it("that loses an answer leaves what was made, changed or deleted", async () => {
        const cloud = temporaryCloud();
        const one = await make(row, cloud, { name: "a" });
        const lost = callsOf(row, cloud, { weather: weather({ answerLost: true }) });
        await assert.rejects(lost.update(one, { name: "a", size: 2 }, false), fails(/no answer came/));
        assert.equal(cloud.all()[0]?.inputs["size"], 2);
        await assert.rejects(lost.delete(one), fails(/no answer came/));
        assert.deepEqual(cloud.all(), []);
        await make(row, cloud, { name: "a" });
    });

    it("that ends the process does so before anything has happened, or after", async () => {
        for (const [when, left] of [
            ["before", 0],
            ["after", 1],
        ] as const) {
            const cloud = temporaryCloud();
            const crashing = callsOf(row, cloud, { weather: weather({ crashes: when }) });
            await assert.rejects(crashing.create({ name: "a" }, false), Crash);
            assert.equal(cloud.all().length, left);
            assert.deepEqual(
                cloud.history().map(({ outcome }) => outcome),
                ["fault"],
            );
        }
    });

    it("lets nothing more happen once the process is about to end", async () => {
        const cloud = temporaryCloud();
        const ending = callsOf(row, cloud, { weather: { ...weather(), crashing: true } });
        const answered = await Promise.race([
            ending.create({ name: "a" }, false).then(() => "answered"),
            new Promise((resolve) => setImmediate(() => resolve("not answered"))),
        ]);
        assert.equal(answered, "not answered");
        assert.deepEqual(cloud.all(), []);
    });

    it("that throttles is told, and takes the time of its attempts", async () => {
        const cloud = temporaryCloud();
        const told: string[] = [];
        const log = (text: string): void => void told.push(text);
        await callsOf(row, cloud, { weather: weather({ throttled: 5, slower: 7 }), log }).create({ name: "a" }, false);
        assert.deepEqual(told, ["throttled 5 times"]);
        assert.equal(cloud.history()[0]?.seconds, 20 + 7 + 2 + 4 + 8 + 16 + 20);
    });

    it("takes real time where it is asked to, and ends at once where it is cancelled, with nothing made", async () => {
        const cloud = temporaryCloud();
        const begun = performance.now();
        await callsOf(row, cloud, { weather: weather({}, 1 / 400) }).create({ name: "a" }, false);
        const milliseconds = performance.now() - begun;
        assert.ok(milliseconds >= 49, `${milliseconds} ms for 20 s, 400 times as fast`);
        const abort = new AbortController();
        const slow = callsOf(row, cloud, { weather: weather({}, 1), signal: abort.signal });
        const making = slow.create({ name: "b" }, false);
        abort.abort();
        await assert.rejects(making, fails(/cancelled/));
        assert.equal(cloud.all().length, 1);
    });

    it("has the latencies of a row, and a part of a creation's where it names no others", () => {
        const latency = { create: 100, source: "" };
        const all = (of: Row["latency"]): number[] =>
            (["create", "update", "delete"] as const).map((operation) => secondsOf({ latency: of }, operation));
        assert.deepEqual(all(latency), [100, 10, 50]);
        assert.deepEqual(all({ ...latency, create: 1 }), [1, 1, 1]);
        assert.deepEqual(all({ ...latency, update: 3, delete: 4 }), [100, 3, 4]);
    });

    it("writes down whose call it was", async () => {
        const cloud = temporaryCloud();
        cloud.add(thingOf());
        await make(row, cloud, { name: "a" });
        const [one] = cloud.history();
        assert.deepEqual(
            [one?.stack, one?.urn, one?.type, one?.operation, one?.outcome],
            ["test-storage", urnOf(row.token, "it"), row.token, "create", "done"],
        );
    });
});
