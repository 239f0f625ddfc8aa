import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ledger, RunLedger, type Entry, type RunStarted, type StackSucceeded } from "../../automation/ledger/ledger";
import { FileStore, type LedgerStore } from "../../automation/ledger/store";

const about: Omit<RunStarted, "type"> = {
    operation: "up",
    environment: "dev",
    graph: "/repo/tidegate.yaml",
    stacks: ["network", "app"],
    options: { parallel: 2 },
    holder: { host: "here", pid: 1, user: "me" },
    versions: { tidegate: "1", pulumi: "3", node: "24" },
};

const success = (stack: string, checkpoint = "c1"): StackSucceeded => ({
    type: "stack-succeeded",
    stack,
    skipped: false,
    inputs: { program: "p1" },
    checkpoint,
    outputs: "o1",
});
const destroyed = (stack: string): Entry => ({
    type: "operation-finished",
    stack,
    operation: "destroy",
    changes: { delete: 1 },
});
const finished = (ok: boolean, interrupted = false): Entry => ({ type: "run-finished", ok, interrupted, seconds: 1.5 });

describe("a ledger in files", () => {
    let folder: string;
    let clock = Date.parse("2026-01-01T00:00:00Z");
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-ledger-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const ledger = () => new Ledger(new FileStore(folder), () => (clock += 1000));

    it("creates an object once, whole, for its owner alone, and leaves nothing else", async () => {
        const store = new FileStore(folder);
        assert.equal(await store.create("runs/a/1.json", "first"), true);
        assert.equal(await store.create("runs/a/1.json", "second"), false);
        assert.equal(await store.read("runs/a/1.json"), "first");
        assert.equal(await store.read("runs/a/2.json"), undefined);
        assert.equal(statSync(join(folder, "runs/a/1.json")).mode & 0o777, 0o600);
        assert.deepEqual(readdirSync(join(folder, "runs/a")), ["1.json"]);
        assert.deepEqual(await store.list("gone"), []);
    });

    it("names runs in the order in which they begin, whatever the clocks say", async () => {
        const store = new FileStore(folder);
        const begin = async (now: string): Promise<string> =>
            (await new Ledger(store, () => Date.parse(now)).begin(about)).id;
        const ids = [await begin("2026-01-01T10:00:00.500Z")];
        // Ten in one millisecond: their ends are random.
        for (let run = 0; run < 10; run++) ids.push(await begin("2026-01-01T10:00:00.500Z"));
        // The clock of another machine, an hour behind.
        ids.push(await begin("2026-01-01T09:00:00Z"));
        assert.deepEqual(await new Ledger(store).runs(), ids.reverse());
    });

    it("lets one of many writers have a name", async () => {
        const store = new FileStore(folder);
        const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => store.create("x", String(index))));
        assert.equal(answers.filter(Boolean).length, 1);
        assert.equal(await store.read("x"), String(answers.indexOf(true)));
    });

    it("tells a run as it was written, in order", async () => {
        const run = await ledger().begin(about);
        await Promise.all([run.record(success("network")), run.record(success("app")), run.record(finished(true))]);
        const told = await ledger().run(run.id);
        assert.equal(told.state, "green");
        assert.deepEqual(told.started?.stacks, ["network", "app"]);
        assert.deepEqual(
            told.records.map(({ entry, number }) => [number, entry.type]),
            [
                [1, "run-started"],
                [2, "stack-succeeded"],
                [3, "stack-succeeded"],
                [4, "run-finished"],
            ],
        );
        assert.match(told.records[0]?.time ?? "", /^2026-01-01T00:00:/);
    });

    it("knows how a run ended, also one that ended without a word", async () => {
        const states = [];
        for (const end of [finished(true), finished(false), finished(false, true), undefined]) {
            const run = await ledger().begin(about);
            if (end !== undefined) await run.record(end);
            states.push((await ledger().run(run.id)).state);
        }
        assert.deepEqual(states, ["green", "red", "interrupted", "cut off"]);
        assert.deepEqual((await ledger().runs()).length, 4);
        assert.deepEqual((await ledger().runs()).toSorted().reverse(), await ledger().runs(), "the newest first");
        await assert.rejects(ledger().run("gone"), { code: "run-unknown" });
    });

    it("survives a last write that is torn", async () => {
        const run = await ledger().begin(about);
        await run.record(success("network"));
        writeFileSync(join(folder, "runs", run.id, "00003.json"), '{"version":1,"run":"');
        const told = await ledger().run(run.id);
        assert.deepEqual([told.torn, told.records.length, told.state], [["00003.json"], 2, "cut off"]);
        assert.ok((await ledger().successes(["network"])).has("network"));
    });

    it("finds the last success of each stack, and none of one that was destroyed since", async () => {
        const write = async (...entries: Entry[]) => {
            const run = await ledger().begin(about);
            for (const entry of entries) await run.record(entry);
            return run.id;
        };
        await write(success("network", "old"), success("app", "old"), success("door", "old"));
        const second = await write(success("network", "new"));
        await write(destroyed("app"));
        const found = await ledger().successes(["network", "app", "door"]);
        assert.deepEqual([found.get("network")?.checkpoint, found.get("network")?.run], ["new", second]);
        assert.deepEqual([found.has("app"), found.get("door")?.checkpoint], [false, "old"]);
        await write(success("app", "again"));
        assert.equal((await ledger().successes(["app"])).get("app")?.checkpoint, "again");
    });

    it("looks no further back than a run that knows what was before it", async () => {
        const read: string[] = [];
        class Counting extends FileStore {
            override read(name: string) {
                read.push(name.split("/")[1] ?? "");
                return super.read(name);
            }
        }
        const first = await ledger().begin(about);
        for (const stack of ["network", "app", "door"]) await first.record(success(stack, "old"));
        const known = Object.fromEntries(await ledger().successes(["network"]));
        assert.deepEqual(Object.keys(known).toSorted(), ["app", "door", "network"]);
        const second = await ledger().begin({ ...about, known });
        await second.record(success("network", "new"));
        await second.record(destroyed("door"));
        // `never` has no success anywhere, which would send whoever looks for it through all runs.
        const found = await new Ledger(new Counting(folder)).successes(["network", "app", "door", "never"]);
        assert.deepEqual(
            [...found.values()].map(({ stack, checkpoint, run }) => [stack, checkpoint, run]),
            [
                ["network", "new", second.id],
                ["app", "old", first.id],
            ],
        );
        assert.deepEqual([...new Set(read)], [second.id]);
    });

    it("tells a list of runs by two objects of each", async () => {
        let read = 0;
        class Counting extends FileStore {
            override read(name: string) {
                read += 1;
                return super.read(name);
            }
        }
        const run = await ledger().begin(about);
        for (const stack of ["network", "app", "door"]) await run.record(success(stack));
        const glance = () => new Ledger(new Counting(folder)).glance(run.id);
        assert.equal((await glance()).state, "cut off");
        await run.record(finished(true));
        read = 0;
        const { id, started, state, seconds, torn } = await glance();
        assert.deepEqual([id, started?.stacks, state, seconds, torn], [run.id, ["network", "app"], "green", 1.5, []]);
        assert.equal(read, 2);
    });

    it("is an error where somebody else writes the same run", async () => {
        const store = new FileStore(folder);
        const [one, other] = [new RunLedger(store, "r", Date.now), new RunLedger(store, "r", Date.now)];
        await one.record(success("network"));
        await assert.rejects(other.record(success("app")), { code: "ledger-conflict" });
    });

    it("is an error where it cannot be written, and goes on when it can be again", async () => {
        let full = true;
        const inner = new FileStore(folder);
        const store: LedgerStore = {
            where: folder,
            create: (name, content) =>
                full
                    ? Promise.reject(Object.assign(new Error("no space left"), { code: "ENOSPC" }))
                    : inner.create(name, content),
            read: (name) => inner.read(name),
            list: (name) => inner.list(name),
            remove: (name) => inner.remove(name),
        };
        const run = new RunLedger(store, "r", Date.now);
        await assert.rejects(run.record(success("network")), { code: "ENOSPC" });
        full = false;
        await run.record(success("app"));
        assert.equal((await new Ledger(store).run("r")).records.length, 1);
    });
});
