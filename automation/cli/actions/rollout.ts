/** What `up` does, and how any operation of the driver is run for a person. */
import pc from "picocolors";
import { exitCodes, interruptedCode, TidegateError } from "../../core/errors";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import type { LockOptions } from "../../ledger/lock";
import { select, type Choice } from "../../graph/selection";
import { FactsCollector, type RunFacts } from "../../reports/facts";
import type { EventSink } from "../../rollout/events";
import { environmentGraph } from "../../rollout/environmentGraph";
import { loadModule } from "../../rollout/module";
import { settingsOfEnvironment } from "../../rollout/proving";
import type { RolloutResult } from "../../rollout/rollout";
import { filterOf, type FilterFlags } from "../filter";
import { remark, say, table } from "../output";
import { stderrProgress } from "../progress";
import { givenDecisions } from "../../rollout/lookups";
import { report } from "../reports";
import { Session, type RunAbout, type SessionRequest, type Watch } from "../../rollout/session";
import { Interrupts } from "../interrupts";
import { duration } from "../../core/duration";
import { annotateEvents } from "../annotate";
import { demandNoMigration } from "./migrationUnderWay";
import { holdAfterRed, rollBackAfterRed, type Reaction } from "./onRed";
import { demandPromoted, releaseHere, tellProof, type ReleaseOfRun } from "./releaseOfRun";
import { viewFor } from "../viewFor";

/** Of every command that changes an environment: how it gets the lock, and what it is told of what was cut off. */
export interface ChangeFlags {
    /** `URN=ID`, `URN=absent`. */
    readonly pending?: readonly string[];
    readonly forceUnlock?: true;
    /** Seconds. */
    readonly lockTimeout?: number;
}

export interface UpFlags extends FilterFlags, ChangeFlags {
    readonly exercise: boolean;
    readonly data?: string;
    readonly events?: number;
    readonly parallel: number;
    readonly failFast?: true;
    readonly all?: true;
    readonly refresh?: true;
    readonly approve?: readonly string[];
    readonly release?: string;
    /** Of a move of a migration: the command that goes on with it. */
    readonly migration?: string;
    readonly json?: true;
}

/** One environment after the other; the next one only where this one is green. */
export async function up(
    environments: readonly string[],
    flags: UpFlags,
    resumes?: string,
    resumed?: ReleaseOfRun,
): Promise<void> {
    if (flags.pending !== undefined && environments.length > 1)
        throw new TidegateError("--pending is of one environment.", {
            code: "usage",
            hint: "Roll that one out by its own command, then the others.",
            exitCode: exitCodes.usage,
        });
    if (flags.release !== undefined) return upRelease(environments, flags, flags.release, resumes, resumed);
    const graph = await loadGraphFile();
    const held = { before: (session: Session) => demandNoMigration(graph, session) };
    await upGraph(graph, environments, flags, { resumes, held });
}

async function upRelease(
    environments: readonly string[],
    flags: UpFlags,
    wanted: string,
    resumes: string | undefined,
    resumed: ReleaseOfRun | undefined,
): Promise<void> {
    const [environment, ...more] = environments;
    if (environment === undefined || more.length > 0)
        throw new TidegateError("A release is rolled out to one environment at a time.", {
            code: "usage",
            hint: "`promotion` of the graph's file says how it gets to the next one: docs/promotion.md.",
            exitCode: exitCodes.usage,
        });
    const { openRelease, sameArguments } = await import("./released.js");
    // One that is resumed is found in the ledger.
    const opened = await openRelease(environment, wanted, resumes === undefined ? {} : { args: sameArguments });
    if (opened === undefined) return;
    const { id, graph } = opened;
    const release = resumed ?? { id, settings: await settingsOfEnvironment(graph, environment) };
    await upGraph(graph, [environment], { ...flags, release: id }, { resumes, release });
}

/** What an `up` is beside its flags. */
export interface UpAbout {
    /** The run that it resumes. */
    readonly resumes?: string | undefined;
    readonly release?: ReleaseOfRun | undefined;
    /** Of a rollback. */
    readonly back?: {
        /** The run whose red end it answers, without anybody there to be asked. */
        readonly afterRed: string | undefined;
        /** With the environment's lock, before anything is touched. A rollback is stopped by no hold. */
        begin(session: Session): Promise<void>;
    };
    /** What else is done while the environment's lock is held: before anything is touched, and once all is green. */
    readonly held?: {
        before(session: Session): Promise<void>;
        green?(session: Session): Promise<void>;
    };
    /** @default its own */
    readonly interrupts?: Interrupts;
}

/** `whole`: the graph of a release, or of what lies here. Answers whether all of them are green. */
export async function upGraph(
    whole: GraphFile,
    environments: readonly string[],
    flags: UpFlags,
    about: UpAbout,
): Promise<boolean> {
    const interrupts = about.interrupts ?? new Interrupts(remark);
    let green = true;
    let reaction: Reaction | undefined;
    try {
        const module = loadModule(whole);
        const operation = about.back === undefined ? "up" : "rollback";
        const { data, events } = flags;
        const options = { ...(data === undefined ? {} : { data }), ...(events === undefined ? {} : { events }) };
        if (whole.module === undefined && Object.keys(options).length > 0) throw foreignOption(whole);
        // Wrong input is told before minutes of downloads.
        const rollouts: (readonly [string, GraphFile, readonly Choice[]])[] = [];
        for (const environment of environments) {
            await module.check?.({ environment, options });
            const graph = await environmentGraph(environment, whole);
            await demandPromoted(graph, environment, about.release, about.back !== undefined);
            rollouts.push([environment, graph, select(graph.graph, filterOf(flags))]);
        }
        const progress = stderrProgress();
        const { signal } = interrupts.orderly;
        try {
            for (const environment of environments) await module.ensure?.(environment, progress, signal);
        } finally {
            progress.close();
        }
        const unattended = about.back?.afterRed !== undefined;
        for (const [environment, graph, choices] of rollouts) {
            const pending = givenDecisions(flags.pending ?? []);
            const session = await open(environment, interrupts, { graph, options, pending, unattended });
            const facts = await session.holding(operation, lockOptions(flags, interrupts), async () => {
                // Somebody may have held it while this one waited for the lock.
                await demandPromoted(graph, environment, about.release, about.back !== undefined);
                await about.back?.begin(session);
                await about.held?.before(session);
                const ended = await rollOut(session, choices, flags, interrupts, {
                    ...about,
                    // Before anything is written or told, which may fail: what is red is held.
                    ended: async (run) => {
                        reaction = await holdAfterRed(session, about.release, run, interrupts.orderly.signal);
                    },
                });
                if (ended.ok) await about.held?.green?.(session);
                return ended;
            });
            green = facts.ok;
            if (!green) break;
        }
    } finally {
        if (about.interrupts === undefined) interrupts.close();
    }
    if (reaction !== undefined) await rollBackAfterRed(reaction, flags);
    return green;
}

export function lockOptions({ forceUnlock, lockTimeout }: ChangeFlags, interrupts: Interrupts): LockOptions {
    return {
        force: forceUnlock ?? false,
        waitSeconds: lockTimeout ?? 0,
        say: remark,
        onLost: (error) => interrupts.lose(error.message),
        signal: interrupts.orderly.signal,
    };
}

function foreignOption({ file }: GraphFile): TidegateError {
    return new TidegateError(`--data and --events are of the lakehouse: ${file} has no module that knows them.`, {
        code: "usage",
        hint: "Leave them out; or, for the lakehouse, run the command in its checkout.",
        exitCode: exitCodes.usage,
    });
}

/** Opens an environment; where Pulumi has to be fetched for it, that is told. */
export async function open(
    environment: string,
    interrupts: Interrupts,
    request: Pick<SessionRequest, "graph" | "options" | "pending" | "unattended">,
): Promise<Session> {
    const progress = stderrProgress();
    try {
        return await Session.open(environment, { ...request, progress, signal: interrupts.orderly.signal });
    } finally {
        progress.close();
    }
}

/** Answers with what it was; the exit code says whether that is green. */
async function rollOut(
    session: Session,
    choices: readonly Choice[],
    flags: UpFlags,
    interrupts: Interrupts,
    { resumes, release: given, back, ended }: UpAbout & { readonly ended: (run: RunFacts) => Promise<void> },
): Promise<RunFacts> {
    // A state that cannot be gone on from is told before the first stack is touched.
    await session.home.prepare();
    const collector = new FactsCollector(() => Date.now());
    const known = await session.snapshots(session.leftOut(choices), interrupts.orderly.signal);
    const { json = false, failFast = false, exercise, parallel, all, refresh, approve = [] } = flags;
    const stacks = choices.filter(({ selected }) => selected).map(({ name }) => name);
    const release = given ?? (await releaseHere(session));
    const about: RunAbout = {
        operation: back === undefined ? "up" : "rollback",
        stacks,
        options: { ...flags },
        ...(resumes === undefined ? {} : { resumes }),
        ...(release === undefined ? {} : { release }),
        ...(back?.afterRed === undefined ? {} : { afterRed: back.afterRed }),
    };
    const result = await run(
        session,
        interrupts,
        json,
        async (watch) =>
            (await session.recordedDriver(watch, about)).up({
                choices,
                known,
                failFast,
                exercise,
                parallel,
                all: all ?? refresh ?? false,
                approve,
            }),
        collector.sink,
    );
    await ended(collector.facts());
    const whole = exercise && stacks.length === session.graph.graph.order.length;
    if (result.ok && release !== undefined)
        await tellProof(session, release.id, given !== undefined, whole, collector.facts(), json);
    const places = session.parts.places?.(result.outputs) ?? {};
    const facts = collector.facts(places);
    // What ended red is what somebody will want to read, not how it was answered.
    const { html } = await report(
        session.home.directory,
        facts,
        back?.afterRed === undefined ? {} : { part: "rollback" },
    );
    if (!flags.json) await closing(session, result, { ...places, report: html }, facts);
    process.exitCode = exitCodeOf(result, interrupts);
    return facts;
}

/** Runs one operation of the driver with a view, signals and a warm engine. */
export async function run<R extends RolloutResult>(
    session: Session,
    interrupts: Interrupts,
    json: boolean,
    operation: (watch: Watch) => Promise<R>,
    alsoTo: EventSink = () => {},
    quiet = false,
): Promise<R> {
    const view = quiet ? { sink: () => {}, close: () => {} } : viewFor(process.stdout, json);
    interrupts.sayBy((text) => view.sink({ type: "note", text }));
    const annotated = quiet ? () => {} : annotateEvents();
    const onEvent: EventSink = (event) => {
        alsoTo(event);
        view.sink(event);
        annotated(event);
    };
    session.expect(session.graph.graph.order.length);
    try {
        const { orderly, forced } = interrupts;
        return await operation({ onEvent, signal: orderly.signal, forceSignal: forced.signal });
    } finally {
        view.close();
        interrupts.sayBy(remark);
        session.close();
    }
}

export function exitCodeOf(result: RolloutResult, { orderly }: Interrupts): number {
    if (result.ok) return exitCodes.ok;
    if (orderly.signal.aborted) return exitCodes.interrupted;
    return result.problem?.exitCode ?? exitCodes.failed;
}

async function closing(
    { home, parts }: Session,
    result: RolloutResult,
    places: Readonly<Record<string, string>>,
    facts: RunFacts,
): Promise<void> {
    const { environment } = home;
    const checks = facts.layers.flatMap((layer) => layer.checks).concat(facts.preflight);
    const green = checks.filter((check) => check.status === "pass").length;
    say("");
    if (!result.ok) {
        const cut = result.problem === undefined || result.problem.code === interruptedCode;
        const red = cut ? `${pc.yellow("–")} Interrupted` : `${pc.red("✗")} ${environment} is not green`;
        say(
            `${red} after ${duration(result.seconds)}: ${green} of ${checks.length} checks are green. What runs is left as it is${cut ? "; `npx tidegate up` goes on from there" : ""}.`,
        );
        say(`${pc.dim("report")} ${places["report"] ?? ""}`);
        return;
    }
    say(
        `${pc.green("✓")} ${environment} is up and proved: ${green} of ${checks.length} checks are green, in ${duration(result.seconds)}.`,
    );
    for (const line of (await parts.summary?.(result.outputs)) ?? []) say(`  ${line}`);
    say("");
    say(table(Object.entries(places).map(([label, where]) => [`  ${label}`, where])));
    if (parts.places === undefined) return;
    say("");
    say(pc.dim(`  npx tidegate status | logs | validate | run dbt        npm run down  takes all of it away`));
}
