/** The WITH options by which Flink reaches a broker and a catalog, from their contracts. No secret is among them. */
import { exitCodes, TidegateError } from "../automation/core/errors";
import type { BrokerContract, CatalogContract, Platform } from "../stacks/contracts";
import { joined, sql, text, uri, type SqlFragment, type Value } from "./render";

export type ScanRange = "all" | "group" | { readonly start: Offsets; readonly end: Offsets };
/** Partition → offset. */
export type Offsets = Readonly<Record<number, bigint>>;

const option = (key: string, value: string): SqlFragment => sql`    ${text(key)} = ${text(value)}`;

/** `flink-sql-connector-kafka` holds Kafka's client under this prefix. */
const shaded = "org.apache.flink.kafka.shaded.";

/**
 * The options of a Kafka table. User and password are in the JVM's JAAS file (section KafkaClient), not here.
 * Sources: https://kafka.apache.org/documentation/#security,
 * https://github.com/aws/aws-msk-iam-auth (AWS_MSK_IAM, whose classes know only the connector that is not shaded).
 */
export function kafkaOptions(broker: BrokerContract): SqlFragment {
    const options = new Map([["bootstrap.servers", broker.bootstrapServers]]);
    const { securityProtocol, saslMechanism: mechanism } = broker;
    if (securityProtocol !== "PLAINTEXT") options.set("security.protocol", securityProtocol);
    const sasl = securityProtocol.startsWith("SASL_");
    if (sasl !== (mechanism !== null))
        throw invalid(
            sasl
                ? `the broker's security protocol is ${securityProtocol}, but no SASL mechanism is named`
                : `the SASL mechanism ${mechanism} needs a security protocol of SASL_PLAINTEXT or SASL_SSL, not ${securityProtocol}`,
        );
    if (mechanism !== null) options.set("sasl.mechanism", mechanism);
    if (mechanism === "AWS_MSK_IAM")
        options.set("sasl.client.callback.handler.class", "software.amazon.msk.auth.iam.IAMClientCallbackHandler");
    if (mechanism === "OAUTHBEARER" && "sasl.oauthbearer.token.endpoint.url" in broker.clientProperties)
        options.set(
            "sasl.login.callback.handler.class",
            `${shaded}org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler`,
        );
    if (securityProtocol.endsWith("SSL") && broker.caFile !== null) {
        options.set("ssl.truststore.type", "PEM");
        options.set("ssl.truststore.location", broker.caFile);
    }
    for (const [key, value] of Object.entries(broker.clientProperties)) {
        if (!/^[a-z][a-z0-9.]*$/.test(key)) throw invalid(`'${key}' is not the name of a Kafka client property`);
        if (/jaas|password|secret|keystore\.key/.test(key))
            throw invalid(
                `the client property '${key}' holds a secret; Flink gets secrets by its JAAS file and its environment alone`,
            );
        options.set(key, value);
    }
    if (mechanism === "OAUTHBEARER" && !options.has("sasl.login.callback.handler.class"))
        throw invalid(
            "OAUTHBEARER needs 'sasl.login.callback.handler.class' or 'sasl.oauthbearer.token.endpoint.url' among the client properties",
        );
    return joined(
        [...options].map(([key, value]) => option(`properties.${key}`, value)),
        ",\n",
    );
}

/** The class of the login module in Flink's JAAS file, for the connector that holds Kafka's client under a prefix. */
export function loginModule(mechanism: NonNullable<BrokerContract["saslMechanism"]>): string {
    switch (mechanism) {
        case "PLAIN":
            return `${shaded}org.apache.kafka.common.security.plain.PlainLoginModule`;
        case "SCRAM-SHA-256":
        case "SCRAM-SHA-512":
            return `${shaded}org.apache.kafka.common.security.scram.ScramLoginModule`;
        case "OAUTHBEARER":
            return `${shaded}org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule`;
        case "AWS_MSK_IAM":
            return "software.amazon.msk.auth.iam.IAMLoginModule";
    }
}

/** What is read: everything there is now, what the consumer group has not read yet, or the offsets from start to end. */
export function scanOptions(range: ScanRange): SqlFragment {
    if (range === "group")
        return joined(
            [option("scan.startup.mode", "group-offsets"), option("properties.auto.offset.reset", "earliest")],
            ",\n",
        );
    if (range === "all")
        return joined(
            [option("scan.startup.mode", "earliest-offset"), option("scan.bounded.mode", "latest-offset")],
            ",\n",
        );
    const list = (offsets: Offsets) =>
        Object.entries(offsets)
            .map(([partition, offset]) => `partition:${partition},offset:${offset}`)
            .join(";");
    return joined(
        [
            option("scan.startup.mode", "specific-offsets"),
            option("scan.startup.specific-offsets", list(range.start)),
            option("scan.bounded.mode", "specific-offsets"),
            option("scan.bounded.specific-offsets", list(range.end)),
        ],
        ",\n",
    );
}

export interface CatalogScript {
    readonly template: string;
    readonly values: Readonly<Record<string, Value>>;
}

export function catalogScript({ catalog, storage }: Pick<Platform, "catalog" | "storage">): CatalogScript {
    if (catalog.type === "hadoop")
        return { template: "catalog_hadoop.sql", values: { warehouse: location(catalog.warehouse) } };
    return {
        template: "catalog_rest.sql",
        values: {
            uri: uri(catalog.uri),
            warehouse: location(catalog.warehouse),
            s3_endpoint: uri(storage.endpoint),
            s3_path_style: text(String(storage.pathStyle)),
            region: text(storage.region),
            auth: { type: "fragment", value: signing(catalog) },
        },
    };
}

/** `file:///…` has no host, and a warehouse may be a bare name. */
const location = (warehouse: string): Value => (/^(s3|gs|abfss?):/.test(warehouse) ? uri(warehouse) : text(warehouse));

function signing(catalog: Extract<CatalogContract, { type: "rest" }>): SqlFragment {
    // A fragment may not be empty: without signing this comma and line would be missing.
    if (catalog.auth.mode === "none")
        return sql`,
${option("rest.auth.type", "none")}`;
    return sql`,\n${joined(
        [
            option("rest.sigv4-enabled", "true"),
            option("rest.signing-name", catalog.auth.signingName),
            option("rest.signing-region", catalog.auth.signingRegion),
        ],
        ",\n",
    )}`;
}

function invalid(message: string): TidegateError {
    return new TidegateError(message, {
        code: "broker-contract-invalid",
        hint: "Look at the broker's settings in the environment file.",
        exitCode: exitCodes.usage,
    });
}
