/**
 * What a preview would change: of a stack its resources, of a resource its properties. Steps are reduced to what they
 * come to, for one replacement is up to three of them. Pure.
 */
import type { EngineFact, ResourceFact } from "../engine/facts";
import type { PropertyChange } from "../engine/propertyDiff";

export type { PropertyChange } from "../engine/propertyDiff";

export interface ResourceChange {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** `create`, `update`, `replace`, `delete`, `import`; or a word of Pulumi's that is none of these. */
    readonly op: string;
    /** Of an update or a replacement; by path. */
    readonly properties: readonly PropertyChange[];
}

export interface StackChanges {
    readonly stack: string;
    /** In the order in which the engine came to them; without those that stay as they are, and without the engine's own. */
    readonly resources: readonly ResourceChange[];
    /** Names of its outputs that would differ. */
    readonly outputs: readonly string[];
}

/** What changes nothing that is there. */
const harmless = [
    ...["same", "refresh", "remove-pending-replace"],
    // Of what is only read, and belongs to somebody else.
    ...["read", "read-replacement", "read-discard", "discard", "discard-replaced"],
];
const replacing = ["replace", "create-replacement", "delete-replaced", "import-replacement"];

export function changesOf(stack: string, facts: readonly EngineFact[]): StackChanges {
    const steps = new Map<string, ResourceFact[]>();
    let outputs: readonly string[] = [];
    for (const fact of facts) {
        if (fact.kind === "outputs") outputs = fact.names;
        if (fact.kind !== "resource" || fact.phase !== "started") continue;
        if (fact.type.startsWith("pulumi:") || harmless.includes(fact.op)) continue;
        steps.set(fact.urn, [...(steps.get(fact.urn) ?? []), fact]);
    }
    const resources = [...steps].map(([urn, [first, ...rest]]): ResourceChange => {
        const all = [first, ...rest].filter((fact) => fact !== undefined);
        return {
            urn,
            type: all[0]?.type ?? "",
            name: all[0]?.name ?? urn,
            op: comesTo(all.map(({ op }) => op)),
            properties: merged(all.flatMap(({ properties }) => properties ?? [])),
        };
    });
    return { stack, resources, outputs };
}

/** What the steps on one resource come to: one replacement is told as up to three of them. */
export function comesTo(ops: readonly string[]): string {
    if (ops.some((op) => replacing.includes(op)) || (ops.includes("delete") && ops.includes("create")))
        return "replace";
    return ["delete", "import", "create", "update"].find((op) => ops.includes(op)) ?? ops[0] ?? "update";
}

function merged(properties: readonly PropertyChange[]): PropertyChange[] {
    const found = new Map<string, PropertyChange>();
    for (const one of properties) {
        const before = found.get(one.path);
        found.set(one.path, { ...before, ...one, forces: one.forces || (before?.forces ?? false) });
    }
    return [...found.values()];
}

/** Whether an up would do anything, or give other outputs. */
export const changesAnything = ({ resources, outputs }: StackChanges): boolean =>
    resources.length > 0 || outputs.length > 0;

/** Number of resources by what would be done to them: `{create: 3, replace: 1}`. */
export function countsOf({ resources }: StackChanges): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { op } of resources) counts[op] = (counts[op] ?? 0) + 1;
    return counts;
}

/** Paths of the properties that force a replacement. */
export const forcedBy = ({ properties }: ResourceChange): string[] =>
    properties.filter(({ forces }) => forces).map(({ path }) => path);

/** Characters of a value that are shown. */
const shown = 100;
const cut = (text: string): string => (text.length > shown ? `${text.slice(0, shown - 1)}…` : text);

/** As it is told: `redact` takes secrets out of the whole values, which are cut after that. */
export function tellable(changes: StackChanges, redact: <T>(value: T) => T): StackChanges {
    const safe = redact(changes);
    return {
        ...safe,
        resources: safe.resources.map((resource) => ({
            ...resource,
            properties: resource.properties.map(({ before, after, ...rest }) => ({
                ...rest,
                ...(before === undefined ? {} : { before: cut(before) }),
                ...(after === undefined ? {} : { after: cut(after) }),
            })),
        })),
    };
}
