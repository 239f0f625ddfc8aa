/**
 * Archives of the classes that Kafka and Flink load: the JVM maps them instead of reading, checking and linking twenty
 * thousand classes out of jars, which is half of what a Flink job takes that has little to do. Class data sharing, JEP 310.
 *
 * An archive is of one Java and one class path, so it is made on this machine, once, from the list of classes that
 * `classList.ts` has written down. It is an optimisation and nothing more: a JVM that cannot use it goes on without a word,
 * and one that cannot make it leaves an empty folder, so that nobody tries again.
 */
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { artifact, run } from "./bootstrap.mjs";
import type { Board } from "./board";
import { classListFile, type JarSet } from "./jarLock";
import { Layout } from "./layout";

/** Seconds of a dump; it takes 30 on a slow core. */
const dumpSeconds = 600;

/** Whether an archive is there, or is known not to be makeable. */
export const isSettled = (archive: string): boolean => existsSync(dirname(archive));

/** Makes the archive of one class path for one Java. Never fails for want of it; @throws only what `artifact` throws. */
export async function ensureClassArchive(
    set: JarSet,
    java: string,
    root: string,
    board: Board,
    signal?: AbortSignal,
): Promise<void> {
    const layout = new Layout(root);
    const file = layout.classArchive(set, java);
    const folder = layout.classArchiveFolder(set, java);
    if (existsSync(folder)) return;
    const line = board.line(set === "kafka" ? "Kafka" : "Flink");
    const fill = async (partial: string) => {
        line.say("archiving its classes");
        const list = join(partial, "classes");
        await writeFile(list, gunzipSync(await readFile(classListFile(set))));
        const archive = join(partial, `${set}.jsa`);
        const args = ["-Xshare:dump", `-XX:SharedClassListFile=${list}`, `-XX:SharedArchiveFile=${archive}`];
        // Where it crashes it writes its log into the folder, and no core file that nobody wants.
        const options = ["-XX:-CreateCoredumpOnCrash", "-Xlog:disable", "-Xlog:all=error"];
        const classPath = ["-cp", `${layout.jars(set)}/*`];
        const { code } = await run(java, [...args, ...options, ...classPath], {
            cwd: partial,
            timeout: dumpSeconds * 1000,
            signal,
        });
        await rm(list, { force: true });
        if (code !== 0) await rm(archive, { force: true });
    };
    await artifact(folder, fill, { root, signal, waiting: (pid) => line.waitFor(pid) });
    if (!existsSync(file)) board.note(`${java} makes no archive of the classes of ${set}: it starts more slowly.`);
    line.done();
}
