/** When a promotion that ended red is answered at all: what is held, and where it goes back to. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdAfterRed } from "../../automation/cli/actions/onRed";
import { loadGraphFile, type GraphFile } from "../../automation/graph/load";
import { Ledger, type Entry, type RunStarted } from "../../automation/ledger/ledger";
import { FileStore } from "../../automation/ledger/store";
import { Holds } from "../../automation/release/holds";
import { openReleases } from "../../automation/release/open";
import { Proofs } from "../../automation/release/proofs";
import { at, me, proofOf } from "../release/examples";

const [first, second] = ["a".repeat(64), "b".repeat(64)];
const from = { environment: "dev", run: "run0" };
const about: Omit<RunStarted, "type"> = {
    ...{ operation: "up", environment: "prod", graph: "/repo/tidegate.yaml", stacks: ["app"], options: {} },
    holder: { ...me, pid: 1 },
    versions: { tidegate: "1", pulumi: "3", node: "24" },
};
const touched: Entry = { type: "operation-started", stack: "app", operation: "up", why: "" };
const ended = (interrupted = false): Entry => ({ type: "run-finished", ok: false, interrupted, seconds: 1 });

describe("a promotion that ended red", () => {
    let folder: string;
    let graph: GraphFile;
    let ledger: Ledger;
    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-on-red-"));
        mkdirSync(join(folder, "app"));
        writeFileSync(join(folder, "app", "Pulumi.yaml"), "name: app\nruntime: nodejs\n");
        ledger = new Ledger(new FileStore(join(folder, "ledger")));
        await told("rollback");
        await rolledOut(first, true);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    async function told(onRed: string): Promise<void> {
        const promotion = `promotion: { dev: {}, prod: { from: [dev], onRed: ${onRed} } }`;
        writeFileSync(join(folder, "tidegate.yaml"), `${promotion}\nstacks: { app: { project: app, stack: x } }\n`);
        graph = await loadGraphFile(join(folder, "tidegate.yaml"));
    }

    async function rolledOut(release: string, green: boolean, operation: "up" | "rollback" = "up"): Promise<void> {
        const { objects, trust } = await openReleases(graph);
        const proofs = new Proofs(objects, trust, false);
        const source = operation === "up" ? { from: "dev" } : {};
        const mark = await proofs.mark({ environment: "prod", operation, release, ...source, time: at(0), ...me });
        if (green) await proofs.write(proofOf("prod", release, 1, mark), undefined);
    }

    interface Given {
        readonly release?: string;
        readonly promoted?: boolean;
        readonly entries?: readonly Entry[];
        readonly resumes?: string;
        readonly exercised?: boolean;
        readonly signal?: AbortSignal;
    }
    async function answer(given: Given = {}) {
        const { release = second, promoted = true, entries = [touched, ended()], resumes, exercised = false } = given;
        await rolledOut(release, false);
        const run = await ledger.begin({ ...about, ...(resumes === undefined ? {} : { resumes }) });
        for (const entry of entries) await run.record(entry);
        const phases = exercised ? [{ state: "exercising", from: 0, to: 1 } as const] : [];
        const reaction = await holdAfterRed(
            { graph, home: { environment: "prod" }, ledger },
            { id: release, settings: "c".repeat(64), ...(promoted ? { from } : {}) },
            { ok: false, run: run.id, layers: [{ phases }] },
            given.signal ?? new AbortController().signal,
        );
        const hold = await new Holds((await openReleases(graph)).objects, false).of("prod");
        // Never the one without the other.
        assert.equal(hold === undefined, reaction === undefined);
        return reaction;
    }

    it("is held, and goes back to what was green there last", async () => {
        assert.deepEqual(await answer().then((found) => [found?.release, found?.to]), [second, first]);
    });

    it("goes back to that too where it had been green there before, and was gone back from", async () => {
        await rolledOut(second, true);
        await rolledOut(first, true, "rollback");
        assert.equal((await answer())?.to, first);
    });

    it("is held where nothing was green there before", async () => {
        rmSync(join(folder, ".tidegate"), { recursive: true });
        assert.deepEqual(await answer().then((found) => [found?.release, found?.to]), [second, undefined]);
    });

    it("is left alone where the graph says nothing else, and where it was no promotion", async () => {
        assert.equal(await answer({ promoted: false }), undefined);
        await told("stop");
        assert.equal(await answer(), undefined);
    });

    it("is left alone where it is the release that was green there last: there is no other to blame", async () => {
        assert.equal(await answer({ release: first }), undefined);
    });

    it("is left alone where somebody has ended it", async () => {
        assert.equal(await answer({ entries: [touched, ended(true)], signal: AbortSignal.abort() }), undefined);
    });

    it("is left alone where it has touched nothing, and neither has what it resumes", async () => {
        assert.equal(await answer({ entries: [ended()] }), undefined);
        const before = await ledger.begin(about);
        await before.record(touched);
        assert.equal((await answer({ entries: [ended()], resumes: before.id }))?.to, first);
    });

    it("counts as having touched something by its exercises alone", async () => {
        assert.equal((await answer({ entries: [ended()], exercised: true }))?.to, first);
    });

    it("is not rolled back where it cannot be held", async () => {
        const { objects } = await openReleases(graph);
        await new Holds(objects, false).hold("dev", "x");
        rmSync(join(folder, ".tidegate", "releases", "holds"), { recursive: true });
        writeFileSync(join(folder, ".tidegate", "releases", "holds"), "a file, where a folder has to be");
        assert.equal(await answer(), undefined);
    });
});
