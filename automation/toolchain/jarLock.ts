import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

export const jarSets = ["kafka", "flink"] as const;
export type JarSet = (typeof jarSets)[number];

const Jar = z.strictObject({
    group: z.string(),
    artifact: z.string(),
    version: z.string(),
    classifier: z.string().optional(),
    bytes: z.int().positive(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Jar = z.infer<typeof Jar>;

export function jarLockFile(set: JarSet): string {
    return join(__dirname, "jars", `${set}.json`);
}

/** Names of the classes that are loaded of one class path, one a line, gzipped. Written by classList.ts. */
export function classListFile(set: JarSet): string {
    return join(__dirname, "jars", `${set}.classes.gz`);
}

/** Every jar that one class path consists of, with its checksum. Written by lock.ts. */
export function readJarLock(set: JarSet): Jar[] {
    return z.array(Jar).parse(JSON.parse(readFileSync(jarLockFile(set), "utf8")));
}

/** The file name that Maven's repository layout gives the jar. */
export function jarName(jar: Jar): string {
    return `${jar.artifact}-${jar.version}${jar.classifier === undefined ? "" : `-${jar.classifier}`}.jar`;
}
