/** The graph of a run as an inline SVG: what stands on what, from left to right, each stack in the colour of its state. */
import { duration } from "../core/duration";
import { drawGraph, type DrawnBox } from "./drawing";
import { secondsOf, type LayerFacts, type RunFacts } from "./facts";
import { anchorOf } from "./markup";
import { shownState } from "./states";

/** Beyond them lines cross too often to be followed, and the layout takes longer than a rollout of unchanged stacks. */
export const drawnAtMost = 250;

/** The SVG; undefined where there are too many stacks for one. */
export function renderPicture({ layers, operation }: Pick<RunFacts, "layers" | "operation">): string | undefined {
    if (layers.length === 0 || layers.length > drawnAtMost) return undefined;
    const held = new Set(layers.filter(({ state }) => state === "blocked").map(({ name }) => name));
    return drawGraph({
        boxes: layers.map((layer) => boxOf(layer, operation)),
        edges: neededEdges(layers).map(([from, to]) => ({ from, to, stopped: held.has(to) })),
        label: "The graph of stacks with their states",
    });
}

function boxOf(layer: LayerFacts, operation: RunFacts["operation"]): DrawnBox {
    const { style, sign, word } = shownState(layer, operation);
    const seconds = secondsOf(layer);
    const second = `${word}${seconds === undefined ? "" : `, ${duration(seconds)}`}`;
    const more = `${second}${layer.reason === undefined ? "" : `: ${layer.reason}`}`;
    return { name: layer.name, href: `#${anchorOf(layer.name)}`, style, sign, second, title: `${layer.name}\n${more}` };
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
