/**
 * What the kernel knows of processes, read from /proc. A process is identified by its pid and the time it was started,
 * because pids are given again.
 */
import { readFile, readdir, readlink } from "node:fs/promises";

/** A process as /proc/<pid>/stat has it. */
export interface ProcessInfo {
    readonly pid: number;
    readonly name: string;
    readonly group: number;
    /** Clock ticks since the machine was booted. */
    readonly startTime: string;
}

async function textOf(path: string): Promise<string | undefined> {
    try {
        return await readFile(path, "utf8");
    } catch {
        return undefined;
    }
}

/** Undefined for a process that doesn't exist or has ended (a zombie is one that has ended). */
export async function inspect(pid: number): Promise<ProcessInfo | undefined> {
    const stat = await textOf(`/proc/${pid}/stat`);
    if (stat === undefined) return undefined;
    // The name stands in parentheses and may itself hold spaces and parentheses: proc(5).
    const close = stat.lastIndexOf(")");
    const name = stat.slice(stat.indexOf("(") + 1, close);
    const fields = stat.slice(close + 2).split(" ");
    const [state, , group] = fields;
    if (state === "Z" || state === "X") return undefined;
    return { pid, name, group: Number(group), startTime: fields[19] ?? "" };
}

/** Changes with every boot, so that a start time of another boot is never taken for one of this. */
export async function bootId(): Promise<string> {
    return (await textOf("/proc/sys/kernel/random/boot_id"))?.trim() ?? "";
}

async function allPids(): Promise<number[]> {
    return (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
}

/** Processes that have `name=value` in the environment they were started with, as far as this user may see them. */
export async function withEnvironment(name: string, value: string): Promise<ProcessInfo[]> {
    const entry = `${name}=${value}`;
    const found = await Promise.all(
        (await allPids()).map(async (pid) => {
            const environment = await textOf(`/proc/${pid}/environ`);
            return environment?.split("\0").includes(entry) === true ? inspect(pid) : undefined;
        }),
    );
    return found.filter((each) => each !== undefined);
}

/** Who listens on a TCP port of 127.0.0.1 or of every address, as far as this user may see it. */
export async function portHolder(port: number): Promise<ProcessInfo | undefined> {
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const inodes = new Set<string>();
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
        for (const line of (await textOf(table))?.split("\n").slice(1) ?? []) {
            const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
            // 0A is LISTEN: include/net/tcp_states.h of the kernel.
            if (state === "0A" && local?.endsWith(`:${hex}`) && inode !== undefined) inodes.add(`socket:[${inode}]`);
        }
    }
    if (inodes.size === 0) return undefined;
    for (const pid of await allPids()) {
        const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
        for (const descriptor of descriptors) {
            const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
            if (inodes.has(target)) return inspect(pid);
        }
    }
    return undefined;
}
