/**
 * Whether the last `dbt build` would be the same again: the same project, run by the same dbt, over the same snapshot of
 * silver, all green, into a DuckDB file that nobody has written to since.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../core/repository";
import type { ExerciseContext } from "./exercises";
import { loadSilver } from "./platform";
import { RunStateFile, type RunState } from "./runState";

/** What dbt itself writes below the project. */
const written = new Set(["target", "logs", "dbt_packages"]);

/** Digest of what a build is made of, but for silver. */
export async function projectDigest(
    { tools, platform }: Pick<ExerciseContext, "tools" | "platform">,
    project = join(repositoryRoot, "dbt"),
): Promise<string> {
    const hash = createHash("sha256").update(`${tools.dbt}\0${platform.runtime.dbt.target}\0`);
    const files = (await readdir(project, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => !written.has(file.slice(project.length + 1).split("/")[0] ?? ""))
        .toSorted();
    for (const file of files)
        hash.update(`${file.slice(project.length)}\0`)
            .update(await readFile(file))
            .update("\0");
    return hash.digest("hex");
}

/** Tells whether somebody has written to the file; undefined where it is not there. */
export async function fileStamp(file: string): Promise<string | undefined> {
    const found = await stat(file).catch(() => undefined);
    return found === undefined ? undefined : `${found.mtimeMs} ${found.size}`;
}

const green = new Set(["success", "pass", "warn"]);

/** A line that says why nothing is to be built; undefined where a build could differ from the last. */
export async function nothingToBuild(context: ExerciseContext): Promise<string | undefined> {
    const { environment, platform, dataset } = context;
    const { dbt } = await new RunStateFile(environment.dataDirectory).read();
    if (!isGreenBuild(dbt)) return undefined;
    const silver = await loadSilver(platform, dataset);
    if (silver?.snapshotId == null || silver.snapshotId !== dbt.silverSnapshotId) return undefined;
    if (dbt.file !== (await fileStamp(platform.runtime.dbt.duckdbFile))) return undefined;
    if (dbt.project !== (await projectDigest(context))) return undefined;
    return `silver and the project are as the last build has seen them, all ${dbt.nodes.length} nodes green`;
}

function isGreenBuild(dbt: RunState["dbt"]): dbt is NonNullable<RunState["dbt"]> {
    return dbt !== null && dbt.nodes.length > 0 && dbt.nodes.every(({ status }) => green.has(status));
}
