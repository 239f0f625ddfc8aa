/** Where the reports of a run go: beside the environment, and into the summary of the CI job that runs it. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import pc from "picocolors";
import { messageOf } from "../core/errors";
import type { RunFacts } from "../reports/facts";
import { writeReports, type ReportFiles } from "../reports/files";

/**
 * Writes the reports of a run; those of `up` into `reports/` of the environment's folder, those of what only looks, or takes
 * away, into a folder of its own in there. A summary that cannot be written does not make a green run red.
 */
export async function report(
    directory: string,
    facts: RunFacts,
    variables: Readonly<NodeJS.ProcessEnv> = process.env,
    warn = (text: string): void => void process.stderr.write(`${pc.yellow("!")} ${text}\n`),
): Promise<ReportFiles> {
    const folder = join(directory, "reports", ...(facts.operation === "up" ? [] : [facts.operation]));
    const files = await writeReports(folder, facts);
    const summary = variables["GITHUB_STEP_SUMMARY"];
    if (summary)
        await readFile(files.markdown, "utf8")
            .then((text) => appendFile(summary, `${text}\n`))
            .catch((error: unknown) => warn(`The job summary cannot be written: ${messageOf(error)}`));
    return files;
}
