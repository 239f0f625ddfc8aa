/** How a Kafka client of this process reaches a broker: the broker contract, as @platformatic/kafka wants it. */
import type { Base, BaseOptions } from "@platformatic/kafka";
import type { BrokerContract } from "../../stacks/contracts";

export type KafkaConnection = Pick<
    BrokerContract,
    "bootstrapServers" | "securityProtocol" | "saslMechanism" | "caPem" | "credentials"
>;

/** Mechanisms that this process can speak itself; OAUTHBEARER and AWS_MSK_IAM need a token of the cloud (step 3). */
const spoken = { PLAIN: "PLAIN", "SCRAM-SHA-256": "SCRAM-SHA-256", "SCRAM-SHA-512": "SCRAM-SHA-512" } as const;

export function kafkaOptions(connection: KafkaConnection, clientId = "tidegate"): BaseOptions {
    const mechanism = connection.saslMechanism;
    const tls = connection.securityProtocol.endsWith("SSL");
    return {
        clientId,
        bootstrapBrokers: connection.bootstrapServers.split(","),
        ...(tls ? { tls: connection.caPem === null ? {} : { ca: connection.caPem } } : {}),
        ...(connection.credentials !== null && mechanism !== null && mechanism in spoken
            ? { sasl: { mechanism: spoken[mechanism as keyof typeof spoken], ...connection.credentials } }
            : {}),
    };
}

/**
 * A client that a connection's second error does not end this process with. Where a broker resets a connection in the midst of
 * signing in, version 2.12.1 emits `error` for the socket and then for the request that waits on it, and its pool listens to the
 * first alone; what both say comes to the caller anyway.
 */
export function steady<T extends Pick<Base, "connections">>(client: T): T {
    client.connections.on("connecting", ({ connection }) => void connection.on("error", () => {}));
    return client;
}
