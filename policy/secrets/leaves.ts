/** The texts of a value, by the key paths that people write. */

/**
 * An entry of a list that has a name is told by it: `env[DB_PASSWORD].value`, as containers, Helm values and ECS tasks
 * have them. Numbers count as texts; a password may be one.
 */
export function* leavesOf(
    value: unknown,
    keyPath = "",
): Generator<{ readonly keyPath: string; readonly value: string }> {
    if (typeof value === "string") yield { keyPath, value };
    else if (typeof value === "number") yield { keyPath, value: String(value) };
    else if (Array.isArray(value))
        for (const [index, inner] of value.entries()) yield* leavesOf(inner, `${keyPath}[${nameOf(inner) ?? index}]`);
    else if (typeof value === "object" && value !== null)
        for (const [key, inner] of Object.entries(value))
            yield* leavesOf(inner, keyPath === "" ? key : `${keyPath}.${key}`);
}

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
