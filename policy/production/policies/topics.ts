/** A record that was acknowledged survives the loss of a broker. */
import { valueAt, typeOf } from "../../analyzer/look";
import type { Resource, Policy } from "../../analyzer/pack";

/** Copies of each record, and how many of them a write waits for. */
const leastReplicas = 3;
const leastInSync = 2;

interface Shape {
    /** Property of the number of copies; none where the service has three of everything and takes no other number. */
    readonly replicas?: string;
    /** Property of the settings by their names in Kafka, as a map or as JSON. */
    readonly settings: string;
    /** @default "min.insync.replicas" */
    readonly name?: string;
}

const shapes: Readonly<Record<string, Shape>> = {
    "aws:msk/topic:Topic": { replicas: "replicationFactor", settings: "configs" },
    "gcp:managedkafka/topic:Topic": { replicas: "replicationFactor", settings: "configs" },
    "confluentcloud:index/kafkaTopic:KafkaTopic": { settings: "config" },
    "aiven:index/kafkaTopic:KafkaTopic": { replicas: "replication", settings: "config", name: "minInsyncReplicas" },
    "kafka:index/topic:Topic": { replicas: "replicationFactor", settings: "config" },
    "kubernetes:kafka.strimzi.io/v1beta2:KafkaTopic": { replicas: "spec.replicas", settings: "spec.config" },
    "kubernetes:kafka.strimzi.io/v1:KafkaTopic": { replicas: "spec.replicas", settings: "spec.config" },
    // One broker on one machine: it never has more, and is for nothing but this machine.
    "tidegate:embedded:KafkaTopic": { replicas: "replicationFactor", settings: "config" },
};

function settingOf(resource: Resource, { settings, name = "min.insync.replicas" }: Shape): unknown {
    const given = valueAt(resource, settings);
    const read = typeof given === "string" ? parsed(given) : given;
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>)[name] : undefined;
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

export const topics: Policy = {
    name: "replicated-topics",
    description: `Each topic has at least ${leastReplicas} replicas and min.insync.replicas of at least ${leastInSync}.`,
    *resource(resource) {
        const shape = shapes[typeOf(resource)];
        if (shape === undefined) return;
        const { urn, unknowns } = resource;
        const isKnown = (property: string): boolean => !unknowns.some((path) => path[0] === property.split(".")[0]);
        if (shape.replicas !== undefined && isKnown(shape.replicas))
            if (!(Number(valueAt(resource, shape.replicas)) >= leastReplicas))
                yield { message: `${shape.replicas}: it has to be at least ${leastReplicas}.`, urn };
        const { settings, name = "min.insync.replicas" } = shape;
        if (isKnown(settings) && !(Number(settingOf(resource, shape)) >= leastInSync))
            yield { message: `${settings}: ${name} has to be at least ${leastInSync}.`, urn };
    },
};
