/** What policies ask of a resource's values, with what a preview does not know yet told from what is not there. */
import { at, pathText, related, type Path } from "../../components/provider/values";
import type { Resource, Policy, Violation } from "./pack";

export interface Place {
    readonly path: Path;
    /** Undefined where there is none. */
    readonly value: unknown;
}

/** `rules[*].action` → its parts. */
const partsOf = (path: string): string[] =>
    path.split(".").flatMap((part) => (part.endsWith("[*]") ? [part.slice(0, -3), "*"] : [part]));

/**
 * What is at a path: names with a dot between them, and `[*]` for each element of a list or each value of a map. What is
 * not known before something is made, is left out: nothing can be said of it.
 */
export function placesAt({ values, unknowns }: Pick<Resource, "values" | "unknowns">, path: string): Place[] {
    let found: Path[] = [[]];
    for (const part of partsOf(path))
        found = found.flatMap((above) => {
            if (part !== "*") return [[...above, part]];
            const inside = at(values, above);
            if (typeof inside !== "object" || inside === null) return [];
            const keys = Array.isArray(inside) ? inside.map((_, index) => index) : Object.keys(inside);
            return keys.map((key) => [...above, key]);
        });
    return found
        .filter((one) => !unknowns.some((unknown) => unknown.length <= one.length && related(unknown, one)))
        .map((one) => ({ path: one, value: at(values, one) ?? undefined }));
}

/** The first value at a path; undefined where there is none, or where it is not known. */
export const valueAt = (resource: Pick<Resource, "values" | "unknowns">, path: string): unknown =>
    placesAt(resource, path)[0]?.value;

/** Whether something is there, known or not. */
export const isGiven = ({ values }: Pick<Resource, "values">, path: string): boolean =>
    (at(values, path.split(".")) ?? undefined) !== undefined;

/** Azure's types come with a version in between as well: `azure-native:storage/v20240101:StorageAccount`. */
export const typeOf = ({ type }: Pick<Resource, "type">): string =>
    type.replace(/^(azure-native:[a-z]+)\/v\d\w*:/, "$1:");

/** What has to be so of one property of one type. */
export interface Demand {
    readonly type: string;
    readonly at: string;
    /** Is asked with `undefined` where nothing is there. */
    is(value: unknown): boolean;
    /** What to do, as an order: it ends the message. */
    readonly fix: string;
    /** Where it does not apply. @default nowhere */
    readonly unless?: (resource: Resource) => boolean;
}

export const demand = (
    type: string,
    path: string,
    is: Demand["is"],
    fix: string,
    unless?: Demand["unless"],
): Demand => ({
    type,
    at: path,
    is,
    fix,
    ...(unless === undefined ? {} : { unless }),
});

export function* unmet(demands: readonly Demand[], resource: Resource): Generator<Violation> {
    const type = typeOf(resource);
    for (const one of demands) {
        if (one.type !== type || one.unless?.(resource) === true) continue;
        for (const { path, value } of placesAt(resource, one.at))
            if (!one.is(value)) yield { message: `${pathText(path)}: ${one.fix}.`, urn: resource.urn };
    }
}

/** A policy that is a table of demands. */
export const table = (name: string, description: string, demands: readonly Demand[]): Policy => ({
    name,
    description,
    resource: (resource) => unmet(demands, resource),
});

export const isTrue = (value: unknown): boolean => value === true || value === "true";
export const isNotTrue = (value: unknown): boolean => !isTrue(value);
export const isThere = (value: unknown): boolean => value !== undefined && value !== "";
export const isAbsent = (value: unknown): boolean => !isThere(value);
export const oneOf =
    (...allowed: readonly unknown[]) =>
    (value: unknown): boolean =>
        allowed.includes(value);
export const atLeast =
    (least: number) =>
    (value: unknown): boolean =>
        Number(value) >= least;

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
export const listOf = (value: unknown): unknown[] =>
    Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];

/** Resources of `type` one of whose properties comes from `of`, or names it. */
export function companions(resources: readonly Resource[], type: string, property: string, of: Resource): Resource[] {
    const names = [of.values["id"], of.values["bucket"], of.values["name"], of.values["arn"]].filter(
        (name) => typeof name === "string" && name !== "",
    );
    return resources.filter(
        (one) =>
            typeOf(one) === type &&
            ((one.dependencies[property] ?? []).includes(of.urn) ||
                placesAt(one, property).some(({ value }) => names.includes(value))),
    );
}
