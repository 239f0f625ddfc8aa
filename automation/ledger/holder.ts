/** Processes as holders of a lock: who this one is, and whether another one of this machine is no more. */
import { readlink } from "node:fs/promises";
import { hostname, uptime, userInfo } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { bootId, inspect } from "../../components/provider/daemon/processes";
import type { Holder, LockClock, LockDependencies } from "./lock";
import type { LedgerStore } from "./store";

/**
 * What a pid is of: two containers have the same host name at times, and each a process 17. Where there is no /proc, the
 * minute of the boot stands for it.
 */
async function machine(): Promise<string> {
    const boot = await bootId();
    if (boot === "") return `${hostname()} ${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
    return `${boot} ${await readlink("/proc/self/ns/pid").catch(() => "")}`;
}

/** This process, doing `doing`. */
export async function thisHolder(doing: string): Promise<Holder> {
    const started = (await inspect(process.pid))?.startTime ?? "";
    return { host: hostname(), machine: await machine(), pid: process.pid, started, user: userInfo().username, doing };
}

/** Whether a holder was a process of this machine and is no more; false where that cannot be told from here. */
export async function isGone(holder: Holder): Promise<boolean> {
    if (holder.machine !== (await machine())) return false;
    if (holder.started !== "") return (await inspect(holder.pid))?.startTime !== holder.started;
    try {
        process.kill(holder.pid, 0);
        return false;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ESRCH";
    }
}

export const systemClock: LockClock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (milliseconds, signal) =>
        delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

/** The lock of an environment, for this process to take. `doing`: the command, for whoever finds it held. */
export const lockOf = async (environment: string, store: LedgerStore, doing: string): Promise<LockDependencies> => ({
    environment,
    store,
    holder: await thisHolder(doing),
    clock: systemClock,
    isGone,
});
