import assert from "node:assert/strict";
import { exitCodes } from "../../automation/core/errors";
import type { EngineFact } from "../../automation/engine/facts";
import type { Entry } from "../../automation/ledger/ledger";
import { changeBudgetSchema } from "../../automation/graph/protection";
import type { ChangeRules } from "../../automation/rollout/budget";
import { Rollout } from "../../automation/rollout/rollout";
import type { Memory } from "../../automation/rollout/memory";
import { graph, scripted, stepOf, urnOf } from "./scripted";

const rulesWith = (budget?: object, guarded: readonly string[] = []): ChangeRules => ({
    environment: "prod",
    budget: budget === undefined ? undefined : changeBudgetSchema.parse(budget),
    stacks: new Map(graph.order.map((stack) => [stack, { protected: guarded.includes(stack), stateful: [] }])),
});

const previews = (done: readonly string[]): string[] => done.filter((what) => what.startsWith("preview"));
const ups = (done: readonly string[]): string[] => done.filter((what) => what.startsWith("up"));

describe("an up in an environment with rules", () => {
    const replacing = (layer: string): EngineFact[] =>
        layer === "storage"
            ? [stepOf("replace", layer, "lake", { properties: [{ path: "name", kind: "update", forces: true }] })]
            : [stepOf("create", layer, "thing", { type: "a:b:C" })];

    it("touches nothing where the whole preview is over, and lists what and why", async () => {
        const { rollout, done } = scripted({ rules: rulesWith({}), previews: replacing });
        const { ok, problem, states } = await rollout.up();
        assert.deepEqual([ok, ups(done)], [false, []]);
        assert.equal(problem?.code, "over-budget");
        assert.equal(problem?.exitCode, exitCodes.refused);
        assert.match(problem?.message ?? "", /prod: nothing was touched/);
        assert.match(problem?.message ?? "", /changeBudget\.stateful\.replace allows 0, there would be 1/);
        assert.match(problem?.message ?? "", /\n {2}replace storage\/aws:s3\/bucket:Bucket\/lake, forced by name/);
        assert.match(problem?.hint ?? "", /--approve 'storage\/aws:s3\/bucket:Bucket\/lake'/);
        assert.ok([...states.values()].every((state) => state === "ready" || state === "pending"));
    });

    for (const approve of [urnOf("storage", "lake"), "storage/aws:s3/bucket:Bucket/lake"])
        it(`goes on where the very resource was approved, and writes that down: ${approve}`, async () => {
            const { deps, done } = scripted({ rules: rulesWith({}), previews: replacing });
            const journal: Entry[] = [];
            const rollout = new Rollout({
                ...deps,
                journal: {
                    record: async (entry) => {
                        if (entry.type === "approved") assert.ok(!done.includes("up storage"), "before it is touched");
                        journal.push(entry);
                    },
                },
            });
            const result = await rollout.up({ approve: [approve] });
            assert.ok(result.ok, result.problem?.message);
            assert.equal(ups(done).length, 4);
            assert.deepEqual(
                journal.filter(({ type }) => type === "approved"),
                [{ type: "approved", stack: "storage", resources: [urnOf("storage", "lake")] }],
            );
        });

    it("says which approval names nothing that would change", async () => {
        const { rollout, events } = scripted({ rules: rulesWith({}), previews: replacing });
        await rollout.up({ approve: ["storage/aws:s3/bucket:Bucket/lade"] });
        const notes = events.flatMap((event) => (event.type === "note" ? [event.text] : []));
        const told = notes.find((text) => text.startsWith("--approve"));
        assert.match(
            told ?? "",
            /no such resource would change; did you mean 'storage\/aws:s3\/bucket:Bucket\/lake'\?/,
        );
    });

    it("looks at each stack again just before its up, and stops one that an upstream has changed meanwhile", async () => {
        const later = (layer: string, nth: number): EngineFact[] =>
            layer === "runtime" && nth === 2 ? [stepOf("delete", layer, "state")] : [];
        const { rollout, done } = scripted({ rules: rulesWith({}), previews: later });
        const { problem, states } = await rollout.up({ parallel: 1 });
        assert.equal(problem?.code, "over-budget");
        assert.match(problem?.message ?? "", /^runtime: it was not deployed[^]*delete runtime\/.*\/state/);
        assert.deepEqual(ups(done), ["up broker", "up storage"]);
        assert.deepEqual([states.get("runtime"), states.get("observability")], ["failed", "blocked"]);
    });

    it("counts over all stacks of a rollout", async () => {
        const created = (layer: string): EngineFact[] => [stepOf("create", layer, "thing")];
        const few = scripted({ rules: rulesWith({ create: 3 }), previews: created });
        assert.match(
            (await few.rollout.up()).problem?.message ?? "",
            /changeBudget\.create allows 3, there would be 4/,
        );
        assert.ok((await scripted({ rules: rulesWith({ create: 4 }), previews: created }).rollout.up()).ok);
    });

    it("looks at protected stacks alone where there is no budget", async () => {
        const { rollout, done } = scripted({ rules: rulesWith(undefined, ["storage"]) });
        assert.ok((await rollout.up()).ok);
        assert.deepEqual(previews(done), ["preview storage", "preview storage"]);
        const red = scripted({ rules: rulesWith(undefined, ["storage"]), previews: replacing });
        assert.match((await red.rollout.up()).problem?.message ?? "", /protected allows 0, there would be 1/);
    });

    it("previews nothing where there are no rules", async () => {
        for (const rules of [undefined, rulesWith()]) {
            const { rollout, done, events } = scripted({ previews: replacing, ...(rules ? { rules } : {}) });
            assert.ok((await rollout.up({ approve: ["storage/x/y"] })).ok);
            assert.deepEqual(previews(done), []);
            assert.ok(events.some((event) => event.type === "note" && /--approve is not needed/.test(event.text)));
        }
    });

    it("previews nothing that has not changed", async () => {
        const { deps, done } = scripted({ rules: rulesWith({}) });
        const unchanged = {
            type: "stack-succeeded",
            skipped: false,
            inputs: {},
            checkpoint: "c",
            outputs: "o",
        } as const;
        const memory: Memory = {
            judge: async (stack) => ({
                inputs: undefined,
                unchanged: stack === "runtime" ? undefined : { ...unchanged, stack, run: "r1" },
                known: true,
                why: "changed",
            }),
            success: async () => undefined,
            learn: () => {},
        };
        assert.ok((await new Rollout({ ...deps, memory }).up()).ok);
        assert.deepEqual(previews(done), ["preview runtime", "preview runtime"]);
        done.length = 0;
        assert.ok((await new Rollout({ ...deps, memory }).up({ all: true })).ok);
        assert.equal(previews(done).length, 8);
    });

    it("stops before anything is touched where a stack cannot be previewed for a reason of its own", async () => {
        const { rollout, done } = scripted({ rules: rulesWith({}), fail: "preview runtime" });
        assert.equal((await rollout.up()).problem?.message, "preview runtime failed");
        assert.deepEqual(ups(done), []);
    });
});
