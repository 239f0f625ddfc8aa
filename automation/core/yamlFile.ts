/** Reads a YAML file against a zod schema; every error names the file, the line, the key and what is allowed there. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { closest, distance } from "fastest-levenshtein";
import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { exitCodes, TidegateError } from "./errors";
import { releaseOfDriver, repositoryRoot } from "./repository";

type Path = readonly (string | number | symbol)[];

export interface YamlOptions {
    /** What the file is, for messages: "environment file". */
    readonly kind: string;
    /** Code of the error, e.g. `environment-invalid`. */
    readonly code: string;
    /** What to do next, appended to the list of mistakes. */
    readonly hint?: string;
    /** Where the code that reads it lies. @default this checkout */
    readonly root?: string;
}

export async function readYamlFile<S extends z.ZodType>(
    file: string,
    schema: S,
    options: YamlOptions,
): Promise<z.infer<S>> {
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new TidegateError(`The ${options.kind} ${file} cannot be read: ${error.code ?? error.message}.`, {
            code: options.code,
            hint: options.hint,
            cause: error,
            exitCode: exitCodes.usage,
        });
    });
    return parseYaml(text, file, schema, options);
}

/** As `readYamlFile`, of a text that is at hand; `file` is for the messages. */
export function parseYaml<S extends z.ZodType>(
    text: string,
    file: string,
    schema: S,
    options: YamlOptions,
): z.infer<S> {
    const counter = new LineCounter();
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
    const mistakes = document.errors.map(
        ({ code, message, pos: [from] }) =>
            `${file}:${counter.linePos(from).line}: ${code === "MULTIPLE_DOCS" ? "a second YAML document begins here, and only one is read" : message}`,
    );
    if (mistakes.length === 0) {
        const result = schema.safeParse(document.toJS() as unknown, { reportInput: true });
        if (result.success) return result.data;
        const empty = document.contents === null;
        const found: { line: number; text: string }[] = [];
        for (const issue of flatten(
            result.error.issues,
            [],
            z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }),
        )) {
            const line = lineOf(document, counter, issue.path, issue.key);
            found.push({ line, text: `${file}:${line}: ${empty ? "the file is empty" : issue.text}` });
        }
        mistakes.push(...found.sort((a, b) => a.line - b.line).map((mistake) => mistake.text));
    }
    throw new TidegateError(
        `The ${options.kind} is not valid:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`,
        {
            code: options.code,
            hint: hintOf(file, options),
            exitCode: exitCodes.usage,
        },
    );
}

/** A release's own driver reads files of the checkout, which may be newer than it is. */
function hintOf(file: string, { hint, root = repositoryRoot }: YamlOptions): string | undefined {
    const release = releaseOfDriver(root);
    if (release === undefined || resolve(file).startsWith(`${root}/`)) return hint;
    const id = release.slice(0, 12);
    return [
        hint,
        `The driver of release ${id} reads it, which knows nothing that came later: \`npx tidegate release show ${id}\` tells the commit of the release.`,
        `Take out what is newer for this one command, or call it in a checkout of that commit. A release that is made now brings a driver that knows it.`,
    ]
        .filter((line) => line !== undefined)
        .join(" ");
}

/** Of a key that may not be there zod itself says only that. */
export const issueText = (issue: z.core.$ZodIssue): string =>
    issue.code === "invalid_key" ? issue.issues.map(({ message }) => message).join(", ") : issue.message;

interface Mistake {
    readonly path: Path;
    /** The offending key inside the mapping at `path`, where the key itself is the mistake. */
    readonly key?: string;
    readonly text: string;
}

function flatten(issues: readonly z.core.$ZodIssue[], prefix: Path, shape: JsonSchema): Mistake[] {
    return issues.flatMap((issue): Mistake[] => {
        const path = [...prefix, ...issue.path];
        const name = path.length === 0 ? "the file" : `'${path.map(String).join(".")}'`;
        switch (issue.code) {
            case "unrecognized_keys":
                return issue.keys.map((key) => {
                    const allowed = keysAt(shape, path);
                    // Allowed in another member of a union: to guess it would name it as it stands.
                    const elsewhere = allowed.includes(key) ? "another profile or kind of it has one" : "";
                    const guess = elsewhere || nearest(key, allowed);
                    const help = guess || (allowed.length > 0 ? `it has ${allowed.join(", ")}` : "");
                    return { path, key, text: `${name} has no key '${key}'${help ? `; ${help}` : ""}` };
                });
            case "invalid_value":
                // zod's own words for it begin with "Invalid"; others are the schema's, and say why.
                return [
                    {
                        path,
                        text: `${name} has to be ${listed(issue.values)}${issue.message.startsWith("Invalid") ? "" : `: ${issue.message}`}`,
                    },
                ];
            case "invalid_union":
                if (issue.errors.length === 0) {
                    const options = "options" in issue && Array.isArray(issue.options) ? issue.options : [];
                    return [
                        {
                            path,
                            text: `${name} has to be ${options.length > 0 ? listed(options) : "one of its kinds"}`,
                        },
                    ];
                }
                return flatten(issue.errors[0] ?? [], path, shape);
            case "invalid_key":
                return [{ path, text: `${name} cannot be named so: ${issueText(issue)}` }];
            case "invalid_type":
                return [
                    {
                        path,
                        text: `${name} ${issue.input === undefined || issue.input === null ? "is missing: it " : ""}has to be ${article(issue.expected)}`,
                    },
                ];
            default:
                return [{ path, text: `${name}: ${issue.message}` }];
        }
    });
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The keys that the schema allows in the mapping at `path`; of a union, those of all its members. */
function keysAt(schema: JsonSchema, path: Path): string[] {
    const members = (node: JsonSchema): JsonSchema[] =>
        [node, ...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])].filter(
            (member): member is JsonSchema => typeof member === "object",
        );
    let nodes = members(schema);
    for (const step of path) {
        nodes = nodes.flatMap((node) => {
            const next =
                typeof step === "number" ? node.items : (node.properties?.[String(step)] ?? node.additionalProperties);
            return typeof next === "object" && !Array.isArray(next) ? members(next as JsonSchema) : [];
        });
    }
    return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

const listed = (values: readonly unknown[]): string =>
    values.length === 1 ? `'${String(values[0])}'` : `one of ${values.map((value) => `'${String(value)}'`).join(", ")}`;

const article = (type: string): string => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`);

/** The line of what stands at `path` in a YAML text; of the deepest part of it that is there. */
export function lineIn(text: string, path: Path): number {
    const counter = new LineCounter();
    return lineOf(parseDocument(text, { lineCounter: counter, prettyErrors: false }), counter, path);
}

function lineOf(document: Document, counter: LineCounter, path: Path, key?: string): number {
    // The deepest part of the path that the file has: a missing key is told at the mapping that should hold it.
    for (let length = path.length; length >= 0; length--) {
        const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
        if (!isNode(node) || !node.range) continue;
        if (key !== undefined && length === path.length && "items" in node && Array.isArray(node.items)) {
            for (const pair of node.items as { key?: { value?: unknown; range?: [number, number, number] } }[]) {
                if (pair.key?.value === key && pair.key.range) return counter.linePos(pair.key.range[0]).line;
            }
        }
        return counter.linePos(node.range[0]).line;
    }
    return 1;
}

/** "did you mean 'broker'?", or nothing where no name is near. */
export function nearest(name: string, names: readonly string[]): string {
    if (names.length === 0) return "";
    const candidate = closest(name, [...names]);
    const limit = Math.max(2, Math.floor(name.length / 3));
    return distance(name, candidate) <= limit ? `did you mean '${candidate}'?` : "";
}
