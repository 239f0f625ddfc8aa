/** Topics and access lists, which are made through the cluster's own REST interface. */
import { at, type Values } from "../../../../components/provider/values";
import type { Row } from "../../row";
import { byItsKey, clusterToken, idIn, inCluster, keyToken, page, provider } from "./common";

const topicToken = "confluentcloud:index/kafkaTopic:KafkaTopic";
const aclToken = "confluentcloud:index/kafkaAcl:KafkaAcl";
const settings = "https://docs.confluent.io/cloud/current/topics/manage.html";

/** Settings of a topic that its owner may change. */
const editable = [
    "cleanup.policy",
    "delete.retention.ms",
    "max.message.bytes",
    "max.compaction.lag.ms",
    "message.timestamp.difference.max.ms",
    "message.timestamp.before.max.ms",
    "message.timestamp.after.max.ms",
    "message.timestamp.type",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "retention.bytes",
    "retention.ms",
    "segment.bytes",
    "segment.ms",
];
const setting = (inputs: Values, name: string): unknown => at(inputs, ["config", name]);

const acl = ["resourceType", "resourceName", "patternType", "principal", "host", "operation", "permission"] as const;

export const rows: readonly Row[] = [
    {
        token: topicToken,
        source: provider("resource_kafka_topic"),
        replaceOn: ["topicName", "kafkaCluster"],
        required: ["topicName"],
        unique: ["kafkaCluster.id", "topicName"],
        references: inCluster,
        id: ({ inputs }) => `${String(idIn(inputs, "kafkaCluster"))}/${String(inputs["topicName"])}`,
        computed: { partitionsCount: () => 6 },
        secret: ["credentials"],
        refuses: [
            ...byItsKey,
            {
                what: "a name of a topic of more than 249 characters, or of others than letters, digits, ., _ and -",
                source: page("kafkatopic"),
                because: ({ topicName }) =>
                    /^[a-zA-Z0-9._-]{1,249}$/.test(String(topicName))
                        ? undefined
                        : `400 Bad Request: the topic name ${String(topicName)} is invalid`,
                refused: { topicName: "a topic" },
            },
            {
                what: "a topic without partitions",
                source: provider("resource_kafka_topic"),
                because: ({ partitionsCount }) =>
                    partitionsCount === undefined || Number(partitionsCount) >= 1
                        ? undefined
                        : `expected partitions_count to be at least (1), got ${String(partitionsCount)}`,
                refused: { partitionsCount: 0 },
            },
            {
                what: "a setting of a topic that Confluent keeps for itself",
                source: provider("resource_kafka_topic"),
                because: ({ config }) => {
                    const unknown = Object.keys((config ?? {}) as Values).find((name) => !editable.includes(name));
                    return unknown === undefined ? undefined : `40002 Bad Request: config ${unknown} cannot be altered`;
                },
                refused: { config: { "compression.type": "zstd" } },
            },
            {
                what: "a topic that waits for another number of copies than one or two",
                source: settings,
                because: (inputs) => {
                    const value = setting(inputs, "min.insync.replicas");
                    return value === undefined || ["1", "2"].includes(String(value))
                        ? undefined
                        : `40002 Bad Request: min.insync.replicas must be 1 or 2, got ${String(value)}`;
                },
                refused: { config: { "min.insync.replicas": "3" } },
            },
            {
                what: "a retention that is no number of milliseconds",
                source: settings,
                because: (inputs) => {
                    const value = setting(inputs, "retention.ms");
                    return value === undefined || /^(-1|\d+)$/.test(String(value))
                        ? undefined
                        : `40002 Bad Request: invalid value ${String(value)} for configuration retention.ms`;
                },
                refused: { config: { "retention.ms": "7 days" } },
            },
        ],
        latency: {
            create: 12,
            update: 12,
            delete: 15,
            published: true,
            source: `${provider("resource_kafka_topic")} (ten seconds after each create)`,
        },
        permissions: ["CloudClusterAdmin"],
    },
    {
        token: aclToken,
        source: page("kafkaacl"),
        replaceOn: ["kafkaCluster", ...acl],
        required: [...acl],
        unique: ["kafkaCluster.id", ...acl],
        idempotent: true,
        references: inCluster,
        id: ({ inputs }) =>
            `${String(idIn(inputs, "kafkaCluster"))}/${acl.map((name) => String(inputs[name])).join("#")}`,
        computed: {},
        secret: ["credentials"],
        refuses: [
            ...byItsKey,
            {
                what: "an ACL whose principal is not written User:…",
                source: page("kafkaacl"),
                because: ({ principal }) =>
                    /^User:(\*|(u|sa|pool)-)/.test(String(principal))
                        ? undefined
                        : `the principal must start with "User:sa-", "User:u-" or "User:pool-", got ${String(principal)}`,
                refused: { principal: "sa-123abc" },
            },
            {
                what: "an ACL of a kind of resource, pattern, operation or permission that Kafka does not know",
                source: page("kafkaacl"),
                because: ({ resourceType, patternType, operation, permission }) => {
                    if (
                        !["TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID", "DELEGATION_TOKEN"].includes(
                            String(resourceType),
                        )
                    )
                        return `unknown resource_type ${String(resourceType)}`;
                    if (!["LITERAL", "PREFIXED"].includes(String(patternType)))
                        return `unknown pattern_type ${String(patternType)}`;
                    if (
                        !/^(ALL|READ|WRITE|CREATE|DELETE|ALTER|DESCRIBE|CLUSTER_ACTION|DESCRIBE_CONFIGS|ALTER_CONFIGS|IDEMPOTENT_WRITE)$/.test(
                            String(operation),
                        )
                    )
                        return `unknown operation ${String(operation)}`;
                    return ["ALLOW", "DENY"].includes(String(permission))
                        ? undefined
                        : `unknown permission ${String(permission)}`;
                },
                refused: { operation: "CONSUME" },
            },
            {
                what: "an ACL of the cluster under another name than kafka-cluster",
                source: page("kafkaacl"),
                because: ({ resourceType, resourceName }) =>
                    resourceType === "CLUSTER" && resourceName !== "kafka-cluster"
                        ? "the resource name of CLUSTER must be kafka-cluster"
                        : undefined,
                refused: { resourceType: "CLUSTER", operation: "DESCRIBE" },
            },
        ],
        latency: {
            create: 12,
            delete: 2,
            published: true,
            source: `${page("kafkaacl")} (the provider waits ten seconds after each create, as for topics)`,
        },
        permissions: ["CloudClusterAdmin"],
    },
];

const connection = {
    kafkaCluster: { id: { example: clusterToken } },
    restEndpoint: { example: clusterToken, by: "restEndpoint" },
    credentials: { key: { example: `${keyToken}#ofAPerson` }, secret: "an example" },
};

export const examples: Readonly<Record<string, Values>> = {
    [topicToken]: { ...connection, topicName: "example", partitionsCount: 1, config: { "retention.ms": "3600000" } },
    [aclToken]: {
        ...connection,
        resourceType: "TOPIC",
        resourceName: "example",
        patternType: "LITERAL",
        principal: "User:sa-123abc",
        host: "*",
        operation: "READ",
        permission: "ALLOW",
    },
};
