/**
 * What `pulumi up -s <environment>-<layer>` runs, whoever calls it. It refuses a backend that is not the environment's:
 * a stack of this name in another backend would be a second platform beside the first.
 */
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../automation/core/errors";
import { nearest } from "../automation/core/yamlFile";
import { runErrorOf } from "../components/runError";
import { loadGraph, ownGraphFile } from "../automation/graph/load";
import { layers, type Layer } from "./contracts";
import { layersOf, loadEnvironment, settingsOf } from "./environment";
import type { LayerContext, LayerProgram } from "./layer";
import { upstreamReader } from "./upstream";
import { tagWithUrns } from "./urnTags";

/** Loaded by name, so that a stack pays only for the providers of its own layer. */
const programs: Record<Layer, () => { layer: LayerProgram }> = {
    foundation: () => require("./layers/foundation") as typeof import("./layers/foundation"),
    storage: () => require("./layers/storage") as typeof import("./layers/storage"),
    broker: () => require("./layers/broker") as typeof import("./layers/broker"),
    catalog: () => require("./layers/catalog") as typeof import("./layers/catalog"),
    runtime: () => require("./layers/runtime") as typeof import("./layers/runtime"),
    observability: () => require("./layers/observability") as typeof import("./layers/observability"),
};

export async function program(): Promise<Record<string, unknown>> {
    try {
        return await build(pulumi.getStack());
    } catch (error) {
        // For mistakes of a person, not of this program.
        if (TidegateError.is(error)) throw runErrorOf(error);
        throw error;
    }
}

async function build(stack: string): Promise<Record<string, unknown>> {
    const { environmentName, layer } = splitStackName(stack);
    const environment = await loadEnvironment(environmentName);
    const backend = process.env.PULUMI_BACKEND_URL;
    if (backend !== environment.backendUrl)
        throw new TidegateError(
            `Stack '${stack}' belongs to the backend ${environment.backendUrl}, but this is ${backend ?? "the one of `pulumi login`"}.`,
            {
                code: "wrong-backend",
                hint: `Run \`eval "$(npx tidegate env ${environmentName})"\` in this shell first.`,
            },
        );
    settingsOf(environment, layer);
    const graph = (await loadGraph(ownGraphFile)).only(layersOf(environment));
    const context: LayerContext = {
        environment,
        has: (upstream) => graph.node(layer).dependsOn.includes(upstream),
        upstream: upstreamReader(environment, graph.node(layer)),
    };
    tagWithUrns();
    return programs[layer]().layer(context);
}

function splitStackName(stack: string): { environmentName: string; layer: Layer } {
    const at = stack.indexOf("-");
    const layer = stack.slice(at + 1);
    const known = layers.find((name) => name === layer);
    if (at > 0 && known) return { environmentName: stack.slice(0, at), layer: known };
    throw new TidegateError(`'${stack}' is no stack of this project: it has to be <environment>-<layer>.`, {
        code: "stack-name-invalid",
        hint: `The layers are ${layers.join(", ")}${nearest(layer, layers) ? `; ${nearest(layer, layers)}` : ""}.`,
    });
}
