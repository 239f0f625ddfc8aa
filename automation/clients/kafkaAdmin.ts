/** Topics of a broker, over @platformatic/kafka's admin client. */
import type { Admin } from "@platformatic/kafka";
import { setTimeout as sleep } from "node:timers/promises";
import { TidegateError, messageOf } from "../core/errors";
import { kafkaOptions, steady, type KafkaConnection } from "./kafkaConnection";

export interface Topic {
    readonly name: string;
    readonly partitions: number;
    readonly replicationFactor: number;
    /** What is set at the topic itself, e.g. `retention.ms`; the broker's defaults are not in it. */
    readonly config: Readonly<Record<string, string>>;
}

/** Milliseconds that one request may take, and the pause before a repeat of one that failed. */
const requestMilliseconds = 10_000;
const retryMilliseconds = 250;
const retries = 3;
/** How long a change may take until the broker's metadata shows it. */
const settleSeconds = 15;
const pollMilliseconds = 50;

/** Of Kafka's protocol: https://kafka.apache.org/protocol#protocol_error_codes */
const topicExists = "TOPIC_ALREADY_EXISTS";
const topicUnknown = "UNKNOWN_TOPIC_OR_PARTITION";

/** Names of Kafka's protocol errors anywhere in an error of the client, which nests them. */
function protocolErrors(error: unknown): string[] {
    if (typeof error !== "object" || error === null) return [];
    const { apiId, errors, cause } = error as { apiId?: unknown; errors?: unknown; cause?: unknown };
    return [
        ...(typeof apiId === "string" ? [apiId] : []),
        ...(Array.isArray(errors) ? errors.flatMap(protocolErrors) : []),
        ...protocolErrors(cause),
    ];
}

/** Whether the client says so, rather than a fault of ours. */
function fromClient(error: unknown): boolean {
    return error instanceof Error && "code" in error && String(error.code).startsWith("PLT_KFK_");
}

/** The innermost messages: the client's outer ones only count them. */
function reasons(error: unknown): string[] {
    if (typeof error !== "object" || error === null) return [String(error)];
    const { errors, cause } = error as { errors?: unknown; cause?: unknown };
    if (Array.isArray(errors) && errors.length > 0) return [...new Set(errors.flatMap(reasons))];
    return cause === undefined ? [messageOf(error)] : [...new Set(reasons(cause))];
}

export class KafkaAdmin {
    private admin: Promise<Admin> | undefined;

    constructor(private readonly connection: KafkaConnection) {}

    /** Undefined where the broker answers and has no such topic; a broker that doesn't answer is an error. */
    async describe(name: string): Promise<Topic | undefined> {
        return this.run(`look at the topic '${name}'`, async (admin) => {
            if (!(await admin.listTopics({ includeInternals: true })).includes(name)) return undefined;
            const metadata = await admin.metadata({ topics: [name], forceUpdate: true });
            const partitions = metadata.topics.get(name)?.partitions ?? [];
            const { ConfigResourceTypes, ConfigSources } = await import("@platformatic/kafka");
            const [description] = await admin.describeConfigs({
                resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name }],
            });
            const own = (description?.configs ?? []).filter(
                ({ configSource }) => configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG,
            );
            return {
                name,
                partitions: partitions.length,
                replicationFactor: partitions[0]?.replicas.length ?? 0,
                config: Object.fromEntries(own.map(({ name: key, value }) => [key, value ?? ""])),
            };
        });
    }

    /** Makes the topic and waits until every partition has a leader; one of this name is left as it is. */
    async create(topic: Topic): Promise<void> {
        await this.run(`make the topic '${topic.name}'`, async (admin) => {
            try {
                await admin.createTopics({
                    topics: [topic.name],
                    partitions: topic.partitions,
                    replicas: topic.replicationFactor,
                    configs: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
                });
            } catch (error) {
                if (!protocolErrors(error).includes(topicExists)) throw error;
            }
        });
        await this.settled(topic.name, `partitions of the topic '${topic.name}' have no leader`, async (admin) => {
            const metadata = await admin.metadata({ topics: [topic.name], forceUpdate: true });
            const partitions = metadata.topics.get(topic.name)?.partitions ?? [];
            return partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
        });
    }

    /** `count` is the new number of partitions; Kafka can't take any away. */
    async growPartitions(name: string, count: number): Promise<void> {
        await this.run(`give the topic '${name}' ${count} partitions`, (admin) =>
            admin.createPartitions({ topics: [{ name, count }] }),
        );
        await this.settled(name, `the topic '${name}' does not show ${count} partitions`, async (admin) => {
            const metadata = await admin.metadata({ topics: [name], forceUpdate: true });
            return (metadata.topics.get(name)?.partitions.length ?? 0) >= count;
        });
    }

    /** Sets each value; undefined goes back to the broker's default. */
    async alterConfig(name: string, config: Readonly<Record<string, string | undefined>>): Promise<void> {
        await this.run(`configure the topic '${name}'`, async (admin) => {
            const { ConfigResourceTypes, IncrementalAlterConfigOperationTypes: operations } =
                await import("@platformatic/kafka");
            await admin.incrementalAlterConfigs({
                resources: [
                    {
                        resourceType: ConfigResourceTypes.TOPIC,
                        resourceName: name,
                        configs: Object.entries(config).map(([key, value]) =>
                            value === undefined
                                ? { name: key, configOperation: operations.DELETE }
                                : { name: key, configOperation: operations.SET, value },
                        ),
                    },
                ],
            });
        });
    }

    /** A topic that is not there is fine. */
    async delete(name: string): Promise<void> {
        await this.run(`delete the topic '${name}'`, async (admin) => {
            try {
                await admin.deleteTopics({ topics: [name] });
            } catch (error) {
                if (!protocolErrors(error).includes(topicUnknown)) throw error;
            }
        });
        await this.settled(
            name,
            `the topic '${name}' is still there`,
            async (admin) => !(await admin.listTopics({ includeInternals: true })).includes(name),
        );
    }

    async close(): Promise<void> {
        const admin = await this.admin;
        this.admin = undefined;
        await admin?.close();
    }

    private connected(): Promise<Admin> {
        this.admin ??= import("@platformatic/kafka").then(({ Admin }) =>
            steady(
                new Admin({
                    ...kafkaOptions(this.connection),
                    timeout: requestMilliseconds,
                    connectTimeout: requestMilliseconds,
                    retries,
                    retryDelay: retryMilliseconds,
                }),
            ),
        );
        return this.admin;
    }

    private async run<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
        const admin = await this.connected();
        try {
            return await work(admin);
        } catch (error) {
            if (!fromClient(error)) throw error;
            const refused = protocolErrors(error);
            const where = this.connection.bootstrapServers;
            const why = [...new Set([...refused, ...reasons(error)])].join(", ");
            if (refused.length > 0)
                throw new TidegateError(`Kafka at ${where} refused to ${doing}: ${why}`, {
                    code: "kafka-refused",
                    cause: error,
                });
            throw new TidegateError(`Kafka at ${where} can't be reached to ${doing}: ${why}`, {
                code: "kafka-unreachable",
                hint: "Where it is an embedded process, `pulumi up --refresh` of the broker stack starts it again.",
                retryable: true,
                cause: error,
            });
        }
    }

    private async settled(name: string, lacking: string, holds: (admin: Admin) => Promise<boolean>): Promise<void> {
        const begun = Date.now();
        while (
            !(await this.run(`look at the topic '${name}'`, (admin) =>
                // Just after a change a broker may not know the topic yet.
                holds(admin).catch((error: unknown) => {
                    if (protocolErrors(error).includes(topicUnknown)) return false;
                    throw error;
                }),
            ))
        ) {
            if (Date.now() - begun > settleSeconds * 1000)
                throw new TidegateError(`After ${settleSeconds} s ${lacking}.`, {
                    code: "kafka-slow",
                    retryable: true,
                });
            await sleep(pollMilliseconds);
        }
    }
}
