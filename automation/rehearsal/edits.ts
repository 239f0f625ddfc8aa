/**
 * What a rehearsal changes in a copy of the environment's file to play a day-two rollout: a newer version, a bigger class, more
 * partitions, a topic more, by what the profiles of the environment have. All of it is what the clouds do in place, or leaves data where
 * it is; a change that replaces what holds data is a mistake of the program, or of a row.
 */
import type { Document } from "yaml";
import { premiumUnits } from "../../components/broker/eventhubsChecks";
import { resourceClasses } from "../../stacks/settings/runtime/kubernetes";
import type { EnvironmentFile } from "../../stacks/environment";
import { layers, type Layer } from "../../stacks/contracts";

export interface Edit {
    /** Key of the environment's file. */
    readonly path: readonly string[];
    readonly to: Value;
}

/** A list takes the place of the one that is there. */
type Value = string | number | readonly Readonly<Record<string, string | number>>[];

/** The next of a row, or nothing at its end. */
const next = <T>(row: readonly T[], one: T): T | undefined => row[row.indexOf(one) + 1];

/** `1.34` → `1.35`: all three clouds go up by one minor version at a time. */
const nextMinor = (version: string): string => {
    const [major = "1", minor = "0"] = version.split(".");
    return `${major}.${Number(minor) + 1}`;
};

/** Of MSK. Source: https://docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html */
const mskVersions = ["3.9.x.kraft", "4.0.x.kraft", "4.1.x.kraft"];
/** Of Standard brokers, which change their size one by one. Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-update-broker-type.html */
const mskSizes = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge"];

type Settings<L extends Layer> = NonNullable<EnvironmentFile[L]>;
type Found = readonly (readonly [key: string, to: Value | undefined])[];

/** Beside those that are there: the next service or team that uses the brokers. */
const addedTopic = ({ moreTopics }: Pick<Settings<"broker">, "moreTopics">): Found[number] => {
    const taken = new Set(moreTopics.map(({ name }) => name));
    let name = "tidegate.rehearsed";
    while (taken.has(name)) name += ".more";
    return ["moreTopics", [...moreTopics, { name, partitions: 1, retentionHours: 24 }]];
};

const grownTopic = ({
    events,
    deadLetters,
    ...others
}: Pick<Settings<"broker">, "events" | "deadLetters" | "moreTopics">): Found => [
    ["events.partitions", events.partitions < 32 ? events.partitions * 2 : undefined],
    ["deadLetters.retentionHours", deadLetters.retentionHours < 240 ? deadLetters.retentionHours * 2 : undefined],
    addedTopic(others),
];

/** A bigger class has twice the cores of the one before, and up to four times the memory. */
const grownQuota = ({ quotas: { flink } }: Pick<Settings<"foundation">, "quotas">): Found => [
    ["quotas.flink.cpu", String(Number(flink.cpu) * 2)],
    ["quotas.flink.memory", flink.memory.replace(/^\d+/, (amount) => String(Number(amount) * 4))],
];

/** @param bigger the class that Flink's jobs are about to have: it needs nodes, and room in its namespace */
function ofFoundation(settings: Settings<"foundation">, bigger: (typeof resourceClasses)[number] | undefined): Found {
    const room = bigger === undefined ? [] : grownQuota(settings);
    switch (settings.profile) {
        case "eks":
            return [
                ...room,
                ["version", nextMinor(settings.version)],
                ["nodes.small.instanceType", "m7i.4xlarge"],
                ...(bigger !== undefined && settings.nodes[bigger].count === 0
                    ? ([[`nodes.${bigger}.count`, 3]] as const)
                    : []),
            ];
        case "gke":
            return [
                ...room,
                settings.mode === "standard"
                    ? ["nodes.small.most", (settings.nodes?.small.most ?? 6) + 1]
                    : ["channel", settings.channel === "REGULAR" ? "STABLE" : "REGULAR"],
            ];
        case "aks":
            return [
                ...room,
                ["kubernetesVersion", nextMinor(settings.kubernetesVersion)],
                ["classes.small.maxCount", settings.classes.small.maxCount + 1],
            ];
        case "kubeconfig":
            return grownQuota(settings);
    }
}

const ofStorage = (settings: Settings<"storage">): Found =>
    settings.profile === "embedded" || settings.profile === "docker"
        ? []
        : [["oldVersionDays", settings.oldVersionDays + 7]];

function ofBroker(settings: Settings<"broker">): Found {
    switch (settings.profile) {
        case "msk": {
            const { cluster } = settings;
            if (cluster.kind === "serverless") return grownTopic(settings);
            const [, family = "", size = ""] = cluster.instanceType.split(".");
            return [
                ["cluster.kafkaVersion", next(mskVersions, cluster.kafkaVersion)],
                // A t3 grows to another family, which MSK does as well.
                [
                    "cluster.instanceType",
                    family === "t3"
                        ? "kafka.m7g.large"
                        : mskSizes.includes(size)
                          ? `kafka.${family}.${next(mskSizes, size) ?? size}`
                          : undefined,
                ],
                ...grownTopic(settings),
            ];
        }
        case "confluent":
            return settings.cluster.kind === "dedicated"
                ? [["cluster.cku", settings.cluster.cku * 2], ...grownTopic(settings)]
                : grownTopic(settings);
        case "aiven":
            return [["plan", settings.plan === "business-4" ? "business-8" : undefined], ...grownTopic(settings)];
        case "google":
            return [["vcpus", settings.vcpus * 2], ["memoryGb", settings.vcpus * 8], ...grownTopic(settings)];
        case "eventhubs":
            return settings.sku === "Premium"
                ? [["capacity", next(premiumUnits, settings.capacity)], ...grownTopic(settings)]
                : [["maximumCapacity", (settings.maximumCapacity ?? 10) + 1], addedTopic(settings)];
        case "docker":
            // Another container, over the data of the one before.
            return [["memoryMiB", settings.memoryMiB * 2], ...grownTopic(settings)];
        case "embedded":
        case "external":
            return [];
    }
}

const ofCatalog = (settings: Settings<"catalog">): Found =>
    settings.profile === "lakekeeper" && settings.database.kind === "cluster"
        ? [["database.storageGb", settings.database.storageGb * 2]]
        : [];

const biggerClass = (settings: Settings<"runtime"> | undefined) =>
    settings?.profile === "kubernetes" ? next(resourceClasses, settings.resourceClass) : undefined;

const ofRuntime = (settings: Settings<"runtime">): Found =>
    settings.profile === "kubernetes"
        ? [
              ["resourceClass", biggerClass(settings)],
              ["checkpointIntervalSeconds", settings.checkpointIntervalSeconds * 2],
          ]
        : [];

const ofObservability = (settings: Settings<"observability">): Found =>
    settings.profile === "kubernetes" ? [["freshnessMinutes", settings.freshnessMinutes * 2]] : [];

function ofLayer(environment: EnvironmentFile, layer: Layer): Found {
    const { foundation, storage, broker, catalog, runtime, observability } = environment;
    switch (layer) {
        case "foundation":
            return foundation === undefined ? [] : ofFoundation(foundation, biggerClass(runtime));
        case "storage":
            return storage === undefined ? [] : ofStorage(storage);
        case "broker":
            return broker === undefined ? [] : ofBroker(broker);
        case "runtime":
            return runtime === undefined ? [] : ofRuntime(runtime);
        case "observability":
            return observability === undefined ? [] : ofObservability(observability);
        case "catalog":
            return catalog === undefined ? [] : ofCatalog(catalog);
    }
}

/** Empty where nothing of the environment is a service whose size or version it chooses. */
export function dayTwoEdits(environment: EnvironmentFile): readonly Edit[] {
    return layers.flatMap((layer) =>
        ofLayer(environment, layer).flatMap(([key, to]) =>
            to === undefined ? [] : [{ path: [layer, ...key.split(".")], to }],
        ),
    );
}

const valueIn = (value: unknown, path: readonly string[]): unknown =>
    path.reduce<unknown>(
        (at, key) =>
            typeof at === "object" && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined,
        value,
    );

/** A part that the file leaves out is of the kind that is the default, which has to be said as soon as anything of it is. */
export function applyEdits(document: Document, environment: EnvironmentFile, edits: readonly Edit[]): void {
    for (const { path, to } of edits) {
        const part = path.slice(0, -1);
        const kind = valueIn(environment, [...part, "kind"]);
        if (!document.hasIn(part) && typeof kind === "string") document.setIn([...part, "kind"], kind);
        document.setIn(path, typeof to === "object" ? document.createNode(to, { flow: true }) : to);
    }
}
