import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import semver from "semver";
import { pins, run, which } from "./bootstrap.mjs";
import type { JarSet } from "./jarLock";
import { isOurs, Layout } from "./layout";
import { type Survey, type ToolName, toolNames, type Tools } from "./tools";

/** How long a found program may take to tell its version, in milliseconds. */
const versionTimeout = 20_000;

/** The program's path where it is on PATH, not counting what our own environment put there. */
function onPath(name: string, root: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
    return which(name, environment["PATH"] ?? "", (folder) => isOurs(folder, root));
}

async function answerOf(command: string, args: readonly string[]): Promise<string | undefined> {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const answer = await run(command, args, { timeout: versionTimeout, env }).catch(() => undefined);
    return answer?.code === 0 ? answer.output : undefined;
}

type Found<T> =
    { readonly value: T; readonly reason?: undefined } | { readonly value?: undefined; readonly reason?: string };

async function pulumiVersion(path: string): Promise<string | undefined> {
    return semver.coerce(await answerOf(path, ["version"]))?.version;
}

async function findPulumi(layout: Layout): Promise<Found<Tools["pulumi"]>> {
    let reason: string | undefined;
    const path = onPath("pulumi", layout.root);
    if (path !== undefined) {
        const version = await pulumiVersion(path);
        const minimum = pins.pulumiMinimum;
        if (version !== undefined && semver.satisfies(version, `^${minimum}`))
            return { value: { path, version, origin: "path" } };
        reason = `${path} is ${version === undefined ? "broken" : `version ${version}`}, ${minimum} or newer (of major version ${semver.major(minimum)}) is needed`;
    }
    for (const [folder, origin] of [
        [layout.pulumiArchive, "archive"],
        [layout.pulumiBuilt, "built"],
    ] as const) {
        const candidate = join(folder, "pulumi");
        if (existsSync(candidate)) return { value: { path: candidate, version: pins.pulumi, origin } };
    }
    return reason === undefined ? {} : { reason };
}

/** An official language host is on PATH, or beside the engine's executable, where the engine looks too. */
function hasLanguageHost(pulumi: Tools["pulumi"] | undefined, root: string): boolean {
    const name = "pulumi-language-nodejs";
    if (pulumi !== undefined && pulumi.origin !== "built" && existsSync(join(dirname(realpathSync(pulumi.path)), name)))
        return true;
    return onPath(name, root) !== undefined;
}

/** The major version in what `java -version` prints: `openjdk version "17.0.15"`, or `"1.8.0_292"` for 8. */
export function javaMajor(text: string): number | undefined {
    const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
    if (first === undefined) return undefined;
    return Number(first === "1" ? second : first);
}

export async function findJava(layout: Layout, environment: NodeJS.ProcessEnv): Promise<Found<Tools["java"]>> {
    const reasons: string[] = [];
    const home = environment["JAVA_HOME"];
    for (const path of [home ? join(home, "bin", "java") : undefined, onPath("java", layout.root, environment)]) {
        if (path === undefined) continue;
        const version = existsSync(path) ? javaMajor((await answerOf(path, ["-version"])) ?? "") : undefined;
        if (version !== undefined && version >= pins.javaMinimum) return { value: { path, version } };
        reasons.push(`${path} is ${version === undefined ? "no working Java" : `Java ${version}`}`);
    }
    if (existsSync(layout.java)) return { value: { path: layout.java, version: Number.parseInt(pins.java, 10) } };
    return reasons.length === 0 ? {} : { reason: `${reasons.join(", ")}; Java ${pins.javaMinimum} or newer is needed` };
}

/** Looks at what is there, in the cache and on this machine. Needs no network and changes nothing. */
export async function survey(root: string, environment: NodeJS.ProcessEnv = process.env): Promise<Survey> {
    const layout = new Layout(root);
    const [pulumi, java, data] = await Promise.all([
        findPulumi(layout),
        findJava(layout, environment),
        layout.dataEnvironment(),
    ]);
    const kafka = layout.jars("kafka");
    const flink = layout.jars("flink");
    // Made or not: a JVM that finds none goes on without.
    const classes = (set: JarSet): string => layout.classArchive(set, java.value?.path ?? "");
    const found: Survey["found"] = {
        ...(pulumi.value === undefined ? {} : { pulumi: pulumi.value }),
        ...(java.value === undefined ? {} : { java: java.value }),
        ...(existsSync(kafka) ? { kafka: { version: pins.kafka, libs: kafka, classes: classes("kafka") } } : {}),
        ...(existsSync(flink) ? { flink: { version: pins.flink, lib: flink, classes: classes("flink") } } : {}),
        ...(existsSync(layout.weed) ? { weed: layout.weed } : {}),
        ...(data === undefined ? {} : { python: join(data, "bin", "python"), dbt: join(data, "bin", "dbt") }),
        ...(existsSync(layout.duckdbExtensions) ? { duckdbExtensions: layout.duckdbExtensions } : {}),
    };
    const there: Record<ToolName, boolean> = {
        Pulumi: found.pulumi !== undefined,
        Java: found.java !== undefined,
        Kafka: found.kafka !== undefined,
        Flink: found.flink !== undefined,
        SeaweedFS: found.weed !== undefined,
        dbt: found.dbt !== undefined,
        "DuckDB extensions": found.duckdbExtensions !== undefined,
    };
    return {
        found,
        languageHost: hasLanguageHost(found.pulumi, root) ? "official" : "stand-in",
        missing: toolNames.filter((name) => !there[name]),
        reasons: {
            ...(pulumi.reason === undefined ? {} : { Pulumi: pulumi.reason }),
            ...(java.reason === undefined ? {} : { Java: java.reason }),
        },
    };
}
