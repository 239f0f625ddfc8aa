/** The topics of a platform on brokers that somebody else runs, and what its workload may do with each. */
import type { TopicArgs } from "./embedded";

export interface TopicsArgs {
    /** Names of the data set's topics. */
    topics: { events: string; deadLetters: string };
    /** @default 3 partitions, 72 hours */
    events?: TopicArgs;
    /** @default 1 partition, 168 hours */
    deadLetters?: TopicArgs;
    /** What the names of the consumer groups of its jobs begin with. */
    groupPrefix: string;
}

export type TopicRole = "events" | "deadLetters" | "probe";

export interface Topic {
    readonly role: TopicRole;
    readonly name: string;
    readonly partitions: number;
    readonly retentionMs: number;
    /** Of the workload: Flink reads events and writes what it could not read; the probe does both. */
    readonly may: readonly ("read" | "write")[];
    /** Whether it is protected with what holds data. */
    readonly data: boolean;
}

/** Where gates write a record, and read it again. */
export const probeTopic = "tidegate.probe";
const hourMs = 3_600_000;

/** Copies of each record, and how many of them a write waits for. */
export const replicas = 3;
export const insyncReplicas = 2;

export function topicsOf({ topics, events, deadLetters }: Omit<TopicsArgs, "groupPrefix">): readonly Topic[] {
    const topic = (
        role: TopicRole,
        name: string,
        { partitions = 1, retentionHours = 1 }: TopicArgs,
        may: Topic["may"],
    ): Topic => ({ role, name, partitions, retentionMs: retentionHours * hourMs, may, data: role !== "probe" });
    return [
        topic("events", topics.events, { partitions: 3, retentionHours: 72, ...events }, ["read"]),
        topic("deadLetters", topics.deadLetters, { partitions: 1, retentionHours: 168, ...deadLetters }, ["write"]),
        topic("probe", probeTopic, {}, ["read", "write"]),
    ];
}
