import { existsSync } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { join } from "node:path";
import mavenArtifactUrl from "mvn-artifact-url";
import pLimit from "p-limit";
import { artifact } from "./bootstrap.mjs";
import { fetchFile, sha256Of } from "./download";
import { type Jar, jarName, readJarLock, type JarSet } from "./jarLock";
import { Layout } from "./layout";
import type { Board } from "./board";

/** So many jars are on their way at once, over all sets. */
const limit = pLimit(6);

/** Where a jar is: in Maven Central, or in the mirror that TIDEGATE_MAVEN_REPOSITORY names. */
export function jarUrl({ group, artifact, version, classifier }: Jar): Promise<string> {
    const mirror = process.env["TIDEGATE_MAVEN_REPOSITORY"]?.replace(/\/*$/, "/");
    return mavenArtifactUrl(
        { groupId: group, artifactId: artifact, version, ...(classifier && { classifier }) },
        mirror,
    );
}

/** Fetches the jars of one class path into one folder; jars that an interrupted start has fetched stay. */
export async function ensureJars(set: JarSet, root: string, board: Board, signal?: AbortSignal): Promise<void> {
    const folder = new Layout(root).jars(set);
    if (existsSync(folder)) return;
    const line = board.line(set === "kafka" ? "Kafka" : "Flink");
    const jars = readJarLock(set);
    line.expect(jars.reduce((sum, jar) => sum + jar.bytes, 0));
    const fill = async (partial: string) => {
        const failed = new AbortController();
        const stop = signal === undefined ? failed.signal : AbortSignal.any([failed.signal, signal]);
        const all = jars.map((jar) =>
            limit(async () => {
                stop.throwIfAborted();
                const file = join(partial, jarName(jar));
                const there = (await stat(file).catch(() => undefined))?.size;
                if (there === jar.bytes && (await sha256Of(file)) === jar.sha256) return line.bytes(there);
                // Whole, but of another content: an earlier lock's file of the same name, or a damaged disk.
                if (there !== undefined) await rename(file, `${file}.part`);
                const url = await jarUrl(jar);
                const onBytes = (difference: number) => line.bytes(difference);
                const { bytes, sha256 } = jar;
                await fetchFile({ url, file, bytes, sha256, registry: "Maven Central", onBytes, signal: stop });
            }),
        );
        for (const one of all) one.catch((error: unknown) => failed.abort(error));
        // Every download has ended before a failure goes up: nothing writes into the folder after its lock is released.
        await Promise.allSettled(all);
        stop.throwIfAborted();
    };
    await artifact(folder, fill, { root, keepPartial: true, signal, waiting: (pid) => line.waitFor(pid) });
    line.done();
}
