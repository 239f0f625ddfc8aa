/** The gates of the lakehouse: what their checks look at, made of an environment and of the outputs of its stacks. */
import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { layers, type CloudStorageContract, type Layer, type Platform } from "../../stacks/contracts";
import { fixedPorts, type Environment } from "../../stacks/environment";
import { parseContract } from "../../stacks/contracts";
import type { Dataset } from "../../sql/dataset";
import { renderPipeline } from "../../sql/pipeline";
import { DockerEngine, dockerSocket } from "../clients/docker";
import { topicOffsets } from "../clients/kafka";
import { prepareHome, stackName, stateDirectory } from "./home";
import { expectedCounts, readManifest } from "../exercises/events/manifest";
import { liveCluster } from "../gates/cluster";
import { liveClients, liveFlink } from "../gates/live";
import {
    readGateSettings,
    thisMachine,
    type GateContext,
    type ObjectStore,
    type PreflightContext,
    type Produced,
    type RunFacts,
} from "../gates";
import type { Graph } from "../graph/graph";
import type { Outputs } from "../engine/snapshot";
import type { SecretResolver } from "../secrets/resolver";
import { inspectTools } from "../toolchain";
import { loadEnvironment } from "../../stacks/environment";
import { containerMemoryMiB } from "../../stacks/settings/dockerMemory";
import { datasetOf, folders, namespaces, platformOrStandIns, seenByFlink } from "./platform";
import { secretsOf, signedIn } from "./secrets";
import { namedFiles } from "./files";
import { imageLooks } from "./images";
import { ownProcesses } from "./processes";
import { settingsTexts, shownPath, unaccepted } from "./settingsTexts";
import { RunStateFile } from "./runState";

/** What a rollout knows that the outputs do not tell. */
export interface GateRun {
    readonly startedMs: number;
    readonly producedNow: boolean;
}

/** The contract of a layer, or undefined where it is not deployed. */
function contractOf<L extends Layer>(environment: Environment, layer: L, outputs: ReadonlyMap<string, Outputs>) {
    const found = outputs.get(layer);
    return found === undefined || Object.keys(found).length === 0
        ? undefined
        : parseContract(layer, stackName(environment, layer), found);
}

export async function gateContext(
    environment: Environment,
    outputs: ReadonlyMap<string, Outputs>,
    run: GateRun,
    secrets: SecretResolver,
): Promise<GateContext> {
    const dataset = datasetOf(environment);
    const objects = contractOf(environment, "storage", outputs);
    const storage = objects !== undefined && "credentials" in objects ? objects : undefined;
    const foundation = contractOf(environment, "foundation", outputs);
    const brokers = contractOf(environment, "broker", outputs);
    const broker = brokers === undefined ? undefined : await signedIn(environment, brokers, secrets);
    const catalog = contractOf(environment, "catalog", outputs);
    const flink = contractOf(environment, "runtime", outputs);
    const onCluster = flink?.profile === "kubernetes" ? flink : undefined;
    const runtime = flink?.profile === "kubernetes" ? undefined : flink;
    const metrics = contractOf(environment, "observability", outputs);
    const observability = metrics !== undefined && "metrics" in metrics ? metrics : undefined;
    const monitored = metrics?.profile === "kubernetes" ? metrics : undefined;
    const lastRun = new RunStateFile(environment.dataDirectory);
    const state = await lastRun.read();
    const produced = broker === undefined ? async () => undefined : () => producedInto(environment, broker);
    const settings = readGateSettings(environment.gates);
    // Those that a generator planted are no surprise. A broker that does not answer is for the checks to tell.
    const planted = (await produced().catch(() => undefined))?.expected?.deadLetters ?? 0;
    const facts: RunFacts = {
        startedMs: run.startedMs,
        mode: environment.mode,
        batchJobs: state.batchJobs.map(({ name, id, skipped, atMs }) => ({
            name,
            ...(id === null ? {} : { id }),
            ...(skipped === null ? {} : { skipped, skippedAtMs: atMs }),
        })),
        streamingJobs: runtime?.jobs ?? [],
        restartsBefore: state.restartsBefore,
        producedNow: run.producedNow,
        produced,
    };
    return {
        clients: {
            ...liveClients({
                ...(storage === undefined ? {} : { storage }),
                ...(broker === undefined ? {} : { broker }),
                ...(catalog === undefined ? {} : { catalog }),
                ...(observability === undefined ? {} : { observability }),
            }),
            ...(runtime === undefined ? {} : liveFlink(runtime)),
            ...(foundation === undefined ? {} : { cluster: liveCluster(foundation) }),
            ...(objects === undefined || "credentials" in objects ? {} : await bucketOf(objects)),
            dbt: {
                where: folders(environment).dbt,
                lastBuild: async () => {
                    const { dbt } = await lastRun.read();
                    return dbt === null
                        ? undefined
                        : { silverSnapshotId: dbt.silverSnapshotId ?? undefined, nodes: dbt.nodes };
                },
            },
        },
        settings: {
            ...settings,
            // A person's DLQ_MAX is meant as it stands.
            deadLettersMax:
                process.env.DLQ_MAX === undefined
                    ? Math.max(settings.deadLettersMax, planted)
                    : settings.deadLettersMax,
        },
        run: facts,
        topics: {
            events: { name: dataset.topics.events, partitions: environment.broker?.events.partitions ?? 0 },
            deadLetters: {
                name: dataset.topics.deadLetters,
                partitions: environment.broker?.deadLetters.partitions ?? 0,
            },
            probe: { name: broker?.topics.probe ?? "", partitions: 1 },
            more: environment.broker?.moreTopics ?? [],
        },
        tables: {
            bronze: { namespace: namespaces.bronze, table: dataset.tables.bronze },
            silver: { namespace: namespaces.silver, table: dataset.tables.silver },
        },
        layers: layers.filter((layer) => contractOf(environment, layer, outputs) !== undefined),
        onCluster: {
            ...(foundation === undefined ? {} : { foundation }),
            ...(onCluster === undefined ? {} : { runtime: onCluster }),
            ...(monitored === undefined ? {} : { observability: monitored }),
        },
        elsewhere: [
            ...(objects?.profile === "adls" ? (["storage"] as const) : []),
            ...(broker !== undefined && !isReachedFromHere(broker) ? (["broker"] as const) : []),
            // Its clients here speak to storage of this machine.
            ...(catalog !== undefined && storage === undefined ? (["catalog"] as const) : []),
        ],
        unique: () => `probe${randomBytes(6).toString("hex")}`,
    };
}

/** The warehouse as who rolls out reaches it; one that is reached from its own network alone is not looked at from here. */
async function bucketOf(storage: CloudStorageContract): Promise<{ objects?: ObjectStore }> {
    if (storage.profile === "adls") return {};
    return { objects: await (await import("../gates/bucket.js")).liveBucket(storage) };
}

/** Whether this machine has what its clients need: those of a cloud come with an identity of their own. */
const isReachedFromHere = ({ securityProtocol, credentials }: Platform["broker"]): boolean =>
    credentials !== null || !securityProtocol.startsWith("SASL");

/** What the producers' manifest says of the topic as it is now; undefined where there is none of this topic. */
async function producedInto(environment: Environment, broker: Platform["broker"]): Promise<Produced | undefined> {
    const topic = broker.topics.events;
    const manifest = await readManifest(folders(environment).manifests, topic);
    if (manifest === undefined || manifest.topicId !== (await topicOffsets(broker, topic)).topicId) return undefined;
    const counts = expectedCounts(manifest);
    return {
        records: counts.events,
        expected:
            "atLeast" in counts
                ? null
                : { bronze: counts.bronze, silver: counts.silver, deadLetters: counts.deadLetters },
    };
}

export function preflightContext(
    environment: Environment,
    graph: Graph,
    outputs: ReadonlyMap<string, Outputs>,
    secrets: SecretResolver,
): PreflightContext {
    return {
        machine: thisMachine(),
        dataDirectory: environment.dataDirectory,
        diskFreeGiB: environment.gates.diskFreeGiB,
        environmentFile: { path: shownPath(environment.file), read: () => readFile(environment.file, "utf8") },
        settingsTexts: () => settingsTexts(environment.name),
        unaccepted,
        loadEnvironment: () => loadEnvironment(environment.name),
        tools: async () =>
            (await inspectTools()).map((report) =>
                report.state === "ready"
                    ? { name: report.tool, text: report.version, state: "ready" }
                    : { name: report.tool, text: report.reason ?? "missing", state: "missing", hint: report.plan },
            ),
        stateBackend: { url: environment.backendUrl, probe: () => probeState(environment) },
        renderSql: async () => renderAll(environment, datasetOf(environment), outputs),
        secrets: {
            of: (layer) => secretsOf(environment, layer),
            look: async ({ path, ref }, where, signal) => {
                const named = { ref, where };
                const found = layers.flatMap((layer) => secretsOf(environment, layer));
                const { members = [] } = found.find((one) => one.path.join() === path.join()) ?? {};
                await (members.length === 0 ? secrets.resolve(named, signal) : secrets.members(named, members, signal));
            },
            checkedFrom: environment.rehearsal === null ? environment.secrets.checkedFrom : "simulated",
        },
        // A rehearsal opens none.
        fixedPorts: environment.rehearsal === null ? fixedPorts(environment) : [],
        ownProcesses: () => ownProcesses(environment),
        images: imageLooks(environment),
        files: namedFiles(environment).map((named) => ({ ...named, read: () => readFile(named.file) })),
        ...kubernetesOf(environment),
        ...dockerOf(environment),
        dependencies: (layer) =>
            graph.node(layer).dependsOn.filter((name): name is Layer => layers.some((known) => known === name)),
        outputs: async (layer) => outputs.get(layer),
        stackName: (layer) => stackName(environment, layer),
    };
}

/** Where an environment makes a cluster of a version. GKE goes by a channel. */
function kubernetesOf({ foundation }: Environment): Pick<PreflightContext, "kubernetes"> {
    if (foundation?.profile === "eks")
        return { kubernetes: { path: ["foundation", "version"], version: foundation.version } };
    if (foundation?.profile === "aks")
        return { kubernetes: { path: ["foundation", "kubernetesVersion"], version: foundation.kubernetesVersion } };
    return {};
}

/** Where an environment has containers: their Engine. */
function dockerOf(environment: Environment): Pick<PreflightContext, "docker"> {
    const wanted = containerMemoryMiB(environment) * 2 ** 20;
    if (wanted === 0 || environment.rehearsal !== null) return {};
    const engine = () => new DockerEngine(dockerSocket());
    return {
        docker: {
            wanted,
            look: async () => {
                await engine().ping();
                return engine().info();
            },
            ownPorts: async () => engine().publishedPorts(`tidegate.environment=${environment.name}`),
        },
    };
}

async function probeState(environment: Environment): Promise<void> {
    const directory = stateDirectory(environment);
    // Other backends are reached by the engine itself, with credentials that are its own.
    if (directory === null) return;
    await prepareHome(environment);
    const probe = join(directory, `.probe-${process.pid}`);
    await writeFile(probe, "probe", { mode: 0o600 });
    await rm(probe);
}

async function renderAll(environment: Environment, dataset: Dataset, outputs: ReadonlyMap<string, Outputs>) {
    const scripts = renderPipeline({
        dataset,
        ...seenByFlink(environment, platformOrStandIns(environment, outputs)),
        mode: environment.mode,
    });
    return scripts.map((script) => ({ file: script.templates.join(", "), text: script.statements.join(";\n\n") }));
}
