import assert from "node:assert/strict";
import { Graph, type GraphNode } from "../../automation/graph/graph";
import { renderGraph } from "../../automation/graph/render";
import { select, type Filter } from "../../automation/graph/selection";

const node = (name: string, dependsOn: string[] = [], labels: string[] = []): GraphNode => ({
    name,
    dependsOn,
    labels,
    exercises: [],
});
const graph = new Graph([
    node("storage", [], ["stateful"]),
    node("broker", [], ["stateful"]),
    node("catalog", ["storage"]),
    node("runtime", ["storage", "broker", "catalog"]),
    node("observability", ["broker", "runtime"]),
]);
const selected = (filter: Filter): string[] =>
    select(graph, filter)
        .filter((choice) => choice.selected)
        .map(({ name }) => name);
const why = (filter: Filter, name: string): string => select(graph, filter).find((one) => one.name === name)?.why ?? "";

describe("select", () => {
    const cases: [Filter, string[]][] = [
        [{}, ["broker", "storage", "catalog", "runtime", "observability"]],
        [{ only: ["runtime"] }, ["runtime"]],
        [{ only: ["runtime", "broker"] }, ["broker", "runtime"]],
        [{ from: ["catalog"] }, ["catalog", "runtime", "observability"]],
        [{ until: ["catalog"] }, ["storage", "catalog"]],
        [{ until: ["catalog", "broker"] }, ["broker", "storage", "catalog"]],
        [{ from: ["storage"], until: ["runtime"] }, ["storage", "catalog", "runtime"]],
        [{ from: ["storage"], exclude: ["catalog"] }, ["storage", "runtime", "observability"]],
        [{ labels: ["stateful"] }, ["broker", "storage"]],
        [{ labels: ["stateful"], from: ["broker"] }, ["broker"]],
    ];
    for (const [filter, names] of cases)
        it(`${JSON.stringify(filter)} is ${names.join(", ")}`, () => assert.deepEqual(selected(filter), names));

    it("says why each stack is in it or not", () => {
        assert.equal(why({}, "broker"), "the whole graph");
        assert.equal(why({ from: ["catalog"] }, "runtime"), "stands on catalog (--from)");
        assert.equal(why({ from: ["catalog"] }, "broker"), "does not stand on catalog (--from)");
        assert.equal(why({ until: ["catalog"] }, "storage"), "catalog stands on it (--until)");
        assert.equal(why({ until: ["catalog"] }, "runtime"), "catalog can do without it (--until)");
        assert.equal(why({ exclude: ["broker"], only: ["broker", "storage"] }, "broker"), "excluded by --exclude");
        assert.equal(why({ labels: ["stateful"] }, "storage"), "has the label stateful");
        assert.equal(why({ labels: ["stateful"] }, "runtime"), "has no label stateful");
    });

    it("refuses a name that there is not, a label that nobody has, and a selection of nothing", () => {
        assert.throws(() => select(graph, { from: ["brokr"] }), {
            code: "graph-invalid",
            hint: /did you mean 'broker'\?/,
        });
        assert.throws(() => select(graph, { labels: ["statefull"] }), { hint: /did you mean 'stateful'\?/ });
        assert.throws(() => select(graph, { labels: ["blue"] }), { hint: "It has stateful." });
        assert.throws(() => select(graph, { only: ["broker"], exclude: ["broker"] }), { code: "selection-empty" });
    });
});

describe("renderGraph", () => {
    const small = new Graph([
        { ...node("a"), description: 'The "first"' },
        { ...node("end", ["a"], ["late"]), exercises: ["produce"] },
    ]);

    it("as text shows the levels, and with a selection what is left out and why", () => {
        assert.equal(
            renderGraph(small, select(small), "text"),
            ' 1  a    The "first"\n 2  end  after a; exercises produce; labels late\n',
        );
        assert.equal(
            renderGraph(small, select(small, { only: ["end"] }), "text"),
            ' 1  – a    The "first"; left out: not named by --only end\n' +
                " 2  ✓ end  after a; exercises produce; labels late; selected: named by --only\n",
        );
    });

    it("as DOT quotes names and texts", () => {
        assert.equal(
            renderGraph(small, select(small, { only: ["end"] }), "dot"),
            [
                "digraph tidegate {",
                "    rankdir=LR;",
                "    node [shape=box];",
                '    "a" [tooltip="The \\"first\\"", style=dashed, xlabel="not named by --only end"];',
                '    "end";',
                '    "a" -> "end";',
                "}",
                "",
            ].join("\n"),
        );
    });

    it("as Mermaid has ids that are none of its own words", () => {
        assert.equal(
            renderGraph(small, select(small), "mermaid"),
            'flowchart LR\n    s0["a"]\n    s1["end"]\n    s0 --> s1\n',
        );
    });

    it("as JSON tells everything that is known of a stack", () => {
        assert.deepEqual(JSON.parse(renderGraph(small, select(small), "json")), {
            version: 1,
            stacks: [
                {
                    name: "a",
                    description: 'The "first"',
                    dependsOn: [],
                    labels: [],
                    exercises: [],
                    level: 1,
                    selected: true,
                    why: "the whole graph",
                },
                {
                    name: "end",
                    dependsOn: ["a"],
                    labels: ["late"],
                    exercises: ["produce"],
                    level: 2,
                    selected: true,
                    why: "the whole graph",
                },
            ],
        });
    });
});
