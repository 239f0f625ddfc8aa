/** Finds the state from which a streaming job that was lost goes on. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A checkpoint or savepoint that a job can be started from. */
export interface KeptState {
    /** URI, as Flink's `execution.state-recovery.path` takes it. */
    readonly path: string;
    readonly savepoint: boolean;
}

export interface KnownState {
    readonly jobId: string;
    /** Empty: none. */
    readonly savepoint: string;
    /** Empty: none. */
    readonly checkpoint: string;
}

/**
 * The newest of the retained checkpoints of the job and its last savepoint, by the time of their `_metadata`, which Flink
 * writes last. Where the folder can't be listed (it is not a `file:` URI) the last checkpoint that was seen is taken.
 */
export async function newestState(checkpoints: string, known: KnownState): Promise<KeptState | undefined> {
    if (!checkpoints.startsWith("file:")) {
        if (known.checkpoint !== "") return { path: known.checkpoint, savepoint: false };
        return known.savepoint === "" ? undefined : { path: known.savepoint, savepoint: true };
    }
    const base = `${checkpoints.replace(/\/+$/, "")}/${known.jobId}`;
    const found: { kept: KeptState; written: number }[] = [];
    for (const name of await names(fileURLToPath(base)))
        if (/^chk-\d+$/.test(name)) {
            const written = await writtenAt(fileURLToPath(`${base}/${name}`));
            if (written !== undefined) found.push({ kept: { path: `${base}/${name}`, savepoint: false }, written });
        }
    if (known.savepoint.startsWith("file:")) {
        const written = await writtenAt(fileURLToPath(known.savepoint));
        if (written !== undefined) found.push({ kept: { path: known.savepoint, savepoint: true }, written });
    }
    return found.sort((one, other) => other.written - one.written)[0]?.kept;
}

async function names(folder: string): Promise<string[]> {
    try {
        return await readdir(folder);
    } catch {
        return [];
    }
}

/** When a checkpoint was completed, in milliseconds since 1970; undefined for one that was not. */
async function writtenAt(folder: string): Promise<number | undefined> {
    try {
        return (await stat(join(folder, "_metadata"))).mtimeMs;
    } catch {
        return undefined;
    }
}
