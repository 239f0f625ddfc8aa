/** Runs the dbt project of `dbt/` on the platform's silver table, and says what every node came to. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Platform } from "../../stacks/contracts";
import { exitCodes, messageOf, TidegateError } from "../core/errors";
import { silent, type Progress } from "../core/progress";
import { Redactor } from "../core/redactor";
import { repositoryRoot } from "../core/repository";
import {
    brokenNodes,
    describeNode,
    parseLogLine,
    readArtifacts,
    shorten,
    summarize,
    type DbtNode,
    type DbtSummary,
} from "./dbtArtifacts";
import { lockError } from "./dbtLock";

export const dbtCommands = ["build", "run", "test", "seed"] as const;
export type DbtCommand = (typeof dbtCommands)[number];

/** Where `iceberg_relation('silver.trips')` reads: what the catalog says of the table now. */
export interface SilverTable {
    /** URI of the current metadata file: `s3://…/metadata/00003-….metadata.json`, or `file:///…`. */
    readonly metadataLocation: string;
    /** `total-records` of the current snapshot; null where its summary has none. */
    readonly rows: number | null;
    /** Decimal, as the catalog gives it; an attached table is read at this snapshot. Null before the first commit. */
    readonly snapshotId: string | null;
}

export type DbtPlatform = Pick<Platform, "storage" | "catalog"> & {
    readonly runtime: Pick<Platform["runtime"], "dbt">;
};

export interface RunDbtOptions {
    readonly command: DbtCommand;
    /** dbt's node selection, e.g. `["+fct_trips", "tag:nightly"]`. @default every node */
    readonly select?: readonly string[];
    /** @default false */
    readonly fullRefresh?: boolean;
    readonly platform: DbtPlatform;
    readonly tables: { readonly silver: (signal: AbortSignal | undefined) => Promise<SilverTable | null> };
    /** Executable of dbt, and the directory that DuckDB's avro, httpfs and iceberg extensions are installed in. */
    readonly tools: { readonly dbt: string; readonly duckdbExtensions: string };
    /** Takes target/ and logs/ of dbt; kept between runs, it saves parsing the project again. Absolute. */
    readonly workDirectory: string;
    /** @default the project of this repository */
    readonly projectDirectory?: string;
    readonly progress?: Progress;
    readonly signal?: AbortSignal;
    /** @default 900 */
    readonly timeoutSeconds?: number;
}

export interface DbtResult {
    readonly command: DbtCommand;
    /** Target of profiles.yml, `embedded` or `attach`. */
    readonly target: string;
    readonly dbtVersion: string;
    /** No node failed and none ended in an error; warnings do not count. */
    readonly succeeded: boolean;
    /** Wall time of dbt, start included. */
    readonly seconds: number;
    readonly nodes: readonly DbtNode[];
    readonly summary: DbtSummary;
    /** One line per node that failed or ended in an error. */
    readonly problems: readonly string[];
    readonly duckdbFile: string;
    readonly logFile: string;
    /** target/ of the run: compiled SQL, run_results.json, manifest.json. */
    readonly targetDirectory: string;
}

/** What dbt and Python need of the surroundings; anything else (DBT_*, AWS_*, PYTHON*) could change what runs. */
const inherited = ["PATH", "HOME", "USER", "TMPDIR", "LANG", "LC_ALL", "TZ", "SystemRoot"];

/** Seconds between the ways of asking dbt to stop: SIGINT (it cancels its queries), then SIGKILL. */
const graceSeconds = 5;

/**
 * Runs dbt and reads its artifacts. A failing test or model is a result (`succeeded: false`), not an error.
 * @throws `dbt-target-unfit`, `silver-missing`, `silver-empty` before dbt starts; `dbt-not-started`, `dbt-broken`, `dbt-nothing-selected`,
 * `dbt-timeout`, `dbt-artifacts-unreadable`, `duckdb-locked`, `interrupted`
 */
export async function runDbt(options: RunDbtOptions): Promise<DbtResult> {
    const { command, platform, progress = silent, signal, timeoutSeconds = 900 } = options;
    const { dbt } = platform.runtime;
    checkAborted(signal, command);
    checkTarget(platform);
    progress.update("asking the catalog for the silver table");
    const silver = await options.tables.silver(signal);
    checkSilver(silver, command);
    const target = join(resolve(options.workDirectory), "target");
    const logs = join(resolve(options.workDirectory), "logs");
    await mkdir(dirname(dbt.duckdbFile), { recursive: true });
    await mkdir(target, { recursive: true });
    // What an earlier run left must not be taken for the result of one that broke off.
    await rm(join(target, "run_results.json"), { force: true });

    const project = options.projectDirectory ?? join(repositoryRoot, "dbt");
    const args = [
        "--log-format=json",
        "--log-level-file=info",
        `--log-path=${logs}`,
        "--no-send-anonymous-usage-stats",
        "--no-version-check",
        command,
        `--project-dir=${project}`,
        `--profiles-dir=${project}`,
        `--target-path=${target}`,
        `--target=${dbt.target}`,
        // A build of some nodes leaves out tests that need a node which may never have been built.
        ...(command === "build" ? ["--indirect-selection=buildable"] : []),
        ...(options.fullRefresh === true && command !== "test" ? ["--full-refresh"] : []),
        ...(options.select === undefined || options.select.length === 0 ? [] : ["--select", ...options.select]),
    ];
    // dbt masks the secrets that it knows of; DuckDB's and S3's messages pass here once more.
    const redactor = new Redactor(Object.values(platform.storage.credentials));
    const redact = (text: string): string => redactor.text(text);
    const started = performance.now();
    progress.update(`dbt ${command}: reading the project`);
    const child = spawn(options.tools.dbt, args, {
        cwd: project,
        env: dbtEnvironment(platform, silver, options.tools.duckdbExtensions),
        // A process group of its own, which a stop reaches as a whole.
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
    });
    const run = await follow(child, { command, progress, signal, timeoutSeconds });
    const seconds = (performance.now() - started) / 1000;

    if (run.startError !== undefined)
        throw new TidegateError(`dbt cannot be started: ${shorten(run.startError)}`, {
            code: "dbt-not-started",
            hint: "Run `npx tidegate doctor`: it says whether the Python environment is complete.",
            exitCode: exitCodes.toolchain,
        });
    const logFile = join(logs, "dbt.log");
    // 1: some nodes failed. Anything else than 0 and 1, or an error outside of the nodes, is no result.
    if (run.broken !== undefined || (run.exitCode !== 0 && run.exitCode !== 1)) {
        const said = redact(run.broken ?? (run.stderr.trim() || `it ended with exit code ${run.exitCode ?? "none"}`));
        throw (
            lockError(said, dbt.duckdbFile) ??
            new TidegateError(`dbt ${command} could not run: ${shorten(said, 600)}`, {
                code: "dbt-broken",
                hint: `The project is ${project}; ${logFile} tells more.`,
            })
        );
    }
    if (run.nothingSelected)
        throw new TidegateError(`No node of the dbt project matches '${(options.select ?? []).join(" ")}'.`, {
            code: "dbt-nothing-selected",
            hint: "Select by name, path or graph operator, e.g. `fct_trips`, `path:models/core`, `+mart_daily_revenue`.",
            exitCode: exitCodes.usage,
        });
    const artifacts = await readArtifacts(target);
    const nodes = artifacts.nodes.map((node) => ({ ...node, message: node.message && redact(node.message) }));
    const broken = brokenNodes(nodes);
    const locked = broken.map((node) => lockError(node.message ?? "", dbt.duckdbFile)).find(Boolean);
    if (locked) throw locked;
    return {
        command,
        target: dbt.target,
        dbtVersion: artifacts.dbtVersion,
        succeeded: run.exitCode === 0 && broken.length === 0,
        seconds,
        nodes,
        summary: summarize(nodes),
        problems: broken.map(describeNode),
        duckdbFile: dbt.duckdbFile,
        logFile,
        targetDirectory: target,
    };
}

function checkTarget({ catalog, runtime }: DbtPlatform): void {
    if (runtime.dbt.target === "attach" && !catalog.attach)
        throw new TidegateError("The dbt target 'attach' does not fit: DuckDB cannot attach this catalog.", {
            code: "dbt-target-unfit",
            hint: "Use the target 'embedded', which reads tables by their metadata location.",
            exitCode: exitCodes.usage,
        });
}

function checkSilver(silver: SilverTable | null, command: DbtCommand): asserts silver is SilverTable {
    if (silver === null)
        throw new TidegateError(`dbt ${command} has nothing to read: the catalog has no table silver.trips.`, {
            code: "silver-missing",
            hint: "Run the silver job first: `npx tidegate run flink`.",
        });
    if (silver.rows === 0 || silver.snapshotId === null)
        throw new TidegateError(`dbt ${command} has nothing to read: the table silver.trips is empty.`, {
            code: "silver-empty",
            hint: "Produce events and run the bronze and silver jobs first, or see why silver let none through.",
        });
}

/** The environment that dbt/profiles.yml and the macro iceberg_relation read; docs/dbt.md lists it. */
export function dbtEnvironment(
    { storage, catalog, runtime }: DbtPlatform,
    silver: SilverTable,
    duckdbExtensions: string,
): Record<string, string> {
    const attach: Record<string, string> =
        catalog.type === "rest" && catalog.attach
            ? {
                  TIDEGATE_CATALOG_URI: catalog.uri,
                  TIDEGATE_CATALOG_WAREHOUSE: catalog.warehouse,
                  TIDEGATE_CATALOG_AUTHORIZATION: catalog.auth.mode,
              }
            : {};
    const snapshot: Record<string, string> =
        silver.snapshotId === null ? {} : { TIDEGATE_ICEBERG_SNAPSHOT_SILVER_TRIPS: silver.snapshotId };
    return {
        ...Object.fromEntries(inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
        PYTHONUTF8: "1",
        DO_NOT_TRACK: "1",
        TIDEGATE_DUCKDB_FILE: runtime.dbt.duckdbFile,
        TIDEGATE_DUCKDB_EXTENSIONS: duckdbExtensions,
        TIDEGATE_DBT_THREADS: String(runtime.dbt.threads),
        TIDEGATE_ICEBERG_METADATA_SILVER_TRIPS: silver.metadataLocation,
        TIDEGATE_S3_ENDPOINT: new URL(storage.endpoint).host,
        TIDEGATE_S3_REGION: storage.region,
        TIDEGATE_S3_URL_STYLE: storage.pathStyle ? "path" : "vhost",
        TIDEGATE_S3_USE_SSL: String(storage.ssl),
        DBT_ENV_SECRET_S3_ACCESS_KEY_ID: storage.credentials.accessKeyId,
        DBT_ENV_SECRET_S3_SECRET_ACCESS_KEY: storage.credentials.secretAccessKey,
        ...snapshot,
        ...attach,
    };
}

interface Followed {
    readonly exitCode: number | null;
    readonly broken: string | undefined;
    readonly nothingSelected: boolean;
    readonly stderr: string;
    readonly startError: string | undefined;
}

interface Following {
    readonly command: DbtCommand;
    readonly progress: Progress;
    readonly signal: AbortSignal | undefined;
    readonly timeoutSeconds: number;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Reads dbt's log to the end; stops its whole process group when the signal or the time limit says so. */
async function follow(child: Child, { command, progress, signal, timeoutSeconds }: Following): Promise<Followed> {
    const closed = once(child, "close").then(
        ([exitCode]: (number | null)[]) => ({ exitCode: exitCode ?? null, startError: undefined }),
        (error: unknown) => ({ exitCode: null, startError: messageOf(error) }),
    );
    let stopped: "interrupt" | "timeout" | undefined;
    let stopping: Promise<void> | undefined;
    const stop = (why: typeof stopped) => {
        stopped ??= why;
        stopping ??= endGroup(child, closed);
    };
    const onAbort = () => stop("interrupt");
    const onExit = () => killGroup(child.pid, "SIGKILL");
    const timer = setTimeout(() => stop("timeout"), timeoutSeconds * 1000);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    process.once("exit", onExit);
    let broken: string | undefined;
    let nothingSelected = false;
    let done = 0;
    const stderr: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
        const event = parseLogLine(line);
        if (event?.kind === "started") progress.update(`dbt ${command}: ${event.node}`);
        else if (event?.kind === "finished") progress.advance(++done, event.total || undefined, "nodes");
        else if (event?.kind === "nothing-selected") nothingSelected = true;
        else if (event?.kind === "broken") broken ??= event.message;
    });
    const ended = await closed;
    await stopping;
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    process.removeListener("exit", onExit);
    if (stopped === "interrupt") checkAborted(signal, command);
    if (stopped === "timeout")
        throw new TidegateError(`dbt ${command} did not finish within ${timeoutSeconds} s (${done} nodes were done).`, {
            code: "dbt-timeout",
            hint: "Give it more time, or select fewer nodes.",
            retryable: true,
        });
    return { ...ended, broken, nothingSelected, stderr: stderr.join("") };
}

/** SIGKILL goes to the group in any case: it may hold more than dbt, and dbt may have ended before the rest. */
async function endGroup(child: Child, closed: Promise<unknown>): Promise<void> {
    killGroup(child.pid, "SIGINT");
    const grace = new AbortController();
    child.once("exit", () => grace.abort());
    if (child.exitCode !== null || child.signalCode !== null) grace.abort();
    await delay(graceSeconds * 1000, undefined, { signal: grace.signal }).catch(() => {});
    killGroup(child.pid, "SIGKILL");
    await closed;
}

function killGroup(pid: number | undefined, signal: keyof typeof constants.signals): void {
    if (pid === undefined) return;
    try {
        process.kill(-pid, signal);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

function checkAborted(signal: AbortSignal | undefined, command: DbtCommand): void {
    if (signal?.aborted)
        throw new TidegateError(`dbt ${command} was interrupted.`, {
            code: "interrupted",
            hint: "Run it again: what it had not committed is rolled back.",
            retryable: true,
            exitCode: exitCodes.interrupted,
        });
}
