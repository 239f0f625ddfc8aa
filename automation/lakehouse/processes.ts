/** The embedded processes of an environment, by the run records in its data directory. */
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import { daemonOf, readRecord } from "../../components/provider/daemon/record";
import { stop } from "../../components/provider/daemon/daemon";
import type { Environment } from "../../stacks/environment";

/** Folders of the embedded processes: those that hold a run record. */
export async function processDirectories(environment: Environment): Promise<string[]> {
    const entries = await readdir(environment.dataDirectory, { withFileTypes: true, recursive: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile() && entry.name === "run.json").map((entry) => entry.parentPath);
}

/** Names of the processes of a layer that should run and do not. */
export async function deadProcesses(environment: Environment, layer: string): Promise<string[]> {
    const own = join(environment.dataDirectory, layer);
    const dead: string[] = [];
    for (const directory of await processDirectories(environment)) {
        if (directory !== own && !directory.startsWith(own + sep)) continue;
        const record = await readRecord(directory);
        if (record !== undefined && (await daemonOf(record)) === undefined) dead.push(record.name);
    }
    return dead;
}

/** Pids of those that run. */
export async function ownProcesses(environment: Environment): Promise<ReadonlySet<number>> {
    const pids = await Promise.all(
        (await processDirectories(environment)).map(async (directory) => {
            const record = await readRecord(directory);
            return record === undefined ? undefined : (await daemonOf(record))?.pid;
        }),
    );
    return new Set(pids.filter((pid) => pid !== undefined));
}

/**
 * Stops those that run although no stack knows them any more, of a state that was lost or of an `up` that was killed,
 * and returns their names.
 */
export async function stopLeftOvers(environment: Environment): Promise<string[]> {
    const stopped: string[] = [];
    for (const directory of await processDirectories(environment)) {
        const record = await readRecord(directory);
        if (record === undefined || (await daemonOf(record)) === undefined) continue;
        await stop(record.name, record, { signal: "SIGTERM", graceSeconds: 15 }, []);
        stopped.push(record.name);
    }
    return stopped;
}
