/** The WITH options by which Flink reaches a broker and a catalog, from their contracts. No secret is among them. */
import { exitCodes, TidegateError } from "../automation/core/errors";
import type { BrokerContract, CatalogContract, StorageContract } from "../stacks/contracts";
import { joined, sql, text, uri, type SqlFragment, type Value } from "./render";

export type ScanRange = "all" | "group" | { readonly start: Offsets; readonly end: Offsets };
/** Partition → offset. */
export type Offsets = Readonly<Record<number, bigint>>;

const option = (key: string, value: string): SqlFragment => sql`    ${text(key)} = ${text(value)}`;

/**
 * Which Kafka connector Flink has. `shaded`: flink-sql-connector-kafka, which holds Kafka's client under a prefix, so that no
 * login class of a cloud fits it; Flink on this machine. `plain`: flink-connector-kafka beside Kafka's own client; images/flink.
 */
export type KafkaConnector = "shaded" | "plain";

const prefixes: Readonly<Record<KafkaConnector, string>> = { shaded: "org.apache.flink.kafka.shaded.", plain: "" };

/**
 * The options of a Kafka table. User and password are in the JVM's JAAS file (section KafkaClient), not here.
 * Sources: https://kafka.apache.org/documentation/#security,
 * https://github.com/aws/aws-msk-iam-auth (AWS_MSK_IAM, whose classes know only the connector that is not shaded).
 */
export function kafkaOptions(broker: BrokerContract, connector: KafkaConnector = "shaded"): SqlFragment {
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
    if (mechanism === "OAUTHBEARER" && "sasl.oauthbearer.token.endpoint.url" in broker.clientProperties)
        options.set(
            "sasl.login.callback.handler.class",
            `${prefixes[connector]}org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler`,
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
    if (mechanism === "AWS_MSK_IAM" && !options.has("sasl.client.callback.handler.class"))
        throw invalid("AWS_MSK_IAM needs 'sasl.client.callback.handler.class' among the client properties");
    return joined(
        [...options].map(([key, value]) => option(`properties.${key}`, value)),
        ",\n",
    );
}

/** The class of the login module in Flink's JAAS file. */
export function loginModule(
    mechanism: NonNullable<BrokerContract["saslMechanism"]>,
    connector: KafkaConnector = "shaded",
): string {
    const security = `${prefixes[connector]}org.apache.kafka.common.security`;
    switch (mechanism) {
        case "PLAIN":
            return `${security}.plain.PlainLoginModule`;
        case "SCRAM-SHA-256":
        case "SCRAM-SHA-512":
            return `${security}.scram.ScramLoginModule`;
        case "OAUTHBEARER":
            return `${security}.oauthbearer.OAuthBearerLoginModule`;
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

export function catalogScript({
    catalog,
    storage,
}: {
    readonly catalog: CatalogContract;
    readonly storage: Pick<StorageContract, "fileIo">;
}): CatalogScript {
    if (catalog.type === "hadoop")
        return { template: "catalog_hadoop.sql", values: { warehouse: location(catalog.warehouse) } };
    return {
        template: "catalog_rest.sql",
        values: {
            uri: uri(catalog.uri),
            warehouse: location(catalog.warehouse),
            file_io: { type: "fragment", value: fileIo(storage) },
            auth: { type: "fragment", value: signing(catalog) },
        },
    };
}

/** As the storage's contract has them. */
function fileIo({ fileIo: properties }: Pick<StorageContract, "fileIo">): SqlFragment {
    return joined(
        Object.entries(properties).map(([key, value]) => option(key, value)),
        ",\n",
    );
}

/** `file:///…` has no host, and a warehouse may be a bare name. */
const location = (warehouse: string): Value => (/^(s3|gs|abfss?):/.test(warehouse) ? uri(warehouse) : text(warehouse));

function signing({ auth, properties = {} }: Extract<CatalogContract, { type: "rest" }>): SqlFragment {
    // Each once: a property may say how a client authenticates where it runs.
    const options = Object.entries({ ...authOptions(auth), ...properties });
    return sql`,\n${joined(
        options.map(([key, value]) => option(key, value)),
        ",\n",
    )}`;
}

/** Credentials are in no statement: what a client has to present it looks up where it runs. */
function authOptions(auth: Extract<CatalogContract, { type: "rest" }>["auth"]): Readonly<Record<string, string>> {
    switch (auth.mode) {
        case "none":
            return { "rest.auth.type": "none" };
        case "sigv4":
            return {
                "rest.sigv4-enabled": "true",
                "rest.signing-name": auth.signingName,
                "rest.signing-region": auth.signingRegion,
            };
        case "oauth2":
            return {
                "rest.auth.type": "oauth2",
                "oauth2-server-uri": auth.tokenEndpoint,
                ...(auth.scope === null ? {} : { scope: auth.scope }),
            };
        case "serviceAccount":
            return { "rest.auth.type": "oauth2" };
    }
}

function invalid(message: string): TidegateError {
    return new TidegateError(message, {
        code: "broker-contract-invalid",
        hint: "Look at the broker's settings in the environment file.",
        exitCode: exitCodes.usage,
    });
}
