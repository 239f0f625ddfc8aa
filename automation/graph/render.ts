/** The graph for people and for other tools. Pure: text out of a graph and the choices made on it. */
import type { Graph } from "./graph";
import type { Choice } from "./selection";

export const graphFormats = ["text", "dot", "mermaid", "json"] as const;
export type GraphFormat = (typeof graphFormats)[number];

export function renderGraph(graph: Graph, choices: readonly Choice[], format: GraphFormat): string {
    switch (format) {
        case "text":
            return asText(graph, choices);
        case "dot":
            return asDot(graph, choices);
        case "mermaid":
            return asMermaid(graph, choices);
        case "json":
            return `${JSON.stringify(asJson(graph, choices), null, 2)}\n`;
    }
}

/** One line per stack, by the number of stacks that have to come before it; what is not selected says why. */
function asText(graph: Graph, choices: readonly Choice[]): string {
    const depths = graph.depths();
    const partial = choices.some(({ selected }) => !selected);
    const width = Math.max(...graph.order.map((name) => name.length));
    const byDepth = choices.toSorted((a, b) => (depths.get(a.name) ?? 0) - (depths.get(b.name) ?? 0));
    let last = -1;
    const lines = byDepth.map(({ name, selected, why }) => {
        const node = graph.node(name);
        const depth = depths.get(name) ?? 0;
        const level = depth === last ? "" : String(depth + 1);
        last = depth;
        const facts = [
            node.description ?? "",
            node.dependsOn.length > 0 ? `after ${node.dependsOn.join(", ")}` : "",
            node.exercises.length > 0 ? `exercises ${node.exercises.join(", ")}` : "",
            node.labels?.length ? `labels ${node.labels.join(", ")}` : "",
        ].filter((fact) => fact !== "");
        const mark = partial ? (selected ? "✓ " : "– ") : "";
        const reason = partial ? [`${selected ? "selected" : "left out"}: ${why}`] : [];
        return `${level.padStart(2)}  ${mark}${name.padEnd(width)}  ${[...facts, ...reason].join("; ")}`.trimEnd();
    });
    return `${lines.join("\n")}\n`;
}

/** Graphviz: https://graphviz.org/doc/info/lang.html */
function asDot(graph: Graph, choices: readonly Choice[]): string {
    const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
    const nodes = choices.map(({ name, selected, why }) => {
        const { description } = graph.node(name);
        const attributes = [
            ...(description === undefined ? [] : [`tooltip=${quoted(description)}`]),
            ...(selected ? [] : ["style=dashed", `xlabel=${quoted(why)}`]),
        ];
        return `    ${quoted(name)}${attributes.length > 0 ? ` [${attributes.join(", ")}]` : ""};`;
    });
    const edges = edgesOf(graph).map(([from, to]) => `    ${quoted(from)} -> ${quoted(to)};`);
    return `${["digraph tidegate {", "    rankdir=LR;", "    node [shape=box];", ...nodes, ...edges, "}"].join("\n")}\n`;
}

/** Mermaid: https://mermaid.js.org/syntax/flowchart.html */
function asMermaid(graph: Graph, choices: readonly Choice[]): string {
    // A name such as `end` is a word of Mermaid's own: ids are numbered.
    const id = (name: string): string => `s${graph.order.indexOf(name)}`;
    const nodes = choices.map(({ name, selected }) => `    ${id(name)}["${name}"]${selected ? "" : ":::skipped"}`);
    const edges = edgesOf(graph).map(([from, to]) => `    ${id(from)} --> ${id(to)}`);
    const style = choices.some(({ selected }) => !selected) ? ["    classDef skipped stroke-dasharray: 4 4"] : [];
    return `${["flowchart LR", ...nodes, ...edges, ...style].join("\n")}\n`;
}

function asJson(graph: Graph, choices: readonly Choice[]) {
    const depths = graph.depths();
    return {
        version: 1,
        stacks: choices.map(({ name, selected, why }) => {
            const { description, dependsOn, labels, exercises } = graph.node(name);
            return {
                name,
                ...(description === undefined ? {} : { description }),
                dependsOn,
                labels: labels ?? [],
                exercises,
                level: (depths.get(name) ?? 0) + 1,
                selected,
                why,
            };
        }),
    };
}

/** Upstream and downstream of every edge, in rollout order. */
function edgesOf(graph: Graph): [string, string][] {
    return graph.order.flatMap((name) => graph.node(name).dependsOn.map((up): [string, string] => [up, name]));
}
