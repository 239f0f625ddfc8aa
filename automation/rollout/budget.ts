/**
 * Which changes a rollout may make: the budget of its environment, and the stacks that are protected there. Pure: rules
 * and what a preview would change in, what is over them out. An approval names one resource, which then counts for nothing.
 *
 * - In an environment with a `changeBudget`, no more resources are created, updated, replaced and deleted than it allows,
 *   over all stacks of one rollout; of those that hold data none, where it says nothing else.
 * - Of a stack that is protected no resource that holds data is replaced or deleted, whatever the budget allows.
 * - Where nobody is there to be asked, none of any stack is.
 * - Where there is none of these, everything may be changed, and nobody looks.
 */
import { exitCodes, TidegateError } from "../core/errors";
import { nearest } from "../core/yamlFile";
import type { GraphFile } from "../graph/load";
import type { ChangeBudget } from "../graph/protection";
import { forcedBy, type ResourceChange, type StackChanges } from "./changes";
import { isStateful } from "./stateful";

export interface StackRules {
    /** In this environment. */
    readonly protected: boolean;
    /** Patterns of types, beside those that are known. */
    readonly stateful: readonly string[];
}

export interface ChangeRules {
    readonly environment: string;
    readonly budget: ChangeBudget | undefined;
    /** By the stack's name in the graph. */
    readonly stacks: ReadonlyMap<string, StackRules>;
    /** Whether nobody is there who could be asked for an approval. @default false */
    readonly unattended?: boolean;
}

export const noRules = (environment: string): ChangeRules => ({ environment, budget: undefined, stacks: new Map() });

/** The rules that a graph gives one of its environments. */
export function rulesOf(
    { graph, environments, definition }: Pick<GraphFile, "graph" | "environments" | "definition">,
    environment: string,
): ChangeRules {
    const stacks = graph.order.map((stack) => {
        const { protected: where, stateful } = definition(stack);
        return [stack, { protected: where === true || (where !== false && where.includes(environment)), stateful }];
    });
    return {
        environment,
        budget: environments?.[environment]?.changeBudget,
        stacks: new Map(stacks as [string, StackRules][]),
    };
}

export const isProtected = ({ stacks }: ChangeRules, stack: string): boolean => stacks.get(stack)?.protected ?? false;

/** Whether what would change of a stack has to be known before it is deployed. */
export const isGuarded = (rules: ChangeRules, stack: string): boolean =>
    rules.budget !== undefined || rules.unattended === true || isProtected(rules, stack);

export interface PlacedChange extends ResourceChange {
    readonly stack: string;
}

/** A limit, and everything that counts towards it. */
export interface OverLimit {
    /** As the graph's file has it: `changeBudget.replace`, `changeBudget.stateful.delete`, `protected`; `unattended`. */
    readonly limit: string;
    readonly allowed: number;
    readonly resources: readonly PlacedChange[];
}

/** Limits that these changes are over; empty where all of them may happen. `approved`: URNs. */
export function overLimits(
    rules: ChangeRules,
    changes: readonly StackChanges[],
    approved: ReadonlySet<string> = new Set(),
): OverLimit[] {
    const counted = placed(changes).filter(({ urn }) => !approved.has(urn));
    const stateful = counted.filter(
        ({ op, stack, type }) =>
            (op === "replace" || op === "delete") && isStateful(type, rules.stacks.get(stack)?.stateful),
    );
    const guarded = stateful.filter(({ stack }) => isProtected(rules, stack));
    const over: OverLimit[] = guarded.length > 0 ? [{ limit: "protected", allowed: 0, resources: guarded }] : [];
    if (rules.unattended === true && stateful.length > 0)
        over.unshift({ limit: "unattended", allowed: 0, resources: stateful });
    const { budget } = rules;
    if (budget === undefined) return over;
    const demand = (limit: string, allowed: number | undefined, resources: readonly PlacedChange[]): void => {
        if (allowed !== undefined && resources.length > allowed)
            over.push({ limit: `changeBudget.${limit}`, allowed, resources });
    };
    for (const op of ["replace", "delete"] as const)
        demand(
            `stateful.${op}`,
            budget.stateful[op],
            stateful.filter((one) => one.op === op),
        );
    for (const op of ["delete", "replace", "update", "create"] as const)
        demand(
            op,
            budget[op],
            counted.filter((one) => one.op === op),
        );
    return over;
}

const placed = (changes: readonly StackChanges[]): PlacedChange[] =>
    changes.flatMap(({ stack, resources }) => resources.map((resource) => ({ ...resource, stack })));

/** How a person names a resource that is to be approved. */
export const nameFor = ({ stack, type, name }: Pick<PlacedChange, "stack" | "type" | "name">): string =>
    `${stack}/${type}/${name}`;

export interface Approvals {
    /** URNs. */
    readonly approved: ReadonlySet<string>;
    /** What names nothing that would change, with the nearest that does. */
    readonly unused: readonly { readonly given: string; readonly guess: string }[];
}

/**
 * What was approved of these changes, each by its URN or as `stack/type/name`.
 * @throws TidegateError `usage` where a name is of several resources: an approval names the very one
 */
export function approvalsOf(given: readonly string[], changes: readonly StackChanges[]): Approvals {
    const all = placed(changes);
    const approved = new Set<string>();
    const unused: { given: string; guess: string }[] = [];
    for (const one of given) {
        const [found, ...more] = all.filter((change) => change.urn === one || nameFor(change) === one);
        if (more.length > 0)
            throw new TidegateError(`'${one}' is the name of ${more.length + 1} resources.`, {
                code: "usage",
                hint: `Approve each by its URN: ${[found, ...more].map((change) => change?.urn).join(", ")}.`,
                exitCode: exitCodes.usage,
            });
        if (found === undefined) unused.push({ given: one, guess: nearest(one, all.map(nameFor)) });
        else approved.add(found.urn);
    }
    return { approved, unused };
}

/** Resources that are listed by name. */
const listed = 20;

/** A line for each limit, then one for each resource that counts towards any of them. */
export function overText(over: readonly OverLimit[]): string {
    const all = [...new Map(over.flatMap(({ resources }) => resources.map((one) => [one.urn, one] as const))).values()];
    return [
        ...over.map(({ limit, allowed, resources: { length } }) =>
            limit === "unattended"
                ? `nobody is here to be asked, and ${length} that ${length === 1 ? "holds" : "hold"} data would be replaced or deleted`
                : `${limit} allows ${allowed}, there would be ${length}`,
        ),
        ...all.slice(0, listed).map((one) => {
            const forces = forcedBy(one);
            return `  ${one.op} ${nameFor(one)}${forces.length > 0 ? `, forced by ${forces.join(", ")}` : ""}`;
        }),
        ...(all.length > listed ? [`  and ${all.length - listed} more`] : []),
    ].join("\n");
}

/** `stack`: the one that was about to be deployed; undefined: nothing was touched yet. */
export function overBudget(
    { environment, unattended }: ChangeRules,
    over: readonly OverLimit[],
    stack?: string,
): TidegateError {
    const what = [...new Set(over.flatMap(({ resources }) => resources.map(nameFor)))];
    const first = what[0] ?? "";
    const where =
        stack === undefined
            ? `${environment}: nothing was touched, for the changes are over what is allowed.`
            : `${stack}: it was not deployed, for its changes are over what is allowed by now.`;
    return new TidegateError(`${where}\n${overText(over)}`, {
        code: "over-budget",
        hint: unattended
            ? `It is for somebody to decide: \`npx tidegate rollback ${environment} --dry-run\` says what becomes of it, \`npx tidegate rollback ${environment}\` does it.`
            : `\`npx tidegate preview ${environment}\` shows all that would change. Approve what is meant, each by its name (--approve '${first}'), or raise the limit in the graph's file.`,
        exitCode: exitCodes.refused,
    });
}

/**
 * Before a destroy: stacks that are protected go only where the environment was typed.
 * @throws TidegateError `protected`
 */
export function demandConfirmed(rules: ChangeRules, stacks: readonly string[], confirmed: string | undefined): void {
    const guarded = stacks.filter((stack) => isProtected(rules, stack));
    const { environment } = rules;
    if (guarded.length === 0 || confirmed === environment) return;
    const typed = confirmed === undefined ? "" : `, and --confirm names '${confirmed}'`;
    throw new TidegateError(
        `${guarded.join(", ")} of ${environment} ${guarded.length === 1 ? "is" : "are"} protected${typed}: nothing was destroyed.`,
        {
            code: "protected",
            hint: `Where they are to go all the same: --confirm ${environment}. Without them: --exclude ${guarded.join(",")}, and what they stand on.`,
            exitCode: exitCodes.refused,
        },
    );
}
