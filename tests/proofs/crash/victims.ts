/** The processes of a rollout, by what they are: whom a crash may hit. */
import { readdir, readFile } from "node:fs/promises";

export const victimKinds = ["driver", "worker", "engine", "provider"] as const;
export type VictimKind = (typeof victimKinds)[number];

interface Seen {
    readonly pid: number;
    readonly parent: number;
    readonly name: string;
    readonly words: string;
}

async function all(): Promise<Seen[]> {
    const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
    const seen = await Promise.all(
        pids.map(async (pid): Promise<Seen | undefined> => {
            const [stat, words] = await Promise.all(
                ["stat", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
            );
            const close = stat?.lastIndexOf(")") ?? -1;
            if (stat === undefined || close < 0) return undefined;
            const parent = Number(stat.slice(close + 2).split(" ")[1]);
            const name = stat.slice(stat.indexOf("(") + 1, close);
            return { pid: Number(pid), parent, name, words: words?.replaceAll("\0", " ") ?? "" };
        }),
    );
    return seen.filter((one) => one !== undefined);
}

/** Pids of the processes of one kind that a driver has started, itself included. */
export async function victims(driver: number, kind: VictimKind): Promise<number[]> {
    const processes = await all();
    const own = new Set([driver]);
    // Children come after their parents in no order that could be relied on.
    for (let size = 0; size !== own.size;) {
        size = own.size;
        for (const { pid, parent } of processes) if (own.has(parent)) own.add(pid);
    }
    const is: Record<VictimKind, (one: Seen) => boolean> = {
        driver: ({ pid }) => pid === driver,
        worker: ({ words }) => /engine\/worker\.ts/.test(words),
        engine: ({ name, words }) => name === "pulumi" && / (up|refresh|destroy) /.test(words),
        provider: ({ words }) => /crash\/provider\/provider\.cjs/.test(words),
    };
    return processes.filter((one) => own.has(one.pid) && is[kind](one)).map(({ pid }) => pid);
}

export async function engineOf(driver: number): Promise<number> {
    const [engine] = await victims(driver, "engine");
    if (engine === undefined) throw new Error("no engine runs");
    return engine;
}
