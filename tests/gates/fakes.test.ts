import assert from "node:assert/strict";
import { FakeBroker, FakeCatalog, FakeObjects } from "../_helpers/gateFakes";
import { TestClock } from "../_helpers/testClock";

describe("the fakes of the gates", () => {
    it("FakeBroker keeps records by partition, and offsets go on after retention", async () => {
        const broker = new FakeBroker();
        broker.create("t", 2);
        broker.fill("t", 5);
        broker.expire("t", 1);
        assert.deepEqual((await broker.offsets("t")).partitions, [
            { earliest: 1, latest: 3 },
            { earliest: 1, latest: 2 },
        ]);
        await broker.produce("t", "new");
        assert.deepEqual(await broker.consume("t", [3, 2]), ["new"]);
        await assert.rejects(broker.offsets("other"), { code: "topic-missing" });
    });

    it("FakeObjects and FakeCatalog forget what is deleted, and fail while they are down", async () => {
        const objects = new FakeObjects();
        await objects.put("k", "v");
        assert.equal(await objects.get("k"), "v");
        await objects.delete("k");
        assert.equal(await objects.get("k"), undefined);
        const catalog = new FakeCatalog();
        catalog.commit("a.b", 3, 5);
        const first = (await catalog.loadTable("a", "b"))?.currentSnapshot?.id;
        catalog.commit("a.b", 3, 5);
        assert.notEqual((await catalog.loadTable("a", "b"))?.currentSnapshot?.id, first);
        catalog.down = true;
        await assert.rejects(catalog.loadTable("a", "b"), { code: "down" });
    });

    it("TestClock wakes sleepers in the order of their times, and not those that are aborted", async () => {
        const clock = new TestClock(0);
        const woken: string[] = [];
        const abort = new AbortController();
        const aborted = clock.sleep(100, abort.signal).catch((error: Error) => woken.push(error.message));
        abort.abort(new Error("stopped"));
        await Promise.all([
            aborted,
            clock.sleep(3000).then(() => woken.push(`late ${clock.now()}`)),
            clock.sleep(1000).then(() => woken.push(`early ${clock.now()}`)),
        ]);
        assert.deepEqual(woken, ["stopped", "early 1000", "late 3000"]);
    });
});
