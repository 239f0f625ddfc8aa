/** Texts, beside the environment file, that a rollout of it reads or that lie where people leave secrets. */
import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { repositoryRoot } from "../core/repository";
import { baselineFile, readBaseline, sortOut } from "../secrets/baseline";
import type { ScannedText, SecretFinding } from "../secrets/scan";

/**
 * @param environment its name, by which its stack files are found
 * @param root of the lakehouse, or of a release of it that is unpacked
 */
export async function settingsTexts(environment: string, root = repositoryRoot): Promise<readonly ScannedText[]> {
    const patterns = [
        "Pulumi.yaml",
        "tidegate.yaml",
        `stacks/Pulumi.${environment}-*.yaml`,
        ".env*",
        "{sql,dbt,stacks}/.env*",
        "dbt/{profiles,dbt_project}.yml",
        "sql/templates/*.sql",
        "sql/datasets/*.yaml",
    ];
    // A release has links to stack files that Pulumi is about to write.
    const found = globSync(patterns, { cwd: root })
        .filter((file) => existsSync(join(root, file)))
        .sort();
    return Promise.all(
        found.map(async (file) => ({
            file: file.split(sep).join("/"),
            text: await readFile(join(root, file), "utf8"),
        })),
    );
}

/** What of the findings no baseline accepts. */
export async function unaccepted(findings: readonly SecretFinding[]): Promise<readonly SecretFinding[]> {
    const baseline = await readBaseline(join(repositoryRoot, baselineFile));
    return sortOut(findings, baseline, [], new Date().toISOString().slice(0, 10)).findings;
}

/** As reports and the baseline name a file: from the root where it lies below it. */
export function shownPath(file: string): string {
    const path = relative(repositoryRoot, file).split(sep).join("/");
    return path.startsWith("..") || !existsSync(file) ? file : path;
}
