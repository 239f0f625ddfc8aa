/** The broker layer on Amazon MSK: a cluster that clients reach with their IAM role alone, its topics, and Flink's grants. */
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as msk from "@pulumi/aws/msk";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import { msk as settings } from "../../stacks/settings/broker/msk";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { AwsAccount } from "../cloud/aws";
import { nodesOnly } from "../cloud/awsNodesOnly";
import type { ContractOutputs } from "../embedded/contract";
import { MskProvisioned, type MskProvisionedArgs } from "./mskProvisioned";
import { MskServerlessTopics } from "./mskServerlessTopics";
import { probeTopic } from "./topicNames";
import { insyncReplicas as inSync, namesOfMore, replicas, topicsOf, type Topic, type WantedTopics } from "./topics";

export interface MskBrokerArgs extends CloudArgs, WantedTopics {
    account: AwsAccount;
    /** Where the brokers are put, and whose role gets its grants. Without a network of AWS it is refused. */
    foundation?: Pick<Upstream<"foundation">, "network" | "identities" | "namespaces" | "oidcIssuer">;
    /** @default provisioned, with its defaults */
    cluster?:
        | ({ kind: "provisioned" } & MskProvisionedArgs)
        /** `image`: of images/flink, by digest, which makes the topics. Takes the Kubernetes provider of the cluster too. */
        | { kind: "serverless"; image: string };
}

type Network = Extract<Upstream<"foundation">["network"], { cloud: "aws" }>;

/** Of brokers that know clients by IAM. Source: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const iamPort = 9098;
/** What the consumer groups of Tidegate's jobs and gates begin with. */
const groups = "tidegate-*";

/** By which a client signs with its role. Source: https://github.com/aws/aws-msk-iam-auth */
const clientProperties = {
    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
};

export class MskBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;
    readonly cluster: msk.Cluster | msk.ServerlessCluster;
    readonly securityGroup: ec2.SecurityGroup;

    private readonly args: MskBrokerArgs;
    private readonly data: pulumi.CustomResourceOptions;
    private readonly tags: Record<string, string>;

    constructor(name: string, args: MskBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Amazon MSK", rulesOf(settings, "cluster"), args);
        super("tidegate:broker:Msk", name, {}, withTransform(args, options));
        const network = networkOf(args);
        this.args = args;
        this.tags = tagsOf(args, "broker");
        const protect = args.protectData ?? true;
        this.data = { parent: this, protect, retainOnDelete: protect };

        this.securityGroup = nodesOnly(
            name,
            {
                ...{ environment: args.environment, layer: "broker", of: "Brokers of the platform" },
                ...{ speaks: "Kafka with IAM", port: iamPort, network, tags: this.tags },
            },
            this,
        );
        this.cluster = this.brokers(name, network);
        const made = this.topics(name);
        this.grant(name);

        this.contract = {
            profile: pulumi.output("msk" as const),
            // Nobody has brokers before they have their topics.
            bootstrapServers: pulumi.all([this.cluster.bootstrapBrokersSaslIam, made]).apply(([servers]) => servers),
            securityProtocol: pulumi.output("SASL_SSL" as const),
            saslMechanism: pulumi.output("AWS_MSK_IAM" as const),
            // Amazon's certificates are signed by an authority that every JVM trusts.
            caPem: pulumi.output(null),
            caFile: pulumi.output(null),
            clientProperties: pulumi.output<Record<string, string>>(clientProperties),
            topics: pulumi.output({ ...args.topics, probe: probeTopic, more: namesOfMore(args) }),
            credentials: pulumi.output(null),
            secretRef: pulumi.output(null),
            cluster: this.cluster.arn,
        };
        this.registerOutputs({ contract: this.contract });
    }

    private brokers(name: string, { privateSubnetIds }: Network): msk.Cluster | msk.ServerlessCluster {
        const { environment, cluster = { kind: "provisioned" } } = this.args;
        const clusterName = `tidegate-${environment}`;
        const place = { subnetIds: privateSubnetIds, securityGroupIds: [this.securityGroup.id] };
        if (cluster.kind === "provisioned")
            return new MskProvisioned(
                name,
                { ...cluster, ...this.args, ...place, clusterName, replicas, inSync },
                { parent: this },
            ).cluster;
        return new msk.ServerlessCluster(
            `${name}-cluster`,
            {
                clusterName,
                vpcConfigs: [place],
                clientAuthentication: { sasl: { iam: { enabled: true } } },
                tags: this.tags,
            },
            this.data,
        );
    }

    /** An output of what has made them, where that is no resource of each. */
    private topics(name: string): pulumi.Output<unknown> {
        const { cluster, foundation } = this.args;
        const wanted = topicsOf(this.args);
        if (cluster?.kind !== "serverless" || foundation === undefined) {
            for (const topic of wanted) this.topic(name, topic);
            return pulumi.output(undefined);
        }
        return new MskServerlessTopics(
            `${name}-topics`,
            {
                ...this.args,
                foundation,
                cluster: this.cluster as msk.ServerlessCluster,
                port: iamPort,
                image: cluster.image,
                clientProperties,
                topics: wanted,
            },
            { parent: this },
        ).job.id;
    }

    private topic(name: string, { name: topic, partitions, retentionMs }: Topic): void {
        new msk.Topic(
            `${name}-${topic}`,
            {
                clusterArn: this.cluster.arn,
                name: topic,
                partitionCount: partitions,
                replicationFactor: replicas,
                configs: JSON.stringify({
                    "cleanup.policy": "delete",
                    "min.insync.replicas": String(inSync),
                    "retention.ms": String(retentionMs),
                }),
            },
            this.data,
        );
    }

    /** Flink reads events and writes dead letters. Nobody else is a client: dbt and the catalog know tables alone. */
    private grant(name: string): void {
        const role = this.args.foundation?.identities.flink.aws;
        if (role === undefined || role === null) return;
        const { events, deadLetters } = this.args.topics;
        const statements = [
            // Kafka's producers are idempotent unless they are told not to be, and that is asked of the cluster.
            allow(["Connect", "WriteDataIdempotently"], this.cluster.arn),
            allow(["DescribeTopic", "ReadData"], this.within("topic", events)),
            allow(["DescribeTopic", "WriteData"], this.within("topic", deadLetters)),
            allow(["DescribeTopic", "ReadData", "WriteData"], this.within("topic", probeTopic)),
            allow(["DescribeGroup", "AlterGroup"], this.within("group", groups)),
        ];
        new iam.RolePolicy(
            `${name}-flink-access`,
            {
                name: `tidegate-${this.args.environment}-broker`,
                role: role.roleName,
                policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }),
            },
            { parent: this },
        );
    }

    /** `arn:aws:kafka:REGION:ACCOUNT:topic/CLUSTER/UUID/NAME` */
    private within(kind: "topic" | "group", name: string): pulumi.Output<string> {
        return this.cluster.arn.apply((arn) => `${arn.replace(":cluster/", `:${kind}/`)}/${name}`);
    }
}

const allow = (actions: readonly string[], Resource: pulumi.Output<string>) => ({
    Effect: "Allow",
    Action: actions.map((action) => `kafka-cluster:${action}`),
    Resource,
});

/** @throws TidegateError `msk-invalid` */
function networkOf({ foundation }: MskBrokerArgs): Network {
    const network = foundation?.network ?? undefined;
    if (network?.cloud !== "aws")
        throw new TidegateError(
            `Amazon MSK has no brokers without subnets to put them into, and ${
                foundation === undefined
                    ? "this environment has no foundation"
                    : network === undefined
                      ? "its foundation, which was adopted, names none"
                      : `its foundation is on ${network.cloud}`
            }.`,
            {
                code: "msk-invalid",
                hint: "Give the environment a foundation of the profile 'eks', or take the broker's profile 'external' for a cluster that is there.",
            },
        );
    return network;
}
