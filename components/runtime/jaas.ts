/** The JAAS file with which Flink logs in at a broker. */
import { applyError } from "../runError";
import type { BrokerContract, SaslCredentials } from "../../stacks/contracts";
import { loginModule, type KafkaConnector } from "../../sql/connection";

type Mechanism = NonNullable<BrokerContract["saslMechanism"]>;

/** Names of the options of a login module that hold user and password. */
export const optionsOf = (mechanism: Mechanism): readonly [string, string] =>
    mechanism === "OAUTHBEARER" ? ["clientId", "clientSecret"] : ["username", "password"];

/** Mechanisms that come with a token of the workload's identity, and need no user. */
const withoutUser: readonly Mechanism[] = ["AWS_MSK_IAM", "OAUTHBEARER"];

/**
 * The section that Kafka's clients read.
 * @param connector whose login module it names; that of images/flink is plain
 */
export const section = (mechanism: Mechanism, options: string, connector: KafkaConnector = "plain"): string =>
    `KafkaClient {\n  ${loginModule(mechanism, connector)} required${options};\n};\n`;

const quoted = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`;

/** @throws RunError `broker-contract-invalid` where the mechanism wants a user and there is none */
export function jaas(mechanism: Mechanism, user: SaslCredentials | null, connector?: KafkaConnector): string {
    if (user === null) {
        if (withoutUser.includes(mechanism)) return section(mechanism, "", connector);
        throw applyError(
            `The broker wants a user and a password (${mechanism}), and its contract has neither credentials nor a secretRef.`,
            {
                code: "broker-contract-invalid",
                hint: "Name the secret that holds them in broker.secretRef, or a saslMechanism that wants none.",
            },
        );
    }
    const [name, password] = optionsOf(mechanism);
    return section(mechanism, ` ${name}=${quoted(user.username)} ${password}=${quoted(user.password)}`, connector);
}
