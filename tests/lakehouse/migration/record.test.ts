import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Side } from "../../../automation/lakehouse/migration/mixes";
import { planOf, type Plan } from "../../../automation/lakehouse/migration/plan";
import {
    isFinished,
    lastMigration,
    startOf,
    writeBegun,
    writeMoved,
} from "../../../automation/lakehouse/migration/record";
import { FileStore } from "../../../automation/ledger/store";
import { flink, kafka, reachable, sideOf } from "./sides";

describe("the record of a migration", () => {
    let store: FileStore;
    beforeEach(() => {
        store = new FileStore(mkdtempSync(join(tmpdir(), "tidegate-migration-")));
    });
    afterEach(() => rmSync(store.where, { recursive: true }));

    const from = reachable("lake");
    const to = reachable("lake", { broker: kafka("two"), runtime: flink("two") });
    const plan = planOf(from, to, { lose: ["broker"] });
    const start = async (a: Side = from, b: Side = to, the: Plan = plan) =>
        startOf(await lastMigration(store), the, a, b);
    const move = async (number: number) => writeMoved(store, number, plan.moves[number - 1]?.text ?? "");

    it("has a plan of two moves", () => {
        assert.deepEqual([plan.moves.length, plan.refusals], [2, []]);
    });

    it("says where to go on", async () => {
        assert.deepEqual(await start(), { kind: "anew" });
        await writeBegun(store, plan, from, to, "the command");
        assert.deepEqual(await start(), { kind: "resumed", done: 0 });
        await move(1);
        assert.deepEqual(await start(), { kind: "resumed", done: 1 });
        await move(2);
        const migration = await lastMigration(store);
        assert.ok(migration && isFinished(migration));
        // Begun once more, its first move would take back what the later ones have moved.
        await assert.rejects(start(), { code: "migration-start", message: /all of it is done/ });
        const back = planOf(to, from, { lose: ["broker"] });
        assert.deepEqual(await start(to, from, back), { kind: "anew" });
    });

    it("lets no other one begin in the middle, and names the file that has changed", async () => {
        await writeBegun(store, plan, from, to, "the command");
        await move(1);
        const other = { ...to, text: `${to.text}# another word\n` };
        await assert.rejects(start(from, other), (error: Error & { code?: string }) => {
            assert.equal(error.code, "migration-changed");
            assert.match(error.message, /1 of 2 moves are done\. Since then .*local\.yaml is not what/);
            return true;
        });
    });

    it("lets one begin where the last has come to", async () => {
        await writeBegun(store, plan, from, to, "the command");
        await move(1);
        const left = sideOf(plan.moves[0]?.text ?? "");
        const elsewhere = reachable("lake", { runtime: flink("three"), broker: kafka("two") });
        assert.deepEqual(await start(left, elsewhere, planOf(left, elsewhere)), { kind: "instead" });
        // One that has moved nothing yet may be turned.
        await writeBegun(store, plan, from, to, "the command");
        assert.deepEqual(await start(from, elsewhere, planOf(from, elsewhere)), { kind: "instead" });
    });

    it("refuses what it cannot read", async () => {
        await writeBegun(store, plan, from, to, "the command");
        writeFileSync(join(store.where, "migration", "00000002.json"), "{}");
        await assert.rejects(lastMigration(store), { code: "ledger-refused" });
    });
});
