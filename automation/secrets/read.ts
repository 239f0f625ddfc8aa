/** A file's texts with their key paths and lines. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node } from "yaml";
import { leavesOf, nameOf, type Leaf, type SecretFormat } from "../../policy/secrets";
import { assignments } from "../../policy/secrets/structures";
import { detect } from "../../policy/secrets/detect";
import { isYaml } from "./kinds";

export interface PlacedLeaf extends Leaf {
    /** Counted from 1. */
    readonly line: number;
    /** A whole line, whose assignments are leaves of their own. */
    readonly isLine?: true;
}

/** @param path for its ending alone */
export function readLeaves(path: string, text: string, format: SecretFormat): readonly PlacedLeaf[] {
    if (format === "source") return [];
    if (path.endsWith(".json") && isUneventful(text)) return [];
    if (isYaml(path)) return yamlLeaves(text, format) ?? lineLeaves(text, format);
    if (format === "sql") return sqlLeaves(text);
    return lineLeaves(text, format);
}

/** Finding lines takes a hundred times as long as reading JSON: only a file with a finding is worth it. */
function isUneventful(text: string): boolean {
    try {
        return [...leavesOf(JSON.parse(text))].every((leaf) => detect({ ...leaf, format: "json" }).length === 0);
    } catch {
        return false;
    }
}

/** Undefined where it is no YAML: a template of Helm with `{{ if }}`. */
function yamlLeaves(text: string, format: SecretFormat): readonly PlacedLeaf[] | undefined {
    const counter = new LineCounter();
    const found: PlacedLeaf[] = [];
    const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false, logLevel: "silent" });
    if (!Array.isArray(documents)) return [];
    const walk = (node: unknown, keyPath: string): void => {
        if (isAlias(node)) return;
        if (isMap(node))
            for (const { key, value } of node.items) {
                const name = isScalar(key) ? String(key.value) : "?";
                walk(value, keyPath === "" ? name : `${keyPath}.${name}`);
            }
        else if (isSeq(node))
            for (const [index, item] of node.items.entries()) walk(item, `${keyPath}[${nameIn(item) ?? index}]`);
        else if (isScalar(node) && (typeof node.value === "string" || typeof node.value === "number")) {
            const { line } = counter.linePos(node.range?.[0] ?? 0);
            // As it is written: `08` and `1e3` are texts to whoever uses them.
            const value = typeof node.value === "number" ? (node.source ?? String(node.value)) : node.value;
            found.push({ keyPath, value, format, line });
        }
    };
    for (const document of documents) {
        if (document.errors.length > 0) return undefined;
        walk(document.contents, "");
    }
    return found;
}

/** As `nameOf`, of a node. */
function nameIn(node: unknown): string | undefined {
    if (!isMap(node)) return undefined;
    const entries = node.items.map(({ key, value }) => [
        isScalar(key) ? String(key.value) : "?",
        isScalar(value) ? (value as Node & { value: unknown }).value : value,
    ]);
    return nameOf(Object.fromEntries(entries) as Record<string, unknown>);
}

/** Options by their names, and what is left of each line as a statement. */
function sqlLeaves(text: string): readonly PlacedLeaf[] {
    const options = assignments(text, true);
    const withOptions = new Set(options.map(({ line }) => line));
    const lines = text.split(/\r?\n/).map((value, line) => ({ value, line }));
    return [
        ...options.map(({ key, value, line }) => ({ keyPath: key, value, line: line + 1, format: "sql" as const })),
        ...lines
            .filter(({ value, line }) => value.trim() !== "" && !withOptions.has(line))
            .map(({ value, line }) => ({ keyPath: "statement", value, line: line + 1, format: "sql" as const })),
    ];
}

/**
 * Assignments of properties, INI, TOML, dotenv and shell files. No library tells the line of each: a line of theirs is one
 * assignment, with continuations by a backslash; a section is a part of the key path.
 */
function lineLeaves(text: string, format: SecretFormat): readonly PlacedLeaf[] {
    const found: PlacedLeaf[] = [];
    let section = "";
    for (const { text: content, line } of logicalLines(text)) {
        const [, named] = /^\s*\[\[?\s*([\w.:"' -]+?)\s*\]\]?\s*$/.exec(content) ?? [];
        if (named !== undefined) {
            section = named.replace(/["']/g, "");
            continue;
        }
        const all = assignments(content, false);
        for (const { key, value } of all)
            found.push({ keyPath: section === "" ? key : `${section}.${key}`, value, format, line });
        if (content.trim() !== "")
            found.push({ keyPath: all[0]?.key ?? "", value: content, format, line, isLine: true });
    }
    return found;
}

function logicalLines(text: string): readonly { readonly text: string; readonly line: number }[] {
    const found: { text: string; line: number }[] = [];
    let open: { text: string; line: number } | undefined;
    for (const [index, raw] of text.split(/\r?\n/).entries()) {
        const continued = raw.endsWith("\\");
        const part = continued ? raw.slice(0, -1) : raw;
        if (open === undefined) open = { text: part, line: index + 1 };
        else open.text += ` ${part.trimStart()}`;
        if (continued) continue;
        found.push(open);
        open = undefined;
    }
    if (open !== undefined) found.push(open);
    return found;
}
