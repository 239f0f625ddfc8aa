/** Where the reports of a run go: beside the environment, and into the summary of the CI job that runs it. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import pc from "picocolors";
import { messageOf } from "../core/errors";
import type { RunFacts } from "../reports/facts";
import { writeReports, type ReportFiles } from "../reports/files";
import { remark } from "./output";

export interface ReportOptions {
    /** Folder in `reports/`. @default none of `up`; of what only looks, or takes away, one of its name */
    readonly part?: string;
    /** @default those of this process */
    readonly variables?: Readonly<NodeJS.ProcessEnv>;
    /** @default on standard error */
    warn?(text: string): void;
}

/** Writes the reports of a run into `reports/` of the environment's folder. A summary that cannot be written does not make a green run red. */
export async function report(
    directory: string,
    facts: RunFacts,
    {
        part = facts.operation === "up" ? "" : facts.operation,
        variables = process.env,
        warn = (text) => remark(`${pc.yellow("!")} ${text}`),
    }: ReportOptions = {},
): Promise<ReportFiles> {
    const folder = join(directory, "reports", part);
    const files = await writeReports(folder, facts);
    const summary = variables["GITHUB_STEP_SUMMARY"];
    if (summary)
        await readFile(files.markdown, "utf8")
            .then((text) => appendFile(summary, `${text}\n`))
            .catch((error: unknown) => warn(`The job summary cannot be written: ${messageOf(error)}`));
    return files;
}
