/** What `up`, `preview` and `down` do. */
import { rm, rmdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import pc from "picocolors";
import { exitCodes, interruptedCode } from "../../core/errors";
import { holding } from "../../engine/environmentLock";
import { prepareHome, readCheckpoint, stackExists, stackFile, stackName } from "../../engine/home";
import type { Outputs } from "../../engine/protocol";
import { martSummary } from "../../exercises/dbtMarts";
import { checkEventFile } from "../../exercises/events/source";
import { loadGraph } from "../../graph/load";
import { select, type Choice } from "../../graph/selection";
import { stopLeftOvers } from "../../lakehouse/processes";
import { FactsCollector, type RunFacts } from "../../reports/facts";
import { writeReports } from "../../reports/files";
import { LakehouseSurroundings } from "../../lakehouse/surroundings";
import { datasetOf, folders } from "../../lakehouse/platform";
import { Rollout, type RolloutResult } from "../../rollout/rollout";
import type { EventSink } from "../../rollout/events";
import { ensureTools } from "../../toolchain";
import { layers, type Layer } from "../../../stacks/contracts";
import { loadEnvironment, type Environment } from "../../../stacks/environment";
import { filterOf, type FilterFlags } from "../filter";
import { table } from "../output";
import { stderrProgress } from "../progress";
import { Interrupts, Session } from "../session";
import { duration, viewFor } from "../views";

export interface UpFlags extends FilterFlags {
    readonly exercise: boolean;
    readonly data?: string;
    readonly events?: number;
    readonly parallel: number;
    readonly failFast?: true;
    readonly json?: true;
}

export async function up(name: string, flags: UpFlags): Promise<void> {
    const interrupts = new Interrupts((text) => void process.stderr.write(`${text}\n`));
    try {
        // Wrong input is told before minutes of downloads.
        const environment = await loadEnvironment(name);
        select(await loadGraph(), filterOf(flags));
        if (flags.data !== undefined) await checkEventFile(resolve(flags.data), datasetOf(environment));
        const progress = stderrProgress();
        const { signal } = interrupts.orderly;
        const tools = await ensureTools(progress, { signal }).finally(() => progress.close());
        await holding(environment, async () => rollOut(await Session.open(name, tools), flags, interrupts));
    } finally {
        interrupts.close();
    }
}

async function rollOut(session: Session, flags: UpFlags, interrupts: Interrupts): Promise<void> {
    // A state that cannot be gone on from is told before the first layer is touched.
    await prepareHome(session.environment);
    for (const layer of session.graph.order)
        await readCheckpoint(session.environment, stackName(session.environment, layer));
    const collector = new FactsCollector(() => Date.now());
    const choice = {
        ...(flags.data === undefined ? {} : { file: resolve(flags.data) }),
        ...(flags.events === undefined ? {} : { events: flags.events }),
        once: true,
    };
    const choices = select(session.graph, filterOf(flags));
    const known = await knownOutputs(session, choices, interrupts.orderly.signal);
    const result = await run(
        session,
        interrupts,
        flags.json ?? false,
        Date.now(),
        choice,
        (rollout) =>
            rollout.up({
                choices,
                known,
                failFast: flags.failFast ?? false,
                exercise: flags.exercise,
                parallel: flags.parallel,
            }),
        collector.sink,
    );
    const places = placesOf(session.environment, result.outputs);
    const report = await writeReports(folders(session.environment).reports, collector.facts(places));
    if (!flags.json)
        await closing(session.environment, result, { ...places, report: report.html }, collector.facts(places));
    process.exitCode = exitCodeOf(result, interrupts);
}

/** Outputs of what is not selected, but stood on by what is. */
async function knownOutputs(
    session: Session,
    choices: readonly Choice[],
    signal: AbortSignal,
): Promise<ReadonlyMap<Layer, Outputs>> {
    const selected = choices.filter((choice) => choice.selected).map(({ name }) => name);
    const read = new Set(selected.flatMap((name) => session.graph.upTo(name)));
    const wanted = layers.filter((layer) => read.has(layer) && !selected.includes(layer));
    return wanted.length === 0 ? new Map() : session.outputs(signal, wanted);
}

export interface DownFlags {
    readonly force?: true;
    readonly json?: true;
}

export async function down(name: string, flags: DownFlags): Promise<void> {
    const environment = await loadEnvironment(name);
    const say = (text: string): void => void (flags.json || process.stdout.write(`${text}\n`));
    if (!existsSync(environment.dataDirectory))
        return say(`${name} is not deployed: ${environment.dataDirectory} does not exist.`);
    const interrupts = new Interrupts((text) => void process.stderr.write(`${text}\n`));
    const begun = performance.now();
    try {
        await holding(environment, async () => {
            if (!flags.force) {
                const session = await Session.open(name);
                const result = await run(session, interrupts, flags.json ?? false, Date.now(), {}, (rollout) =>
                    rollout.down((layer) => stackExists(environment, stackName(environment, layer)) ?? true),
                );
                process.exitCode = exitCodeOf(result, interrupts);
                if (!result.ok) return;
            }
            for (const left of await stopLeftOvers(environment)) say(`stopped ${left}, which no stack knew any more`);
            for (const layer of (await loadGraph()).order)
                await rm(stackFile(stackName(environment, layer)), { force: true });
            await rm(environment.dataDirectory, { recursive: true, force: true });
            // The folder of all environments too, where this was the last one.
            await rmdir(dirname(environment.dataDirectory)).catch(() => {});
            const seconds = duration((performance.now() - begun) / 1000);
            say(
                `${pc.green("✓")} ${name} is gone: its processes, its stacks and ${environment.dataDirectory}. (${seconds})`,
            );
        });
    } finally {
        interrupts.close();
    }
}

/** What the next up would change. */
export async function preview(name: string, json: boolean): Promise<void> {
    const session = await Session.open(name);
    const interrupts = new Interrupts((text) => void process.stderr.write(`${text}\n`));
    try {
        const result = await run(session, interrupts, json, Date.now(), {}, (rollout) =>
            rollout.preview((layer) => stackExists(session.environment, stackName(session.environment, layer)) ?? true),
        );
        process.exitCode = exitCodeOf(result, interrupts);
    } finally {
        interrupts.close();
    }
}

/** Runs one operation of the driver with a view, signals and a warm engine. */
async function run(
    session: Session,
    interrupts: Interrupts,
    json: boolean,
    startedMs: number,
    choice: { file?: string; events?: number; once?: boolean },
    operation: (rollout: Rollout) => Promise<RolloutResult>,
    alsoTo: EventSink = () => {},
): Promise<RolloutResult> {
    const view = viewFor(process.stdout, json);
    interrupts.sayBy((text) => view.sink({ type: "note", text }));
    const onEvent: EventSink = (event) => {
        alsoTo(event);
        view.sink(event);
    };
    session.engine.expect(session.graph.order.length);
    try {
        return await operation(
            new Rollout({
                environment: session.environment,
                graph: session.graph,
                engine: session.engine,
                surroundings: new LakehouseSurroundings(
                    session.environment,
                    session.graph,
                    session.tools,
                    { once: true, ...choice },
                    startedMs,
                ),
                operate: (layer, op, options) =>
                    session.operate(layer, op, { ...options, forceSignal: interrupts.forced.signal }),
                onEvent,
                now: () => performance.now(),
                signal: interrupts.orderly.signal,
            }),
        );
    } finally {
        view.close();
        interrupts.sayBy((text) => void process.stderr.write(`${text}\n`));
        session.close();
    }
}

function exitCodeOf(result: RolloutResult, { orderly }: Interrupts): number {
    if (result.ok) return exitCodes.ok;
    if (orderly.signal.aborted) return exitCodes.interrupted;
    return result.problem?.exitCode ?? exitCodes.failed;
}

/** Where to look, once the platform runs. */
function placesOf(environment: Environment, outputs: ReadonlyMap<string, Outputs>): Record<string, string> {
    const of = (layer: string, name: string): string | undefined => {
        const value = outputs.get(layer)?.[name];
        return typeof value === "string" ? value : undefined;
    };
    const dbt = outputs.get("runtime")?.dbt as { duckdbFile?: string } | undefined;
    const entries = {
        "Flink UI": of("runtime", "flinkRest"),
        "SQL gateway": of("runtime", "sqlGateway"),
        Kafka: of("broker", "bootstrapServers"),
        S3: of("storage", "endpoint"),
        "Iceberg catalog": of("catalog", "uri") ?? of("catalog", "warehouse"),
        "DuckDB file": dbt?.duckdbFile !== undefined && existsSync(dbt.duckdbFile) ? dbt.duckdbFile : undefined,
        "data directory": environment.dataDirectory,
    };
    return Object.fromEntries(
        Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
}

async function closing(
    environment: Environment,
    result: RolloutResult,
    places: Record<string, string>,
    facts: RunFacts,
): Promise<void> {
    const write = (text: string): void => void process.stdout.write(`${text}\n`);
    const checks = facts.layers.flatMap((layer) => layer.checks).concat(facts.preflight);
    const green = checks.filter((check) => check.status === "pass").length;
    write("");
    if (!result.ok) {
        const cut = result.problem === undefined || result.problem.code === interruptedCode;
        const red = cut ? `${pc.yellow("–")} Interrupted` : `${pc.red("✗")} ${environment.name} is not green`;
        write(
            `${red} after ${duration(result.seconds)}: ${green} of ${checks.length} checks are green. What runs is left as it is${cut ? "; `npx tidegate up` goes on from there" : ""}.`,
        );
        write(`${pc.dim("report")} ${places.report ?? ""}`);
        return;
    }
    write(
        `${pc.green("✓")} ${environment.name} is up and proved: ${green} of ${checks.length} checks are green, in ${duration(result.seconds)}.`,
    );
    const file = places["DuckDB file"];
    if (file !== undefined && existsSync(join(file))) {
        const marts = await martSummary(file).catch(() => undefined);
        if (marts && marts.trips > 0)
            write(
                `  ${marts.trips.toLocaleString("en-US")} trips on ${marts.days} days, $${Math.round(marts.revenue).toLocaleString("en-US")} revenue` +
                    (marts.topZone ? `, most of it from ${marts.topZone.name} (${marts.topZone.borough})` : ""),
            );
    }
    write("");
    write(table(Object.entries(places).map(([label, where]) => [`  ${label}`, where])));
    write("");
    write(pc.dim(`  npx tidegate status | logs | validate | run dbt        npm run down  takes all of it away`));
}
