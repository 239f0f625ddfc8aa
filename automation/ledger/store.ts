/**
 * Where the objects of a ledger and of a lock are. None is ever changed: it is created, or it was there before. Records stay
 * for good; what is taken away are signs of life that newer ones have replaced.
 */
import { randomBytes } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface LedgerStore {
    /** For messages. */
    readonly where: string;
    /**
     * Writes an object and makes it last before it answers. False where one of this name is there already. No two writers
     * have the same content: where an answer was lost, it tells whose object is there.
     */
    create(name: string, content: string): Promise<boolean>;
    /** Undefined where there is none. Never a part of one. */
    read(name: string): Promise<string | undefined>;
    /** Names of the objects and folders directly in a folder (`runs`, `runs/<run>`), sorted: all that were created before. */
    list(folder: string): Promise<string[]>;
    /** Takes an object away; one that is not there is fine. */
    remove(name: string): Promise<void>;
}

/** In a folder of this machine, or one that is shared. */
export class FileStore implements LedgerStore {
    constructor(readonly where: string) {}

    /**
     * Written under another name, flushed, and then linked: a link fails where the name is taken, and no reader ever sees
     * half of an object. What a crash leaves has another name, which nobody lists.
     */
    async create(name: string, content: string): Promise<boolean> {
        const file = join(this.where, name);
        const folder = dirname(file);
        await mkdir(folder, { recursive: true, mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
            throw error.code === "ENOTDIR" ? Object.assign(error, { path: await nearest(folder) }) : error;
        });
        const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}.part`;
        try {
            const handle = await open(draft, "wx", 0o600);
            try {
                await handle.writeFile(content);
                await handle.sync();
            } finally {
                await handle.close();
            }
            await link(draft, file);
            await syncFolder(folder);
            return true;
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
            throw error;
        } finally {
            await rm(draft, { force: true });
        }
    }

    async read(name: string): Promise<string | undefined> {
        try {
            return await readFile(join(this.where, name), "utf8");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
            throw error;
        }
    }

    async list(folder: string): Promise<string[]> {
        const names = await readdir(join(this.where, folder)).catch((error: NodeJS.ErrnoException) => {
            // Where a file lies in the way, creating something names it.
            if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
            throw error;
        });
        return names.filter((name) => !name.endsWith(".part")).sort();
    }

    async remove(name: string): Promise<void> {
        await rm(join(this.where, name), { force: true });
    }
}

/** What is there of a path: where a folder cannot be made, the file in its way. */
async function nearest(path: string): Promise<string> {
    return (await stat(path).catch(() => undefined)) === undefined ? nearest(dirname(path)) : path;
}

/** Without it a crash of the machine may lose the name of a file whose content is safe. */
async function syncFolder(folder: string): Promise<void> {
    const handle = await open(folder, "r");
    try {
        await handle.sync();
    } finally {
        await handle.close();
    }
}
