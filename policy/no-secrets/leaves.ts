/** The texts in a value, each with its path and with the key path by which detectors judge it. */
import type { Path } from "../../components/provider/values";
import { memberPath, namedPath, nameInList } from "../secrets/leaves";

export interface Leaf {
    readonly path: Path;
    /** An entry of a list that has a name is told by it: `env[DB_PASSWORD].value`. */
    readonly keyPath: string;
    readonly value: string;
}

const isAt = (path: Path, one: Path): boolean =>
    one.length === path.length && one.every((key, index) => String(key) === String(path[index]));

/** Passes over what is at, or below, one of `except`. */
export function* leavesOf(
    value: unknown,
    except: readonly Path[] = [],
    path: Path = [],
    keyPath = "",
): Generator<Leaf> {
    if (except.some((one) => isAt(path, one))) return;
    if (typeof value === "string" || typeof value === "number") yield { path, keyPath, value: String(value) };
    else if (Array.isArray(value))
        for (const [index, element] of value.entries())
            yield* leavesOf(element, except, [...path, index], `${keyPath}[${nameInList(value, index)}]`);
    else if (typeof value === "object" && value !== null) {
        const named = namedPath(value, keyPath);
        for (const [key, member] of Object.entries(value))
            yield* leavesOf(member, except, [...path, key], memberPath(named, key));
    }
}
