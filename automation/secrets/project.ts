/** The static scan of a project: its files, against its baseline. */
import { join } from "node:path";
import { baselineFile, readBaseline, sortOut, type Sorted } from "./baseline";
import { filesOf, readSource, stagedSources, type SourceFile } from "./files";
import { scanTextFully, type SecretFinding } from "./scan";

export interface ScanReport extends Sorted {
    /** Files whose text was looked at. */
    readonly scanned: number;
    /** Files that were not, because they are too large. */
    readonly skipped: readonly string[];
}

export interface ScanOptions {
    /** @default all */
    readonly paths?: readonly string[];
    /** What git's index has, instead of the files. @default false */
    readonly staged?: boolean;
    /** @default tidegate.secrets.yaml in the root */
    readonly baseline?: string;
    /** As 2026-01-31. */
    readonly today: string;
}

export async function scanProject(
    root: string,
    { paths = [], staged = false, baseline, today }: ScanOptions,
): Promise<ScanReport> {
    const known = await readBaseline(baseline ?? join(root, baselineFile));
    const findings: SecretFinding[] = [];
    const scanned: string[] = [];
    const skipped: string[] = [];
    for await (const source of staged ? await stagedSources(root) : worktree(root, paths)) {
        if (source.skipped !== undefined) skipped.push(source.file);
        if (source.text === undefined) continue;
        scanned.push(source.file);
        findings.push(...(await scanTextFully({ file: source.file, text: source.text })));
    }
    return { ...sortOut(findings, known, scanned, today), scanned: scanned.length, skipped };
}

async function* worktree(root: string, paths: readonly string[]): AsyncGenerator<SourceFile> {
    for (const file of await filesOf(root, paths)) {
        const source = await readSource(root, file);
        if (source !== undefined) yield source;
    }
}
