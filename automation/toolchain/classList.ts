/**
 * Writes down anew which classes Kafka and Flink load, after a version in pins.json has changed: `npm run ts --
 * automation/toolchain/classList.ts`. Deploys a platform of its own in a temporary folder, with a Java that keeps a list,
 * and takes it down again. Names alone are kept: what else Java writes down differs from version to version.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { messageOf } from "../core/errors";
import { repositoryRoot } from "../core/repository";
import { classListFile, jarSets } from "./jarLock";
import { locateTools } from "./locate";

/** Enough that every operator is used; the shares of broken, late and doubled ones are those of stacks/local.yaml. */
const events = 100_000;

async function main(): Promise<void> {
    const work = mkdtempSync(join(tmpdir(), "tidegate-classes-"));
    const { java } = await locateTools();
    const lists = join(work, "lists");
    const bin = join(work, "java", "bin");
    for (const folder of [lists, bin]) mkdirSync(folder, { recursive: true });
    const wrapper = join(bin, "java");
    // Of its own class path, which is the argument after -cp, is known whose list it is.
    writeFileSync(wrapper, `#!/bin/sh\nexec '${java.path}' "-XX:DumpLoadedClassList=${lists}/$$.lst" "$@"\n`);
    chmodSync(wrapper, 0o755);
    const env = { ...process.env, JAVA_HOME: join(work, "java"), TIDEGATE_DATA: join(work, "data") };
    const tidegate = (...args: string[]): void => {
        const { status } = spawnSync(
            process.execPath,
            [join(repositoryRoot, "automation", "cli", "tidegate.mjs"), ...args],
            {
                cwd: repositoryRoot,
                env,
                stdio: "inherit",
            },
        );
        if (status !== 0) throw new Error(`tidegate ${args.join(" ")} ended with ${status}`);
    };
    try {
        tidegate("up", "--events", String(events));
        tidegate("down");
        const names = readdirSync(lists).map((file) => namesIn(readFileSync(join(lists, file), "utf8")));
        for (const set of jarSets) {
            const mark = set === "kafka" ? "kafka/Kafka" : "org/apache/flink/";
            const own = names.filter((list) => [...list].some((name) => name.startsWith(mark)));
            const all = [...new Set(own.flatMap((list) => [...list]))].sort();
            if (all.length === 0) throw new Error(`no list is of ${set}`);
            writeFileSync(classListFile(set), gzipSync(`${all.join("\n")}\n`, { level: 9 }));
            console.log(`${set}: ${all.length} classes`);
        }
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}

/** Lines of a class are `name id: 42` and the like; `@` begins what is of one version of Java. */
function namesIn(list: string): Set<string> {
    const lines = list.split("\n").filter((line) => line !== "" && !/^[#@]/.test(line) && !line.includes(" source:"));
    return new Set(lines.map((line) => line.split(" ")[0] ?? ""));
}

main().catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
});
