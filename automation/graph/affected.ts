/**
 * Which stacks of a graph a change of files reaches, and why. Pure. A stack that stands on one that is reached is reached
 * too: what it reads may come out otherwise. Rather too many than too few: what has not changed after all is skipped by the
 * rollout, by its digest.
 */
import type { Graph } from "./graph";

export interface Change {
    /** Names of changed files by the stack that is made of them. */
    readonly touched: ReadonlyMap<string, readonly string[]>;
    /** Stacks that the graph had not. */
    readonly added: readonly string[];
    /** Stacks that the graph has no more. */
    readonly removed: readonly string[];
}

export type Reach = "changed" | "added" | "downstream" | "untouched" | "removed";

export interface AffectedStack {
    readonly name: string;
    readonly reach: Reach;
    /** For people. */
    readonly why: string;
}

/** In rollout order; those that are removed come last, as they are taken down: what it is that stood on another first is not known any more. */
export function affectedStacks(graph: Graph, { touched, added, removed }: Change): readonly AffectedStack[] {
    const reached = new Map<string, AffectedStack>();
    for (const name of graph.order) {
        const files = touched.get(name) ?? [];
        const upstream = graph.node(name).dependsOn.filter((up) => reached.get(up)?.reach !== "untouched");
        reached.set(name, {
            name,
            ...(added.includes(name)
                ? { reach: "added", why: "the graph had no such stack" }
                : files.length > 0
                  ? { reach: "changed", why: some(files) }
                  : upstream.length > 0
                    ? { reach: "downstream", why: `stands on ${upstream.join(", ")}` }
                    : { reach: "untouched", why: "nothing that it is made of" }),
        });
    }
    const gone = removed.map((name) => ({ name, reach: "removed" as const, why: "the graph has it no more" }));
    return [...reached.values(), ...gone];
}

const shown = 3;
const some = (files: readonly string[]): string => {
    const more = files.length - shown;
    return [...files.slice(0, shown), ...(more > 0 ? [`${more} more`] : [])].join(", ");
};
