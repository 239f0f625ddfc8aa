/** What holds data, or the key to data, cannot be deleted by a mistake in a program. */
import { isStateful } from "../../../automation/rollout/stateful";
import { at } from "../../../components/provider/values";
import { demand, isNotTrue, isTrue, listOf, oneOf, typeOf, unmet, valueAt, type Demand } from "../../analyzer/look";
import type { Resource, Policy } from "../../analyzer/pack";

const demands: readonly Demand[] = [
    demand(
        "aws:s3/bucket:Bucket",
        "forceDestroy",
        isNotTrue,
        "leave it out: it deletes a bucket with all that is in it",
    ),
    demand(
        "gcp:storage/bucket:Bucket",
        "forceDestroy",
        isNotTrue,
        "leave it out: it deletes a bucket with all that is in it",
    ),
    demand("aws:eks/cluster:Cluster", "deletionProtection", isTrue, "set it to true"),
    demand("aws:rds/instance:Instance", "deletionProtection", isTrue, "set it to true"),
    demand("aws:rds/cluster:Cluster", "deletionProtection", isTrue, "set it to true"),
    demand(
        "gcp:container/cluster:Cluster",
        "deletionProtection",
        (flag) => flag === undefined || isTrue(flag),
        "set it to true",
    ),
    demand("gcp:managedkafka/cluster:Cluster", "deletionPolicy", oneOf("PREVENT"), "set it to PREVENT"),
    demand("aiven:index/kafka:Kafka", "terminationProtection", isTrue, "set it to true"),
    demand("confluentcloud:index/kafkaCluster:KafkaCluster", "deletionProtection", isTrue, "set it to true"),
];

const hourMs = 3_600_000;

/**
 * A batch job ends, and its cluster goes with it; a topic of an hour holds probes; what a Helm chart brings along it keeps; a
 * container's configuration and socket, in volumes labelled so, can be had again.
 */
function isPassing(resource: Resource): boolean {
    if (typeOf(resource) === "kubernetes:flink.apache.org/v1beta1:FlinkDeployment") return isBatch(resource);
    if (/:(KafkaTopic|Topic|EventHub)$/.test(typeOf(resource))) return retentionMs(resource) <= hourMs;
    if (typeOf(resource) === "docker:index/volume:Volume")
        return listOf(valueAt(resource, "labels")).some(
            (one) => at(one, ["label"]) === "tidegate.holds" && at(one, ["value"]) === "scratch",
        );
    if (typeOf(resource) === "kubernetes:core/v1:Namespace") return !isOfPlatform(resource);
    return typeOf(resource) === "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
}

/** A deployment of Flink that is waited for until it has finished. */
export function isBatch(resource: Resource): boolean {
    const { ["pulumi.com/waitFor"]: awaited } = (valueAt(resource, "metadata.annotations") ?? {}) as Record<
        string,
        unknown
    >;
    return typeof awaited === "string" && awaited.endsWith("=FINISHED");
}

/** A namespace whose name begins with the stack's environment holds what is the platform's; the others hold operators. */
function isOfPlatform(resource: Resource): boolean {
    const labels = (valueAt(resource, "metadata.labels") ?? {}) as Record<string, unknown>;
    const name = valueAt(resource, "metadata.name");
    return typeof name === "string" && name.startsWith(`${String(labels["environment"])}-`);
}

function retentionMs(topic: Resource): number {
    const configs = valueAt(topic, "configs") ?? valueAt(topic, "config");
    const settings = (typeof configs === "string" ? parsed(configs) : configs) ?? {};
    const { "retention.ms": ms, retentionMs: camel } = settings as Record<string, unknown>;
    const hours = valueAt(topic, "retentionDescription.retentionTimeInHours");
    const given = Number(ms ?? camel ?? (hours === undefined ? Infinity : Number(hours) * hourMs));
    // Kafka keeps a topic of -1 for ever.
    return given < 0 ? Infinity : given;
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

export const deletion: Policy = {
    name: "deletion-protection",
    description: "What holds data, or the key to data, is protected from deletion.",
    *resource(resource) {
        yield* unmet(demands, resource);
        if (!resource.protect && isStateful(resource.type) && !isPassing(resource))
            yield { message: "give it the option `protect: true`: with it goes what it holds.", urn: resource.urn };
    },
};
