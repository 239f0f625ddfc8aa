/** Pulumi's own locks of stacks, in the backends that keep them as files or objects: they do not expire. */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { inspect } from "../../components/provider/daemon/processes";
import { parseJson } from "../core/json";
import { below, isBucketUrl } from "../ledger/objects/location";
import { ledgerStore } from "../ledger/place";
import { FileStore, type LedgerStore } from "../ledger/store";
import { fileBackend, type FileState } from "./state";

/** Source: pkg/backend/diy/lock.go, `lockDir`, with the one organization that such a backend knows. */
const folder = ".pulumi/locks/organization";

/**
 * Where a backend keeps them; undefined of one that is a service, which has locks of its own.
 * @param variables by which a bucket's credentials are found beside those of this process
 */
export function stackLocks(
    backend: string | undefined,
    variables: () => Promise<Readonly<Record<string, string>>>,
    base?: string,
): LedgerStore | undefined {
    const directory = fileBackend(backend, base);
    if (directory !== null) return new FileStore(join(directory, folder));
    if (backend === undefined || !isBucketUrl(backend)) return undefined;
    return ledgerStore(below(backend, folder), variables);
}

const lockSchema = z.looseObject({ pid: z.number(), hostname: z.string() });

/**
 * Takes away the locks of a stack whose holder was a process of this machine that is no more. Answers with a line for
 * each. A place that cannot be read is Pulumi's to tell: it needs it too.
 */
export async function breakDeadLocks(
    locks: LedgerStore | undefined,
    { project, stack }: Pick<FileState, "project" | "stack">,
): Promise<string[]> {
    const broken: string[] = [];
    const names = (await locks?.list(`${project}/${stack}`).catch(() => [])) ?? [];
    for (const name of names) {
        const key = `${project}/${stack}/${name}`;
        const text = await locks?.read(key).catch(() => undefined);
        const lock = lockSchema.safeParse(parseJson(text));
        if (!lock.success || lock.data.hostname !== hostname() || (await isPulumi(lock.data.pid))) continue;
        await locks?.remove(key);
        // What the file backend keeps beside each of its files.
        if (names.includes(`${name}.attrs`)) await locks?.remove(`${key}.attrs`);
        broken.push(`took away the lock that process ${lock.data.pid}, which is no more, had left on ${stack}`);
    }
    return broken;
}

/** Pids are given again: a process of another name is not the one that took the lock. */
async function isPulumi(pid: number): Promise<boolean> {
    if (existsSync("/proc/self/stat")) return (await inspect(pid))?.name.startsWith("pulumi") ?? false;
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}
