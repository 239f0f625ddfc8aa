/**
 * Which properties of a resource a step would change, from what Pulumi tells of it. Providers tell little or much: some
 * give each path with its kind, some the names alone, some nothing, and then its inputs are compared. Pure.
 *
 * Values are rendered to short texts here, at the source. The engine has masked what is secret; what is called a password
 * and was never marked as one is masked too, and a text that is too long to be read is not passed on at all, for a piece
 * of a secret could not be found in it any more.
 */
import type { StepEventMetadata } from "@pulumi/pulumi/automation";
import { z } from "zod";
import { redacted } from "../core/redactor";

export const propertyChangeSchema = z.object({
    path: z.string().describe('As Pulumi writes it: `tags["team"]`, `rules[0].port`.'),
    kind: z.enum(["add", "delete", "update"]),
    forces: z.boolean().describe("Whether it is why the resource is replaced."),
    before: z
        .string()
        .optional()
        .describe("JSON, secrets masked; absent where there is none, or where it is not told."),
    after: z.string().optional().describe("As `before`."),
});
export type PropertyChange = Readonly<z.infer<typeof propertyChangeSchema>>;

type Values = Readonly<Record<string, unknown>>;

const changing = ["update", "replace", "create-replacement", "import-replacement"];

/** Empty for a step that makes, deletes, reads or leaves a resource. */
export function propertiesOf({
    op,
    old,
    new: made,
    keys,
    diffs,
    detailedDiff,
}: StepEventMetadata): readonly PropertyChange[] {
    if (!changing.includes(op)) return [];
    const forcing = keys ?? [];
    const inputs = { before: valuesOf(old?.inputs), after: valuesOf(made?.inputs) };
    const detailed = Object.entries(detailedDiff ?? {});
    if (detailed.length > 0)
        return detailed.map(([path, { diffKind, inputDiff }]) => {
            const outputs = valuesOf(old?.outputs);
            const before = at(inputDiff ? inputs.before : outputs, path) ?? at(inputs.before, path);
            const kind = /^(add|delete)/.exec(diffKind)?.[1] as "add" | "delete" | undefined;
            const forces = diffKind.endsWith("-replace") || forcing.includes(path);
            return change(path, kind ?? "update", forces, before, at(inputs.after, path));
        });
    const all = [...new Set([...Object.keys(inputs.before), ...Object.keys(inputs.after)])].filter(
        (name) => !name.startsWith("__"),
    );
    const differs = (name: string): boolean =>
        JSON.stringify(inputs.before[name]) !== JSON.stringify(inputs.after[name]);
    const named = [...new Set([...forcing, ...(diffs?.length ? diffs : all.filter(differs))])];
    // Two secrets look the same here: where nothing else differs, it is one of them.
    const paths = named.length > 0 ? named : all.filter((name) => isSecret(inputs.after[name]));
    return paths.map((path) => {
        const [before, after] = [at(inputs.before, path), at(inputs.after, path)];
        const kind = before === undefined && after !== undefined ? "add" : after === undefined ? "delete" : "update";
        return change(path, kind, forcing.includes(path), before, after);
    });
}

/** Names of a stack's outputs that would differ; secrets look the same before and after. */
export function outputsOf({ old, new: made }: StepEventMetadata): readonly string[] {
    if (old === null || old === undefined) return [];
    const [before, after] = [valuesOf(old.outputs), valuesOf(made?.outputs)];
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
        .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
        .sort();
}

function change(
    path: string,
    kind: PropertyChange["kind"],
    forces: boolean,
    before: unknown,
    after: unknown,
): PropertyChange {
    const texts = { before: kind === "add" ? undefined : before, after: kind === "delete" ? undefined : after };
    const masked = path.split(/[.[\]"]+/).some((step) => sensitive.test(step));
    const text = (value: unknown): string => (masked ? redacted : textOf(value));
    return {
        path,
        kind,
        forces,
        ...(texts.before === undefined ? {} : { before: text(texts.before) }),
        ...(texts.after === undefined ? {} : { after: text(texts.after) }),
    };
}

const valuesOf = (values: unknown): Values =>
    typeof values === "object" && values !== null && !Array.isArray(values) ? (values as Values) : {};

/** Names whose values nobody wants to see, marked or not. */
const sensitive = /pass(word|phrase|wd)|secret|token|credential|private_?key|api_?key|access_?key/i;

/** The value at a path; a secret on the way to it is all that can be said of what is inside. */
function at(values: unknown, path: string): unknown {
    let current = values;
    for (const [, name, index, quoted] of path.matchAll(/(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g)) {
        if (isSecret(current)) return current;
        if (typeof current !== "object" || current === null) return undefined;
        current = (current as Values)[name ?? index ?? (quoted ?? "").replace(/\\(.)/g, "$1")];
    }
    return current;
}

/** sdk/go/common/resource/sig/sig.go and properties.go of pulumi/pulumi. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** What stands for a value that is known only once it was made: of a text, a truth value, a number, a list, an asset, an archive, a map. */
const unknowns = [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];
const unknownText = "(known after the up)";

function isSecret(value: unknown): boolean {
    if (value === redacted) return true;
    if (typeof value !== "object" || value === null) return false;
    const { [signature]: kind, secret } = value as Values;
    return kind === secretSignature || (kind === outputSignature && secret === true);
}

/** Characters; what is longer is told by its length. */
const longest = 2000;

function textOf(value: unknown): string {
    const shown = walk(value);
    if (shown === redacted || shown === unknownText) return shown as string;
    const text = JSON.stringify(shown) ?? "";
    return text.length > longest ? `(${text.length} characters)` : text;
}

function walk(value: unknown): unknown {
    if (isSecret(value)) return redacted;
    if (typeof value === "string") return unknowns.includes(value) ? unknownText : value;
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    const { [signature]: kind, value: inner, urn, hash } = value as Values;
    if (kind === outputSignature) return inner === undefined ? unknownText : walk(inner);
    // A reference to a resource, or an asset: what it holds is not for a terminal.
    if (kind !== undefined) return urn ?? (typeof hash === "string" ? `(${hash.slice(0, 12)})` : "(…)");
    return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, sensitive.test(name) ? redacted : walk(one)]),
    );
}
