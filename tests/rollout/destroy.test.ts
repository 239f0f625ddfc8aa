import assert from "node:assert/strict";
import { TidegateError } from "../../automation/core/errors";
import { nothing } from "../../automation/engine/snapshot";
import type { Entry } from "../../automation/ledger/ledger";
import { demandUnneeded } from "../../automation/rollout/destroy";
import { Rollout } from "../../automation/rollout/rollout";
import { graph, scripted, urnOf } from "./scripted";

describe("a destroy", () => {
    it("takes each stack before what it stands on", async () => {
        const { rollout, done } = scripted();
        const result = await rollout.down(["broker", "storage", "runtime"], { parallel: 1 });
        assert.deepEqual(done, ["destroy runtime", "destroy storage", "destroy broker"]);
        assert.deepEqual([result.ok, result.left], [true, []]);
    });

    it("takes stacks side by side that do not stand on each other", async () => {
        const { deps } = scripted();
        let running = 0;
        let most = 0;
        const rollout = new Rollout({
            ...deps,
            operate: async () => {
                most = Math.max(most, ++running);
                await new Promise((resolve) => setImmediate(resolve));
                running--;
                return { changes: {} };
            },
        });
        await rollout.down(graph.order, { parallel: 3 });
        assert.equal(most, 2);
    });

    it("stops at a failure, and says what still stands and what is left of the stack that failed", async () => {
        const { rollout, done, events } = scripted({ fail: "destroy runtime" });
        const result = await rollout.down(graph.order, { parallel: 1 });
        assert.deepEqual(done, ["destroy observability", "destroy runtime"]);
        assert.deepEqual(result.left, [
            { stack: "runtime", resources: [urnOf("runtime", "runtime")] },
            { stack: "storage", resources: undefined },
            { stack: "broker", resources: undefined },
        ]);
        const reasons = events.flatMap((event) =>
            event.type === "layer" && event.state === "blocked" ? [[event.layer, event.reason]] : [],
        );
        assert.deepEqual(reasons, [
            ["storage", "runtime, which stands on it, failed"],
            ["broker", "runtime, which stands on it, failed"],
        ]);
        assert.ok(
            events.some((event) => event.type === "note" && event.text === "what is left of it: Bucket runtime"),
            "what is left is named",
        );
    });

    it("starts nothing more once it is interrupted", async () => {
        const { rollout, done } = scripted({ abortIn: "destroy observability" });
        const result = await rollout.down(graph.order);
        assert.deepEqual(done, ["destroy observability"]);
        assert.deepEqual(
            [...result.states],
            [
                ["observability", "interrupted"],
                ["runtime", "blocked"],
                ["storage", "blocked"],
                ["broker", "blocked"],
            ],
        );
    });

    it("gives hooks the outputs that were captured before it began", async () => {
        const { deps } = scripted();
        const seen: unknown[] = [];
        const rollout = new Rollout({
            ...deps,
            surroundings: {
                ...deps.surroundings,
                hooks: async (point, layer, snapshots) => {
                    if (point === "afterDestroy" && layer === "storage") seen.push(...snapshots.keys());
                    return [];
                },
            },
        });
        const known = new Map([
            ["runtime", { ...nothing, outputs: { flink: "x" } }],
            ["storage", { ...nothing, outputs: { url: "y" } }],
        ]);
        await rollout.down(graph.order, { known });
        assert.deepEqual(seen, ["runtime", "storage"], "of what is gone by then too");
    });

    it("tells no secret of a stack's outputs that a provider prints", async () => {
        const secret = "canary-3d77f0";
        const { deps, events } = scripted();
        const journal: Entry[] = [];
        const rollout = new Rollout({
            ...deps,
            journal: { record: async (entry) => void journal.push(entry) },
            read: async () => ({ ...nothing, secrets: [secret] }),
            operate: async () => {
                await new Promise((resolve) => setImmediate(resolve));
                throw new TidegateError(`refused with ${secret}`, { code: "test" });
            },
        });
        const { problem } = await rollout.down(["storage"]);
        assert.equal(problem?.message, "refused with [secret]");
        assert.ok(!JSON.stringify([events, journal]).includes(secret));
    });
});

describe("demandUnneeded", () => {
    it("refuses to take what a stack stands on that stays, however far below", () => {
        assert.throws(
            () => demandUnneeded(graph, ["storage"], ["observability", "broker"]),
            (error) =>
                TidegateError.is(error) &&
                error.code === "stack-needed" &&
                /observability stands on storage/.test(error.message),
        );
        demandUnneeded(graph, ["runtime", "observability"], ["storage", "broker"]);
        demandUnneeded(graph, ["storage"], []);
    });
});
