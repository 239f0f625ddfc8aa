import assert from "node:assert/strict";
import { Graph, type GraphNode } from "../../automation/graph/graph";
import { loadGraph } from "../../automation/graph/load";

const node = (name: string, ...dependsOn: string[]): GraphNode => ({ name, dependsOn, exercises: [] });

describe("Graph", () => {
    it("puts every node after what it depends on, ties by name", () => {
        const graph = new Graph([node("d", "b", "c"), node("c", "a"), node("b", "a"), node("a"), node("z")]);
        assert.deepEqual(graph.order, ["a", "b", "c", "d", "z"]);
    });

    it("shows the cycle", () => {
        assert.throws(
            () => new Graph([node("a", "c"), node("b", "a"), node("c", "b"), node("d")]),
            /cycle: a → c → b → a/,
        );
    });

    it("names an unknown upstream and a name given twice", () => {
        assert.throws(() => new Graph([node("a", "b")]), /'a' depends on 'b'/);
        assert.throws(() => new Graph([node("storage"), node("catalog", "storrage")]), {
            hint: "did you mean 'storage'?",
        });
        assert.throws(() => new Graph([node("a"), node("a")]), /Two stacks are called 'a'/);
    });

    it("selects a node with all that it stands on", () => {
        const graph = new Graph([node("a"), node("b", "a"), node("c", "b"), node("d", "a")]);
        assert.deepEqual(graph.upTo("c"), ["a", "b", "c"]);
        assert.deepEqual(graph.downFrom("b"), ["b", "c"]);
        assert.deepEqual(graph.dependents("a"), ["b", "d"]);
        assert.deepEqual(
            [...graph.depths()],
            [
                ["a", 0],
                ["b", 1],
                ["c", 2],
                ["d", 1],
            ],
        );
    });

    it("is left with some nodes, each on what those stood on that are left out", () => {
        const graph = new Graph([node("a"), node("b", "a"), node("c", "b"), node("d", "b", "c"), node("e")], "mine");
        const some = graph.only(["d", "a", "e"]);
        assert.deepEqual(some.order, ["a", "d", "e"]);
        assert.equal(some.name, "mine");
        assert.deepEqual(some.node("d").dependsOn, ["a"], "once, though two ways lead there");
        assert.deepEqual(some.dependents("a"), ["d"]);
        assert.throws(() => some.node("b"), /no stack 'b'/);
        assert.deepEqual(graph.order, ["a", "b", "c", "d", "e"], "the whole graph is as it was");
        assert.deepEqual(graph.only(graph.order).node("d").dependsOn, ["b", "c"]);
        assert.deepEqual(graph.only([]).order, []);
    });

    it("is not left with a node that it has not", () => {
        const graph = new Graph([node("storage"), node("broker")]);
        assert.throws(() => graph.only(["storage", "brokr"]), {
            message: "The graph has no stack 'brokr'.",
            hint: "did you mean 'broker'?",
        });
    });

    it("reads tidegate.yaml, the lakehouse's graph", async () => {
        const graph = await loadGraph();
        assert.deepEqual(graph.order, ["foundation", "broker", "storage", "catalog", "runtime", "observability"]);
        assert.deepEqual(graph.node("runtime").exercises, ["produce", "flink", "dbt"]);
    });
});
