/**
 * The run record of a daemon, `<directory>/run.json`. It is written before the daemon is spawned, so that whoever comes
 * after a crash finds the daemon: by pid and start time or, where the crash came between the spawn and the second
 * writing, by a mark in the daemon's environment.
 */
import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { bootId, inspect, withEnvironment, type ProcessInfo } from "./processes";

/** Variable in a daemon's environment that holds the `run` of its record. */
export const runVariable = "TIDEGATE_RUN";

const recordSchema = z.object({
    name: z.string(),
    /** Random, one for each start. */
    run: z.string(),
    /** Of what the daemon was started from: command, environment, files, requested ports, versions. */
    digest: z.string(),
    ports: z.record(z.string(), z.number()),
    boot: z.string(),
    /** Null until the daemon was spawned. */
    pid: z.number().nullable(),
    startTime: z.string().nullable(),
    startedAt: z.string(),
});
export type RunRecord = z.infer<typeof recordSchema>;

const pathOf = (directory: string) => join(directory, "run.json");

export async function newRecord(name: string, digest: string, ports: Record<string, number>): Promise<RunRecord> {
    const boot = await bootId();
    const startedAt = new Date().toISOString();
    return { name, run: randomUUID(), digest, ports, boot, pid: null, startTime: null, startedAt };
}

export async function writeRecord(directory: string, record: RunRecord): Promise<void> {
    const temporary = `${pathOf(directory)}.${process.pid}`;
    await writeFile(temporary, JSON.stringify(record, undefined, 2), { mode: 0o600 });
    await rename(temporary, pathOf(directory));
}

/** Undefined where there is none, or only what a crash left of one. */
export async function readRecord(directory: string): Promise<RunRecord | undefined> {
    try {
        return recordSchema.parse(JSON.parse(await readFile(pathOf(directory), "utf8")));
    } catch {
        return undefined;
    }
}

export async function removeRecord(directory: string): Promise<void> {
    await rm(pathOf(directory), { force: true });
}

/** Every process of the record's run that is alive: the daemon and whoever it started. */
export async function alive(record: RunRecord): Promise<ProcessInfo[]> {
    if (record.boot !== (await bootId())) return [];
    const marked = await withEnvironment(runVariable, record.run);
    // A program may overwrite its environment, as those that set their title do; the daemon itself is known by pid and start time.
    const leader = record.pid === null ? undefined : await inspect(record.pid);
    const own = leader !== undefined && leader.startTime === record.startTime;
    return own && !marked.some(({ pid }) => pid === leader.pid) ? [leader, ...marked] : marked;
}

/** The daemon itself, where it is alive. Cheaper than `alive`, which looks at every process of the machine. */
export async function daemonOf(record: RunRecord): Promise<ProcessInfo | undefined> {
    if (record.boot !== (await bootId())) return undefined;
    if (record.pid === null) {
        // The daemon leads its own group; what it started doesn't.
        return (await withEnvironment(runVariable, record.run)).find(({ pid, group }) => pid === group);
    }
    const found = await inspect(record.pid);
    return found !== undefined && found.startTime === record.startTime ? found : undefined;
}
