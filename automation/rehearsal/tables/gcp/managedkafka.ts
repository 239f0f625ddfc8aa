/** Managed Service for Apache Kafka. */
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { google, inProject, labelOutputs, page, prevented, projectOf, regionOf } from "./common";
import { subnetworkToken } from "./compute";
import { cryptoKeyToken } from "./kms";

export const clusterToken = "gcp:managedkafka/cluster:Cluster";
const topicToken = "gcp:managedkafka/topic:Topic";
const aclToken = "gcp:managedkafka/acl:Acl";

const kafka = (path: string): string => google(`managed-service-for-apache-kafka/docs/${path}`);

const mayUse = (key: unknown, cloud: SimulatedCloud): boolean =>
    cloud
        .all("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
        .some(
            ({ inputs }) => inputs["cryptoKeyId"] === key && String(inputs["member"]).includes("@gcp-sa-managedkafka."),
        );

const capacity = (inputs: Values, name: string): number => Number(valuesAt(inputs, ["capacityConfig", name])[0] ?? NaN);

/** Patterns of what an ACL is on. Source: `aclId` in the provider's page. */
const aclIds =
    /^(cluster|allTopics|allConsumerGroups|allTransactionalIds|(topic|consumerGroup|transactionalId)(Prefixed)?\/\S+)$/;

const entries = (inputs: Values, name: string): string[] => valuesAt(inputs, ["aclEntries", name]).map(String);

/** Operations that Kafka knows. Source: org.apache.kafka.common.acl.AclOperation */
const operations =
    /^(ALL|READ|WRITE|CREATE|DELETE|ALTER|DESCRIBE|CLUSTER_ACTION|DESCRIBE_CONFIGS|ALTER_CONFIGS|IDEMPOTENT_WRITE)$/;

/** Of what is in a cluster. */
const inCluster = { input: "cluster", type: clusterToken, by: "clusterId", holds: false };

const clusterName = (making: { inputs: Values; settings: Values }): string =>
    `projects/${projectOf(making)}/locations/${regionOf(making)}/clusters/${String(making.inputs["cluster"])}`;

export const rows: readonly Row[] = [
    {
        token: clusterToken,
        source: page("managedkafka", "cluster"),
        replaceOn: ["clusterId", "location", "project", "gcpConfig.kmsKey"],
        required: ["clusterId", "location", "capacityConfig", "gcpConfig"],
        unique: ["location", "clusterId"],
        references: [
            { input: "gcpConfig.accessConfig.networkConfigs.subnet", type: subnetworkToken },
            { input: "gcpConfig.kmsKey", type: cryptoKeyToken, holds: false },
        ],
        id: (making) =>
            `projects/${projectOf(making)}/locations/${regionOf(making)}/clusters/${String(making.inputs["clusterId"])}`,
        computed: {
            ...inProject,
            ...labelOutputs(),
            name: ({ id }) => id,
            state: () => "ACTIVE",
            createTime: () => "2026-01-01T00:00:00Z",
            updateTime: () => "2026-01-01T00:00:00Z",
            // No output of the provider: what the API answers, for `simulatedBootstrapAddress`.
            bootstrapAddress: (making) =>
                `bootstrap-${making.token}.${making.token.slice(0, 8)}.${regionOf(making)}.managedkafka.s.cloud.goog`,
        },
        refuses: [
            {
                what: "a Kafka cluster of less than 3 vCPUs",
                source: kafka("plan-cluster-size"),
                because: (inputs) =>
                    capacity(inputs, "vcpuCount") >= 3
                        ? undefined
                        : "Error 400: capacity_config.vcpu_count must be at least 3",
                refused: { capacityConfig: { vcpuCount: "2", memoryBytes: "4294967296" } },
            },
            {
                what: "memory of a Kafka cluster of less than 1 or more than 8 GiB for each vCPU",
                source: kafka("plan-cluster-size"),
                because: (inputs) => {
                    const each = capacity(inputs, "memoryBytes") / capacity(inputs, "vcpuCount") / 2 ** 30;
                    return each >= 1 && each <= 8
                        ? undefined
                        : "Error 400: capacity_config.memory_bytes must be between 1 GiB and 8 GiB per vCPU";
                },
                refused: { capacityConfig: { vcpuCount: "3", memoryBytes: "1073741824" } },
            },
            {
                what: "a Kafka cluster that no subnet reaches, or that more than ten do",
                source: kafka("networking-kafka"),
                because: (inputs) => {
                    const subnets = valuesAt(inputs, ["gcpConfig", "accessConfig", "networkConfigs", "subnet"]).length;
                    return subnets >= 1 && subnets <= 10
                        ? undefined
                        : `Error 400: network_configs must have 1 to 10 subnets, has ${subnets}`;
                },
                refused: { gcpConfig: { accessConfig: { networkConfigs: [] } } },
            },
            {
                what: "a key of a Kafka cluster that the agent of Managed Kafka may not use",
                source: kafka("encryption"),
                because: (inputs, cloud) =>
                    valuesAt(inputs, ["gcpConfig", "kmsKey"]).some((key) => !mayUse(key, cloud))
                        ? "Error 403: The Managed Kafka service agent has no permission cloudkms.cryptoKeyVersions.useToEncrypt on the key."
                        : undefined,
                refused: {
                    gcpConfig: {
                        accessConfig: { networkConfigs: [{ subnet: "projects/p/regions/r/subnetworks/s" }] },
                        kmsKey: "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/foreign",
                    },
                },
            },
        ],
        keeps: prevented,
        latency: {
            create: 1500,
            update: 600,
            delete: 600,
            published: true,
            source: `${kafka("create-cluster")} says 20 to 30 minutes; changes and deletion have no figure`,
        },
        permissions: [
            "compute.subnetworks.get",
            "managedkafka.clusters.create",
            "managedkafka.clusters.delete",
            "managedkafka.clusters.get",
            "managedkafka.clusters.update",
            "managedkafka.operations.get",
        ],
    },
    {
        token: topicToken,
        source: page("managedkafka", "topic"),
        replaceOn: ["topicId", "cluster", "location", "project", "replicationFactor"],
        required: ["topicId", "cluster", "location", "replicationFactor"],
        unique: ["location", "cluster", "topicId"],
        references: [inCluster],
        id: (making) => `${clusterName(making)}/topics/${String(making.inputs["topicId"])}`,
        computed: { ...inProject, name: ({ id }) => id, partitionCount: () => 1 },
        refuses: [
            {
                what: "more replicas of a topic than there are brokers",
                source: page("managedkafka", "topic"),
                because: ({ replicationFactor }) =>
                    Number(replicationFactor) > 3
                        ? `Error 400: Replication factor: ${String(replicationFactor)} larger than available brokers: 3.`
                        : undefined,
                refused: { replicationFactor: 5 },
            },
            {
                what: "a name of a topic with other characters than letters, digits, dots, _ and -",
                source: kafka("create-topic"),
                because: ({ topicId }) =>
                    /^[a-zA-Z0-9._-]{1,249}$/.test(String(topicId))
                        ? undefined
                        : `Error 400: invalid topic id '${String(topicId)}'`,
                refused: { topicId: "a topic" },
            },
        ],
        keeps: prevented,
        latency: {
            create: 5,
            update: 3,
            delete: 3,
            source: "one call that the API hands on to the brokers; no published figure, counted as five seconds",
        },
        permissions: [
            "managedkafka.topics.create",
            "managedkafka.topics.delete",
            "managedkafka.topics.get",
            "managedkafka.topics.update",
        ],
    },
    {
        token: aclToken,
        source: page("managedkafka", "acl"),
        replaceOn: ["aclId", "cluster", "location", "project"],
        required: ["aclId", "cluster", "location", "aclEntries"],
        unique: ["location", "cluster", "aclId"],
        references: [inCluster],
        id: (making) => `${clusterName(making)}/acls/${String(making.inputs["aclId"])}`,
        computed: {
            ...inProject,
            name: ({ id }) => id,
            etag: ({ token }) => token,
            patternType: ({ inputs }) => (String(inputs["aclId"]).includes("Prefixed/") ? "PREFIXED" : "LITERAL"),
            resourceName: ({ inputs }) => String(inputs["aclId"]).split("/")[1] ?? "*",
            resourceType: ({ inputs }) => String(inputs["aclId"]).split("/")[0],
        },
        refuses: [
            {
                what: "an ACL on what is neither the cluster nor a topic, a group or a transactional id",
                source: kafka("kafka-acls/create-kafka-acls"),
                because: ({ aclId }) =>
                    aclIds.test(String(aclId)) ? undefined : `Error 400: invalid acl id '${String(aclId)}'`,
                refused: { aclId: "topics/events" },
            },
            {
                what: "an ACL without an entry, or with more than 100",
                source: page("managedkafka", "acl"),
                because: (inputs) => {
                    const many = entries(inputs, "principal").length;
                    return many >= 1 && many <= 100
                        ? undefined
                        : `Error 400: an acl must have 1 to 100 entries, has ${many}`;
                },
                refused: { aclEntries: [] },
            },
            {
                what: "an entry of an ACL for what is no User:, or for an operation that Kafka does not know",
                source: kafka("kafka-acls/create-kafka-acls"),
                because: (inputs) =>
                    entries(inputs, "principal").every((principal) => /^User:.+$/.test(principal)) &&
                    entries(inputs, "operation").every((operation) => operations.test(operation))
                        ? undefined
                        : "Error 400: invalid acl entry",
                refused: { aclEntries: [{ principal: "somebody", operation: "READ", host: "*" }] },
            },
        ],
        latency: {
            create: 5,
            update: 3,
            delete: 3,
            source: "one call that the API hands on to the brokers; no published figure, counted as five seconds",
        },
        permissions: [
            "managedkafka.acls.create",
            "managedkafka.acls.delete",
            "managedkafka.acls.get",
            "managedkafka.acls.update",
        ],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [clusterToken]: {
        clusterId: "example",
        location: "europe-west1",
        capacityConfig: { vcpuCount: "3", memoryBytes: "3221225472" },
        gcpConfig: { accessConfig: { networkConfigs: [{ subnet: { example: subnetworkToken } }] } },
    },
    [topicToken]: {
        topicId: "example",
        cluster: { example: clusterToken, by: "clusterId" },
        location: "europe-west1",
        partitionCount: 3,
        replicationFactor: 3,
    },
    [aclToken]: {
        aclId: "topic/example",
        cluster: { example: clusterToken, by: "clusterId" },
        location: "europe-west1",
        aclEntries: [{ principal: "User:somebody@example.com", permissionType: "ALLOW", operation: "READ", host: "*" }],
    },
};
