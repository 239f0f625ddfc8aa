/** The broker layer on Aiven for Apache Kafka: a service, its topics, and a user that may do no more than it has to. */
import * as aiven from "@pulumi/aiven";
import * as pulumi from "@pulumi/pulumi";
import { applyError } from "../runError";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { aiven as settings } from "../../stacks/settings/broker/aiven";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { ContractOutputs } from "../embedded/contract";
import { caFileInPods } from "./trust";
import { insyncReplicas, namesOfMore, replicas, topicsOf, type Topic, type TopicsArgs } from "./topics";

export interface AivenBrokerArgs extends CloudArgs, TopicsArgs {
    /** Project of Aiven, which is there. */
    project: string;
    /** Cloud and region in one, e.g. `aws-eu-west-1`. */
    cloudName: string;
    /** @default business-4 */
    plan?: string;
    /** As Aiven names it, with two numbers. @default 4.1 */
    kafkaVersion?: string;
    /** Id of a VPC of the project, peered with the network that Flink is in. @default reached over the internet */
    projectVpcId?: string;
    /** Networks in CIDR notation that may connect. Needed without a VPC. */
    allowedNetworks?: readonly string[];
    /** When it may be restarted for updates, UTC. @default Sunday, 03:00:00 */
    maintenance?: { day: string; time: string };
}

const username = "tidegate-workload";

export class AivenBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;
    readonly service: aiven.Kafka;

    private readonly args: AivenBrokerArgs;
    private readonly data: pulumi.CustomResourceOptions;
    private readonly tags: { key: string; value: string }[];

    constructor(name: string, args: AivenBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Aiven for Apache Kafka", rulesOf(settings), args);
        refuse(args);
        super("tidegate:broker:Aiven", name, {}, withTransform(args, options));
        this.args = args;
        this.tags = Object.entries(tagsOf(args, "broker")).map(([key, value]) => ({ key, value }));
        const protect = args.protectData ?? true;
        this.data = { parent: this, protect, retainOnDelete: protect };

        this.service = this.kafka(name, protect);
        const topics = topicsOf(args);
        for (const topic of topics) this.topic(name, topic, protect);
        const user = this.user(name);
        this.grants(name, topics, user);

        const nameOf = (role: Topic["role"]): string => topics.find((topic) => topic.role === role)?.name ?? "";
        this.contract = {
            profile: pulumi.output("aiven" as const),
            bootstrapServers: this.service.components.apply(saslAddress),
            securityProtocol: pulumi.output("SASL_SSL" as const),
            saslMechanism: pulumi.output("SCRAM-SHA-512" as const),
            caPem: this.certificateAuthority(),
            caFile: pulumi.output(caFileInPods),
            clientProperties: pulumi.output<Record<string, string>>({}),
            topics: pulumi.output({
                events: nameOf("events"),
                deadLetters: nameOf("deadLetters"),
                probe: nameOf("probe"),
                more: namesOfMore(args),
            }),
            credentials: pulumi.secret({ username: user.username, password: user.password }),
            secretRef: pulumi.output(null),
            cluster: this.service.id,
        };
        this.registerOutputs({ contract: this.contract });
    }

    private kafka(name: string, terminationProtection: boolean): aiven.Kafka {
        const { project, cloudName, plan = "business-4", kafkaVersion = "4.1", projectVpcId, environment } = this.args;
        const { allowedNetworks = [], maintenance = { day: "sunday", time: "03:00:00" } } = this.args;
        return new aiven.Kafka(
            `${name}-kafka`,
            {
                project,
                serviceName: `tidegate-${environment}-kafka`,
                cloudName,
                plan,
                ...(projectVpcId === undefined ? {} : { projectVpcId }),
                terminationProtection,
                maintenanceWindowDow: maintenance.day,
                maintenanceWindowTime: maintenance.time,
                // Without it Aiven lets every user do everything with every topic. It is heeded when the service is made, and never again.
                defaultAcl: false,
                kafkaUserConfig: {
                    kafkaVersion,
                    kafkaAuthenticationMethods: { certificate: false, sasl: true },
                    kafkaSaslMechanisms: { plain: false, scramSha256: false, scramSha512: true },
                    kafka: {
                        autoCreateTopicsEnable: false,
                        defaultReplicationFactor: replicas,
                        minInsyncReplicas: insyncReplicas,
                    },
                    ...(allowedNetworks.length === 0
                        ? {}
                        : {
                              ipFilterObjects: allowedNetworks.map((network) => ({
                                  network,
                                  description: `tidegate ${environment}`,
                              })),
                          }),
                },
                tags: this.tags,
            },
            { ...this.data, ignoreChanges: ["defaultAcl"] },
        );
    }

    private topic(name: string, topic: Topic, protect: boolean): void {
        new aiven.KafkaTopic(
            `${name}-${topic.name}`,
            {
                ...this.place(),
                topicName: topic.name,
                partitions: topic.partitions,
                replication: replicas,
                config: {
                    cleanupPolicy: "delete",
                    retentionMs: String(topic.retentionMs),
                    minInsyncReplicas: String(insyncReplicas),
                },
                terminationProtection: topic.data && protect,
                tags: this.tags,
            },
            topic.data ? this.data : { parent: this },
        );
    }

    private user(name: string): aiven.KafkaUser {
        return new aiven.KafkaUser(`${name}-workload`, { ...this.place(), username }, { parent: this });
    }

    /** Kafka's own ACLs: those of Aiven know no consumer groups. */
    private grants(name: string, topics: readonly Topic[], user: aiven.KafkaUser): void {
        const grant = (
            child: string,
            resource: Pick<aiven.KafkaNativeAclArgs, "resourceType" | "resourceName" | "patternType" | "operation">,
        ) =>
            new aiven.KafkaNativeAcl(
                `${name}-workload-${child}`,
                {
                    ...this.place(),
                    ...resource,
                    principal: pulumi.interpolate`User:${user.username}`,
                    host: "*",
                    permissionType: "ALLOW",
                },
                { parent: this },
            );
        for (const { role, name: resourceName, may } of topics)
            for (const right of may)
                grant(`${right}s-${role}`, {
                    resourceType: "Topic",
                    resourceName,
                    patternType: "LITERAL",
                    operation: right === "read" ? "Read" : "Write",
                });
        grant("groups", {
            resourceType: "Group",
            resourceName: this.args.groupPrefix,
            patternType: "PREFIXED",
            operation: "Read",
        });
    }

    /** The project's own, which no trust store knows. Aiven's provider holds it for a secret; every client is given it. */
    private certificateAuthority(): pulumi.Output<string> {
        const { caCert } = aiven.getProjectOutput({ project: this.args.project }, { parent: this });
        return pulumi.unsecret(caCert);
    }

    /** What everything in the service names it by. */
    private place() {
        return { project: this.service.project, serviceName: this.service.serviceName };
    }
}

/** Of more than one argument at a time. */
function refuse({ projectVpcId, allowedNetworks = [] }: AivenBrokerArgs): void {
    if (projectVpcId === undefined && allowedNetworks.length === 0)
        throw new TidegateError("Nobody has said who may connect to the brokers: Aiven would let the whole internet.", {
            code: "broker-settings-invalid",
            hint: "Name projectVpcId, or allowedNetworks in CIDR notation.",
            exitCode: exitCodes.usage,
        });
}

type Component = aiven.types.output.KafkaComponent;

/** Each way to sign in has a port of its own. */
function saslAddress(components: readonly Component[]): string {
    const found = components.find(
        ({ component, kafkaAuthenticationMethod, kafkaSslCa, route }) =>
            component === "kafka" &&
            kafkaAuthenticationMethod === "sasl" &&
            (kafkaSslCa ?? "projectCa") !== "letsencrypt" &&
            (route ?? "dynamic") === "dynamic",
    );
    if (found !== undefined) return `${found.host}:${found.port}`;
    throw applyError("Aiven names no address of the brokers where users sign in by SASL.", {
        code: "kafka-bootstrap-unknown",
        hint: "Is `kafka_authentication_methods.sasl` on in the service, as this component sets it? Refresh the stack, then deploy it again.",
    });
}
