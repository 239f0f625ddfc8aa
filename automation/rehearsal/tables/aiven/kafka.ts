/** Aiven for Apache Kafka: services and topics. */
import { at, type Values } from "../../../../components/provider/values";
import type { Making, Row } from "../../row";
import { idIn, inService, page, place, serviceOf, serviceToken } from "./common";

const topicToken = "aiven:index/kafkaTopic:KafkaTopic";
const topicSource =
    "https://github.com/aiven/terraform-provider-aiven/blob/main/internal/sdkprovider/service/kafkatopic/kafka_topic.go";

/** Brokers of a plan: three, or as many as its name says. */
const brokersOf = (plan: unknown): number => Number(/-(\d+)x-/.exec(String(plan))?.[1] ?? 3);
const hostOf = ({ inputs }: Making): string =>
    `${String(inputs["serviceName"])}-${String(inputs["project"])}.aivencloud.com`;

/** Each way to sign in that is switched on has a port of its own. */
function components(making: Making): Values[] {
    const methods = at(making.inputs, ["kafkaUserConfig", "kafkaAuthenticationMethods"]) as Values | undefined;
    const host = hostOf(making);
    const component = (method: string, port: number): Values => ({
        component: "kafka",
        connectionUri: `${host}:${port}`,
        host,
        port,
        route: "dynamic",
        usage: "primary",
        kafkaAuthenticationMethod: method,
        kafkaSslCa: "project_ca",
    });
    return [
        ...(methods?.["certificate"] === false ? [] : [component("certificate", 21_700)]),
        ...(methods?.["sasl"] === true ? [component("sasl", 21_711)] : []),
    ];
}

export const rows: readonly Row[] = [
    {
        token: serviceToken,
        source: page("kafka"),
        replaceOn: [...place],
        required: ["project", "serviceName", "plan"],
        unique: ["project", "serviceName"],
        id: ({ inputs }) => idIn(inputs),
        computed: {
            components,
            serviceHost: hostOf,
            servicePort: () => 21_700,
            serviceUsername: () => "avnadmin",
            servicePassword: ({ token }) => `SIMU_${token}`,
            serviceUri: (making) => `${hostOf(making)}:21700`,
            state: () => "RUNNING",
        },
        secret: ["servicePassword", "serviceUri"],
        refuses: [
            {
                what: "a name of a service of more than 63 characters, or of others than lower-case letters, digits and -",
                source: page("kafka"),
                because: ({ serviceName }) =>
                    /^[a-z][a-z0-9-]{0,62}$/.test(String(serviceName))
                        ? undefined
                        : `400: Invalid service_name: ${String(serviceName)}`,
                refused: { serviceName: "Kafka_1" },
            },
            {
                what: "a plan whose name is no plan's",
                source: page("kafka"),
                because: ({ plan }) =>
                    /^(free|hobbyist|startup|business|premium|custom)(-[a-z0-9]+)+$/.test(String(plan))
                        ? undefined
                        : `400: Invalid plan: ${String(plan)}`,
                refused: { plan: "large" },
            },
            {
                what: "brokers that wait for more copies than there are brokers",
                source: page("kafka"),
                because: ({ plan, kafkaUserConfig }) => {
                    const insync = at(kafkaUserConfig as Values | undefined, ["kafka", "minInsyncReplicas"]);
                    return insync !== undefined && Number(insync) > brokersOf(plan)
                        ? `400: Invalid min_insync_replicas ${String(insync)} for ${brokersOf(plan)} brokers`
                        : undefined;
                },
                refused: { kafkaUserConfig: { kafka: { minInsyncReplicas: 4 } } },
            },
        ],
        keeps: ({ id, inputs }) =>
            inputs["terminationProtection"] === true
                ? `403: Service is protected against termination and shutdown: ${id}`
                : undefined,
        latency: {
            create: 600,
            update: 300,
            delete: 30,
            source: "https://aiven.io/docs/platform/howto/create_new_service (a few minutes; counted as ten for three brokers)",
        },
        permissions: ["project:services:write"],
    },
    {
        token: topicToken,
        source: topicSource,
        replaceOn: [...place, "topicName"],
        required: [...place, "topicName", "partitions", "replication"],
        unique: [...place, "topicName"],
        references: inService,
        id: ({ inputs }) => idIn(inputs, inputs["topicName"]),
        computed: {},
        refuses: [
            {
                what: "a topic with more copies than its plan has brokers, or fewer than two",
                source: "https://aiven.io/docs/products/kafka/howto/create-topic",
                because: (inputs, cloud) => {
                    const service = serviceOf(inputs, cloud);
                    const brokers = brokersOf(service?.inputs["plan"]);
                    const replication = Number(inputs["replication"]);
                    return replication >= 2 && replication <= brokers
                        ? undefined
                        : `400: Invalid replication factor ${replication}: has to be from 2 to ${brokers}`;
                },
                refused: { replication: 4 },
            },
            {
                what: "a topic without partitions",
                source: page("kafkatopic"),
                because: ({ partitions }) =>
                    Number(partitions) >= 1 ? undefined : `400: Invalid number of partitions: ${String(partitions)}`,
                refused: { partitions: 0 },
            },
            {
                what: "a name of a topic of more than 249 characters, or of others than letters, digits, ., _ and -",
                source: page("kafkatopic"),
                because: ({ topicName }) =>
                    /^[a-zA-Z0-9._-]{1,249}$/.test(String(topicName))
                        ? undefined
                        : `400: Invalid topic_name: ${String(topicName)}`,
                refused: { topicName: "a topic" },
            },
            {
                what: "a retention that is no number of milliseconds",
                source: page("kafkatopic"),
                because: ({ config }) => {
                    const value = at(config as Values | undefined, ["retentionMs"]);
                    return value === undefined || /^(-1|\d+)$/.test(String(value))
                        ? undefined
                        : `400: Invalid retention_ms: ${String(value)}`;
                },
                refused: { config: { retentionMs: "7 days" } },
            },
            {
                what: "a topic that waits for more copies than it has",
                source: page("kafkatopic"),
                because: ({ config, replication }) => {
                    const insync = at(config as Values | undefined, ["minInsyncReplicas"]);
                    return insync !== undefined && Number(insync) > Number(replication)
                        ? `400: min_insync_replicas ${String(insync)} is more than the replication factor ${String(replication)}`
                        : undefined;
                },
                refused: { config: { minInsyncReplicas: "3" }, replication: 2 },
            },
        ],
        keeps: ({ id, inputs }) =>
            inputs["terminationProtection"] === true
                ? `cannot delete kafka topic when termination_protection is enabled: ${id}`
                : undefined,
        latency: {
            create: 20,
            update: 10,
            delete: 5,
            source: `${topicSource} (waits until the topic is listed; no published figure, counted as twenty seconds)`,
        },
        permissions: ["service:data:write"],
    },
];

const inExample = {
    project: { example: serviceToken, by: "project" },
    serviceName: { example: serviceToken, by: "serviceName" },
};

export const examples: Readonly<Record<string, Values>> = {
    [serviceToken]: {
        project: "example",
        serviceName: "example-kafka",
        cloudName: "aws-eu-west-1",
        plan: "business-4",
    },
    [topicToken]: { ...inExample, topicName: "example", partitions: 1, replication: 3 },
};
