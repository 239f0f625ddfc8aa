/** The topics of a platform on brokers that somebody else runs, and what its workload may do with each. */
import { refuseFirst } from "../cloud/problem";
import { probeTopic, topicProblems } from "./topicNames";

export interface TopicArgs {
    partitions?: number;
    retentionHours?: number;
}

/** A topic beside the data set's: nothing of the platform reads or writes it. */
export interface MoreTopic {
    readonly name: string;
    readonly partitions: number;
    readonly retentionHours: number;
}

/** What every profile that makes topics is told of them. */
export interface WantedTopics {
    /** Names of the data set's topics. */
    topics: { events: string; deadLetters: string };
    /** @default 3 partitions, 72 hours */
    events?: TopicArgs;
    /** @default 1 partition, 168 hours */
    deadLetters?: TopicArgs;
    /** @default none */
    moreTopics?: readonly MoreTopic[];
}

export interface TopicsArgs extends WantedTopics {
    /** What the names of the consumer groups of its jobs begin with. */
    groupPrefix: string;
}

export type TopicRole = "events" | "deadLetters" | "probe" | "more";

export interface Topic {
    readonly role: TopicRole;
    readonly name: string;
    readonly partitions: number;
    readonly retentionMs: number;
    /** Of the workload: Flink reads events and writes what it could not read; the probe does both; of others it knows nothing. */
    readonly may: readonly ("read" | "write")[];
    /** Whether it is protected with what holds data. */
    readonly data: boolean;
}

const hourMs = 3_600_000;

/** Copies of each record, and how many of them a write waits for. */
export const replicas = 3;
export const insyncReplicas = 2;

const events = { partitions: 3, retentionHours: 72 };
const deadLetters = { partitions: 1, retentionHours: 168 };
const probe = { partitions: 1, retentionHours: 1 };

/** Of all topics together. */
export const partitionsOf = (args: Omit<WantedTopics, "topics">): number =>
    [{ ...events, ...args.events }, { ...deadLetters, ...args.deadLetters }, probe, ...(args.moreTopics ?? [])].reduce(
        (sum, { partitions }) => sum + partitions,
        0,
    );

/**
 * The data set's, the probe's, and then the others in their order.
 * @throws TidegateError `broker-settings-invalid` where two have one name, or one that Kafka does not take
 */
export function topicsOf({ topics, moreTopics = [], ...args }: WantedTopics): readonly Topic[] {
    refuseFirst(topicProblems(topics, moreTopics), {
        code: "broker-settings-invalid",
        before: "A topic cannot be made",
    });
    const topic = (
        role: TopicRole,
        name: string,
        { partitions, retentionHours }: Required<TopicArgs>,
        may: Topic["may"],
    ): Topic => ({ role, name, partitions, retentionMs: retentionHours * hourMs, may, data: role !== "probe" });
    return [
        topic("events", topics.events, { ...events, ...args.events }, ["read"]),
        topic("deadLetters", topics.deadLetters, { ...deadLetters, ...args.deadLetters }, ["write"]),
        topic("probe", probeTopic, probe, ["read", "write"]),
        ...moreTopics.map((one) => topic("more", one.name, one, [])),
    ];
}

/** Names of those beside the data set's, as the contract has them. */
export const namesOfMore = ({ moreTopics = [] }: Pick<WantedTopics, "moreTopics">): string[] =>
    moreTopics.map(({ name }) => name);
