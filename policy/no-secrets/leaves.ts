/** The texts in a value, each with its path. */
import type { Path } from "../../components/provider/values";

export interface Leaf {
    readonly path: Path;
    readonly value: string;
}

/** Passes over what is at, or below, one of `except`. */
export function* leavesOf(value: unknown, except: readonly Path[] = [], path: Path = []): Generator<Leaf> {
    if (
        except.some(
            (one) => one.length === path.length && one.every((key, index) => String(key) === String(path[index])),
        )
    )
        return;
    if (typeof value === "string") yield { path, value };
    else if (Array.isArray(value))
        for (const [index, element] of value.entries()) yield* leavesOf(element, except, [...path, index]);
    else if (typeof value === "object" && value !== null)
        for (const [key, member] of Object.entries(value)) yield* leavesOf(member, except, [...path, key]);
}
