/** Kafka in KRaft mode as one node, broker and controller in one process, wherever it runs. */
import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";

export const username = "tidegate";

/** The one user; it exists in the plain profile too, so that a change of `security` needs no new data. */
export interface User {
    readonly username: string;
    readonly password: pulumi.Output<string>;
}

/** Every internal topic has one replica, and a consumer group doesn't wait for others to join. */
export const oneNode = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 5,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 5,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "log.cleaner.dedupe.buffer.size": 16_777_216,
} as const;

/** 16 bytes in base64url, the same for every start of one environment; never beginning with a `-`. */
export function clusterId(environment: string): string {
    const bytes = createHash("sha256").update(`tidegate ${environment}`).digest().subarray(0, 16);
    bytes[0] = (bytes[0] ?? 0) & 0x7f;
    return bytes.toString("base64url");
}

/** `sasl.jaas.config` of a listener; the broker's own connections use it. */
export const scramLogin = ({ username, password }: { readonly username: string; readonly password: string }): string =>
    `org.apache.kafka.common.security.scram.ScramLoginModule required username="${username}" password="${password}";`;

/** The text of server.properties. */
export const propertiesOf = (entries: Readonly<Record<string, string | number>>): string =>
    Object.entries(entries)
        .map(([key, value]) => `${key}=${value}\n`)
        .join("");
