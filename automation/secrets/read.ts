/** A file's texts with their key paths and lines. */
import {
    isAlias,
    isMap,
    isScalar,
    isSeq,
    LineCounter,
    parseAllDocuments,
    type Document,
    type Node,
    type Scalar,
} from "yaml";
import { leavesOf, type SecretFormat } from "../../policy/secrets";
import { memberPath, namedPath, nameInList } from "../../policy/secrets/leaves";
import { assignments } from "../../policy/secrets/structures";
import { detect } from "../../policy/secrets/detect";
import { isYaml } from "./kinds";
import { commentLeaves, hclLeaves, lineLeaves, type PlacedLeaf } from "./readLines";
import { xmlLeaves } from "./readXml";

/** @param path for its ending alone */
export function readLeaves(path: string, text: string, format: SecretFormat): readonly PlacedLeaf[] {
    if (format === "source") return [];
    if (path.endsWith(".json") && isUneventful(text)) return [];
    if (/\.xml$/i.test(path) || (/\.config$/i.test(path) && /^\s*</.test(text))) return xmlLeaves(text, format);
    if (/\.(tf|hcl)$/i.test(path)) return hclLeaves(text, format);
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
    const lineOf = (node: Node): number => counter.linePos(node.range?.[0] ?? 0).line;
    // Its end is exclusive, and after a block the first character of the next line.
    const lastLineOf = (node: Node): number => counter.linePos(Math.max(0, (node.range?.[1] ?? 0) - 1)).line;
    /** Lines in a text that goes over several: what begins with `#` there is no comment. */
    const within = new Set<number>();
    const tell = (node: Scalar, keyPath: string, line: number): void => {
        // As it is written: `08` and `1e3` are texts to whoever uses them.
        const value = typeof node.value === "number" ? (node.source ?? String(node.value)) : node.value;
        const [start = 0, end = 0] = node.range ?? [];
        const isLong = lastLineOf(node) > line;
        if (typeof value === "string")
            found.push({ keyPath, value, format, line, ...(isLong && { range: [start, end] as const }) });
    };
    const walk = (node: unknown, keyPath: string, document: Document.Parsed): void => {
        if (isAlias(node)) {
            // Its key may say what that of the anchor does not.
            const meant = node.resolve(document);
            if (isScalar(meant)) tell(meant, keyPath, lineOf(node));
        } else if (isMap(node)) {
            const named = namedPath(plain(node), keyPath);
            for (const { key, value } of node.items)
                walk(value, memberPath(named, isScalar(key) ? String(key.value) : "?"), document);
        } else if (isSeq(node)) {
            const list = node.items.map(plain);
            for (const [index, item] of node.items.entries())
                walk(item, `${keyPath}[${nameInList(list, index)}]`, document);
        } else if (isScalar(node)) {
            const line = lineOf(node);
            for (let at = line + 1; at <= lastLineOf(node); at++) within.add(at);
            tell(node, keyPath, line);
        }
    };
    for (const document of documents) {
        if (document.errors.length > 0) return undefined;
        walk(document.contents, "", document);
    }
    const comments = commentLeaves(text, format).filter(({ line }) => !within.has(line));
    // One that names no key is told by the key above it.
    const above = (at: number): string => found.findLast(({ line }) => line <= at)?.keyPath ?? "";
    return [...found, ...comments.map((leaf) => ({ ...leaf, keyPath: leaf.keyPath || above(leaf.line) }))];
}

/** A text, or an object of texts, as its name is told by. */
function plain(node: unknown): unknown {
    if (isScalar(node)) return node.value;
    if (!isMap(node)) return undefined;
    return Object.fromEntries(
        node.items.map(({ key, value }) => [
            isScalar(key) ? String(key.value) : "?",
            isScalar(value) ? value.value : value,
        ]),
    );
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
        ...commentLeaves(text, "sql"),
    ];
}
