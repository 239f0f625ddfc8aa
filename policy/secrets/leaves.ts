/** The texts of a value, by the key paths that people write. */

/**
 * An entry that has a name is told by it: `env[DB_PASSWORD].value`, as containers, Helm values and ECS tasks have them; what
 * follows an option in a list of arguments by that: `args[--password]`. Numbers count as texts; a password may be one.
 */
export function* leavesOf(
    value: unknown,
    keyPath = "",
): Generator<{ readonly keyPath: string; readonly value: string }> {
    if (typeof value === "string") yield { keyPath, value };
    else if (typeof value === "number") yield { keyPath, value: String(value) };
    else if (Array.isArray(value))
        for (const [index, inner] of value.entries()) yield* leavesOf(inner, `${keyPath}[${nameInList(value, index)}]`);
    else if (typeof value === "object" && value !== null) {
        const named = namedPath(value, keyPath);
        for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, memberPath(named, key));
    }
}

export const memberPath = (keyPath: string, key: string): string => (keyPath === "" ? key : `${keyPath}.${key}`);

const names = ["name", "Name", "key", "Key", "parameterName", "ParameterKey"] as const;
const values = ["value", "Value", "parameterValue", "ParameterValue"] as const;

/** The name of an entry that is a name and its value; undefined for any other. */
export function nameOf(entry: unknown): string | undefined {
    if (typeof entry !== "object" || entry === null) return undefined;
    const given = entry as Readonly<Record<string, unknown>>;
    if (!values.some((name) => name in given)) return undefined;
    const name = names.map((one) => given[one]).find((one) => typeof one === "string");
    return typeof name === "string" ? name : undefined;
}

/** Of an object that stands in no list, which would have told its name: `[/prod/password].value`. */
export function namedPath(entry: unknown, keyPath: string): string {
    const name = nameOf(entry);
    return name === undefined || keyPath.endsWith("]") ? keyPath : `${keyPath}[${name}]`;
}

/** How an entry of a list is told: by its own name, by the option before it, or by its place. */
export function nameInList(list: readonly unknown[], index: number): string | number {
    const [before, entry] = [list[index - 1], list[index]];
    const isOption =
        typeof before === "string" && /^--?[A-Za-z][\w.-]{2,}$/.test(before) && !before.startsWith("--no-");
    if (isPasswordOption(list, index)) return "--password";
    return nameOf(entry) ?? (isOption && typeof entry === "string" && !entry.startsWith("-") ? before : index);
}

/** Of a command as a list: `[mysqladmin, -pabc]`, `[redis-cli, -a, abc]`. */
function isPasswordOption(list: readonly unknown[], index: number): boolean {
    const [before, entry] = [list[index - 1], list[index]];
    if (typeof entry !== "string") return false;
    const isOf = (programs: RegExp): boolean =>
        list.slice(0, index).some((one) => typeof one === "string" && programs.test(one));
    if (/^-p.+/.test(entry)) return isOf(/(^|\/)(mysql(dump|admin|import|show|check)?|mariadb(-\w+)?|sshpass)$/);
    if (entry.startsWith("-")) return false;
    return (
        (before === "-a" && isOf(/(^|\/)redis-cli$/)) || (before === "-p" && isOf(/(^|\/)(sshpass|mongosh)$|^login$/))
    );
}
