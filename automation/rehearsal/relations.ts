/** How things of a simulated cloud stand to each other: what names what, what holds what, what only one may have. */
import { at } from "../../components/provider/values";
import { pathOf, valuesAt, type SimulatedCloud, type Thing } from "./cloud";
import type { Reference, Row } from "./row";
import type { Values } from "../../components/provider/values";

let rowsByType: () => ReadonlyMap<string, Row> = () => new Map();
let namesElsewhere: ReadonlySet<unknown> = new Set();

/**
 * Tells which things hold which: the rows of every package, for one plugin sees what another has made. By a function they
 * are asked for where something is to go, and not before: a plugin that makes things needs none but its own.
 * @param elsewhere names and ids of what somebody else has made: the word of who says so is taken. @default none
 */
export function useRows(rows: readonly Row[] | (() => readonly Row[]), elsewhere: readonly string[] = []): void {
    let known: ReadonlyMap<string, Row> | undefined;
    rowsByType = () => {
        const all = (): readonly Row[] => (typeof rows === "function" ? rows() : rows);
        return (known ??= new Map(all().map((row) => [row.token, row])));
    };
    namesElsewhere = new Set(elsewhere);
}

/**
 * What only one thing may have; undefined where any number of equal ones may be there. A name that is not given is made up,
 * by the provider or by the cloud, and is nobody else's; any other input that is not given counts as that: a provider's own
 * project, a rule that names no other group.
 */
export function claimOf({ unique, token }: Pick<Row, "unique" | "token">, inputs: Values): string | undefined {
    const values = unique.map((path) => ({ path, value: at(inputs, pathOf(path)) ?? null }));
    const isMadeUp = values.some(({ path, value }) => value === null && /name$/i.test(path));
    if (isMadeUp || values.every(({ value }) => value === null)) return undefined;
    return `${token} ${JSON.stringify(values.map(({ value }) => value))}`;
}

const typesOf = ({ type }: Reference): readonly string[] => (typeof type === "string" ? [type] : type);

/**
 * What an input names has to be there.
 * @throws where it is not, or cannot be seen yet
 */
export function demandReferences(row: Row, inputs: Values, cloud: SimulatedCloud): void {
    for (const reference of row.references ?? [])
        for (const value of valuesAt(inputs, pathOf(reference.input)))
            if (!namesElsewhere.has(value) && cloud.find(reference.type, reference.by ?? "id", value) === undefined)
                throw new Error(
                    `NotFound: ${reference.input} names ${text(value)}, which is no ${typesOf(reference).join(" or ")}`,
                );
}

/** Things that name this one, each with whether it holds it. */
function namedBy(thing: Thing, cloud: SimulatedCloud): { readonly by: Thing; readonly holds: boolean }[] {
    return [...rowsByType().values()].flatMap((row) =>
        (row.references ?? [])
            .filter((reference) => typesOf(reference).includes(thing.type))
            .flatMap(({ input, by = "id", holds = true }) => {
                const value = by === "id" ? thing.id : at(thing.outputs, pathOf(by));
                return cloud
                    .all(row.token)
                    .filter((other) => other.token !== thing.token)
                    .filter((other) => valuesAt(other.inputs, pathOf(input)).includes(value))
                    .map((other) => ({ by: other, holds }));
            }),
    );
}

/** Why a thing cannot go: something else still names it. */
export function holderOf(thing: Thing, cloud: SimulatedCloud): string | undefined {
    const holder = namedBy(thing, cloud).find(({ holds }) => holds)?.by;
    if (holder === undefined) return undefined;
    return `DependencyViolation: ${thing.type} ${thing.id} is used by ${holder.type} ${holder.id}`;
}

/** Whether nothing else names a thing. */
export const isAlone = (thing: Thing, cloud: SimulatedCloud): boolean => namedBy(thing, cloud).length === 0;

/** What lies in a thing goes with it, whoever made it. */
export function takeAlong(thing: Thing, cloud: SimulatedCloud): void {
    const { inside = below } = rowsByType().get(thing.type) ?? {};
    for (const other of cloud.all()) if (inside(thing, other)) cloud.remove(other.type, other.id, other.scope);
}

const below = ({ id }: Thing, other: Thing): boolean => other.id.startsWith(`${id}/`);

/** A value as a message names it. */
export const text = (value: unknown): string => (typeof value === "string" ? `'${value}'` : JSON.stringify(value));

/** `name 'a', zone 'b'` */
export const namedText = (row: Pick<Row, "unique">, inputs: Values): string =>
    row.unique
        .map((path) => [path, at(inputs, pathOf(path))] as const)
        .filter(([, value]) => value !== undefined)
        .map(([path, value]) => `${path} ${text(value)}`)
        .join(", ");
