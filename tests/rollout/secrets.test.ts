import assert from "node:assert/strict";
import { Rollout } from "../../automation/rollout/rollout";
import { nothing } from "../../automation/engine/snapshot";
import { select } from "../../automation/graph/selection";
import { TidegateError } from "../../automation/core/errors";
import { graph, scripted } from "./scripted";

describe("secrets among the outputs", () => {
    it("are in no event, no result and no problem once they are known", async () => {
        const secret = "canary-6f1d9c";
        const hooks = [{ point: "afterUp", layer: "storage", name: "step", ok: false } as const];
        const { rollout, events } = scripted({ secret, hooks });
        const result = await rollout.up({ choices: select(graph, { only: ["storage"] }) });
        assert.match(result.problem?.message ?? "", /\[secret\]/);
        assert.ok(!JSON.stringify([events, result.problem?.message, result.problem?.hint]).includes(secret));
    });
});

describe("secrets of the last deployment", () => {
    it("are in nothing that a program prints before this one has deployed it", async () => {
        const secret = "canary-81c2aa";
        const { deps, events } = scripted();
        const rollout = new Rollout({
            ...deps,
            read: async () => ({ ...nothing, secrets: [secret] }),
            operate: async (_layer, _operation, { onFact }) => {
                onFact({ kind: "diagnostic", severity: "warning", message: `it is ${secret}`, urn: undefined });
                throw new TidegateError(`failed with ${secret}`, { code: "test" });
            },
        });
        const { problem } = await rollout.up({ choices: select(graph, { only: ["storage"] }) });
        assert.equal(problem?.message, "failed with [secret]");
        assert.ok(events.some((event) => event.type === "note" && event.text === "it is [secret]"));
        assert.ok(!JSON.stringify(events).includes(secret));
    });
});
