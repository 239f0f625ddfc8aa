import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunFacts } from "./facts";
import { renderHtml } from "./html";

/** Writes the last run's reports and returns their paths. */
export async function writeReports(directory: string, facts: RunFacts): Promise<{ html: string; json: string }> {
    await mkdir(directory, { recursive: true });
    const html = join(directory, "last-run.html");
    const json = join(directory, "last-run.json");
    await writeFile(html, renderHtml(facts));
    await writeFile(json, `${JSON.stringify(facts, null, 2)}\n`);
    return { html, json };
}
