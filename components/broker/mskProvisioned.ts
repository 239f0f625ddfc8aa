/** Brokers of Amazon MSK whose number and size are chosen, in KRaft mode. */
import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as msk from "@pulumi/aws/msk";
import * as pulumi from "@pulumi/pulumi";
import { tagsOf, type CloudArgs } from "../cloud/args";
import { ownKey } from "../cloud/awsKey";
import { refuseFirst } from "../cloud/problem";
import { brokersOf, defaults, mskProblems } from "./mskChecks";

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

export class MskProvisioned extends pulumi.ComponentResource {
    readonly cluster: msk.Cluster;

    private readonly args: Placed;
    private readonly tags: Record<string, string>;

    constructor(name: string, args: Placed, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:broker:MskProvisioned", name, {}, options);
        refuseFirst(mskProblems(args), { code: "msk-invalid", before: "The MSK cluster cannot be made" });
        this.args = args;
        this.tags = tagsOf(args, "broker");
        this.cluster = this.brokers(name);
        this.growth(name);
        this.registerOutputs({});
    }

    private brokers(name: string): msk.Cluster {
        const { args } = this;
        const key = ownKey(name, `Topics of ${args.environment}`, "broker", args, this);
        const configuration = this.configuration(name);
        const protect = args.protectData ?? true;
        return new msk.Cluster(
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
    private configuration(name: string): msk.Configuration {
        const { clusterName, replicas, inSync } = this.args;
        const properties = {
            "auto.create.topics.enable": false,
            "default.replication.factor": replicas,
            "min.insync.replicas": inSync,
            "unclean.leader.election.enable": false,
        };
        return new msk.Configuration(
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

    private logs(name: string): cloudwatch.LogGroup {
        const { clusterName, logDays = 90 } = this.args;
        return new cloudwatch.LogGroup(
            `${name}-logs`,
            { name: `/aws/msk/${clusterName}`, retentionInDays: logDays, tags: this.tags },
            { parent: this },
        );
    }

    private growth(name: string): void {
        const target = new appautoscaling.Target(
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
        new appautoscaling.Policy(
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
