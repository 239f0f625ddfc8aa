/** The broker layer on Confluent Cloud: a cluster, its topics, and an account for the workload that may do no more than it has to. */
import * as confluent from "@pulumi/confluentcloud";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { confluent as settings } from "../../stacks/settings/broker/confluent";
import type { Cloud } from "../../stacks/settings/clouds";
import { demandArgs, rulesOf } from "../arguments";
import { withTransform, type CloudArgs } from "../cloud/args";
import type { ContractOutputs } from "../embedded/contract";
import { availabilityOf, ckuOf, confluentProblems, type ConfluentCluster } from "./confluentLimits";
import { insyncReplicas, namesOfMore, partitionsOf, topicsOf, type Topic, type TopicsArgs } from "./topics";

export interface ConfluentBrokerArgs extends CloudArgs, TopicsArgs {
    /** Whose machines it runs on. */
    cloud: Cloud;
    /** As that cloud names it, e.g. `eu-west-1`. */
    region: string;
    /** @default a standard cluster in three zones */
    cluster?: ConfluentCluster;
    /** Of an environment of Confluent Cloud that is there already, `env-…`. @default one of its own is made */
    environmentId?: string;
}

interface Account {
    readonly account: confluent.ServiceAccount;
    readonly key: confluent.ApiKey;
}

/** What a Kafka resource of Confluent Cloud is reached by. */
type Connection = Pick<confluent.KafkaTopicArgs, "kafkaCluster" | "restEndpoint" | "credentials">;

export class ConfluentBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;
    readonly cluster: confluent.KafkaCluster;

    private readonly args: ConfluentBrokerArgs;
    private readonly data: pulumi.CustomResourceOptions;
    private readonly environmentId: pulumi.Output<string>;

    constructor(name: string, args: ConfluentBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        refuse(args);
        demandArgs("Kafka on Confluent Cloud", rulesOf(settings), args);
        super("tidegate:broker:Confluent", name, {}, withTransform(args, options));
        this.args = args;
        const topics = topicsOf(args);
        const protect = args.protectData ?? true;
        this.data = { parent: this, protect, retainOnDelete: protect };

        this.environmentId = this.environment(name);
        this.cluster = this.kafkaCluster(name, protect);
        const { connection, binding } = this.administrator(name);
        for (const topic of topics) this.topic(name, topic, connection, binding);
        const workload = this.account(name, "workload", "Reads events and writes dead letters");
        this.grants(name, topics, workload, connection, binding);

        const nameOf = (role: Topic["role"]): string => topics.find((topic) => topic.role === role)?.name ?? "";
        this.contract = {
            profile: pulumi.output("confluent" as const),
            bootstrapServers: this.cluster.bootstrapEndpoint.apply((endpoint) =>
                endpoint.replace(/^SASL_SSL:\/\//, ""),
            ),
            securityProtocol: pulumi.output("SASL_SSL" as const),
            saslMechanism: pulumi.output("PLAIN" as const),
            caPem: pulumi.output(null),
            caFile: pulumi.output(null),
            // Source: https://docs.confluent.io/cloud/current/client-apps/client-configs.html
            clientProperties: pulumi.output<Record<string, string>>({
                "client.dns.lookup": "use_all_dns_ips",
                "session.timeout.ms": "45000",
            }),
            topics: pulumi.output({
                events: nameOf("events"),
                deadLetters: nameOf("deadLetters"),
                probe: nameOf("probe"),
                more: namesOfMore(args),
            }),
            credentials: pulumi.secret({ username: workload.key.id, password: workload.key.secret }),
            secretRef: pulumi.output(null),
            cluster: this.cluster.id,
        };
        this.registerOutputs({ contract: this.contract });
    }

    private environment(name: string): pulumi.Output<string> {
        const { environment, environmentId } = this.args;
        if (environmentId !== undefined) return pulumi.output(environmentId);
        // Whatever is in it goes with it.
        return new confluent.Environment(
            `${name}-environment`,
            { displayName: `tidegate-${environment}`, streamGovernance: { package: "ESSENTIALS" } },
            this.data,
        ).id;
    }

    private kafkaCluster(name: string, deletionProtection: boolean): confluent.KafkaCluster {
        const { cloud, region, cluster = { kind: "standard" }, environment } = this.args;
        return new confluent.KafkaCluster(
            `${name}-cluster`,
            {
                displayName: `tidegate-${environment}`,
                cloud: cloud.toUpperCase(),
                region,
                availability: availabilityName(cluster),
                environment: { id: this.environmentId },
                deletionProtection,
                ...kindOf(cluster),
            },
            this.data,
        );
    }

    /** Who makes topics and grants: its key works once the role is bound, and has to live as long as they do. */
    private administrator(name: string): { connection: Connection; binding: confluent.RoleBinding } {
        const { account, key } = this.account(name, "admin", "Makes topics and grants");
        const binding = new confluent.RoleBinding(
            `${name}-admin-role`,
            {
                principal: pulumi.interpolate`User:${account.id}`,
                roleName: "CloudClusterAdmin",
                crnPattern: this.cluster.rbacCrn,
            },
            { parent: this },
        );
        const connection = {
            kafkaCluster: { id: this.cluster.id },
            restEndpoint: this.cluster.restEndpoint,
            credentials: pulumi.secret({ key: key.id, secret: key.secret }),
        };
        return { connection, binding };
    }

    private account(name: string, role: "admin" | "workload", description: string): Account {
        const displayName = `tidegate-${this.args.environment}-${role}`;
        const account = new confluent.ServiceAccount(
            `${name}-${role}`,
            { displayName, description: `${description} of ${this.args.environment}` },
            { parent: this },
        );
        const key = new confluent.ApiKey(
            `${name}-${role}-key`,
            {
                displayName,
                description: `${description} of ${this.args.environment}`,
                owner: { id: account.id, apiVersion: account.apiVersion, kind: account.kind },
                managedResource: {
                    id: this.cluster.id,
                    apiVersion: this.cluster.apiVersion,
                    kind: this.cluster.kind,
                    environment: { id: this.environmentId },
                },
            },
            { parent: this },
        );
        return { account, key };
    }

    private topic(name: string, topic: Topic, connection: Connection, binding: confluent.RoleBinding): void {
        new confluent.KafkaTopic(
            `${name}-${topic.name}`,
            {
                ...connection,
                topicName: topic.name,
                partitionsCount: topic.partitions,
                // Three copies of everything, always: Confluent takes no other number.
                config: {
                    "cleanup.policy": "delete",
                    "retention.ms": String(topic.retentionMs),
                    "min.insync.replicas": String(insyncReplicas),
                },
            },
            { ...(topic.data ? this.data : { parent: this }), dependsOn: binding },
        );
    }

    /** By ACLs, which every kind of cluster has: roles for single topics are not there on a basic one. */
    private grants(
        name: string,
        topics: readonly Topic[],
        { account }: Account,
        connection: Connection,
        binding: confluent.RoleBinding,
    ): void {
        const grant = (
            child: string,
            resource: Pick<confluent.KafkaAclArgs, "resourceType" | "resourceName" | "patternType" | "operation">,
        ) =>
            new confluent.KafkaAcl(
                `${name}-workload-${child}`,
                {
                    ...connection,
                    ...resource,
                    principal: pulumi.interpolate`User:${account.id}`,
                    host: "*",
                    permission: "ALLOW",
                },
                { parent: this, dependsOn: binding },
            );
        for (const { role, name: resourceName, may } of topics)
            for (const right of may)
                grant(`${right}s-${role}`, {
                    resourceType: "TOPIC",
                    resourceName,
                    patternType: "LITERAL",
                    operation: right.toUpperCase(),
                });
        grant("groups", {
            resourceType: "GROUP",
            resourceName: this.args.groupPrefix,
            patternType: "PREFIXED",
            operation: "READ",
        });
    }
}

/** Enterprise clusters have other words for it. */
function availabilityName(cluster: ConfluentCluster): string {
    const multi = availabilityOf(cluster) === "multi";
    if (cluster.kind === "enterprise") return multi ? "HIGH" : "LOW";
    return multi ? "MULTI_ZONE" : "SINGLE_ZONE";
}

function kindOf(cluster: ConfluentCluster): Partial<confluent.KafkaClusterArgs> {
    if (cluster.kind === "dedicated")
        return {
            dedicated: { cku: ckuOf(cluster) },
            ...(cluster.network === undefined ? {} : { network: { id: cluster.network } }),
        };
    const limits = cluster.maxEcku === undefined ? {} : { maxEcku: cluster.maxEcku };
    if (cluster.kind === "enterprise") return { enterprises: [limits] };
    return cluster.kind === "basic" ? { basic: limits } : { standard: limits };
}

function refuse(args: ConfluentBrokerArgs): void {
    const { cloud, environmentId, cluster = { kind: "standard" } } = args;
    const partitions = partitionsOf(args);
    const problems = confluentProblems({ cluster, cloud, environmentId, partitions });
    if (problems.length > 0)
        throw new TidegateError(
            `The brokers on Confluent Cloud cannot be as they are asked for:\n${problems
                .map(({ path, message }) => `  ${path.join(".")} ${message}`)
                .join("\n")}`,
            {
                code: "broker-settings-invalid",
                hint: "docs/profiles/kafka.md tells what each kind of cluster has.",
                exitCode: exitCodes.usage,
            },
        );
}
