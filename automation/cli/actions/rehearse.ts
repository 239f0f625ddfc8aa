/** What `rehearse` does: a whole life of an environment against simulated clouds. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { projectName } from "../../core/repository";
import { lineIn, readYamlFile } from "../../core/yamlFile";
import { endLeftOvers, operationMark } from "../../engine/leftovers";
import { loadGraphFile, ownGraphFile } from "../../graph/load";
import { select, type Choice } from "../../graph/selection";
import { prepareWorkDirectory, stackName } from "../../lakehouse/home";
import { demandSimulated } from "../../lakehouse/rehearsal";
import { lockOf } from "../../ledger/holder";
import { holding } from "../../ledger/lock";
import { ledgerStore } from "../../ledger/place";
import { namesOf } from "../../rehearsal/adopted";
import { SimulatedCloud } from "../../rehearsal/cloud";
import { faultPlanOf, forgetPlanned, missedFaults, type FaultPlan } from "../../rehearsal/faults";
import { cloudOf, isRehearsal, rehearsalVariable, stripCredentials, writeRehearsal } from "../../rehearsal/place";
import { environmentGraph } from "../../rollout/environmentGraph";
import { layers } from "../../../stacks/contracts";
import { dataRoot, layersOf, loadEnvironment, type Environment } from "../../../stacks/environment";
import { runThrough } from "../child";
import { filterOf } from "../filter";
import { Interrupts } from "../interrupts";
import { printJson, remark, say } from "../output";
import { Rehearsal, type RehearseFlags } from "./rehearsePhases";
import { tell, type Problem } from "./rehearseText";
import { open } from "./rollout";

export type { RehearseFlags };

export async function rehearse(name: string, flags: RehearseFlags): Promise<void> {
    const stripped = stripCredentials(process.env);
    // Wrong files are told before anything is touched.
    const meant = await loadEnvironment(name, { ...process.env, [rehearsalVariable]: "" });
    demandSimulated(meant);
    if (flags.update !== undefined)
        demandSimulated(
            await loadEnvironment(name, {
                ...process.env,
                ...{ [rehearsalVariable]: "", TIDEGATE_ENVIRONMENT_FILE: resolve(flags.update) },
            }),
        );
    const whole = (await loadGraphFile(ownGraphFile)).graph;
    const choices = select(whole.only(layersOf(meant)), filterOf(flags));
    const faults = await planOf(flags);
    const apiServer = flags.apiServer === undefined ? null : resolve(flags.apiServer);
    if (apiServer !== null) (await import("../../rehearsal/through.js")).demandNear(apiServer);
    const { keep, shell: opened, chaos, latency, speed, json } = flags;
    const place = {
        // One that is kept is gone on with.
        keep: keep === true || opened === true,
        settings: {
            environment: name,
            faults,
            apiServer,
            elsewhere: namesOf(meant.foundation),
            chaos: chaos ?? null,
            secondsPerSecond: latency === "none" ? 0 : 1 / speed,
        },
        stripped,
        quiet: json === true,
    };
    await rehearsing(meant.file, place, async (interrupts) => {
        const environment = await loadEnvironment(name);
        forgetPlanned(faults, new SimulatedCloud(cloudOf(environment.dataDirectory)));
        await (opened ? shell(environment, interrupts) : act(environment, { choices, flags, faults }, interrupts));
    });
}

/** Where a rehearsal of an environment is, whatever is there. */
export const rehearsalOf = (name: string): string => join(resolve(dataRoot()), "rehearsals", name);

export interface RehearsalPlace {
    /** Whether what is there of it is gone on with, instead of beginning anew. */
    readonly keep: boolean;
    readonly settings: Parameters<typeof writeRehearsal>[1];
    /** Names of variables that were taken out of the environment. */
    readonly stripped: readonly string[];
    readonly quiet: boolean;
}

/**
 * Runs `work` in a rehearsal: one of an environment at a time, by the file that is named.
 * @throws TidegateError `rehearsal-refused`, `environment-busy`
 */
export async function rehearsing(
    file: string,
    { keep, settings, stripped, quiet }: RehearsalPlace,
    work: (interrupts: Interrupts) => Promise<void>,
): Promise<void> {
    const { environment: name } = settings;
    // Programs, plugins and shells have other working directories.
    process.env["TIDEGATE_ENVIRONMENT_FILE"] = resolve(file);
    process.env["TIDEGATE_DATA"] = resolve(dataRoot());
    const directory = rehearsalOf(name);
    demandFree(directory);
    const interrupts = new Interrupts(remark);
    try {
        // Not beside its state: that goes with the rehearsal, which begins anew.
        const store = ledgerStore(`file://${join(dataRoot(), "rehearsals", ".locks", name)}`);
        const lock = { onLost: (error: TidegateError) => interrupts.lose(error.message) };
        await holding(await lockOf(`the rehearsal of ${name}`, store, "rehearse"), lock, async () => {
            demandFree(directory);
            if (!keep) await clear(name, directory);
            writeRehearsal(directory, settings);
            process.env[rehearsalVariable] = directory;
            if (!quiet)
                say(
                    `${pc.yellow("simulated")}: the real program on the real engine, in a cloud that is a folder, ${cloudOf(directory)}.` +
                        (stripped.length === 0
                            ? ""
                            : `\n${pc.dim(`This rehearsal does not see ${[...stripped].sort().join(", ")}.`)}`),
                );
            await work(interrupts);
        });
    } finally {
        interrupts.close();
    }
}

/** The whole play, and what comes of it. */
async function act(
    environment: Environment,
    {
        choices,
        flags,
        faults,
    }: { readonly choices: readonly Choice[]; readonly flags: RehearseFlags; readonly faults: FaultPlan },
    interrupts: Interrupts,
): Promise<void> {
    const { name } = environment;
    const begunMs = Date.now();
    const rehearsal = new Rehearsal(environment, choices, flags, interrupts);
    const phases = await rehearsal.run();
    const interrupted = interrupts.orderly.signal.aborted;
    const whole = phases.every((phase) => phase.ok) && !interrupted;
    // One that has stopped before its end says why, and not what it has not come to.
    const problem = whole
        ? unhit(flags, faults, new SimulatedCloud(cloudOf(environment.dataDirectory)), begunMs)
        : undefined;
    const ok = whole && problem === undefined;
    const { forecast: told, report: html } = rehearsal;
    if (flags.json)
        printJson({ environment: name, simulated: true, ok, phases, problem, forecast: told, report: html });
    else
        tell({
            ...{ name, ok, interrupted, phases, problem, told, html },
            ...{ directory: environment.dataDirectory, keep: flags.keep },
        });
    process.exitCode = ok ? exitCodes.ok : interrupted ? exitCodes.interrupted : exitCodes.failed;
}

async function planOf({ faults }: RehearseFlags): Promise<FaultPlan> {
    if (faults === undefined) return { faults: [] };
    const tables = (await import("../../rehearsal/tables/index.js")).allTables();
    const types = [...tables.values()].flatMap(({ rows }) => rows.map(({ token }) => token));
    return readYamlFile(resolve(faults), faultPlanOf(types), {
        kind: "plan of faults",
        code: "faults-invalid",
        hint: "docs/rehearsal.md describes it, with an example of each kind.",
    });
}

/** Faults that the whole play has not tried: green, it would have proved nothing of them. */
function unhit(
    { faults: file = "" }: RehearseFlags,
    plan: FaultPlan,
    cloud: SimulatedCloud,
    sinceMs: number,
): Problem | undefined {
    const missed = missedFaults(plan, cloud, sinceMs);
    if (missed.length === 0) return undefined;
    const text = readFileSync(resolve(file), "utf8");
    return {
        code: "faults-unhit",
        message: missed
            .map(({ index, text: what }) => `${file}:${lineIn(text, ["faults", index])}: ${what}.`)
            .join("\n"),
        hint: "Correct the name, the operation or the number of these faults, or take them out: no phase has tried them.",
    };
}

/** @throws TidegateError `rehearsal-refused` where something real is there */
function demandFree(directory: string): void {
    if (!existsSync(directory) || readdirSync(directory).length === 0 || isRehearsal(directory)) return;
    throw new TidegateError(`${directory} is no rehearsal: what is there is not touched.`, {
        code: "rehearsal-refused",
        hint: "Set TIDEGATE_DATA to a folder in which rehearsals may be kept, or move that one away.",
        exitCode: exitCodes.usage,
    });
}

async function clear(name: string, directory: string): Promise<void> {
    if (!existsSync(directory)) return;
    // What a rehearsal that was killed has left at work would go on in the new one's cloud.
    for (const layer of layers) {
        const stack = stackName({ name }, layer);
        const mark = operationMark(`file://${join(directory, "state")}`, `organization/${projectName}/${stack}`);
        await endLeftOvers(stack, mark);
    }
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** A shell in which plain `pulumi` works on the simulated cloud. */
async function shell(environment: Environment, interrupts: Interrupts): Promise<void> {
    const session = await open(environment.name, interrupts, {
        graph: await environmentGraph(environment.name, await loadGraphFile(ownGraphFile)),
    });
    const variables = { ...process.env };
    let directory: string;
    let stacks: string[];
    try {
        await session.home.prepare();
        const { order } = session.graph.graph;
        stacks = order.map((layer) => stackName(environment, layer));
        for (const layer of order) {
            if ((await session.home.exists(layer)) ?? true) continue;
            await session.operate(layer, "prepare", { signal: interrupts.orderly.signal, onFact: () => {} });
        }
        directory = await prepareWorkDirectory(environment, stacks[0] ?? "");
        Object.assign(variables, await session.home.variables());
    } finally {
        session.close();
    }
    // Ctrl-C is the shell's from here on.
    interrupts.close();
    say(
        `A shell in ${directory}, in which \`pulumi up -s ${stacks[0]}\` works on the simulated cloud; there are ${stacks.join(", ")}. \`exit\` ends it.`,
    );
    process.chdir(directory);
    process.exitCode = await runThrough(process.env["SHELL"] || "/bin/sh", [], variables);
}
