/** Amazon Managed Streaming for Apache Kafka: what brokers and topics are told. */
import type { Row } from "../../row";
import { arn, page } from "./common";
import { cluster, guide, provider, uuidOf } from "./msk";
import type { Values } from "../../../../components/provider/values";

const configuration = "aws:msk/configuration:Configuration";

export const rows: readonly Row[] = [
    {
        token: configuration,
        source: page("msk", "configuration"),
        replaceOn: ["name", "kafkaVersions", "region"],
        required: ["serverProperties"],
        autoName: { input: "name" },
        unique: ["name"],
        id: (making) =>
            arn(
                "kafka",
                ({ inputs }) => `configuration/${String(inputs["name"])}/${uuidOf(making)}`,
            )({ ...making, id: "" }),
        computed: {
            arn: ({ id }) => id,
            latestRevision: ({ before, inputs }) =>
                Number(before["latestRevision"] ?? 1) +
                (before["serverProperties"] === undefined || before["serverProperties"] === inputs["serverProperties"]
                    ? 0
                    : 1),
        },
        refuses: [
            {
                what: "a property of brokers that is none, or not one that may be set",
                source: guide("msk-configuration-properties"),
                because: ({ serverProperties }) => {
                    const bad = String(serverProperties)
                        .split("\n")
                        .find(
                            (line) =>
                                !/^\s*(#.*|[a-z][a-z0-9.]*\s*=.*)?$/.test(line) ||
                                /^\s*(listeners|zookeeper\.connect|log\.dirs)\s*=/.test(line),
                        );
                    return bad === undefined ? undefined : `BadRequestException: invalid server property '${bad}'`;
                },
                refused: { serverProperties: "listeners=PLAINTEXT://:9092" },
            },
        ],
        latency: {
            create: 2,
            update: 2,
            delete: 5,
            source: "one API call; no published figure, counted as two seconds",
        },
        permissions: [
            "kafka:CreateConfiguration",
            "kafka:DeleteConfiguration",
            "kafka:DescribeConfiguration*",
            "kafka:UpdateConfiguration",
        ],
    },
    {
        token: "aws:msk/topic:Topic",
        source: `${page("msk", "topic")} and RequiresReplace in ${provider("topic")}`,
        replaceOn: ["clusterArn", "name", "replicationFactor"],
        required: ["clusterArn", "name", "partitionCount", "replicationFactor"],
        unique: ["clusterArn", "name"],
        // Of a provisioned cluster: a serverless one has no interface for topics. They go with it.
        references: [{ input: "clusterArn", type: cluster, by: "arn", holds: false }],
        id: ({ inputs }) => `${String(inputs["clusterArn"])},${String(inputs["name"])}`,
        computed: {
            arn: ({ inputs }) =>
                `${String(inputs["clusterArn"]).replace(":cluster/", ":topic/")}/${String(inputs["name"])}`,
            configsActual: ({ inputs }) => inputs["configs"] ?? "{}",
        },
        refuses: [
            {
                what: "a topic of more replicas than its cluster has brokers",
                source: "https://kafka.apache.org/documentation/#basic_ops_add_topic",
                because: ({ clusterArn, replicationFactor }, cloud) => {
                    const nodes = cloud.find(cluster, "arn", clusterArn)?.inputs["numberOfBrokerNodes"];
                    return nodes !== undefined && Number(replicationFactor) > Number(nodes)
                        ? `BadRequestException: replication factor ${String(replicationFactor)} larger than available brokers: ${String(nodes)}`
                        : undefined;
                },
                refused: { replicationFactor: 9 },
            },
            {
                what: "a name that no topic can have",
                source: "https://kafka.apache.org/documentation/#topic-naming",
                because: ({ name }) =>
                    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/.test(String(name))
                        ? undefined
                        : `BadRequestException: invalid topic name ${String(name)}`,
                refused: { name: "my topic" },
            },
            {
                what: "settings of a topic that are no JSON of texts",
                source: page("msk", "topic"),
                because: ({ configs }) => {
                    try {
                        const values = Object.values(JSON.parse(String(configs ?? "{}")) as Values);
                        if (values.every((value) => typeof value === "string")) return undefined;
                    } catch {
                        // Told below.
                    }
                    return "BadRequestException: configs is not valid JSON of strings";
                },
                refused: { configs: "retention.ms=1" },
            },
        ],
        latency: {
            create: 60,
            update: 60,
            delete: 30,
            published: true,
            source: "about a minute until it is seen everywhere: https://github.com/hashicorp/terraform-provider-aws/issues/46456",
        },
        // Each action of `kafka` wants those of the cluster too. Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-topic-operations-information.html
        permissions: [
            "kafka-cluster:AlterTopic*",
            "kafka-cluster:Connect",
            "kafka-cluster:CreateTopic",
            "kafka-cluster:DeleteTopic",
            "kafka-cluster:DescribeTopic*",
            "kafka:CreateTopic",
            "kafka:DeleteTopic",
            "kafka:DescribeTopic",
            "kafka:UpdateTopic",
        ],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [configuration]: { name: "example", serverProperties: "auto.create.topics.enable=false\n" },
    "aws:msk/topic:Topic": {
        clusterArn: { example: cluster, by: "arn" },
        name: "example",
        partitionCount: 1,
        replicationFactor: 2,
        configs: "{}",
    },
};
