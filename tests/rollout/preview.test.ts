import assert from "node:assert/strict";
import { TidegateError } from "../../automation/core/errors";
import type { EngineFact } from "../../automation/engine/facts";
import { nothing } from "../../automation/engine/snapshot";
import { select } from "../../automation/graph/selection";
import { Rollout } from "../../automation/rollout/rollout";
import type { RolloutEvent } from "../../automation/rollout/events";
import { graph, scripted, stepOf, urnOf } from "./scripted";

const found = (events: readonly RolloutEvent[], layer: string) =>
    events.find((event) => event.type === "preview" && event.layer === layer) as
        Extract<RolloutEvent, { type: "preview" }> | undefined;

describe("a preview of the whole graph", () => {
    it("asks every stack, and changes none", async () => {
        const { rollout, done } = scripted();
        const result = await rollout.preview({ parallel: 4 });
        assert.equal(result.ok, true);
        assert.deepEqual(done.toSorted(), graph.order.map((layer) => `preview ${layer}`).toSorted());
        assert.deepEqual([...result.states.values()], ["succeeded", "succeeded", "succeeded", "succeeded"]);
    });

    it("names the stand-ins of what is not deployed, to the program and to the person", async () => {
        const { deps, events } = scripted({ deployed: ["storage"] });
        const standIns = new Map<string, readonly string[]>();
        const rollout = new Rollout({
            ...deps,
            operate: async (layer, _operation, options) => {
                standIns.set(layer, options.standIns ?? []);
                return { changes: {} };
            },
        });
        await rollout.preview();
        assert.deepEqual(Object.fromEntries(standIns), {
            broker: [],
            storage: [],
            runtime: ["broker"],
            observability: ["broker", "runtime"],
        });
        assert.deepEqual(found(events, "storage")?.advisory, []);
        assert.deepEqual(found(events, "runtime")?.advisory, ["broker is not deployed yet"]);
        assert.deepEqual(found(events, "observability")?.advisory, ["broker, runtime are not deployed yet"]);
    });

    it("says of a stack which of its upstreams would change before it, however far up", async () => {
        const previews = (layer: string): EngineFact[] =>
            layer === "storage"
                ? [stepOf("update", layer, "lake"), { kind: "outputs", names: ["warehouse"] }]
                : layer === "broker"
                  ? [{ kind: "outputs", names: ["port"] }]
                  : [];
        const { rollout, events } = scripted({ previews });
        const { changes } = await rollout.preview();
        const ahead = ["its upstream broker would change (port)", "its upstream storage would change (warehouse)"];
        for (const layer of ["runtime", "observability"]) assert.deepEqual(found(events, layer)?.advisory, ahead);
        assert.deepEqual(
            changes.get("storage")?.resources.map(({ op, urn }) => [op, urn]),
            [["update", urnOf("storage", "lake")]],
        );
        assert.deepEqual(found(events, "storage")?.changes, { update: 1 });
    });

    it("tells a replacement once, with the property that forces it", async () => {
        const properties = [{ path: "name", kind: "update", forces: true, before: '"a"', after: '"b"' } as const];
        const steps = ["delete-replaced", "replace", "create-replacement"];
        const { rollout, events } = scripted({
            previews: (layer) =>
                layer === "storage" ? steps.map((op) => stepOf(op, layer, "lake", { properties })) : [],
        });
        await rollout.preview();
        const told = events.filter((event) => event.type === "resource");
        assert.deepEqual(
            told.map(({ op, name, diffs, properties: of }) => [op, name, diffs, of]),
            [["replace", "lake", ["name"], properties]],
        );
    });

    const failing = (layer: string, message: string, code = "program-failed", deployed: readonly string[] = []) => {
        const given = scripted({ deployed });
        const rollout = new Rollout({
            ...given.deps,
            operate: async (stack, operation, options) => {
                if (stack === layer) throw new TidegateError(message, { code });
                return given.deps.operate(stack, operation, options);
            },
        });
        return { ...given, rollout };
    };

    for (const message of [
        'runtime: preview failed: acme/storage/dev: Preview failed: unknown stack "acme/storage/dev"',
        "runtime: preview failed: Required output 'id' does not exist on stack 'acme/storage/dev'.",
    ])
        it(`calls a stack not previewable that cannot do without an upstream: ${message.slice(25)}`, async () => {
            const { rollout, done, events } = failing("runtime", message);
            const result = await rollout.preview();
            assert.equal(result.ok, true, "it is no failure");
            assert.deepEqual(Object.fromEntries(result.notPreviewable), {
                runtime: "broker, storage are not deployed yet",
            });
            assert.ok(done.includes("preview observability"), "the others go on");
            const told = events.find((event) => event.type === "layer" && event.state === "skipped");
            assert.match((told as { reason?: string }).reason ?? "", /^not previewable: broker, storage are not/);
        });

    it("fails where the same is missing though every upstream is there and as it will be", async () => {
        const message = "Required output 'nosuch' does not exist on stack 'acme/storage/dev'.";
        const { rollout, done, events } = failing("runtime", message, "program-failed", graph.order);
        const result = await rollout.preview();
        assert.deepEqual(
            [result.ok, result.problem?.message, result.states.get("runtime")],
            [false, message, "failed"],
        );
        assert.ok(done.includes("preview observability"), "the others go on");
        assert.deepEqual(found(events, "observability")?.advisory, ["its upstream runtime could not be previewed"]);
    });

    it("fails where a program fails for a reason of its own, whatever is not deployed", async () => {
        const { rollout } = failing("runtime", "nosuch is not defined");
        assert.equal((await rollout.preview()).problem?.message, "nosuch is not defined");
    });

    it("takes a part of the graph, and says why the rest is left out", async () => {
        const { rollout, done, events } = scripted();
        await rollout.preview({ choices: select(graph, { until: ["storage"] }) });
        assert.deepEqual(done, ["preview storage"]);
        assert.equal(events.filter((event) => event.type === "layer" && event.state === "skipped").length, 3);
    });

    it("says that an up would be refused, and by which limit", async () => {
        const stacks = new Map([["storage", { protected: true, stateful: [] }]]);
        const rules = { environment: "dev", budget: undefined, stacks };
        const previews = (layer: string): EngineFact[] => [stepOf("delete", layer, "lake")];
        const notes = async (approve: readonly string[]): Promise<string[]> => {
            const { rollout, events } = scripted({ previews, rules });
            assert.equal((await rollout.preview({ approve })).ok, true);
            return events.flatMap((event) => (event.type === "note" ? [event.text] : []));
        };
        assert.match(
            (await notes([]))[0] ?? "",
            /refused, over-budget:\nprotected allows 0, there would be 1\n {2}delete/,
        );
        assert.deepEqual(await notes([urnOf("storage", "lake")]), []);
    });

    it("shows no secret of the last deployment, and no piece of a long one", async () => {
        const secret = `canary-${"5e".repeat(80)}`;
        const before = JSON.stringify(`key ${secret}`);
        const properties = [{ path: "policy", kind: "update", forces: false, before, after: '"x"' } as const];
        const { deps, events } = scripted({ previews: (layer) => [stepOf("update", layer, "lake", { properties })] });
        const rollout = new Rollout({ ...deps, read: async () => ({ ...nothing, resources: 1, secrets: [secret] }) });
        const { changes } = await rollout.preview();
        assert.ok(!JSON.stringify([events, [...changes]]).includes("canary-5e"));
        assert.equal(changes.get("storage")?.resources[0]?.properties[0]?.before, '"key [secret]"');
    });

    it("starts nothing more once it is interrupted", async () => {
        const { rollout, done } = scripted({ abortIn: "preview broker" });
        const result = await rollout.preview({ parallel: 1 });
        assert.deepEqual([result.ok, done], [false, ["preview broker"]]);
    });
});
