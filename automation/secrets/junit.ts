/** Findings as JUnit XML: a failed case for each, and one that passed where there is none. */
import { renderCases } from "../reports/junit";
import type { ScanReport } from "./project";
import { messageOf } from "./sarif";

export function renderScanJunit(
    { findings, scanned }: ScanReport,
    run: { readonly startedAt: string; readonly seconds: number },
): string {
    const cases = findings.map((finding) => ({
        name: `${finding.file}:${finding.line} ${finding.keyPath} [${finding.rule}]`,
        failure: { type: finding.rule, message: `${messageOf(finding)} (${finding.fingerprint})` },
    }));
    const none = { name: `no secret in ${scanned} files` };
    return renderCases({ title: "tidegate secrets scan", suite: "secrets", ...run }, cases.length > 0 ? cases : [none]);
}
