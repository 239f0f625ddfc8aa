/** The reports of a run as files. */
import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunFacts } from "./facts";

/** Absolute paths, or relative to the working directory where the folder is. */
export interface ReportFiles {
    /** The page for people. */
    readonly html: string;
    /** The facts themselves. */
    readonly json: string;
    /** For CI servers. */
    readonly junit: string;
    /** For a comment of a pull request; at most `markdownLimit` bytes. */
    readonly markdown: string;
}

/**
 * Writes the reports of the last run of an operation into a folder, which is made where it is missing. Whoever reads a file
 * sees the one of this run or that of the run before, whole.
 */
export async function writeReports(directory: string, facts: RunFacts): Promise<ReportFiles> {
    // What draws is loaded when there is something to draw.
    const [{ renderHtml }, { renderJunit }, { renderMarkdown }] = await Promise.all([
        import("./html.js"),
        import("./junit.js"),
        import("./markdown.js"),
    ]);
    await mkdir(directory, { recursive: true });
    const write = async (name: string, text: string): Promise<string> => {
        const file = join(directory, name);
        const draft = `${file}.${randomBytes(4).toString("hex")}.part`;
        try {
            await writeFile(draft, text);
            await rename(draft, file);
        } catch (error) {
            await rm(draft, { force: true });
            throw error;
        }
        return file;
    };
    const [html, json, junit, markdown] = await Promise.all([
        write("last-run.html", renderHtml(facts)),
        write("last-run.json", `${JSON.stringify(facts, null, 2)}\n`),
        write("junit.xml", renderJunit(facts)),
        write("summary.md", renderMarkdown(facts)),
    ]);
    return { html, json, junit, markdown };
}
