/**
 * The lakehouse as a graph's module: where its layers live, its preflight, its exercises, its validation. The driver finds
 * it by `module` of tidegate.yaml and knows nothing more of it.
 */
import { existsSync, globSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Redactor } from "../core/redactor";
import { repositoryRoot } from "../core/repository";
import type { Outputs } from "../engine/snapshot";
import { martSummary } from "../exercises/dbtMarts";
import { checkEventFile } from "../exercises/events/source";
import { preflightFor, runChecks, validationFor } from "../gates";
import type { Graph } from "../graph/graph";
import type { Dismantled, DriverModule, Exercise, ModuleParts, StepContext } from "../rollout/module";
import { ensureTools, locateTools, type EngineTools, type Tools } from "../toolchain";
import { layers, type Layer } from "../../stacks/contracts";
import { layersOf, loadEnvironment, type Environment } from "../../stacks/environment";
import { nothingToBuild } from "./dbtBuild";
import {
    batchText,
    dbt,
    dbtText,
    flink,
    produce,
    productionText,
    silverMayBeEmptyAndIs,
    type ExerciseContext,
    type ProduceChoice,
} from "./exercises";
import { gateContext, preflightContext } from "./gates";
import { LakehouseHome, ledgerOf, stackFile, stackName } from "./home";
import { datasetOf, lacksUpstream } from "./platform";
import { deadProcesses, stopLeftOvers } from "./processes";
import { programOf } from "./program";
import { demandSimulated, openRehearsal } from "./rehearsal";
import { loginOf, secretResolver, signedInPlatform } from "./secrets";
import { rememberFlink, rememberRestarts } from "./restarts";

/** Of `tidegate up`. */
const optionsSchema = z.object({
    /** Events of this file instead of generated ones. */
    data: z.string().optional(),
    /** How many events: to generate, or to take of the file. */
    events: z.number().int().optional(),
});

const lakehouse: DriverModule = {
    environments: () =>
        Promise.resolve(
            globSync("*.yaml", { cwd: join(repositoryRoot, "stacks") })
                .filter((file) => !file.startsWith("Pulumi."))
                .map((file) => file.replace(/\.yaml$/, ""))
                .sort(),
        ),
    stacks: async (environment) => layersOf(await loadEnvironment(environment)),
    sources: async (environment, stack) => programOf(await loadEnvironment(environment), stack),
    async stacksThen(environment, read) {
        const { file } = await loadEnvironment(environment);
        const then: unknown = parse((await read(file)) ?? "{}");
        // As `layersOf`: what it said of them may not be valid any more.
        return layers.filter((layer) => typeof then === "object" && then !== null && layer in then);
    },
    directory: async (environment) => (await loadEnvironment(environment)).dataDirectory,
    file: async (environment) => (await loadEnvironment(environment)).file,
    ledger: async (environment) => ledgerOf(await loadEnvironment(environment)),
    async check({ environment, options }) {
        const settings = await loadEnvironment(environment);
        if (settings.rehearsal !== null) demandSimulated(settings);
        const { data } = optionsSchema.parse(options);
        if (data !== undefined) await checkEventFile(resolve(data), datasetOf(settings));
    },
    async ensure(environment, progress, signal) {
        if (worksHere(await loadEnvironment(environment))) await ensureTools(progress, { signal });
    },
    async open({ environment, graph, options, startedMs, tools: engine, redactor }) {
        const { data, events } = optionsSchema.parse(options);
        const choice = {
            once: true,
            ...(data === undefined ? {} : { file: resolve(data) }),
            ...(events === undefined ? {} : { events }),
        };
        const settings = await loadEnvironment(environment);
        if (settings.rehearsal !== null)
            return openRehearsal(settings, graph.graph, engine, settings.rehearsal, redactor);
        const tools = worksHere(settings) ? await locateTools() : undefined;
        return openLakehouse({ environment: settings, graph: graph.graph, engine, tools, choice, startedMs, redactor });
    },
    release: async (request) => (await import("./release.js")).gatherLakehouse(request),
    dismantle: async (environment, { graph }) => dismantle(await loadEnvironment(environment), graph),
};
export { lakehouse as module };

/** Whether processes or containers of this machine are part of it, or Flink and dbt are driven from here: what runs on a cluster needs Pulumi alone. */
const worksHere = (environment: Environment): boolean =>
    environment.runtime?.profile === "external" ||
    layersOf(environment).some((layer) => ["embedded", "docker"].includes(environment[layer]?.profile ?? ""));

interface Opened {
    readonly environment: Environment;
    readonly graph: Graph;
    readonly engine: EngineTools;
    /** Undefined where nothing of the environment works on this machine. */
    readonly tools: Tools | undefined;
    readonly choice: ProduceChoice;
    /** Milliseconds since the epoch at which this run began. */
    readonly startedMs: number;
    readonly redactor: Redactor;
}

function openLakehouse({ environment, graph, engine, tools, choice, startedMs, redactor }: Opened): ModuleParts {
    let producedNow = false;
    let known: ReadonlyMap<string, Outputs> = new Map();
    const secrets = secretResolver(environment, redactor, () => known);
    const here =
        (work: (context: ExerciseContext) => Promise<string>): Exercise =>
        async ({ outputs, progress, signal }: StepContext) => {
            // What is produced there the jobs of a cluster take by themselves, and dbt runs by its schedule.
            if (tools === undefined || environment.runtime?.profile === "kubernetes")
                return "nothing to do from here: the cluster's jobs run by themselves";
            const platform = await signedInPlatform(environment, outputs, secrets, signal);
            return work({ environment, platform, dataset: datasetOf(environment), tools, progress, signal });
        };
    // Memory and tools that nothing of it would use.
    const needless = tools === undefined ? ["preflight.memory", "preflight.tools"] : [];
    return {
        home: new LakehouseHome(environment, graph.order, tools ?? engine),
        exercises: {
            produce: here(async (context) => {
                const result = await produce(context, choice);
                producedNow = result.outcome === "complete";
                return productionText(result);
            }),
            flink: here(async (context) => batchText(await flink(context))),
            dbt: here(async (context) => {
                if (await silverMayBeEmptyAndIs(context)) return "nothing to build: silver is empty, which is allowed";
                return (await nothingToBuild(context)) ?? dbtText(await dbt(context));
            }),
        },
        preflight: (signal) =>
            runChecks(
                preflightFor("environment", preflightContext(environment, graph, new Map(), secrets)).filter(
                    ({ id }) => !needless.includes(id),
                ),
                { signal },
            ),
        async preflightStack(stack, outputs, signal) {
            const layer = layerOf(stack);
            if (layer === undefined) return [];
            known = outputs;
            // Restarts count from here on: what happened to a job before this rollout is not its fault.
            if (layer === "runtime") await rememberRestarts(environment);
            return runChecks(preflightFor(layer, preflightContext(environment, graph, outputs, secrets)), { signal });
        },
        async validate(stack, outputs, onResult, signal) {
            const layer = layerOf(stack);
            if (layer === undefined) return [];
            if (layer === "runtime") await rememberFlink(environment, outputs);
            const context = await gateContext(environment, outputs, { startedMs, producedNow }, secrets);
            return runChecks(validationFor(layer, context), {
                signal,
                onEvent: (event) => {
                    if (event.type === "check-finished") onResult(event.result);
                },
            });
        },
        inputs: async (stack) => ({
            ...programOf(environment, stack),
            values: {
                ...(tools === undefined ? {} : { kafka: tools.kafka.version, flink: tools.flink.version }),
                ...(stack === "runtime" ? await loginOf(environment, secrets) : {}),
            },
        }),
        drifted: async (stack) => {
            const dead = await deadProcesses(environment, stack);
            return dead.length === 0 ? undefined : `${dead.join(" and ")} does not run`;
        },
        // A second creation takes over what the first has made: components/provider.
        lookup: (_stack, { type }) => Promise.resolve(type.startsWith("tidegate:") ? { kind: "create" } : undefined),
        lacksUpstream,
        places: (outputs) => placesOf(environment, outputs),
        summary: (outputs) => summaryOf(placesOf(environment, outputs)[duckdbPlace]),
    };
}

/** A stack that somebody has put beside the layers of the lakehouse has gates of the graph alone. */
const layerOf = (stack: string): Layer | undefined => layers.find((layer) => layer === stack);

const duckdbPlace = "DuckDB file";

/** Where to look, once the platform runs. */
function placesOf(environment: Environment, outputs: ReadonlyMap<string, Outputs>): Record<string, string> {
    const of = (layer: Layer, name: string): string | undefined => {
        const value = outputs.get(layer)?.[name];
        return typeof value === "string" ? value : undefined;
    };
    const dbt = outputs.get("runtime")?.["dbt"] as { duckdbFile?: string } | undefined;
    const entries = {
        "Flink UI": of("runtime", "flinkRest"),
        "SQL gateway": of("runtime", "sqlGateway"),
        Kafka: of("broker", "bootstrapServers"),
        S3: of("storage", "endpoint"),
        "Iceberg catalog": of("catalog", "uri") ?? of("catalog", "warehouse"),
        [duckdbPlace]: dbt?.duckdbFile !== undefined && existsSync(dbt.duckdbFile) ? dbt.duckdbFile : undefined,
        "data directory": environment.dataDirectory,
    };
    return Object.fromEntries(
        Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
}

/** What the marts hold. */
async function summaryOf(duckdbFile: string | undefined): Promise<string[]> {
    if (duckdbFile === undefined) return [];
    const marts = await martSummary(duckdbFile).catch(() => undefined);
    if (marts === undefined || marts.trips === 0) return [];
    const top = marts.topZone ? `, most of it from ${marts.topZone.name} (${marts.topZone.borough})` : "";
    const revenue = Math.round(marts.revenue).toLocaleString("en-US");
    return [`${marts.trips.toLocaleString("en-US")} trips on ${marts.days} days, $${revenue} revenue${top}`];
}

/** What no stack takes with it: processes that no stack knew any more, the stacks' generated files, the data. */
async function dismantle(environment: Environment, graph: Graph): Promise<Dismantled> {
    const notes = (await stopLeftOvers(environment)).map((left) => `stopped ${left}, which no stack knew any more`);
    for (const layer of graph.order) await rm(stackFile(environment, stackName(environment, layer)), { force: true });
    await rm(environment.dataDirectory, { recursive: true, force: true });
    // The folder of all environments too, where this was the last one.
    await rmdir(dirname(environment.dataDirectory)).catch(() => {});
    return { notes, gone: `its processes, its stacks and ${environment.dataDirectory}` };
}
