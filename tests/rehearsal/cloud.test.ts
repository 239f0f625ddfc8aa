import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { loaderFile } from "../../automation/core/repository";
import { SimulatedCloud, valuesAt } from "../../automation/rehearsal/cloud";
import { removeFolders, temporaryCloud, temporaryFolder, thingOf } from "./support";

/** Starts processes, lets them go at one moment, and answers with what each has said. */
async function together(directory: string, jobs: readonly (readonly string[])[]): Promise<unknown[]> {
    const children = jobs.map((args) =>
        spawn(process.execPath, ["--require", loaderFile, join(__dirname, "cloudWorker.ts"), directory, ...args], {
            stdio: ["pipe", "pipe", "inherit"],
        }),
    );
    const lines = children.map(() => [] as string[]);
    const ready = children.map((child, index) => {
        const reader = createInterface({ input: child.stdout });
        reader.on("line", (line) => lines[index]?.push(line));
        return once(reader, "line");
    });
    const ended = children.map(async (child) => {
        const [code] = (await once(child, "close")) as [number];
        assert.equal(code, 0);
    });
    await Promise.all(ready);
    for (const child of children) child.stdin.write("go\n");
    await Promise.all(ended);
    return lines.map(([, answer]) => (answer === undefined ? undefined : JSON.parse(answer)));
}

describe("a simulated cloud", () => {
    after(removeFolders);

    it("shows what there is by type, and finds it by its id or an output", () => {
        const cloud = temporaryCloud();
        assert.ok(cloud.add(thingOf({ outputs: { arn: "arn:1", deep: { id: 7 } } })));
        assert.ok(cloud.add(thingOf({ type: "test:index:Bag", id: "bag" })));
        assert.deepEqual(
            cloud.all().map(({ id }) => id),
            ["bag", "box-1"],
        );
        assert.deepEqual(
            cloud.all("test:index:Box").map(({ id }) => id),
            ["box-1"],
        );
        assert.equal(cloud.find(["test:index:Bag", "test:index:Box"], "arn", "arn:1")?.id, "box-1");
        assert.equal(cloud.find("test:index:Box", "deep.id", 7)?.id, "box-1");
        assert.equal(cloud.find("test:index:Bag", "arn", "arn:1"), undefined);
        cloud.remove("test:index:Box", "box-1");
        assert.equal(cloud.get("test:index:Box", "box-1"), undefined);
    });

    it("does not let others find what cannot be seen yet, but counts it", () => {
        const cloud = temporaryCloud();
        cloud.add(thingOf({ visibleMs: Date.now() + 60_000 }));
        assert.equal(cloud.find("test:index:Box", "id", "box-1"), undefined);
        assert.equal(cloud.get("test:index:Box", "box-1")?.id, "box-1");
        assert.equal(cloud.all().length, 1);
    });

    it("gives a name once, until its holder is gone", () => {
        const cloud = temporaryCloud();
        const [one, two] = [thingOf({ id: "1", token: "one" }), thingOf({ id: "2", token: "two" })];
        assert.equal(cloud.make(one, "name"), undefined);
        assert.equal(cloud.make(two, "name")?.id, "1");
        assert.equal(cloud.get(two.type, "2"), undefined, "it was made without its name");
        assert.equal(cloud.make(two, "other"), undefined);
        cloud.remove(one.type, "1");
        assert.equal(cloud.make(thingOf({ id: "3", token: "three" }), "name"), undefined);
    });

    it("moves a name with a change, and changes nothing where the new one is taken", () => {
        const cloud = temporaryCloud();
        cloud.make(thingOf({ id: "1", token: "one" }), "a");
        cloud.make(thingOf({ id: "2", token: "two" }), "b");
        const changed = { ...cloud.all()[0], inputs: { changed: true } } as ReturnType<typeof thingOf>;
        assert.equal(cloud.change(changed, "b")?.id, "2");
        assert.deepEqual(cloud.get(changed.type, "1")?.inputs, {});
        assert.equal(cloud.change(changed, "c"), undefined);
        assert.deepEqual(cloud.get(changed.type, "1")?.inputs, { changed: true });
        assert.equal(cloud.make(thingOf({ id: "3", token: "three" }), "c")?.id, "1");
        assert.equal(cloud.make(thingOf({ id: "3", token: "three" }), "a"), undefined, "its old name was kept");
    });

    it("gives a name back where another thing has the id", () => {
        const cloud = temporaryCloud();
        cloud.make(thingOf({ token: "one" }));
        assert.equal(cloud.make(thingOf({ token: "two" }), "name")?.token, "one");
        assert.equal(cloud.make(thingOf({ id: "other", token: "three" }), "name"), undefined);
    });

    it("has the thing of a claim whose maker died before it had made it, and can be rid of it", () => {
        const directory = temporaryFolder();
        const cloud = new SimulatedCloud(directory);
        cloud.make(thingOf({ token: "dead" }), "name");
        // As the maker leaves it that dies between the two.
        const things = join(directory, "things");
        for (const file of readdirSync(things)) rmSync(join(things, file));
        assert.equal(cloud.all().length, 0);
        assert.equal(cloud.make(thingOf({ id: "2", token: "two" }), "name")?.token, "dead");
        assert.equal(cloud.get("test:index:Box", "box-1")?.token, "dead", "whoever wants the name finds who has it");
        cloud.remove("test:index:Box", "box-1");
        assert.equal(cloud.make(thingOf({ id: "2", token: "two" }), "name"), undefined);
    });

    it("does not wait for ever for a claim whose thing can never be", () => {
        const directory = temporaryFolder();
        const cloud = new SimulatedCloud(directory);
        cloud.make(thingOf({ token: "one" }), "a name");
        // Claimed by who then found that another has the id, and died.
        const counters = join(directory, "counters");
        const [claim = ""] = readdirSync(counters);
        cloud.remove("test:index:Box", "box-1");
        cloud.add(thingOf({ token: "other" }));
        linkSync(join(counters, claim), join(counters, claim.replace(/-1$/, "-2")));
        assert.equal(cloud.make(thingOf({ id: "3", token: "three" }), "a name"), undefined);
        assert.equal(cloud.get("test:index:Box", "box-1")?.token, "other");
    });

    it("passes over what a writer that died has left half written", () => {
        const directory = temporaryFolder();
        const cloud = new SimulatedCloud(directory);
        cloud.add(thingOf());
        for (const folder of ["things", "operations"])
            writeFileSync(join(directory, folder, "a.json.123.abcd"), '{"type": "te');
        assert.equal(cloud.all().length, 1);
        assert.deepEqual(cloud.history(), []);
    });

    it("counts and gives names once, whichever processes ask", async () => {
        const directory = temporaryFolder();
        const counted = (await together(
            directory,
            ["a", "b", "c"].map((who) => ["count", who]),
        )) as number[][];
        assert.deepEqual(
            counted.flat().sort((one, other) => one - other),
            Array.from({ length: 120 }, (_, index) => index + 1),
        );
        const claimed = (await together(
            directory,
            ["a", "b", "c"].map((who) => ["claim", who]),
        )) as number[][];
        assert.deepEqual(
            claimed.flat().sort((one, other) => one - other),
            Array.from({ length: 40 }, (_, index) => index),
        );
        assert.equal(new SimulatedCloud(directory).all().length, 40, "a thing for each name");
    }).timeout(60_000);

    it("never lets two have one name, however often it is given back", async () => {
        const directory = temporaryFolder();
        const twice = await together(
            directory,
            ["a", "b", "c"].map((who) => ["hold", who]),
        );
        assert.deepEqual(twice, [0, 0, 0]);
        assert.deepEqual(new SimulatedCloud(directory).all(), []);
    }).timeout(60_000);

    it("never shows a torn write", async () => {
        const directory = temporaryFolder();
        new SimulatedCloud(directory).put(thingOf({ inputs: { who: "c", text: "c".repeat(20_000) } }));
        await together(directory, [
            ["write", "a"],
            ["write", "b"],
            ["read", "reader"],
        ]);
    }).timeout(60_000);

    it("tells what happened in the order in which it ended", () => {
        const cloud = temporaryCloud();
        const operation = { stack: "s", urn: "u", type: "t", operation: "create", seconds: 1, startedMs: 0 } as const;
        cloud.note({ ...operation, outcome: "done", endedMs: 1_000 });
        cloud.note({ ...operation, outcome: "fault", endedMs: 999 });
        assert.deepEqual(
            cloud.history().map(({ outcome }) => outcome),
            ["fault", "done"],
        );
    });

    it("is seen in parts, in each of which a name is free", () => {
        const directory = temporaryFolder();
        const [one, two] = [new SimulatedCloud(directory, "one"), new SimulatedCloud(directory, "two")];
        assert.equal(one.make(thingOf({ token: "1" }), "name"), undefined);
        assert.equal(two.make(thingOf({ token: "2" }), "name"), undefined);
        assert.deepEqual([one.all().length, two.all().length, new SimulatedCloud(directory).all().length], [1, 1, 2]);
        two.remove("test:index:Box", "box-1");
        assert.equal(one.all().length, 1);
    });

    it("finds values through lists", () => {
        const values = { rules: [{ ids: ["a", "b"] }, { ids: ["c"] }, {}], none: null };
        assert.deepEqual(valuesAt(values, ["rules", "ids"]), ["a", "b", "c"]);
        assert.deepEqual(valuesAt(values, ["none"]), []);
        assert.deepEqual(valuesAt(values, ["rules", "ids", "x"]), []);
    });
});
