/**
 * `tidegate.secrets.yaml`: what is known and accepted for a time, and keys that are public. Both say why; nothing else keeps a
 * finding quiet.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { matchesGlob } from "node:path";
import { z } from "zod";
import { parseYaml } from "../core/yamlFile";
import type { SecretFinding } from "./scan";

const reason = z.string().trim().min(10, "it has to say why, in ten characters or more");
const files = z.string().min(1).describe("A path from the project's root; `*` and `**` stand for others.");

const accepted = z.strictObject({
    files,
    key: z.string().optional().describe("A key path. Default: any."),
    rule: z.string().optional().describe("Default: any."),
    fingerprint: z
        .string()
        .regex(/^[0-9a-f]{16}$/, "it has to be a fingerprint, as a scan prints it")
        .optional()
        .describe("Of one value. Default: any."),
    reason,
    expires: z.iso.date().describe("The first day on which it is a finding again."),
});

export const baselineSchema = z.strictObject({
    public: z
        .array(
            z.strictObject({ files, key: z.string().min(1).describe("A key path; `*` stands for any part."), reason }),
        )
        .default([]),
    accepted: z.array(accepted).default([]),
});
export type Baseline = z.infer<typeof baselineSchema>;

export const baselineFile = "tidegate.secrets.yaml";
export const noBaseline: Baseline = { public: [], accepted: [] };

/** @throws TidegateError `secrets-baseline-invalid` */
export async function readBaseline(file: string): Promise<Baseline> {
    if (!existsSync(file)) return noBaseline;
    return parseBaseline(await readFile(file, "utf8"), file);
}

export const parseBaseline = (text: string, file: string): Baseline =>
    parseYaml(text, file, baselineSchema, {
        kind: "baseline of secrets",
        code: "secrets-baseline-invalid",
        hint: "docs/secrets-scan.md describes it.",
    });

export interface Sorted {
    readonly findings: readonly SecretFinding[];
    /** How many an entry keeps quiet. */
    readonly accepted: number;
    /** Entries whose time is over, and entries that match nothing of what was scanned, as a person finds them. */
    readonly expired: readonly string[];
    readonly unknown: readonly string[];
}

/**
 * @param scanned the files that were looked at: an entry of others is not unknown
 * @param today as 2026-01-31
 */
export function sortOut(
    findings: readonly SecretFinding[],
    baseline: Baseline,
    scanned: readonly string[],
    today: string,
): Sorted {
    const used = new Set<object>();
    const open = findings.filter((finding) => {
        const declared = baseline.public.filter(
            (entry) => isAbout(entry, finding) && matchesKey(entry.key, finding.keyPath),
        );
        // `secure:` in a wrong file is a mistake whoever may read it.
        const isPublic = declared.length > 0 && !finding.rule.startsWith("secure-");
        const entries = baseline.accepted.filter((entry) => matches(entry, finding));
        for (const entry of [...declared, ...entries]) used.add(entry);
        return !isPublic && !entries.some((entry) => today < entry.expires);
    });
    const about = (entry: { readonly files: string }): boolean =>
        scanned.some((file) => matchesGlob(file, entry.files));
    return {
        findings: open,
        accepted: findings.length - open.length,
        expired: baseline.accepted
            .filter((entry) => today >= entry.expires)
            .map((entry) => `${nameOf(entry)}, ${entry.expires}`),
        unknown: [...baseline.public, ...baseline.accepted]
            .filter((entry) => about(entry) && !used.has(entry))
            .map(nameOf),
    };
}

const isAbout = (entry: { readonly files: string }, { file }: SecretFinding): boolean =>
    file === entry.files || matchesGlob(file, entry.files);

function matches(entry: Baseline["accepted"][number], finding: SecretFinding): boolean {
    if (!isAbout(entry, finding)) return false;
    if (entry.key !== undefined && !matchesKey(entry.key, finding.keyPath)) return false;
    if (entry.rule !== undefined && entry.rule !== finding.rule) return false;
    // Last: a fingerprint takes its time.
    return entry.fingerprint === undefined || entry.fingerprint === finding.fingerprint;
}

export function matchesKey(pattern: string, keyPath: string): boolean {
    const escaped = pattern.split("*").map((part) => part.replace(/[.[\](){}+?^$|\\]/g, "\\$&"));
    return new RegExp(`^${escaped.join(".*")}$`).test(keyPath);
}

const nameOf = (entry: {
    readonly files: string;
    readonly key?: string | undefined;
    readonly rule?: string | undefined;
}): string => [entry.files, entry.key, entry.rule].filter((part) => part !== undefined).join(" ");
