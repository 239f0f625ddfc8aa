/**
 * Every object of Kubernetes that the program of an environment makes, layer by layer: Pulumi's mocks in the engine's stead,
 * answered from the simulated cloud, so that each layer reads what the ones before it gave.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { cloudOf, rehearsalVariable, writeRehearsal } from "../../automation/rehearsal/place";
import { kindOf } from "../../automation/rehearsal/through";
import { allTables } from "../../automation/rehearsal/tables";
import type { Kind, KubernetesObject } from "../../automation/clients/kubernetes";
import { loadGraph, ownGraphFile } from "../../automation/graph/load";
import { unwrap, type Values } from "../../components/provider/values";
import { layers, parseContract, type Layer } from "../../stacks/contracts";
import { layersOf, loadEnvironment, type Environment } from "../../stacks/environment";
import { secretMembers, type LayerContext, type LayerProgram, type Upstream } from "../../stacks/layer";
import { SimulatedPrograms } from "../components/simulatedProgram";

export interface Manifest {
    /** Name in the program: `foundation-services-flink-quota`. */
    readonly name: string;
    readonly layer: Layer;
    readonly token: string;
    readonly object: KubernetesObject & Kind;
}

const programs: Readonly<Record<Layer, () => Promise<{ layer: LayerProgram }>>> = {
    foundation: () => import("../../stacks/layers/foundation.js"),
    storage: () => import("../../stacks/layers/storage.js"),
    broker: () => import("../../stacks/layers/broker.js"),
    catalog: () => import("../../stacks/layers/catalog.js"),
    runtime: () => import("../../stacks/layers/runtime.js"),
    observability: () => import("../../stacks/layers/observability.js"),
};

/** What the providers are configured with; each reads what is its own. */
const settingsOf = ({ aws, gcp, azure }: Environment): Values => ({
    region: aws?.region ?? gcp?.region ?? "eu-west-1",
    project: gcp?.project,
    allowedAccountIds: [aws?.accountId],
    subscriptionId: azure?.subscriptionId,
    tenantId: azure?.tenantId,
    location: azure?.location,
});

/** @param file of an environment, in a rehearsal */
export async function manifestsOf(name: string, file: string): Promise<readonly Manifest[]> {
    const directory = mkdtempSync(join(tmpdir(), "tidegate-manifests-"));
    writeRehearsal(directory, { environment: name });
    const before = { ...process.env };
    Object.assign(process.env, { TIDEGATE_ENVIRONMENT_FILE: file, [rehearsalVariable]: directory });
    try {
        return await made(await loadEnvironment(name), new SimulatedCloud(cloudOf(directory)));
    } finally {
        for (const key of ["TIDEGATE_ENVIRONMENT_FILE", rehearsalVariable]) {
            if (before[key] === undefined) delete process.env[key];
            else process.env[key] = before[key];
        }
        rmSync(directory, { recursive: true, force: true });
    }
}

async function made(environment: Environment, cloud: SimulatedCloud): Promise<readonly Manifest[]> {
    const settings = settingsOf(environment);
    const tables = allTables();
    const providers = new Map(
        [...tables].map(([name, table]) => [name, new SimulatedPrograms(table, settings, `${name}:`)]),
    );
    const manifests: Manifest[] = [];
    const contracts = new Map<Layer, Values>();
    const graph = (await loadGraph(ownGraphFile)).only(layersOf(environment));
    for (const layer of graph.order.map((name) => layers.find((one) => one === name))) {
        if (layer === undefined) continue;
        // With an error in it an output of Pulumi's never comes.
        const { promise: failed, reject } = Promise.withResolvers<never>();
        await pulumi.runtime.setMocks(
            {
                call: ({ token, inputs }) => {
                    const invoke = tables.get(token.split(":")[0] ?? "")?.invokes[token];
                    if (invoke !== undefined) return invoke(inputs as Values, settings, cloud);
                    reject(new Error(`no invoke ${token}`));
                    return {};
                },
                newResource: async ({ type, name, inputs, id: read, custom }) => {
                    const provider = providers.get(type.split(":")[0] ?? "");
                    if (provider === undefined || custom !== true) return { id: name, state: inputs as Values };
                    // Somebody else's: only read.
                    if (read !== undefined && read !== "") return { id: read, state: inputs as Values };
                    const making = provider.makeIn(cloud, type, name, inputs as Values);
                    making.catch(reject);
                    const { id, state, inputs: checked } = await making;
                    const plain = unwrap(checked).values;
                    const kind = kindOf(type, plain);
                    const metadata = (plain["metadata"] ?? {}) as KubernetesObject["metadata"];
                    if (kind !== undefined)
                        manifests.push({ name, layer, token: type, object: { ...plain, ...kind, metadata } });
                    return { id, state };
                },
            },
            "tidegate",
            `${environment.name}-${layer}`,
        );
        const context: LayerContext = {
            environment,
            has: (upstream) => graph.node(layer).dependsOn.includes(upstream),
            upstream: (upstream) => Promise.resolve(upstreamOf(upstream, contracts)),
        };
        const work = async () => {
            contracts.set(layer, await plainOf(await (await programs[layer]()).layer(context)));
            await pulumi.runtime.disconnect();
        };
        await Promise.race([work(), failed]);
    }
    return manifests;
}

function upstreamOf<L extends Layer>(layer: L, contracts: ReadonlyMap<Layer, Values>): Upstream<L> {
    const found = contracts.get(layer);
    if (found === undefined) throw new Error(`the contract of ${layer} is not there yet`);
    const secrets: readonly string[] = secretMembers[layer];
    return Object.fromEntries(
        Object.entries(parseContract(layer, layer, found)).map(([key, value]) => [
            key,
            secrets.includes(key) ? pulumi.secret(value as unknown) : value,
        ]),
    ) as Upstream<L>;
}

const plainOf = (outputs: object): Promise<Values> =>
    new Promise((resolve) => void pulumi.output(outputs).apply((plain) => resolve(plain as Values)));
