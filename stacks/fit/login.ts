/** Whether Flink can load the class by which it logs in at a broker. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import { cloudOf } from "../settings/clouds";
import type { Environment } from "./environment";

/** What of a broker wants a class of its maker's, and by which key the file says so. */
function classOf(
    broker: NonNullable<Environment["broker"]>,
): { readonly key: string; readonly named: string } | undefined {
    if (cloudOf[broker.profile] !== undefined) return { key: "broker.profile", named: broker.profile };
    if (broker.profile !== "external") return undefined;
    if (broker.saslMechanism === "AWS_MSK_IAM") return { key: "broker.saslMechanism", named: broker.saslMechanism };
    const own = Object.keys(broker.clientProperties).find((key) => /callback\.handler\.class$/.test(key));
    return own === undefined ? undefined : { key: "broker.clientProperties", named: own };
}

/**
 * A shaded connector holds Kafka's client under a prefix; login classes of others implement the interfaces without it.
 * Source: https://github.com/aws/aws-msk-iam-auth
 */
export function* login({ broker, runtime }: Environment): Generator<Problem> {
    const wanted = broker === undefined ? undefined : classOf(broker);
    if (wanted === undefined) return;
    if (runtime?.profile === "external" && runtime.connector === "shaded")
        yield problem(
            "runtime.connector",
            `'shaded' (flink-sql-connector-kafka) cannot load the login class that '${wanted.named}' wants`,
            "Set runtime.connector to plain, and give that Flink flink-connector-kafka, kafka-clients and the class.",
        );
    if (runtime?.profile === "embedded" && wanted.key !== "broker.profile")
        yield problem(
            wanted.key,
            `'${wanted.named}' wants a login class that the connector of this machine's Flink, which is shaded, cannot load`,
            "Use runtime.profile kubernetes, or a way in that Kafka itself has, as SCRAM-SHA-512.",
        );
}
