/** This machine, as the preflight asks about it. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm, statfs } from "node:fs/promises";
import { freemem } from "node:os";
import { dirname, join } from "node:path";
import { isFree } from "../../../components/provider/daemon/ports";
import { portHolder } from "../../../components/provider/daemon/processes";
import type { Machine } from "./context";

export type StatFs = (path: string) => Promise<{ readonly bavail: number; readonly bsize: number }>;

/** Bytes of the probe file: more than one block, so that a full disk shows. */
const probeBytes = 64 * 1024;

/** @param options.meminfo of Linux; @default /proc/meminfo */
export function thisMachine(options: { readonly statfs?: StatFs; readonly meminfo?: string } = {}): Machine {
    return {
        freeDisk: (directory) => freeDisk(directory, options.statfs ?? statfs),
        availableMemory: () => availableMemory(options.meminfo ?? "/proc/meminfo"),
        probeDirectory,
        isPortFree: isFree,
        portHolder,
    };
}

export async function freeDisk(directory: string, stat: StatFs): Promise<number> {
    for (let at = directory; ; at = dirname(at)) {
        try {
            const { bavail, bsize } = await stat(at);
            return bavail * bsize;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT" || at === dirname(at)) throw error;
        }
    }
}

/** `MemAvailable` of Linux; elsewhere what the operating system calls free. */
export async function availableMemory(meminfo: string): Promise<number | undefined> {
    const text = await readFile(meminfo, "utf8").catch(() => undefined);
    if (text === undefined) return freemem();
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

export async function probeDirectory(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, `.tidegate-probe-${randomUUID()}`);
    try {
        const handle = await open(file, "wx", 0o600);
        try {
            await handle.writeFile(Buffer.alloc(probeBytes, 1));
            // Some file systems only notice that they are full when they have to write.
            await handle.sync();
        } finally {
            await handle.close();
        }
    } finally {
        await rm(file, { force: true });
    }
}
