import assert from "node:assert/strict";
import { changesText } from "../../automation/rollout/teller";
import { nothing } from "../../automation/engine/snapshot";
import { select } from "../../automation/graph/selection";
import { graph, scripted } from "./scripted";

describe("Rollout.up", () => {
    it("deploys, exercises and validates each stack before what stands on it", async () => {
        const { rollout, done } = scripted();
        const result = await rollout.up();
        assert.equal(result.ok, true);
        const at = (what: string): number => done.indexOf(what);
        assert.ok(at("validate storage") < at("up runtime") && at("validate broker") < at("up runtime"));
        assert.deepEqual(done.slice(at("up runtime")), [
            "up runtime",
            "exercise produce",
            "exercise flink",
            "validate runtime",
            "up observability",
            "validate observability",
        ]);
        assert.deepEqual(result.outputs.get("runtime"), { name: "runtime" });
    });

    it("touches nothing when the preflight is red", async () => {
        const { rollout, done } = scripted({ redBefore: "all" });
        const result = await rollout.up();
        assert.deepEqual([result.ok, result.problem?.code, done], [false, "gate-red", []]);
    });

    it("stops at a red gate and blocks what stands on it", async () => {
        const { rollout, done, events } = scripted({ redAfter: "storage" });
        const result = await rollout.up();
        assert.equal(result.ok, false);
        assert.match(result.problem?.message ?? "", /storage: 1 of 2 checks are red, first maybe-storage: it is red/);
        assert.ok(!done.includes("up runtime"));
        assert.deepEqual(
            [result.states.get("storage"), result.states.get("runtime"), result.states.get("observability")],
            ["failed", "blocked", "blocked"],
        );
        assert.ok(
            events.some((event) => event.type === "layer" && event.layer === "runtime" && event.state === "blocked"),
        );
    });

    it("does not deploy a stack whose own preflight is red", async () => {
        const { rollout, done } = scripted({ redBefore: "runtime" });
        await rollout.up();
        assert.ok(!done.includes("up runtime"));
    });

    it("validates nothing after a failed exercise", async () => {
        const { rollout, done } = scripted({ fail: "exercise produce" });
        const result = await rollout.up();
        assert.equal(result.problem?.message, "exercise produce failed");
        assert.ok(!done.includes("exercise flink") && !done.includes("validate runtime"));
    });

    it("starts nothing more once it is interrupted", async () => {
        const { rollout, done } = scripted({ abortIn: "up storage" });
        const result = await rollout.up();
        assert.equal(result.ok, false);
        assert.equal(result.states.get("storage"), "interrupted");
        assert.ok(!done.includes("up runtime") && !done.includes("validate storage"));
    });

    it("rolls out only what is needed for the layer that is named", async () => {
        const { rollout, done } = scripted();
        await rollout.up({ choices: select(graph, { until: ["storage"] }) });
        assert.deepEqual(done, ["up storage", "validate storage"]);
    });

    it("goes on beside a failure, and with failFast does not", async () => {
        const wide = scripted({ fail: "up broker" });
        const result = await wide.rollout.up({ parallel: 1 });
        assert.ok(wide.done.includes("validate storage"));
        assert.equal(result.ok, false);
        const fast = scripted({ fail: "up broker" });
        await fast.rollout.up({ parallel: 1, failFast: true });
        assert.deepEqual(fast.done, ["up broker"]);
    });

    it("reads what is known of a stack that is left out, and says why it is", async () => {
        const { rollout, done, events } = scripted();
        const known = new Map([["storage", { ...nothing, outputs: { name: "deployed before" } }]]);
        const result = await rollout.up({ choices: select(graph, { only: ["runtime"] }), known });
        assert.deepEqual(done, ["up runtime", "exercise produce", "exercise flink", "validate runtime"]);
        assert.deepEqual(result.outputs.get("storage"), { name: "deployed before" });
        const skipped = events.filter((event) => event.type === "layer" && event.state === "skipped");
        assert.deepEqual(
            skipped.map((event) => (event.type === "layer" ? [event.layer, event.reason] : [])),
            ["broker", "storage", "observability"].map((layer) => [layer, "not named by --only runtime"]),
        );
    });

    it("deploys without exercising when told so", async () => {
        const { rollout, done } = scripted();
        await rollout.up({ exercise: false });
        assert.ok(!done.some((what) => what.startsWith("exercise")));
    });
});

describe("Rollout.drift", () => {
    it("asks every stack, also after one that cannot be asked, and names those that differ", async () => {
        const { rollout, done, events } = scripted({ fail: "drift broker", drifted: ["runtime"] });
        const result = await rollout.drift(graph.order, 4);
        assert.deepEqual(done.toSorted(), ["drift broker", "drift observability", "drift runtime", "drift storage"]);
        assert.deepEqual(
            [result.ok, result.drifted, result.problem?.message],
            [false, ["runtime"], "drift broker failed"],
        );
        const told = events.flatMap((event) => (event.type === "note" ? [`${event.layer}: ${event.text}`] : []));
        assert.deepEqual(told.toSorted(), [
            "observability: no drift",
            "runtime: 2 of its resources drifted",
            "storage: no drift",
        ]);
    });
});

describe("Rollout.refresh", () => {
    it("refreshes in rollout order, between its hooks, and stops at a failure", async () => {
        const hooks = [
            { point: "beforeRefresh", layer: "storage", name: "look", ok: true },
            { point: "afterRefresh", layer: "storage", name: "tell", ok: true },
        ] as const;
        const good = scripted({ hooks });
        assert.equal((await good.rollout.refresh(["runtime", "storage"])).ok, true);
        assert.deepEqual(good.done, [
            "beforeRefresh storage look",
            "refresh storage",
            "afterRefresh storage tell",
            "refresh runtime",
        ]);
        const bad = scripted({ fail: "refresh storage" });
        const result = await bad.rollout.refresh(["runtime", "storage"]);
        assert.equal(result.problem?.message, "refresh storage failed");
        assert.deepEqual(bad.done, ["refresh storage"]);
        assert.equal(result.states.get("runtime"), "blocked");
    });
});

describe("changesText", () => {
    it("counts what was done and says when there was nothing", () => {
        assert.equal(changesText({ create: 2, same: 4, update: 1 }, "did"), "2 created, 1 updated");
        assert.equal(changesText({ same: 4 }, "would"), "no change");
        assert.equal(changesText({ delete: 1 }, "would"), "1 deleted at the next up");
    });
});
