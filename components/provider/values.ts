/**
 * Property values on the wire: plain JSON in which a secret is an object with a signature and an unknown value (in a
 * preview) is a well-known text. Source of the constants: sdk/go/common/resource/plugin/rpc.go of pulumi/pulumi.
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** An unknown value of any type, as this plugin sends it. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownValues = new Set([
    unknownValue,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
    "030794c1-ac77-496b-92df-f27374a8bd58", // asset
    "e48ece36-62e2-4504-bad9-02848725956a", // archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export type Path = readonly (string | number)[];
export type Values = Record<string, unknown>;

/** Values without wrappers, and where secrets and unknown values were. */
export interface Unwrapped {
    readonly values: Values;
    readonly secrets: readonly Path[];
    readonly unknowns: readonly Path[];
}

export function isRecord(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function unwrap(values: Values): Unwrapped {
    const secrets: Path[] = [];
    const unknowns: Path[] = [];
    const visit = (value: unknown, path: Path): unknown => {
        if (typeof value === "string" && unknownValues.has(value)) {
            unknowns.push(path);
            return unknownValue;
        }
        if (Array.isArray(value)) return value.map((element, index) => visit(element, [...path, index]));
        if (!isRecord(value)) return value;
        if (value[signatureKey] === secretSignature) {
            secrets.push(path);
            return visit(value["value"], path);
        }
        return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member, [...path, key])]));
    };
    return { values: visit(values, []) as Values, secrets, unknowns };
}

/** Marks what is at these paths as secret; a path that leads nowhere is passed over. */
export function wrap(values: Values, secrets: readonly Path[]): Values {
    const visit = (value: unknown, paths: readonly Path[]): unknown => {
        if (value === undefined || paths.length === 0) return value;
        if (paths.some((path) => path.length === 0)) return { [signatureKey]: secretSignature, value };
        const under = (key: string | number) =>
            paths.filter((path) => path[0] === key).map((path) => path.slice(1) as Path);
        if (Array.isArray(value)) return value.map((element, index) => visit(element, under(index)));
        if (!isRecord(value)) return value;
        return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member, under(key))]));
    };
    return visit(values, secrets) as Values;
}

export function at(values: unknown, path: Path): unknown {
    return path.reduce<unknown>(
        (value, key) => (typeof value === "object" && value !== null ? (value as Values)[key] : undefined),
        values,
    );
}

/** Every text below these paths, for redaction. Short ones are left out: they would redact half a message. */
export function texts(values: Values, paths: readonly Path[]): string[] {
    const found: string[] = [];
    const visit = (value: unknown): void => {
        if (typeof value === "string" && value.length >= 6) found.push(value);
        else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
    };
    paths.forEach((path) => visit(at(values, path)));
    return found;
}

/** Whether one path is the other, or lies above or below it. */
export function related(one: Path, other: Path): boolean {
    return one.slice(0, other.length).every((key, index) => String(key) === String(other[index]));
}

/** Paths at which two values differ, as deep as both have the same shape. */
export function differences(old: unknown, now: unknown, path: Path = []): Path[] {
    // The engine may leave out a member that is null.
    if (Object.is(old ?? undefined, now ?? undefined)) return [];
    const both = [old, now];
    if (both.every(Array.isArray) || both.every(isRecord)) {
        const [left, right] = both as [Values, Values];
        const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
        if (Array.isArray(old) && Object.keys(left).length !== Object.keys(right).length) return [path];
        return keys.flatMap((key) =>
            differences(left[key], right[key], [...path, Array.isArray(old) ? Number(key) : key]),
        );
    }
    return [path];
}

/** A path as Pulumi writes it: `files["server.properties"]`, `command[2]`, `ready.http`. */
export function pathText(path: Path): string {
    return path
        .map((key, index) =>
            typeof key === "number"
                ? `[${key}]`
                : /^[A-Za-z_$][\w$]*$/.test(key)
                  ? `${index === 0 ? "" : "."}${key}`
                  : `[${JSON.stringify(key)}]`,
        )
        .join("");
}
