import assert from "node:assert/strict";
import type { HookPoint } from "../../automation/graph/steps";
import { select } from "../../automation/graph/selection";
import { graph, scripted, type ScriptedHook } from "./scripted";

describe("the hooks of a rollout", () => {
    const hook = (point: HookPoint, ok = true, more: Partial<ScriptedHook> = {}): ScriptedHook => ({
        point,
        layer: "storage",
        name: "step",
        ok,
        ...more,
    });
    const until = { choices: select(graph, { only: ["storage"] }) };

    it("run before and after the operation, in that order", async () => {
        const { rollout, done, events } = scripted({ hooks: [hook("beforeUp"), hook("afterUp"), hook("onFailure")] });
        assert.ok((await rollout.up(until)).ok);
        assert.deepEqual(done, ["beforeUp storage step", "up storage", "afterUp storage step", "validate storage"]);
        assert.ok(events.some((event) => event.type === "hook" && event.point === "beforeUp" && event.ok));
    });

    it("stop the stack where one is red and blocks, and then those on failure run", async () => {
        const { rollout, done } = scripted({ hooks: [hook("beforeUp", false), hook("onFailure")] });
        const result = await rollout.up(until);
        assert.deepEqual(done, ["beforeUp storage step", "onFailure storage step"]);
        assert.equal(result.problem?.code, "hook-failed");
        assert.match(result.problem?.message ?? "", /storage: the hook step \(beforeUp\) failed: it broke/);
    });

    it("are told and no more where they do not block", async () => {
        const { rollout, done, events } = scripted({ hooks: [hook("beforeUp", false, { blocking: false })] });
        assert.ok((await rollout.up(until)).ok);
        assert.deepEqual(done, ["beforeUp storage step", "up storage", "validate storage"]);
        assert.ok(events.some((event) => event.type === "hook" && !event.ok && event.text === "it broke"));
    });

    it("run after a failed operation only where they ask for it, and its failure stays the reason", async () => {
        const hooks = [hook("afterUp", false, { onFailure: true, name: "clean" }), hook("afterUp", true)];
        const { rollout, done } = scripted({ fail: "up storage", hooks });
        const result = await rollout.up(until);
        assert.deepEqual(done, ["up storage", "afterUp storage clean"]);
        assert.equal(result.problem?.message, "up storage failed");
    });

    it("run around preview and destroy too", async () => {
        const hooks = [hook("beforePreview"), hook("afterPreview"), hook("beforeDestroy"), hook("afterDestroy")];
        const previewed = scripted({ hooks });
        await previewed.rollout.preview();
        assert.deepEqual(
            previewed.done.filter((what) => what.includes("storage")),
            ["beforePreview storage step", "preview storage", "afterPreview storage step"],
        );
        const destroyed = scripted({ hooks });
        await destroyed.rollout.down(["storage"]);
        assert.deepEqual(destroyed.done, [
            "beforeDestroy storage step",
            "destroy storage",
            "afterDestroy storage step",
        ]);
    });
});
