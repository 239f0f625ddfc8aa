/** Brokers of Amazon MSK whose number and size are chosen, in KRaft mode. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../automation/core/errors";
import { tagsOf, type CloudArgs } from "../cloud/args";
import { ownKey } from "../cloud/awsKey";

export interface MskProvisionedArgs {
    /** As MSK names versions; it has to end in `.kraft`. @default 3.9.x.kraft */
    kafkaVersion?: string;
    /** Of Standard brokers, e.g. `kafka.m7g.xlarge`. @default kafka.m7g.large */
    instanceType?: string;
    /** @default 1 */
    brokersPerZone?: number;
    /** GiB of each broker, to begin with: it grows by itself and never shrinks. @default 100 */
    storageGb?: number;
    /** GiB of each broker that it grows to. @default 1000 */
    maxStorageGb?: number;
    /** What CloudWatch is told. @default PER_BROKER */
    monitoring?: "DEFAULT" | "PER_BROKER" | "PER_TOPIC_PER_BROKER" | "PER_TOPIC_PER_PARTITION";
    /** Days for which the brokers' logs are kept. @default 90 */
    logDays?: number;
}

interface Placed extends MskProvisionedArgs, CloudArgs {
    clusterName: string;
    /** One for each zone. */
    subnetIds: readonly string[];
    securityGroupIds: pulumi.Input<string>[];
    /** Of each topic. */
    replicas: number;
    /** Of those, how many have to have a record before it is acknowledged. */
    inSync: number;
}

/**
 * Percent of a disk at which it grows. MSK advises 50 to 60.
 * Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-autoexpand-details.html
 */
const growAt = 60;
/** GiB of a broker. Source: https://docs.aws.amazon.com/msk/latest/developerguide/limits.html */
const mostStorage = 16_384;

export class MskProvisioned extends pulumi.ComponentResource {
    readonly cluster: aws.msk.Cluster;

    private readonly args: Placed;
    private readonly tags: Record<string, string>;

    constructor(name: string, args: Placed, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:broker:MskProvisioned", name, {}, options);
        check(args);
        this.args = args;
        this.tags = tagsOf(args, "broker");
        this.cluster = this.brokers(name);
        this.growth(name);
        this.registerOutputs({});
    }

    private brokers(name: string): aws.msk.Cluster {
        const { args } = this;
        const key = ownKey(name, `Topics of ${args.environment}`, "broker", args, this);
        const configuration = this.configuration(name);
        const protect = args.protectData ?? true;
        return new aws.msk.Cluster(
            `${name}-cluster`,
            {
                clusterName: args.clusterName,
                kafkaVersion: args.kafkaVersion ?? defaults.kafkaVersion,
                numberOfBrokerNodes: brokersOf(args),
                brokerNodeGroupInfo: {
                    instanceType: args.instanceType ?? defaults.instanceType,
                    clientSubnets: [...args.subnetIds],
                    securityGroups: args.securityGroupIds,
                    connectivityInfo: { publicAccess: { type: "DISABLED" } },
                    storageInfo: { ebsStorageInfo: { volumeSize: args.storageGb ?? defaults.storageGb } },
                },
                clientAuthentication: { sasl: { iam: true, scram: false }, unauthenticated: false },
                encryptionInfo: {
                    encryptionAtRestKmsKeyArn: key.arn,
                    encryptionInTransit: { clientBroker: "TLS", inCluster: true },
                },
                configurationInfo: { arn: configuration.arn, revision: configuration.latestRevision },
                enhancedMonitoring: args.monitoring ?? "PER_BROKER",
                loggingInfo: {
                    brokerLogs: { cloudwatchLogs: { enabled: true, logGroup: this.logs(name).name } },
                },
                tags: this.tags,
            },
            {
                parent: this,
                protect,
                retainOnDelete: protect,
                // It grows by itself, and a disk that shrinks is refused.
                ignoreChanges: ["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"],
            },
        );
    }

    /** A change of it is a new revision, for which the brokers are restarted one after the other. */
    private configuration(name: string): aws.msk.Configuration {
        const { clusterName, replicas, inSync } = this.args;
        const properties = {
            "auto.create.topics.enable": false,
            "default.replication.factor": replicas,
            "min.insync.replicas": inSync,
            "unclean.leader.election.enable": false,
        };
        return new aws.msk.Configuration(
            `${name}-configuration`,
            {
                name: clusterName,
                serverProperties: Object.entries(properties)
                    .map(([key, value]) => `${key}=${value}\n`)
                    .join(""),
            },
            { parent: this },
        );
    }

    private logs(name: string): aws.cloudwatch.LogGroup {
        const { clusterName, logDays = 90 } = this.args;
        return new aws.cloudwatch.LogGroup(
            `${name}-logs`,
            { name: `/aws/msk/${clusterName}`, retentionInDays: logDays, tags: this.tags },
            { parent: this },
        );
    }

    private growth(name: string): void {
        const target = new aws.appautoscaling.Target(
            `${name}-storage`,
            {
                serviceNamespace: "kafka",
                scalableDimension: "kafka:broker-storage:VolumeSize",
                resourceId: this.cluster.arn,
                minCapacity: 1,
                maxCapacity: this.args.maxStorageGb ?? defaults.maxStorageGb,
                tags: this.tags,
            },
            { parent: this },
        );
        new aws.appautoscaling.Policy(
            `${name}-storage-growth`,
            {
                name: `${this.args.clusterName}-broker-storage`,
                policyType: "TargetTrackingScaling",
                serviceNamespace: target.serviceNamespace,
                scalableDimension: target.scalableDimension,
                resourceId: target.resourceId,
                targetTrackingScalingPolicyConfiguration: {
                    predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
                    targetValue: growAt,
                    disableScaleIn: true,
                },
            },
            { parent: this },
        );
    }
}

const defaults = { kafkaVersion: "3.9.x.kraft", instanceType: "kafka.m7g.large", storageGb: 100, maxStorageGb: 1000 };

const brokersOf = ({ subnetIds, brokersPerZone = 1 }: Placed): number => subnetIds.length * brokersPerZone;

/** @throws TidegateError `msk-invalid` */
function check(args: Placed): void {
    const { kafkaVersion = defaults.kafkaVersion, instanceType = defaults.instanceType } = args;
    const { storageGb = defaults.storageGb, maxStorageGb = defaults.maxStorageGb } = args;
    const zones = args.subnetIds.length;
    if (!kafkaVersion.endsWith(".kraft"))
        throw invalid(
            `'${kafkaVersion}' is a version with ZooKeeper, from which there is no way to KRaft but another cluster`,
            "Take one that ends in .kraft, e.g. 3.9.x.kraft.",
        );
    if (!/^kafka\.(t3|m5|m7g)\.[a-z0-9]+$/.test(instanceType))
        throw invalid(
            `'${instanceType}' is no Standard broker`,
            "Take kafka.t3.small, or a size of kafka.m5 or kafka.m7g. Express brokers have neither disks nor these settings of their own.",
        );
    if (zones < 2)
        throw invalid("it has one zone: MSK wants subnets in two or three", "Set foundation.zones to 2 or 3.");
    if (brokersOf(args) < args.replicas)
        throw invalid(
            `${brokersOf(args)} brokers cannot hold the ${args.replicas} replicas of a topic`,
            "Set broker.cluster.brokersPerZone to 2, or foundation.zones to 3.",
        );
    if (storageGb > maxStorageGb || maxStorageGb > mostStorage)
        throw invalid(
            `its disks cannot grow from ${storageGb} to ${maxStorageGb} GiB`,
            `broker.cluster.maxStorageGb has to be from storageGb to ${mostStorage}.`,
        );
}

function invalid(message: string, hint: string): TidegateError {
    return new TidegateError(`The MSK cluster cannot be made: ${message}.`, { code: "msk-invalid", hint });
}
