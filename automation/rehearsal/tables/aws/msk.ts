/** Amazon Managed Streaming for Apache Kafka: clusters. */
import { valuesAt } from "../../cloud";
import type { Making, Row } from "../../row";
import { arn, page, regionOf, tagsAll, zonesOf } from "./common";
import { logGroup } from "./cloudwatch";
import { otherSubnet } from "./vpc";

import type { Values } from "../../../../components/provider/values";

export const cluster = "aws:msk/cluster:Cluster";
const configuration = "aws:msk/configuration:Configuration";
const serverless = "aws:msk/serverlessCluster:ServerlessCluster";
const subnet = "aws:ec2/subnet:Subnet";
const group = "aws:ec2/securityGroup:SecurityGroup";
export const guide = (file: string): string => `https://docs.aws.amazon.com/msk/latest/developerguide/${file}.html`;
export const provider = (file: string): string => `terraform-provider-aws internal/service/kafka/${file}.go`;

export const uuidOf = ({ token }: Pick<Making, "token">): string =>
    `${token.slice(0, 8)}-${token.slice(0, 4)}-4000-8000-${token}-1`;
const clusterArn = arn("kafka", (making) => `cluster/${String(making.inputs["clusterName"])}/${uuidOf(making)}`);

/** `b-1.…:9098,b-2.…:9098` */
const brokers =
    (port: number) =>
    (making: Making): string =>
        Array.from(
            { length: Math.min(3, Number(making.inputs["numberOfBrokerNodes"] ?? 1)) },
            (_, index) =>
                `b-${index + 1}.${String(making.inputs["clusterName"])}.${making.token.slice(0, 6)}.c1.kafka.${regionOf(making)}.amazonaws.com:${port}`,
        ).join(",");

const subnetsOf = (inputs: Values): unknown[] => valuesAt(inputs, ["brokerNodeGroupInfo", "clientSubnets"]);

/** Of Standard and Express brokers. */
const instance =
    /^(kafka\.t3\.small|kafka\.m5\.(large|(2|4|8|12|16|24)?xlarge)|(kafka|express)\.m7g\.(large|(2|4|8|12|16)?xlarge))$/;

/**
 * From 4.0 on there is no ZooKeeper. The support of 2.8.2-tiered ended on 2025-01-14 and that of 3.6.0 on 2026-06-01: of such
 * versions, for new clusters phased out, none is taken here. Source: guide("supported-kafka-versions"), guide("version-support")
 */
const version = /^(3\.[789]\.x(\.kraft)?|4\.[01]\.x\.kraft)$/;

const nameRefusal = {
    what: "a name of a cluster of more than 64 characters, or with other than letters, digits and hyphens",
    source: "https://docs.aws.amazon.com/msk/1.0/apireference/clusters.html",
    because: ({ clusterName }: Values) =>
        /^[A-Za-z0-9-]{1,64}$/.test(String(clusterName))
            ? undefined
            : `BadRequestException: invalid cluster name ${String(clusterName)}`,
    refused: { clusterName: "my_cluster" },
};

export const rows: readonly Row[] = [
    {
        token: cluster,
        source: `${page("msk", "cluster")} and ForceNew in ${provider("cluster")}`,
        replaceOn: [
            "clusterName",
            "brokerNodeGroupInfo.azDistribution",
            "brokerNodeGroupInfo.clientSubnets",
            "brokerNodeGroupInfo.securityGroups",
            "encryptionInfo.encryptionAtRestKmsKeyArn",
            "encryptionInfo.encryptionInTransit.inCluster",
            "region",
        ],
        required: ["brokerNodeGroupInfo", "clusterName", "kafkaVersion", "numberOfBrokerNodes"],
        unique: ["clusterName"],
        references: [
            { input: "brokerNodeGroupInfo.clientSubnets", type: subnet },
            { input: "brokerNodeGroupInfo.securityGroups", type: group },
            { input: "configurationInfo.arn", type: configuration, by: "arn" },
            { input: "encryptionInfo.encryptionAtRestKmsKeyArn", type: "aws:kms/key:Key", by: "arn", holds: false },
            { input: "loggingInfo.brokerLogs.cloudwatchLogs.logGroup", type: logGroup, by: "name", holds: false },
        ],
        id: (making) => clusterArn({ ...making, id: "" }),
        computed: {
            arn: ({ id }) => id,
            clusterUuid: uuidOf,
            currentVersion: ({ token }) => `K${token.toUpperCase()}`,
            bootstrapBrokersSaslIam: brokers(9098),
            tagsAll,
        },
        refuses: [
            {
                what: "a number of brokers that is no multiple of the zones",
                source: page("msk", "cluster"),
                because: (inputs) =>
                    Number(inputs["numberOfBrokerNodes"]) > 0 &&
                    Number(inputs["numberOfBrokerNodes"]) % Math.max(1, subnetsOf(inputs).length) === 0
                        ? undefined
                        : "BadRequestException: the number of broker nodes must be a multiple of Availability Zones",
                refused: { numberOfBrokerNodes: 3 },
            },
            {
                what: "brokers in subnets of one zone, or of more than three",
                source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-msk-cluster-brokernodegroupinfo.html",
                because: (inputs, cloud) => {
                    const subnets = subnetsOf(inputs);
                    const zones = zonesOf(subnets, cloud).size;
                    return zones >= 2 && zones <= 3 && zones === subnets.length
                        ? undefined
                        : "BadRequestException: specify two or three subnets in distinct Availability Zones";
                },
                refused: {
                    numberOfBrokerNodes: 1,
                    brokerNodeGroupInfo: { instanceType: "kafka.m7g.large", clientSubnets: [], securityGroups: [] },
                },
            },
            {
                what: "a size of a broker that MSK does not have",
                source: guide("broker-instance-sizes"),
                because: (inputs) => {
                    const [size] = valuesAt(inputs, ["brokerNodeGroupInfo", "instanceType"]);
                    return instance.test(String(size))
                        ? undefined
                        : `BadRequestException: unsupported instance type ${String(size)}`;
                },
                refused: { brokerNodeGroupInfo: { instanceType: "m7g.large" } },
            },
            {
                what: "a version of Kafka that MSK does not have, such as 4.0 without .kraft",
                source: guide("supported-kafka-versions"),
                because: ({ kafkaVersion }) =>
                    version.test(String(kafkaVersion))
                        ? undefined
                        : `BadRequestException: unsupported KafkaVersion ${String(kafkaVersion)}`,
                refused: { kafkaVersion: "4.0.x" },
            },
            {
                what: "a disk of a broker of less than 1 or more than 16,384 GiB, or an Express broker with one",
                source: page("msk", "cluster"),
                because: (inputs) => {
                    const [size] = valuesAt(inputs, ["brokerNodeGroupInfo", "instanceType"]);
                    const [disk] = valuesAt(inputs, [
                        "brokerNodeGroupInfo",
                        "storageInfo",
                        "ebsStorageInfo",
                        "volumeSize",
                    ]);
                    if (String(size).startsWith("express."))
                        return disk === undefined
                            ? undefined
                            : "BadRequestException: Express brokers have no storage info";
                    return Number(disk) >= 1 && Number(disk) <= 16_384
                        ? undefined
                        : `expected volume_size to be in the range (1 - 16384), got ${String(disk)}`;
                },
                refused: {
                    brokerNodeGroupInfo: { storageInfo: { ebsStorageInfo: { volumeSize: 20_000 } } },
                },
            },
            {
                what: "IAM or SCRAM without TLS",
                source: guide("msk-authentication"),
                because: (inputs) => {
                    const [clients = "TLS"] = valuesAt(inputs, [
                        "encryptionInfo",
                        "encryptionInTransit",
                        "clientBroker",
                    ]);
                    const sasl = ["iam", "scram"].some(
                        (kind) => valuesAt(inputs, ["clientAuthentication", "sasl", kind])[0] === true,
                    );
                    return sasl && clients === "PLAINTEXT"
                        ? "BadRequestException: SASL needs encryption in transit between clients and brokers"
                        : undefined;
                },
                refused: {
                    clientAuthentication: { sasl: { iam: true } },
                    encryptionInfo: { encryptionInTransit: { clientBroker: "PLAINTEXT" } },
                },
            },
            nameRefusal,
        ],
        latency: {
            create: 1800,
            update: 900,
            delete: 600,
            published: true,
            source: "20 to 40 minutes: https://github.com/mattclay/aws-terminator/pull/143, https://github.com/hashicorp/terraform-provider-aws/issues/17726 (up to 60); no published figure for changes, which restart broker by broker, counted as a quarter of an hour",
        },
        permissions: [
            "ec2:CreateNetworkInterface*",
            "iam:CreateServiceLinkedRole",
            "kafka:CreateCluster*",
            "kafka:DeleteCluster",
            "kafka:DescribeCluster*",
            "kafka:GetBootstrapBrokers",
            "kafka:TagResource",
            "kafka:Update*",
            "kms:CreateGrant",
            "kms:DescribeKey",
            "logs:CreateLogDelivery",
            "logs:*ResourcePolic*",
        ],
    },
    {
        token: serverless,
        source: page("msk", "serverlesscluster"),
        replaceOn: ["clusterName", "clientAuthentication", "vpcConfigs", "region"],
        required: ["clientAuthentication", "clusterName", "vpcConfigs"],
        unique: ["clusterName"],
        references: [
            { input: "vpcConfigs.subnetIds", type: subnet },
            { input: "vpcConfigs.securityGroupIds", type: group },
        ],
        id: (making) => clusterArn({ ...making, id: "" }),
        computed: {
            arn: ({ id }) => id,
            clusterUuid: uuidOf,
            bootstrapBrokersSaslIam: (making) =>
                `boot-${making.token.slice(0, 8)}.c1.kafka-serverless.${regionOf(making)}.amazonaws.com:9098`,
            tagsAll,
        },
        refuses: [
            {
                what: "a serverless cluster in subnets of fewer than two zones",
                source: page("msk", "serverlesscluster"),
                because: (inputs, cloud) =>
                    zonesOf(valuesAt(inputs, ["vpcConfigs", "subnetIds"]), cloud).size < 2
                        ? "BadRequestException: specify subnets in at least two Availability Zones"
                        : undefined,
                refused: { vpcConfigs: [{ subnetIds: [] }] },
            },
            {
                what: "a serverless cluster without IAM",
                source: guide("serverless"),
                because: (inputs) =>
                    valuesAt(inputs, ["clientAuthentication", "sasl", "iam", "enabled"])[0] === true
                        ? undefined
                        : "BadRequestException: serverless clusters authenticate by IAM",
                refused: { clientAuthentication: { sasl: { iam: { enabled: false } } } },
            },
            nameRefusal,
        ],
        latency: {
            create: 450,
            update: 5,
            delete: 300,
            published: true,
            source: "5 to 10 minutes: https://alchemy.run/providers/aws/kafka/serverlesscluster",
        },
        permissions: [
            "ec2:*VpcEndpoint*",
            "kafka:CreateClusterV2",
            "kafka:DeleteCluster",
            "kafka:DescribeClusterV2",
            "kafka:GetBootstrapBrokers",
            "kafka:TagResource",
        ],
    },
];

const subnets = [{ example: subnet }, { example: otherSubnet }];

export const examples: Readonly<Record<string, Values>> = {
    [cluster]: {
        clusterName: "example",
        kafkaVersion: "3.9.x.kraft",
        numberOfBrokerNodes: 2,
        brokerNodeGroupInfo: {
            instanceType: "kafka.m7g.large",
            clientSubnets: subnets,
            securityGroups: [{ example: group }],
            storageInfo: { ebsStorageInfo: { volumeSize: 100 } },
        },
        configurationInfo: { arn: { example: configuration, by: "arn" }, revision: 1 },
    },
    [serverless]: {
        clusterName: "example-serverless",
        vpcConfigs: [{ subnetIds: subnets, securityGroupIds: [{ example: group }] }],
        clientAuthentication: { sasl: { iam: { enabled: true } } },
    },
};
