/** A lakehouse in a rehearsal: the real program on the real engine, whose gates are answered from the simulated cloud. */
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import type { Redactor } from "../core/redactor";
import { projectName } from "../core/repository";
import type { PendingCreate, PendingDecision } from "../engine/pending";
import { readCheckpoint } from "../engine/state";
import { failing, pass, type Check } from "../gates/check";
import { preflightFor, runChecks } from "../gates";
import type { Graph } from "../graph/graph";
import { nameOf, SimulatedCloud, stackOf } from "../rehearsal/cloud";
import { cloudOf } from "../rehearsal/place";
import { simulated } from "../rehearsal/tables";
import type { Exercise, ModuleParts } from "../rollout/module";
import type { EngineTools } from "../toolchain";
import { layers, type Layer } from "../../stacks/contracts";
import { layersOf, type Environment } from "../../stacks/environment";
import { preflightContext } from "./gates";
import { LakehouseHome, stackName, stateDirectory } from "./home";
import { lacksUpstream } from "./platform";
import { programOf } from "./program";
import { secretResolver } from "./secrets";

/** Profiles of plain processes: there is no cloud to simulate, and a rehearsal starts nothing that is real. */
const ofThisMachine = new Set(["embedded"]);

/** @throws TidegateError `rehearsal-of-processes` */
export function demandSimulated(environment: Pick<Environment, Layer | "name">): void {
    const found = layersOf(environment).filter((layer) => ofThisMachine.has(environment[layer]?.profile ?? ""));
    if (found.length === 0) return;
    throw new TidegateError(
        `${environment.name} has layers that are processes of this machine, which cannot be rehearsed: ${found.join(", ")}.`,
        {
            code: "rehearsal-of-processes",
            hint: `\`npx tidegate up ${environment.name}\` runs them for real, without an account.`,
            exitCode: exitCodes.usage,
        },
    );
}

export function openRehearsal(
    environment: Environment,
    graph: Graph,
    tools: EngineTools,
    directory: string,
    redactor: Redactor,
): ModuleParts {
    const secrets = secretResolver(environment, redactor);
    const cloud = new SimulatedCloud(cloudOf(directory));
    const nothing: Exercise = () => Promise.resolve("simulated: there is no data");
    return {
        home: new LakehouseHome(environment, graph.order, tools),
        exercises: { produce: nothing, flink: nothing, dbt: nothing },
        preflight: (signal) =>
            runChecks(
                preflightFor("environment", preflightContext(environment, graph, new Map(), secrets)).filter(
                    // Nothing of this machine is needed but the engine.
                    ({ id }) => !["preflight.memory", "preflight.tools"].includes(id),
                ),
                { signal },
            ),
        preflightStack: (stack, outputs, signal) => {
            const layer = layers.find((one) => one === stack);
            if (layer === undefined) return Promise.resolve([]);
            return runChecks(preflightFor(layer, preflightContext(environment, graph, outputs, secrets)), { signal });
        },
        validate: (stack, _outputs, onResult, signal) =>
            runChecks([onceCheck(environment, stack, cloud)], {
                signal,
                onEvent: (event) => {
                    if (event.type === "check-finished") onResult(event.result);
                },
            }),
        inputs: (stack) => Promise.resolve(programOf(environment, stack)),
        lacksUpstream,
        lookup: (_stack, pending) => Promise.resolve(simulatedLookup(pending, cloud)),
        places: () => ({ "simulated cloud": cloud.directory, report: directory }),
    };
}

interface Known {
    readonly urn: string;
    readonly type: string;
    readonly id: string;
}

const checkpointSchema = z.object({
    checkpoint: z.object({
        latest: z
            .object({
                resources: z
                    .array(
                        z.object({
                            urn: z.string(),
                            type: z.string(),
                            id: z.string().optional(),
                            custom: z.boolean().default(false),
                            external: z.boolean().default(false),
                        }),
                    )
                    .nullish(),
            })
            .nullish(),
    }),
});

const isSimulated = (type: string): boolean => simulated.includes(type.split(":")[0] ?? "");

/** Resources of a state that are of a simulated provider. */
async function known(environment: Environment, stack: string): Promise<Known[]> {
    const directory = stateDirectory(environment);
    const checkpoint = await readCheckpoint({ directory, project: projectName, stack });
    const { latest } = checkpointSchema.parse(checkpoint ?? { checkpoint: {} }).checkpoint;
    return (
        (latest?.resources ?? [])
            // What a program only reads is somebody else's.
            .filter(({ custom, external, type }) => custom && !external && isSimulated(type))
            .flatMap(({ urn, type, id }) => (id === undefined ? [] : [{ urn, type, id }]))
    );
}

/** What is wrong between a state and the cloud; each thing is named by its id. */
export function discrepancies(state: readonly Known[], there: readonly Known[]): string[] {
    const same = (one: Known) => (other: Known) => one.type === other.type && one.id === other.id;
    const unknown = there.filter((thing) => !state.some(same(thing)));
    const missing = state.filter((one) => !there.some(same(one)));
    return [
        ...unknown.map((thing) => {
            const twins = state.filter(({ urn }) => urn === thing.urn).map(({ id }) => id);
            return twins.length === 0
                ? `${thing.type} ${thing.id} is there and in no state (${thing.urn})`
                : `${thing.type} '${nameOf(thing.urn)}' is there twice: ${twins.join(", ")}, which the state knows, and ${thing.id}, which nobody knows and which has to be deleted by hand`;
        }),
        ...missing.map(({ type, id }) => `${type} ${id} is in the state and not there`),
    ];
}

function onceCheck(environment: Environment, stack: string, cloud: SimulatedCloud): Check {
    const pulumiStack = stackName(environment, stack);
    const check: Check = {
        id: "rehearsal.once",
        stage: 1,
        layer: stack,
        title: "the simulated cloud holds what the state knows, each once",
        limitSeconds: 30,
        look: cloud.directory,
        hint: "What is there twice was created after an answer was lost: a real cloud would bill both.",
        run: async () => {
            const state = await known(environment, pulumiStack);
            const there = cloud.all().filter(({ urn }) => stackOf(urn) === pulumiStack);
            const evidence = { simulated: true, things: there.length, known: state.length };
            const wrong = discrepancies(state, there);
            return wrong.length > 0
                ? failing(check, wrong.join("; "), evidence)
                : pass(`${there.length} simulated resources`, evidence);
        },
    };
    return check;
}

/**
 * What has become of a creation that was cut off, asked of the simulated cloud, as a person would ask the real one: by the
 * tag or the name that only this resource has.
 */
export function simulatedLookup(
    { urn, type, known: id }: Pick<PendingCreate, "urn" | "type" | "known">,
    cloud: SimulatedCloud,
): PendingDecision | undefined {
    if (!isSimulated(type)) return undefined;
    const found = cloud.all(type).filter((thing) => thing.urn === urn && thing.id !== id);
    const [only] = found;
    if (only === undefined) return id === undefined ? { kind: "create" } : { kind: "import", id };
    return found.length === 1 ? { kind: "import", id: only.id } : undefined;
}
