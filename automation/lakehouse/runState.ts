/**
 * What the exercises leave for the gates, in the environment's data directory: a validation of its own (`tidegate
 * validate`) judges the last run of Flink and dbt as the rollout's own would.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../core/json";

const dbtNode = z.strictObject({ name: z.string(), resourceType: z.string(), status: z.string(), text: z.string() });

const runState = z.strictObject({
    version: z.literal(1),
    /** Batch jobs of the last run, in order, by `pipeline.name`; `skipped` says why one had nothing to do. */
    batchJobs: z
        .array(
            z.strictObject({
                name: z.string(),
                id: z.string().nullable(),
                skipped: z.string().nullable(),
                /** When the run had ended, milliseconds since the epoch. */
                atMs: z.number().int().default(0),
            }),
        )
        .default([]),
    /** JobManager's REST API of the last run; null before the first. */
    flinkRest: z.url().nullable().default(null),
    /** Restarts that each streaming job had when the last rollout began, by job id. */
    restartsBefore: z.record(z.string(), z.number().int().min(0)).default({}),
    /** The last `dbt build`, the snapshot of silver that it read, and what else it was made of (dbtBuild.ts). */
    dbt: z
        .strictObject({
            silverSnapshotId: z.string().nullable(),
            nodes: z.array(dbtNode),
            /** Digest of the project; null of a build that was written down before there was one. */
            project: z.string().nullable().default(null),
            /** Stamp of the DuckDB file when the build had ended. */
            file: z.string().nullable().default(null),
        })
        .nullable()
        .default(null),
});
export type RunState = z.infer<typeof runState>;

export class RunStateFile {
    private readonly file: string;

    constructor(private readonly dataDirectory: string) {
        this.file = join(dataDirectory, "last-run.json");
    }

    get path(): string {
        return this.file;
    }

    async read(): Promise<RunState> {
        const text = await readFile(this.file, "utf8").catch(() => undefined);
        const parsed = text === undefined ? undefined : runState.safeParse(parseJson(text));
        // An unreadable file is as none: what it would tell is then red in the gates.
        return parsed?.success ? parsed.data : runState.parse({ version: 1 });
    }

    async update(change: Partial<Omit<RunState, "version">>): Promise<void> {
        const next: RunState = { ...(await this.read()), ...change };
        await mkdir(this.dataDirectory, { recursive: true });
        const part = `${this.file}.${process.pid}.part`;
        await writeFile(part, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
        await rename(part, this.file);
    }
}
