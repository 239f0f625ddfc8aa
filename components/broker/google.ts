/**
 * The broker layer on Google Cloud Managed Service for Apache Kafka: a cluster that is reached from the platform's network
 * alone, with a key of its own, its topics, and what Flink may do with them.
 */
import * as managedkafka from "@pulumi/gcp/managedkafka";
import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import { google as settings } from "../../stacks/settings/broker/google";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { GcpAccount } from "../cloud/gcp";
import { deletionPolicy, ownKey } from "../cloud/gcpKey";
import { refuseFirst } from "../cloud/problem";
import type { ContractOutputs } from "../embedded/contract";
import { googleProblems } from "./googleChecks";
import { readBootstrapAddress } from "./googleBootstrap";
import { probeTopic } from "./topicNames";
import { insyncReplicas, namesOfMore, replicas, topicsOf, type Topic, type WantedTopics } from "./topics";

export interface GoogleBrokerArgs extends CloudArgs, WantedTopics {
    account: GcpAccount;
    /** Where the brokers are reached from, and whose identity gets its grants. Without a network of Google Cloud it is refused. */
    foundation?: Pick<Upstream<"foundation">, "network" | "identities">;
    /** Of all brokers together, at least 3. @default 3 */
    vcpus?: number;
    /** GiB of all brokers together: 1 to 8 for each vCPU. @default 4 for each vCPU */
    memoryGb?: number;
    /** E-mails of the service accounts that write events; nobody else may. Who makes them lets them connect. @default none */
    producers?: readonly string[];
    /** How the address of a cluster is found by its resource name. @default the API is asked, as whoever deploys */
    bootstrapAddress?: (cluster: string) => Promise<string>;
}

type Network = Extract<Upstream<"foundation">["network"], { cloud: "gcp" }>;

/** Of the listener with SASL over TLS. Source: `bootstrapAddress` of the API's Cluster. */
const tlsPort = 9092;
const gibibyte = 2 ** 30;
/** What the consumer groups of Tidegate's jobs and gates begin with. */
const groups = "tidegate-";

/**
 * Its class implements an interface of Kafka's own client: it fits flink-connector-kafka beside kafka-clients, as images/flink
 * has them, and never flink-sql-connector-kafka, which holds that client under a prefix.
 * Source: https://github.com/googleapis/managedkafka, kafka-java-auth
 */
const clientProperties = {
    "sasl.login.callback.handler.class": "com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler",
};

/** What somebody may do with something of the cluster. */
type Entry = readonly [email: string, ...operations: string[]];

export class GoogleBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;
    readonly cluster: managedkafka.Cluster;

    private readonly args: GoogleBrokerArgs;
    private readonly data: pulumi.CustomResourceOptions;

    /** @throws TidegateError `google-kafka-invalid` */
    constructor(name: string, args: GoogleBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        refuseFirst(googleProblems(args), { code: "google-kafka-invalid" });
        demandArgs("Google's Managed Kafka", rulesOf(settings), args);
        super("tidegate:broker:Google", name, {}, withTransform(args, options));
        const network = networkOf(args);
        this.args = args;
        const protect = args.protectData ?? true;
        this.data = { parent: this, protect, retainOnDelete: protect };

        this.cluster = this.brokers(name, network);
        for (const topic of topicsOf(args)) this.topic(name, topic);
        this.grants(name);

        this.contract = {
            profile: pulumi.output("google" as const),
            bootstrapServers: this.bootstrapServers(),
            securityProtocol: pulumi.output("SASL_SSL" as const),
            saslMechanism: pulumi.output("OAUTHBEARER" as const),
            // Signed by Google Trust Services, which every JVM trusts.
            caPem: pulumi.output(null),
            caFile: pulumi.output(null),
            clientProperties: pulumi.output<Record<string, string>>(clientProperties),
            topics: pulumi.output({ ...args.topics, probe: probeTopic, more: namesOfMore(args) }),
            credentials: pulumi.output(null),
            secretRef: pulumi.output(null),
            cluster: this.cluster.id,
        };
        this.registerOutputs({ contract: this.contract });
    }

    private brokers(name: string, { subnetwork }: Network): managedkafka.Cluster {
        const { environment, account, vcpus = 3, memoryGb = vcpus * 4 } = this.args;
        const { protect = true } = this.data;
        const agent = new projects.ServiceIdentity(
            `${name}-agent`,
            { project: account.project, service: "managedkafka.googleapis.com" },
            { parent: this },
        );
        const { key, granted } = ownKey(name, { ...this.args, layer: "broker", agent: agent.member }, this);
        return new managedkafka.Cluster(
            `${name}-cluster`,
            {
                clusterId: `tidegate-${environment}`,
                project: account.project,
                location: account.region,
                capacityConfig: { vcpuCount: String(vcpus), memoryBytes: String(memoryGb * gibibyte) },
                gcpConfig: { accessConfig: { networkConfigs: [{ subnet: subnetwork }] }, kmsKey: key.id },
                rebalanceConfig: { mode: "AUTO_REBALANCE_ON_SCALE_UP" },
                deletionPolicy: deletionPolicy(protect),
                labels: tagsOf(this.args, "broker"),
            },
            { ...this.data, dependsOn: [granted] },
        );
    }

    private topic(name: string, { name: topic, partitions, retentionMs }: Topic): void {
        new managedkafka.Topic(
            `${name}-${topic}`,
            {
                ...this.inCluster,
                topicId: topic,
                partitionCount: partitions,
                replicationFactor: replicas,
                configs: {
                    "cleanup.policy": "delete",
                    "min.insync.replicas": String(insyncReplicas),
                    "retention.ms": String(retentionMs),
                },
                deletionPolicy: deletionPolicy(this.data.protect ?? true),
            },
            this.data,
        );
    }

    private get inCluster() {
        const { project, region } = this.args.account;
        return { project, location: region, cluster: this.cluster.clusterId };
    }

    /**
     * Flink reads events and writes dead letters. Nobody else is a client: dbt and the catalog know tables alone. Each thing
     * that is there has its list, for what has none may be open to whoever may connect to any cluster of the project.
     */
    private grants(name: string): void {
        const identity = this.args.foundation?.identities.flink.gcp;
        if (identity === undefined || identity === null) return;
        const { topics, producers = [], account } = this.args;
        // The API has no policy of one cluster: what is behind the connection, the lists say.
        new projects.IAMMember(
            `${name}-flink-connect`,
            { project: account.project, role: "roles/managedkafka.client", member: identity.member },
            { parent: this },
        );
        const flink = identity.email;
        const writers = producers.map((email): Entry => [email, "DESCRIBE", "WRITE"]);
        this.acl(`${name}-acl-events`, `topic/${topics.events}`, [[flink, "DESCRIBE", "READ"], ...writers]);
        this.acl(`${name}-acl-dead-letters`, `topic/${topics.deadLetters}`, [[flink, "DESCRIBE", "WRITE"]]);
        this.acl(`${name}-acl-probe`, `topic/${probeTopic}`, [[flink, "DESCRIBE", "READ", "WRITE"]]);
        // Who else may, its owner writes into the list: those entries stay.
        for (const topic of namesOfMore(this.args))
            this.acl(`${name}-acl-${topic}`, `topic/${topic}`, [[flink, "DESCRIBE"]], {
                ignoreChanges: ["aclEntries"],
            });
        this.acl(`${name}-acl-groups`, `consumerGroupPrefixed/${groups}`, [[flink, "DESCRIBE", "READ"]]);
        // Kafka's producers are idempotent unless they are told not to be, and older brokers ask that of the cluster.
        const cluster = [flink, ...producers].map((email): Entry => [email, "DESCRIBE", "IDEMPOTENT_WRITE"]);
        this.acl(`${name}-acl-cluster`, "cluster", cluster);
    }

    private acl(
        child: string,
        aclId: string,
        entries: readonly Entry[],
        options: pulumi.CustomResourceOptions = {},
    ): void {
        new managedkafka.Acl(
            child,
            {
                ...this.inCluster,
                aclId,
                aclEntries: entries.flatMap(([email, ...operations]) =>
                    operations.map((operation) => ({
                        principal: `User:${email}`,
                        permissionType: "ALLOW",
                        operation,
                        host: "*",
                    })),
                ),
            },
            { parent: this, ...options },
        );
    }

    /** Asked for as late as the cluster is there, for its making takes half of the hour for which a token is good. */
    private bootstrapServers(): pulumi.Output<string> {
        const { bootstrapAddress } = this.args;
        const host =
            bootstrapAddress === undefined
                ? pulumi.unsecret(
                      pulumi
                          .all([
                              this.cluster.id,
                              pulumi.secret(
                                  organizations.getClientConfigOutput({ parent: this, dependsOn: [this.cluster] })
                                      .accessToken,
                              ),
                          ])
                          .apply(([cluster, token]) => readBootstrapAddress(cluster, token)),
                  )
                : this.cluster.id.apply(bootstrapAddress);
        return pulumi.interpolate`${host}:${tlsPort}`;
    }
}

/** @throws TidegateError `google-kafka-invalid` */
function networkOf({ foundation }: GoogleBrokerArgs): Network {
    const network = foundation?.network ?? undefined;
    if (network?.cloud === "gcp") return network;
    throw invalid(
        `Google's Managed Kafka is reached through a subnetwork alone, and ${
            foundation === undefined
                ? "this environment has no foundation"
                : network === undefined
                  ? "its foundation, which was adopted, names none"
                  : `its foundation is on ${network.cloud}`
        }.`,
        "Give the environment a foundation of the profile 'gke', or take the broker's profile 'external' for a cluster that is there.",
    );
}

const invalid = (message: string, hint: string): TidegateError =>
    new TidegateError(message, { code: "google-kafka-invalid", hint });
