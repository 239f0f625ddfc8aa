/**
 * Which stacks of a graph a run is about, and why each is in it or not. Pure. Several names of one filter are a union,
 * several filters an intersection: `from storage` with `until runtime` is what lies between the two.
 */
import { exitCodes, TidegateError } from "../core/errors";
import { nearest } from "../core/yamlFile";
import type { Graph } from "./graph";

export interface Filter {
    /** These stacks and no others, whatever they stand on. @default all */
    readonly only?: readonly string[];
    /** These and everything that stands on them. @default all */
    readonly from?: readonly string[];
    /** These and everything that they stand on. @default all */
    readonly until?: readonly string[];
    /** Stacks with one of these labels. @default all */
    readonly labels?: readonly string[];
    /** Not these, whatever else names them. @default none */
    readonly exclude?: readonly string[];
}

export interface Choice {
    readonly name: string;
    readonly selected: boolean;
    /** For people: the option that decided, and by which stack. */
    readonly why: string;
}

/**
 * One choice for each stack, in rollout order.
 * @throws TidegateError `graph-invalid` for a name that the graph has not, `selection-empty` where nothing is left
 */
export function select(graph: Graph, filter: Filter = {}): readonly Choice[] {
    for (const name of [filter.only, filter.from, filter.until, filter.exclude].flatMap((names) => names ?? []))
        graph.node(name);
    const rules = rulesOf(graph, filter);
    const choices = graph.order.map((name): Choice => {
        const whys: string[] = [];
        for (const { holds, fails } of rules) {
            const why = holds(name);
            if (why === undefined) return { name, selected: false, why: fails };
            if (why !== "") whys.push(why);
        }
        return { name, selected: true, why: whys.join(", ") || "the whole graph" };
    });
    if (choices.every(({ selected }) => !selected))
        throw new TidegateError("No stack of the graph is selected.", {
            code: "selection-empty",
            hint: `Take one of the filters away. \`tidegate graph\` with the same filters says why each stack is left out.`,
            exitCode: exitCodes.usage,
        });
    return choices;
}

interface Rule {
    /** Why the stack passes; empty where there is nothing to say; undefined where it does not. */
    readonly holds: (name: string) => string | undefined;
    readonly fails: string;
}

function rulesOf(graph: Graph, { only, from, until, labels, exclude }: Filter): Rule[] {
    const rules: Rule[] = [];
    if (exclude?.length)
        rules.push({ holds: (name) => (exclude.includes(name) ? undefined : ""), fails: "excluded by --exclude" });
    if (only?.length)
        rules.push({
            holds: (name) => (only.includes(name) ? "named by --only" : undefined),
            fails: `not named by --only ${only.join(",")}`,
        });
    if (from?.length) {
        const reach = reached(from, (name) => graph.downFrom(name));
        rules.push({
            holds: (name) => why(reach, name, "named by --from", (start) => `stands on ${start} (--from)`),
            fails: `does not stand on ${from.join(" or ")} (--from)`,
        });
    }
    if (until?.length) {
        const reach = reached(until, (name) => graph.upTo(name));
        rules.push({
            holds: (name) => why(reach, name, "named by --until", (end) => `${end} stands on it (--until)`),
            fails: `${until.join(" and ")} can do without it (--until)`,
        });
    }
    if (labels?.length) {
        const known = [...new Set(graph.order.flatMap((name) => graph.node(name).labels ?? []))].sort();
        for (const label of labels) if (!known.includes(label)) throw unknownLabel(label, known);
        rules.push({
            holds: (name) => {
                const label = graph.node(name).labels?.find((one) => labels.includes(one));
                return label === undefined ? undefined : `has the label ${label}`;
            },
            fails: `has no label ${labels.join(" or ")}`,
        });
    }
    return rules;
}

/** Every stack that is reached from one of `starts`, with the first that reaches it. */
function reached(starts: readonly string[], closure: (name: string) => readonly string[]): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const start of starts) for (const name of closure(start)) if (!found.has(name)) found.set(name, start);
    for (const start of starts) found.set(start, start);
    return found;
}

function why(
    reach: ReadonlyMap<string, string>,
    name: string,
    named: string,
    through: (other: string) => string,
): string | undefined {
    const other = reach.get(name);
    return other === undefined ? undefined : other === name ? named : through(other);
}

function unknownLabel(label: string, known: readonly string[]): TidegateError {
    const has = known.length === 0 ? "It has no labels." : `It has ${known.join(", ")}.`;
    return new TidegateError(`No stack of the graph has the label '${label}'.`, {
        code: "graph-invalid",
        hint: nearest(label, known) || has,
        exitCode: exitCodes.usage,
    });
}
