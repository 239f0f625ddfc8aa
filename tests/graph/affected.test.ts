import assert from "node:assert/strict";
import { affectedStacks, type Change } from "../../automation/graph/affected";
import { Graph } from "../../automation/graph/graph";

describe("stacks that a change reaches", () => {
    const graph = new Graph(
        Object.entries({ network: [], store: ["network"], queue: ["network"], app: ["store", "queue"] }).map(
            ([name, dependsOn]) => ({ name, dependsOn, exercises: [] }),
        ),
    );
    const reached = ({ touched = new Map(), added = [], removed = [] }: Partial<Change>) =>
        affectedStacks(graph, { touched, added, removed }).map(({ name, reach, why }) => `${name} ${reach}: ${why}`);

    it("are none where nothing of them has changed", () =>
        assert.deepEqual(
            affectedStacks(graph, { touched: new Map([["app", []]]), added: [], removed: [] }).map(
                ({ reach }) => reach,
            ),
            ["untouched", "untouched", "untouched", "untouched"],
        ));

    it("are those that are made of it, and those that stand on them", () =>
        assert.deepEqual(reached({ touched: new Map([["queue", ["queue/index.ts"]]]) }), [
            "network untouched: nothing that it is made of",
            "queue changed: queue/index.ts",
            "store untouched: nothing that it is made of",
            "app downstream: stands on queue",
        ]));

    it("say a few of many files", () =>
        assert.equal(
            reached({ touched: new Map([["app", ["a", "b", "c", "d", "e"]]]) }).at(-1),
            "app changed: a, b, c, 2 more",
        ));

    it("are new ones with what stands on them, and those that are gone", () =>
        assert.deepEqual(reached({ added: ["store"], removed: ["cache"] }).slice(2), [
            "store added: the graph had no such stack",
            "app downstream: stands on store",
            "cache removed: the graph has it no more",
        ]));
});
