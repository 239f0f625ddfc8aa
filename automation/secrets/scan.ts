/** Scans texts of files for secrets. Pure but for the npm rules, which are loaded when they are wanted. */
import { detectInText, detectValues, findTokens, type Finding, type SecretFormat } from "../../policy/secrets";
import { findingOf } from "../../policy/secrets/finding";
import { isLockFile, kindOf } from "./kinds";
import { publicRules } from "./publicRules";
import { readLeaves } from "./read";
import { lineAt, type PlacedLeaf } from "./readLines";

/** A finding with its place; never the value. */
export interface SecretFinding extends Finding {
    /** Relative to the project, with slashes. */
    readonly file: string;
    /** Counted from 1. */
    readonly line: number;
}

export interface ScannedText {
    readonly file: string;
    readonly text: string;
    /** @default by the name of the file */
    readonly format?: SecretFormat;
}

/** By the detectors that the policy packs share. */
export function scanText({ file, text, format }: ScannedText): readonly SecretFinding[] {
    const kind = format ?? (isLockFile(file) ? "source" : kindOf(file));
    const leaves = readLeaves(file, text, kind);
    const found = new Map<string, SecretFinding>();
    /** The same secret under two readings of a line is one finding; so is a token that a leaf has told. */
    const add = (finding: Finding, line: number, value?: string): void => {
        const key = `${line}\0${finding.rule}\0${value ?? finding.keyPath}`;
        if (!found.has(key)) found.set(key, placed(finding, file, line));
    };
    for (const leaf of leaves)
        if (leaf.isLine) for (const finding of detectInText(leaf)) add(finding, leaf.line);
        else for (const { finding, value } of detectValues(leaf)) add(finding, lineWithin(leaf, text, value));
    const told = new Set([...found.values()].map(({ rule, line }) => `${rule}\0${line}`));
    for (const { rule, index, value } of findTokens(text)) {
        const line = lineAt(text, index);
        const { keyPath, line: begun } = holder(leaves, line);
        if (told.has(`${rule}\0${line}`) || told.has(`${rule}\0${begun}`)) continue;
        add(findingOf(rule, keyPath, value), line, value);
    }
    return distinct([...found.values()]);
}

/** And by those of others. */
export async function scanTextFully(scanned: ScannedText): Promise<readonly SecretFinding[]> {
    const own = scanText(scanned);
    const { file, text } = scanned;
    const theirs = await publicRules(text);
    if (theirs.length === 0) return own;
    const leaves = readLeaves(file, text, scanned.format ?? kindOf(file));
    const more = theirs.flatMap(({ rule, range: [start, end] }) => {
        const line = lineAt(text, start);
        const { keyPath, line: begun } = holder(leaves, line);
        if (own.some((finding) => finding.line === line || finding.line === begun)) return [];
        return [placed(findingOf(rule, keyPath, text.slice(start, end)), file, line)];
    });
    return distinct([...own, ...more]);
}

/** The fingerprint stays one that is computed when it is read. */
const placed = (finding: Finding, file: string, line: number): SecretFinding => ({
    file,
    line,
    rule: finding.rule,
    keyPath: finding.keyPath,
    get fingerprint() {
        return finding.fingerprint;
    },
});

/** One a line, rule and key; by line. */
function distinct(findings: readonly SecretFinding[]): readonly SecretFinding[] {
    const byPlace = new Map<string, SecretFinding>();
    for (const finding of findings) {
        const place = `${finding.line}\0${finding.rule}\0${finding.keyPath}`;
        if (!byPlace.has(place)) byPlace.set(place, finding);
    }
    return [...byPlace.values()].sort((a, b) => a.line - b.line || a.rule.localeCompare(b.rule));
}

/**
 * Of a secret in a text that goes over several lines: the one that tells it by itself, else the first that has it, for a
 * password may be a name elsewhere. Where it is not written there as it is, the text's own.
 */
function lineWithin({ line, range, format }: PlacedLeaf, text: string, value: string): number {
    if (range === undefined) return line;
    const [begin = ""] = value.trim().split("\n");
    const having = text
        .slice(...range)
        .split("\n")
        .map((content, index) => ({ content, at: line + index }))
        .filter(({ content }) => content.includes(begin));
    const tells = (content: string): boolean =>
        detectValues({ keyPath: "", value: content, format }).some((hit) => hit.value === value);
    return (having.find(({ content }) => tells(content)) ?? having[0])?.at ?? line;
}

/** The leaf that a line belongs to: the last that begins on it or before. */
function holder(leaves: readonly PlacedLeaf[], line: number): { readonly keyPath: string; readonly line: number } {
    let found: PlacedLeaf | undefined;
    for (const leaf of leaves) if (leaf.line <= line && (found === undefined || leaf.line > found.line)) found = leaf;
    return found ?? { keyPath: "", line: 0 };
}
