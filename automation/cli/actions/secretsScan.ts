import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import pc from "picocolors";
import { z } from "zod";
import { exitCodes, TidegateError } from "../../core/errors";
import { packageFile } from "../../core/repository";
import { renderScanJunit } from "../../secrets/junit";
import { scanProject, type ScanReport } from "../../secrets/project";
import { messageOf, renderSarif } from "../../secrets/sarif";
import { printJson, say } from "../output";

export interface ScanFlags {
    readonly staged?: true;
    readonly baseline?: string;
    readonly sarif?: string;
    readonly junit?: string;
    readonly json?: true;
}

export async function scanSecrets(paths: readonly string[], flags: ScanFlags): Promise<void> {
    if (flags.staged && paths.length > 0)
        throw new TidegateError("--staged scans what is staged: it takes no paths.", {
            code: "usage",
            hint: "Leave the paths out, or --staged.",
            exitCode: exitCodes.usage,
        });
    const begun = new Date();
    const report = await scanProject(process.cwd(), {
        paths,
        staged: flags.staged ?? false,
        today: begun.toISOString().slice(0, 10),
        ...(flags.baseline === undefined ? {} : { baseline: resolve(flags.baseline) }),
    });
    const { version } = z.looseObject({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, "utf8")));
    if (flags.sarif !== undefined) await writeFile(flags.sarif, renderSarif(report.findings, version));
    if (flags.junit !== undefined) {
        const seconds = (Date.now() - begun.getTime()) / 1000;
        await writeFile(flags.junit, renderScanJunit(report, { startedAt: begun.toISOString(), seconds }));
    }
    if (flags.json) printJson(report);
    else printReport(report);
    if (report.findings.length > 0) process.exitCode = exitCodes.failed;
}

function printReport({ findings, accepted, expired, unknown, scanned, skipped }: ScanReport): void {
    for (const finding of findings)
        say(
            `${pc.red("✗")} ${finding.file}:${finding.line} ${messageOf(finding)} ${pc.dim(`[${finding.rule} ${finding.fingerprint}]`)}`,
        );
    for (const entry of expired) say(`${pc.yellow("!")} accepted no longer: ${entry}`);
    for (const entry of unknown) say(`${pc.yellow("!")} the baseline has what is not there: ${entry}`);
    for (const file of skipped) say(`${pc.yellow("!")} not scanned, too large: ${file}`);
    const quiet = accepted > 0 ? `, ${accepted} accepted or public` : "";
    if (findings.length === 0) return void say(`${pc.green("✓")} no secret in ${scanned} files${quiet}`);
    say(`${findings.length} found in ${scanned} files${quiet}.`);
    say(
        "  Take each out and change it where it is used: it was readable. docs/secrets-scan.md says what may stand instead.",
    );
}
