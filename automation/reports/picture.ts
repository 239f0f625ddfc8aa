/** The graph of a run as an inline SVG: what stands on what, from left to right, each stack in the colour of its state. */
import { Graph as Layout, layout } from "@dagrejs/dagre";
import { duration } from "../core/duration";
import { secondsOf, type LayerFacts, type RunFacts } from "./facts";
import { anchorOf, escaped } from "./markup";
import { shownState } from "./states";

/** Beyond them lines cross too often to be followed, and the layout takes longer than a rollout of unchanged stacks. */
export const drawnAtMost = 250;

const small = 60;
const margin = 16;
const letter = 7.4;
const longestName = 28;

interface Box {
    readonly layer: LayerFacts;
    /** Of the middle. */
    readonly x: number;
    readonly y: number;
}

interface Point {
    readonly x: number;
    readonly y: number;
}

/** The SVG; undefined where there are too many stacks for one. */
export function renderPicture({ layers, operation }: Pick<RunFacts, "layers" | "operation">): string | undefined {
    if (layers.length === 0 || layers.length > drawnAtMost) return undefined;
    const height = layers.length > small ? 26 : 44;
    const longest = Math.max(...layers.map(({ name }) => Math.min(name.length, longestName)), 11);
    const width = Math.round(longest * letter + 44);
    const drawn = placed(layers, width, height);
    const boxes = drawn.boxes.map((box) => boxOf(box, width, height, operation));
    const lines = drawn.lines.map(
        ({ points, held }) => `<path class="${held ? "line stopped" : "line"}" d="${curve(points)}"/>`,
    );
    const [right, bottom] = [Math.ceil(drawn.width), Math.ceil(drawn.height)];
    return `<svg class="graph" viewBox="0 0 ${right} ${bottom}" style="max-width:${right}px;min-width:${Math.round(right * 0.8)}px" role="img" aria-label="The graph of stacks with their states">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>
${lines.join("\n")}
${boxes.join("\n")}
</svg>`;
}

function boxOf({ layer, x, y }: Box, width: number, height: number, operation: RunFacts["operation"]): string {
    const { style, sign, word } = shownState(layer, operation);
    const seconds = secondsOf(layer);
    const second = `${word}${seconds === undefined ? "" : `, ${duration(seconds)}`}`;
    const name = layer.name.length > longestName ? `${layer.name.slice(0, longestName - 1)}…` : layer.name;
    const [left, top] = [x - width / 2, y - height / 2];
    const tall = height > 30;
    const about = [layer.name, `${second}${layer.reason === undefined ? "" : `: ${layer.reason}`}`];
    return `<a href="#${anchorOf(layer.name)}"><g class="box ${style}" transform="translate(${round(left)} ${round(top)})"><title>${escaped(about.join("\n"))}</title><rect width="${width}" height="${height}" rx="7"/><text class="sign" x="13" y="${tall ? 20 : 17.5}">${sign}</text><text class="name" x="28" y="${tall ? 19 : 17.5}">${escaped(name)}</text>${tall ? `<text class="more" x="28" y="35">${escaped(second)}</text>` : ""}</g></a>`;
}

function placed(layers: readonly LayerFacts[], width: number, height: number) {
    const edges = neededEdges(layers);
    const joined = new Set(edges.flat());
    const states = new Map(layers.map(({ name, state }) => [name, state]));
    const graph = new Layout();
    graph.setGraph({ rankdir: "LR", nodesep: height > 30 ? 14 : 8, ranksep: 64, edgesep: 6, ranker: "tight-tree" });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const { name } of layers) if (joined.has(name)) graph.setNode(name, { width, height });
    for (const [from, to] of edges) graph.setEdge(from, to);
    if (joined.size > 0) layout(graph);
    const at = (name: string): Point => {
        const { x = 0, y = 0 } = graph.node(name) as Partial<Point>;
        return { x: x + margin, y: y + margin };
    };
    const boxes: Box[] = layers.filter(({ name }) => joined.has(name)).map((layer) => ({ layer, ...at(layer.name) }));
    const right = Math.max(0, ...boxes.map(({ x }) => x + width / 2));
    const bottom = Math.max(0, ...boxes.map(({ y }) => y + height / 2));
    // Those that nothing stands on, and that stand on nothing, would make one long column.
    const alone = layers.filter(({ name }) => !joined.has(name));
    const columns = Math.max(1, Math.min(alone.length, Math.floor(Math.max(right, 1100) / (width + 14))));
    alone.forEach((layer, index) => {
        const [column, row] = [index % columns, Math.floor(index / columns)];
        const x = margin + column * (width + 14) + width / 2;
        boxes.push({ layer, x, y: bottom + margin + row * (height + 14) + height / 2 });
    });
    const lines = edges.map(([from, to]) => {
        const { points = [] } = graph.edge(from, to) as { points?: Point[] };
        const [start, end] = [at(from), at(to)];
        // Every second point lies in a gap between two columns, where a curve needs none; the others pass a column.
        const passed = points
            .slice(1, -1)
            .filter((_, index) => index % 2 === 1)
            .map(({ x, y }) => ({ x: x + margin, y: y + margin }))
            .flatMap(({ x, y }) => [x - width / 2, x + width / 2].map((side) => ({ x: side, y })));
        const all = [{ x: start.x + width / 2, y: start.y }, ...passed, { x: end.x - width / 2, y: end.y }];
        return { points: all, held: states.get(to) === "blocked" };
    });
    return {
        boxes,
        lines,
        width: Math.max(...boxes.map(({ x }) => x + width / 2)) + margin,
        height: Math.max(...boxes.map(({ y }) => y + height / 2)) + margin,
    };
}

/** Edges from upstream to downstream, without those that others imply. `layers` are in rollout order. */
export function neededEdges(
    layers: readonly Pick<LayerFacts, "name" | "dependsOn">[],
): readonly (readonly [string, string])[] {
    const below = new Map<string, ReadonlySet<string>>();
    return layers.flatMap(({ name, dependsOn }) => {
        const known = dependsOn.filter((up) => below.has(up));
        below.set(name, new Set(known.flatMap((up) => [up, ...(below.get(up) ?? [])])));
        return known
            .filter((up) => !known.some((other) => other !== up && below.get(other)?.has(up)))
            .map((up) => [up, name] as const);
    });
}

/** Leaves and arrives level. */
function curve(points: readonly Point[]): string {
    const [first, ...rest] = points;
    if (first === undefined) return "";
    let last = first;
    const parts = rest.map((next) => {
        const middle = round((last.x + next.x) / 2);
        const part = `C${middle} ${round(last.y)} ${middle} ${round(next.y)} ${round(next.x)} ${round(next.y)}`;
        last = next;
        return part;
    });
    return `M${round(first.x)} ${round(first.y)}${parts.join("")}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
