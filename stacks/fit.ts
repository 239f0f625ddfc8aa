/**
 * What of an environment's layers fits together: the one place where a file is refused for what its parts say of each other, and
 * for what the components would refuse. Before anything starts, with the key, so that the line can be told. Pure.
 */
import { eventHubsProblems } from "../components/broker/eventhubsChecks";
import { addressOf } from "../components/broker/externalRules";
import { googleProblems } from "../components/broker/googleChecks";
import { mskProblems } from "../components/broker/mskChecks";
import { replicas } from "../components/broker/topics";
import { externalCatalogProblems } from "../components/catalog/externalChecks";
import { problem, type Problem } from "../components/cloud/problem";
import { aksProblems } from "../components/foundation/aksChecks";
import { awsNetworkProblems } from "../components/foundation/awsNetworkChecks";
import { eksProblems } from "../components/foundation/eksChecks";
import { gkeProblems } from "../components/foundation/gkeChecks";
import { adlsProblems } from "../components/storage/adlsChecks";
import { gcsProblems } from "../components/storage/gcsChecks";
import { layers, type Layer, type Workload } from "./contracts";
import type { EnvironmentFile } from "./environment";
import { dockerProblems } from "./fitDocker";
import { lakekeeperProblems } from "./fitLakekeeper";
import { localSecretRefs, secretRefKind, type SecretRefKind } from "./secretRef";
import { cloudOf, type Cloud } from "./settings/clouds";
import { dbtRuntimeOf } from "./settings/runtime";
import { storeNeeds } from "./settings/secrets";

export type Environment = Omit<EnvironmentFile, "state" | "gates">;

/** In the order in which somebody would put them right. */
export function* misfits(environment: Environment): Generator<Problem> {
    yield* missing(environment);
    yield* onThisMachine(environment);
    yield* slots(environment);
    yield* dockerProblems(environment);
    yield* onCluster(environment);
    yield* identities(environment);
    yield* networks(environment);
    yield* catalogOf(environment);
    yield* lakekeeperProblems(environment);
    yield* secrets(environment);
    yield* components(environment);
}

/** Layers without which another cannot be. A cluster is optional: storage and brokers of a cloud need none. */
const needed: { readonly [L in Layer]?: readonly Layer[] } = {
    catalog: ["storage"],
    runtime: ["storage", "broker", "catalog"],
    observability: ["broker", "runtime"],
};

function* missing(environment: Environment): Generator<Problem> {
    if (layers.every((layer) => environment[layer] === undefined))
        yield problem(
            "",
            "names no layer",
            "It can have storage, broker, catalog, runtime, observability, foundation.",
        );
    for (const [layer, upstreams] of Object.entries(needed) as [Layer, readonly Layer[]][])
        for (const upstream of upstreams)
            if (environment[layer] !== undefined && environment[upstream] === undefined)
                yield problem(
                    layer,
                    `stands on ${upstream}, which this environment does not have`,
                    `Add '${upstream}', or take '${layer}' away.`,
                );
    for (const layer of ["runtime", "observability"] as const)
        if (environment[layer]?.profile === "kubernetes" && environment.foundation === undefined)
            yield problem(
                layer,
                "stands on foundation, which this environment does not have",
                "Add a foundation: eks, gke, aks, or kubeconfig for a cluster that is there.",
            );
    for (const layer of layers) {
        const profile = environment[layer]?.profile;
        const cloud = profile === undefined ? undefined : cloudOf[profile];
        if (cloud !== undefined && environment[cloud] === undefined)
            yield problem(
                `${layer}.profile`,
                `'${profile}' needs the key '${cloud}': the account that it is in`,
                `Add '${cloud}' at the top of the file.`,
            );
    }
}

/** Processes of this machine: Flink, and what it reads and writes. */
function* onThisMachine(environment: Environment): Generator<Problem> {
    const { catalog, runtime, storage, name } = environment;
    if (catalog?.profile === "embedded" && catalog.type === "hadoop" && name !== "local")
        yield problem(
            "catalog.type",
            "'hadoop' is not safe for several writers: only the environment 'local' may use it",
            "Use a REST catalog.",
        );
    if (catalog?.profile === "embedded" && storage !== undefined && cloudOf[storage.profile] !== undefined)
        yield problem(
            "catalog.profile",
            `'embedded' cannot serve tables on '${storage.profile}': it is a process of this machine, with the storage's static credentials, and nothing but its workloads' identities reaches that`,
            "Use the profile external.",
        );
    if (runtime?.profile !== "embedded") return;
    for (const layer of ["storage", "broker"] as const) {
        const profile = environment[layer]?.profile;
        if (profile !== undefined && cloudOf[profile] !== undefined)
            yield problem(
                `${layer}.profile`,
                `only the identities of a cluster's workloads reach '${profile}', and Flink is a process of this machine`,
                "Use runtime.profile kubernetes or external.",
            );
    }
}

/** Of a Flink whose TaskManager is one. */
function* slots({ runtime, mode }: Environment): Generator<Problem> {
    if (runtime?.profile !== "embedded" && runtime?.profile !== "docker") return;
    if (runtime.parallelism > runtime.taskSlots)
        yield problem(
            "runtime.parallelism",
            `has to be at most runtime.taskSlots (${runtime.taskSlots}), or no job can start`,
            "Lower it, or raise the slots.",
        );
    if (mode === "streaming_bronze" && runtime.taskSlots < runtime.parallelism * 2)
        yield problem(
            "runtime.taskSlots",
            "has to be at least twice runtime.parallelism: the streaming job holds its slots while silver runs",
            "Raise it.",
        );
}

/** Flink on the cluster, dbt beside it. */
function* onCluster(environment: Environment): Generator<Problem> {
    const { mode, runtime, observability, foundation, catalog } = environment;
    const dbt = dbtRuntimeOf(environment);
    const clustered = runtime?.profile === "kubernetes";
    const anyOrchestrator = "Name kubernetes, airflow, dagster or prefect.";
    if (dbt === "dbt-cloud")
        yield problem(
            "dbt.runtime",
            "dbt Cloud has no connection to DuckDB, which this project's models are written for",
            anyOrchestrator,
        );
    else if (clustered && dbt === "local")
        yield problem(
            "dbt.runtime",
            "only the identities of its workloads reach a platform on a cluster",
            anyOrchestrator,
        );
    else if (!clustered && dbt !== "local")
        yield problem(
            "dbt.runtime",
            `'${dbt}' runs on the cluster: it needs runtime.profile kubernetes`,
            "Change runtime.profile, or leave dbt.runtime out.",
        );
    if (observability !== undefined && runtime !== undefined)
        if ((observability.profile === "kubernetes") !== clustered)
            yield problem(
                "observability.profile",
                `does not fit runtime.profile ${runtime.profile}: both are on the cluster, or neither is`,
                clustered ? "Use kubernetes." : "Use embedded.",
            );
    if (observability?.profile === "kubernetes" && foundation?.operators.prometheus === "none")
        yield problem(
            "foundation.operators.prometheus",
            "is none, but observability makes objects of the Prometheus operator",
            "Set it to install, or to adopt where the cluster has it.",
        );
    if (!clustered) return;
    if (mode === "batch")
        yield problem(
            "mode",
            "has to be streaming_bronze with runtime.profile kubernetes: a batch job that the operator starts again would read the topic from its beginning and write bronze twice",
            "Set it to streaming_bronze.",
        );
    for (const layer of ["storage", "broker", "catalog"] as const)
        if (environment[layer]?.profile === "embedded")
            yield problem(
                `${layer}.profile`,
                "'embedded' is on this machine: the cluster does not reach it",
                "Use a profile of a cloud, or external.",
            );
    if (catalog?.profile === "external" && !catalog.attach)
        yield problem(
            "catalog.attach",
            "has to be true where dbt runs on a cluster: DuckDB attaches the catalog there, and nobody asks it where a table is",
            "Set it to true where DuckDB can, as with Lakekeeper; else use a catalog that it can attach.",
        );
}

const cloudOfFoundation = { eks: "aws", gke: "gcp", aks: "azure" } as const;
const cloudNames: Readonly<Record<Cloud, string>> = { aws: "AWS", gcp: "Google Cloud", azure: "Azure" };

/** Whether a workload of the cluster is somebody in a cloud. */
function isKnown(foundation: NonNullable<Environment["foundation"]>, workload: Workload, cloud: Cloud): boolean {
    return foundation.profile === "kubeconfig"
        ? foundation.identities[workload]?.[cloud] !== undefined
        : cloudOfFoundation[foundation.profile] === cloud;
}

/** Clouds whose identities open a broker. */
function cloudOfLogin(broker: NonNullable<Environment["broker"]>): Cloud | undefined {
    if (broker.profile === "external") return broker.saslMechanism === "AWS_MSK_IAM" ? "aws" : undefined;
    return cloudOf[broker.profile];
}

/** Storage and brokers of a cloud let nobody in but its own identities. */
function* identities({ foundation, runtime, storage, broker }: Environment): Generator<Problem> {
    if (foundation === undefined || runtime?.profile !== "kubernetes") return;
    const hint = (workload: Workload, cloud: Cloud) =>
        foundation.profile === "kubeconfig"
            ? `Name it in foundation.identities.${workload}.${cloud}, or use a service that its clouds have.`
            : `Use what ${cloudNames[cloudOfFoundation[foundation.profile]]} has, or a foundation on ${cloudNames[cloud]}.`;
    const ofStorage = storage === undefined ? undefined : cloudOf[storage.profile];
    if (storage !== undefined && ofStorage !== undefined)
        // Of the other clouds' storage DuckDB has credentials that the catalog lends.
        for (const workload of storage.profile === "s3" ? (["dbt", "flink"] as const) : (["flink"] as const))
            if (!isKnown(foundation, workload, ofStorage))
                yield problem(
                    "storage.profile",
                    `'${storage.profile}' lets in identities of ${cloudNames[ofStorage]} alone, and on the foundation '${foundation.profile}' ${workload} has none`,
                    hint(workload, ofStorage),
                );
    const ofBroker = broker === undefined ? undefined : cloudOfLogin(broker);
    if (broker !== undefined && ofBroker !== undefined && !isKnown(foundation, "flink", ofBroker))
        yield problem(
            broker.profile === "external" ? "broker.saslMechanism" : "broker.profile",
            `'${broker.profile === "external" ? broker.saslMechanism : broker.profile}' lets in identities of ${cloudNames[ofBroker]} alone, and on the foundation '${foundation.profile}' flink has none`,
            hint("flink", ofBroker),
        );
}

/** Brokers that are put into the cluster's network. */
const inNetwork = {
    msk: { cloud: "aws", foundation: "eks", name: "Amazon MSK has no brokers without subnets to put them into" },
    google: { cloud: "gcp", foundation: "gke", name: "Google's Managed Kafka is reached through a subnetwork alone" },
} as const;

const isLoopback = (host: string): boolean => /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)\.?$/i.test(host);

function* networks({ foundation, runtime, broker, catalog, storage }: Environment): Generator<Problem> {
    if (broker?.profile === "msk" || broker?.profile === "google") {
        const { cloud, foundation: own, name } = inNetwork[broker.profile];
        const found =
            foundation === undefined
                ? "this environment has no foundation"
                : foundation.profile !== "kubeconfig"
                  ? cloudOfFoundation[foundation.profile] === cloud
                      ? undefined
                      : `its foundation is on ${cloudNames[cloudOfFoundation[foundation.profile]]}`
                  : foundation.network === null
                    ? "its foundation, which was adopted, names none"
                    : foundation.network.cloud === cloud
                      ? undefined
                      : `its foundation is on ${cloudNames[foundation.network.cloud]}`;
        if (found !== undefined)
            yield problem(
                "broker.profile",
                `${name}, and ${found}`,
                `Give the environment a foundation of the profile '${own}', or take the broker's profile 'external' for a cluster that is there.`,
            );
    }
    const isAway =
        runtime?.profile === "kubernetes" ||
        (runtime?.profile === "external" && !isLoopback(hostOf(runtime.flinkRest)));
    if (!isAway) return;
    const flink = runtime.profile === "kubernetes" ? "the cluster" : `Flink at ${runtime.flinkRest}`;
    const own = broker?.profile === "external" ? broker.bootstrapServers.split(",").map(addressOf) : [];
    const near = own.find((address) => address !== undefined && isLoopback(address.host));
    if (near !== undefined)
        yield problem(
            "broker.bootstrapServers",
            `${near.host} is this machine: ${flink} does not reach it`,
            "Name the brokers as Flink reaches them.",
        );
    if (catalog?.profile === "external" && isLoopback(hostOf(catalog.uri)))
        yield problem(
            "catalog.uri",
            `${hostOf(catalog.uri)} is this machine: ${flink} does not reach it`,
            "Name the catalog as Flink reaches it.",
        );
    if (runtime.profile === "external")
        for (const [layer, settings] of Object.entries({ storage, broker, catalog }))
            if (settings?.profile === "embedded")
                yield problem(
                    `${layer}.profile`,
                    `'embedded' is on this machine: ${flink} does not reach it`,
                    "Use a profile of a cloud, or external.",
                );
}

const hostOf = (url: string): string => new URL(url).hostname;

function* catalogOf({ catalog, foundation }: Environment): Generator<Problem> {
    if (catalog?.profile !== "external") return;
    if (catalog.auth.mode === "serviceAccount" && foundation === undefined)
        yield problem(
            "catalog.auth.mode",
            "'serviceAccount' is the token of a workload on a cluster, and this environment has no foundation",
            "Use oauth2 or none, or add a foundation.",
        );
    yield* externalCatalogProblems(catalog);
}

function* secrets(environment: Environment): Generator<Problem> {
    const { foundation, runtime, broker, catalog } = environment;
    if (runtime?.profile !== "kubernetes" && environment.secrets.checkedFrom === "cluster")
        yield problem(
            "secrets.checkedFrom",
            "'cluster' needs runtime.profile kubernetes: otherwise this machine is who uses the secrets",
            "Leave it out.",
        );
    if (foundation === undefined) return;
    for (const path of localSecretRefs(environment))
        yield problem(
            path.join("."),
            "names a variable or a file of the machine that rolls out: nothing on the cluster could look it up",
            "Keep the secret in a store (docs/secrets.md).",
        );
    if (runtime?.profile !== "kubernetes") return;
    const refs = [
        ...(broker?.profile === "external" && broker.secretRef !== undefined
            ? [{ path: "broker.secretRef", ref: broker.secretRef, workloads: ["flink"] as const }]
            : []),
        ...(catalog !== undefined && "auth" in catalog && catalog.auth.mode === "oauth2"
            ? [{ path: "catalog.auth.secretRef", ref: catalog.auth.secretRef, workloads: ["flink", "dbt"] as const }]
            : []),
    ];
    if (refs.length > 0 && foundation.operators.externalSecrets === "none")
        yield problem(
            "foundation.operators.externalSecrets",
            "is none, but a secretRef is looked up by External Secrets",
            "Set it to install, or to adopt where the cluster has it.",
        );
    if (runtime.secretStore !== undefined) return;
    const elsewhere =
        "Name a store that is on the cluster in runtime.secretStore, or keep the secret where the platform is.";
    for (const { path, ref, workloads } of refs) {
        const kind = secretRefKind(ref);
        const keys = kind === undefined ? undefined : storeNeeds[kind];
        const said = keys?.reduce<unknown>(
            (value, key) => (value as Record<string, unknown> | undefined)?.[key],
            environment,
        );
        const cloud = kind === undefined ? undefined : cloudOfStore[kind];
        const unknown = cloud === undefined ? undefined : workloads.find((one) => !isKnown(foundation, one, cloud));
        if (keys !== undefined && said === undefined)
            yield problem(
                path,
                `is a secret of ${kind}://, which the cluster cannot come to without the key '${keys.join(".")}'`,
                cloud === undefined
                    ? `Say in ${keys.join(".")} how it is reached, or name a store that is on the cluster in runtime.secretStore.`
                    : elsewhere,
            );
        else if (cloud !== undefined && unknown !== undefined)
            yield problem(
                path,
                `the store of ${kind}:// lets in identities of ${cloudNames[cloud]}, and on the cluster ${unknown} has none`,
                elsewhere,
            );
    }
}

/** Whose identities read the stores of references. */
const cloudOfStore: Readonly<Partial<Record<SecretRefKind, Cloud>>> = {
    "aws-sm": "aws",
    "aws-ssm": "aws",
    "gcp-sm": "gcp",
    "azure-kv": "azure",
};

const isOnAzure = ({ foundation }: Environment): boolean =>
    foundation?.profile === "aks" || (foundation?.profile === "kubeconfig" && foundation.network?.cloud === "azure");

/** What components refuse, without the cloud. */
function* components(environment: Environment): Generator<Problem> {
    const { name, foundation, storage, broker } = environment;
    if (foundation?.profile === "eks") {
        const { transitGatewayId, ...reach } = foundation.api;
        yield* eksProblems({
            ...foundation,
            api: { ...reach, ...(transitGatewayId === undefined ? {} : { transitGatewayId }) },
        });
        yield* awsNetworkProblems({
            cidr: foundation.cidr,
            zones: zonesOf(foundation.zones),
            ...(transitGatewayId === undefined
                ? {}
                : { transitGateway: { id: transitGatewayId, cidrs: reach.privateCidrs } }),
        });
    }
    if (foundation?.profile === "gke") {
        const { nodes, ...others } = foundation;
        yield* gkeProblems({ ...others, environment: name, ...(nodes === undefined ? {} : { nodes }) });
    }
    if (foundation?.profile === "aks") yield* aksProblems(foundation);
    if (storage?.profile === "gcs") yield* gcsProblems(storage);
    if (storage?.profile === "adls") yield* adlsProblems(storage, isOnAzure(environment));
    if (broker?.profile === "google") {
        const { vcpus, memoryGb } = broker;
        yield* googleProblems({ vcpus, ...(memoryGb === undefined ? {} : { memoryGb }) });
    }
    if (broker?.profile === "eventhubs") {
        const { maximumCapacity, ...others } = broker;
        yield* eventHubsProblems(
            { ...others, ...(maximumCapacity === undefined ? {} : { maximumCapacity }) },
            isOnAzure(environment),
        );
    }
    if (broker?.profile === "msk" && broker.cluster.kind === "provisioned") {
        const subnetIds =
            foundation?.profile === "eks"
                ? zonesOf(foundation.zones)
                : foundation?.profile === "kubeconfig" && foundation.network?.cloud === "aws"
                  ? foundation.network.privateSubnetIds
                  : undefined;
        if (subnetIds !== undefined) yield* mskProblems({ ...broker.cluster, subnetIds, replicas });
    }
}

/** Their names are the account's, and known when it is asked. */
const zonesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
