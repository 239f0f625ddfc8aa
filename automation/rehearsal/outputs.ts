/** What comes of inputs: names that a provider makes up, and outputs that a cloud does. */
import { createHash, randomBytes } from "node:crypto";
import { at, type Path, type Values } from "../../components/provider/values";
import { nameOf, pathOf } from "./cloud";
import type { Row } from "./row";

const isObject = (value: unknown): value is Values =>
    typeof value === "object" && value !== null && !Array.isArray(value);

/** The values with one at a path, in objects that are made where they are missing. */
function laid(values: Values, [key, ...rest]: Path, value: unknown): Values {
    if (key === undefined) return values;
    const under = values[key];
    return { ...values, [key]: rest.length === 0 ? value : laid(isObject(under) ? under : {}, rest, value) };
}

/** Whether nothing stands at the path of a name: neither a name nor one that is not known yet, nor a part of the path. */
function isNameless(values: Values, path: Path): boolean {
    return path.every((_key, index) => {
        const found = at(values, path.slice(0, index + 1));
        return found === undefined || (index < path.length - 1 && typeof found === "object");
    });
}

interface Naming {
    readonly urn: string;
    /** Inputs as they were, where there is one already. */
    readonly olds: Values | undefined;
    /** Of the engine; empty where it gives none. */
    readonly seed: Uint8Array;
}

/** The inputs with the name that the provider makes up where the program gives none. It keeps one that it has made up. */
export function named({ autoName }: Pick<Row, "autoName">, inputs: Values, { urn, olds, seed }: Naming): Values {
    if (autoName === undefined) return inputs;
    const { separator = "-", digits = 7, mark } = autoName;
    const path = pathOf(autoName.input);
    if (!isNameless(inputs, path)) return inputs;
    const given = at(inputs, [...path.slice(0, -1), `${path.at(-1) ?? ""}Prefix`]);
    const prefix = typeof given === "string" ? given : `${nameOf(urn)}${separator}`;
    const made = createHash("sha256")
        .update(seed.length > 0 ? seed : randomBytes(32))
        .update(urn)
        .digest("hex");
    const name = at(olds, path) ?? `${prefix}${made.slice(0, digits)}`;
    const whole = laid(inputs, path, name);
    return mark === undefined ? whole : laid(whole, mark.path, mark.value);
}

/** Whether a resource that is replaced keeps a name that the program has given it: then the old one has to go first. */
export function keepsItsName({ autoName }: Pick<Row, "autoName">, urn: string, old: Values, now: Values): boolean {
    if (autoName === undefined) return false;
    const { separator = "-", digits = 7 } = autoName;
    const path = pathOf(autoName.input);
    const name = at(now, path);
    if (typeof name !== "string" || at(old, path) !== name) return false;
    const own = `${nameOf(urn)}${separator}`;
    return !(name.startsWith(own) && /^[0-9a-f]+$/.test(name.slice(own.length)) && name.length - own.length === digits);
}

/**
 * Values with what is computed laid over them: where the inputs do not give it, and of objects the members that they do not
 * give. `valueOf` answers with undefined for what there is not.
 */
export function completed(
    { computed }: Pick<Row, "computed">,
    values: Values,
    inputs: Values,
    valueOf: (name: string, path: Path) => unknown,
): Values {
    return Object.keys(computed).reduce((outputs, name) => {
        const path = pathOf(name);
        const given = at(inputs, path);
        if (given !== undefined && given !== null && !isObject(given)) return outputs;
        const made = valueOf(name, path);
        if (given === undefined || given === null) return laid(outputs, path, made);
        if (isObject(made)) return laid(outputs, path, { ...made, ...(given as Values) });
        // What is not known of an object may be any of its members.
        return typeof made === "string" ? laid(outputs, path, made) : outputs;
    }, values);
}
