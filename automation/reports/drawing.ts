/** A directed graph as an inline SVG, from left to right: boxes in the colour of their state, and lines between them. */
import { Graph as Layout, layout } from "@dagrejs/dagre";
import { escaped } from "./markup";
import type { ShownState } from "./states";

export interface DrawnBox extends Pick<ShownState, "style" | "sign"> {
    readonly name: string;
    readonly href: string;
    /** The line below the name; left out where there are many boxes. */
    readonly second: string;
    /** What is told where a pointer rests on it. */
    readonly title: string;
}

export interface DrawnEdge {
    readonly from: string;
    readonly to: string;
    /** Drawn with gaps. */
    readonly stopped: boolean;
}

export interface Drawing {
    readonly boxes: readonly DrawnBox[];
    /** Without cycles, and between names of boxes. */
    readonly edges: readonly DrawnEdge[];
    /** For who does not see it. */
    readonly label: string;
}

const small = 60;
const margin = 16;
const letter = 7.4;
const longestName = 28;

interface Point {
    readonly x: number;
    readonly y: number;
}

/** Of the middle. */
type Placed = Point & { readonly box: DrawnBox };

export function drawGraph({ boxes, edges, label }: Drawing): string {
    const height = boxes.length > small ? 26 : 44;
    const second = boxes.length > small ? 0 : Math.max(0, ...boxes.map((box) => box.second.length * 0.8));
    const longest = Math.max(...boxes.map(({ name }) => Math.min(name.length, longestName)), Math.min(second, 34), 11);
    const width = Math.round(longest * letter + 44);
    const drawn = placed(boxes, edges, width, height);
    const shown = drawn.boxes.map((box) => boxText(box, width, height));
    const lines = drawn.lines.map(
        ({ points, stopped }) => `<path class="${stopped ? "line stopped" : "line"}" d="${curve(points)}"/>`,
    );
    const [right, bottom] = [Math.ceil(drawn.width), Math.ceil(drawn.height)];
    return `<svg class="graph" viewBox="0 0 ${right} ${bottom}" style="max-width:${right}px;min-width:${Math.round(right * 0.8)}px" role="img" aria-label="${escaped(label)}">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>
${lines.join("\n")}
${shown.join("\n")}
</svg>`;
}

function boxText({ box, x, y }: Placed, width: number, height: number): string {
    const name = box.name.length > longestName ? `${box.name.slice(0, longestName - 1)}…` : box.name;
    const [left, top] = [x - width / 2, y - height / 2];
    const tall = height > 30;
    return `<a href="${box.href}"><g class="box ${box.style}" transform="translate(${round(left)} ${round(top)})"><title>${escaped(box.title)}</title><rect width="${width}" height="${height}" rx="7"/><text class="sign" x="13" y="${tall ? 20 : 17.5}">${box.sign}</text><text class="name" x="28" y="${tall ? 19 : 17.5}">${escaped(name)}</text>${tall ? `<text class="more" x="28" y="35">${escaped(box.second)}</text>` : ""}</g></a>`;
}

function placed(all: readonly DrawnBox[], edges: readonly DrawnEdge[], width: number, height: number) {
    const joined = new Set(edges.flatMap(({ from, to }) => [from, to]));
    const graph = new Layout();
    graph.setGraph({ rankdir: "LR", nodesep: height > 30 ? 14 : 8, ranksep: 64, edgesep: 6, ranker: "tight-tree" });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const { name } of all) if (joined.has(name)) graph.setNode(name, { width, height });
    for (const { from, to } of edges) graph.setEdge(from, to);
    if (joined.size > 0) layout(graph);
    const at = (name: string): Point => {
        const { x = 0, y = 0 } = graph.node(name) as Partial<Point>;
        return { x: x + margin, y: y + margin };
    };
    const boxes: Placed[] = all.filter(({ name }) => joined.has(name)).map((box) => ({ box, ...at(box.name) }));
    const right = Math.max(0, ...boxes.map(({ x }) => x + width / 2));
    const bottom = Math.max(0, ...boxes.map(({ y }) => y + height / 2));
    // Those that nothing stands on, and that stand on nothing, would make one long column.
    const alone = all.filter(({ name }) => !joined.has(name));
    const columns = Math.max(1, Math.min(alone.length, Math.floor(Math.max(right, 1100) / (width + 14))));
    alone.forEach((box, index) => {
        const [column, row] = [index % columns, Math.floor(index / columns)];
        const x = margin + column * (width + 14) + width / 2;
        boxes.push({ box, x, y: bottom + margin + row * (height + 14) + height / 2 });
    });
    const lines = edges.map(({ from, to, stopped }) => {
        const { points = [] } = graph.edge(from, to) as { points?: Point[] };
        const [start, end] = [at(from), at(to)];
        // Every second point lies in a gap between two columns, where a curve needs none; the others pass a column.
        const passed = points
            .slice(1, -1)
            .filter((_, index) => index % 2 === 1)
            .map(({ x, y }) => ({ x: x + margin, y: y + margin }))
            .flatMap(({ x, y }) => [x - width / 2, x + width / 2].map((side) => ({ x: side, y })));
        const way = [{ x: start.x + width / 2, y: start.y }, ...passed, { x: end.x - width / 2, y: end.y }];
        return { points: way, stopped };
    });
    return {
        boxes,
        lines,
        width: Math.max(...boxes.map(({ x }) => x + width / 2)) + margin,
        height: Math.max(...boxes.map(({ y }) => y + height / 2)) + margin,
    };
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
