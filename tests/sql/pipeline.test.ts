import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import { kafkaOptions, loginModule } from "../../sql/connection";
import type { Dataset } from "../../sql/dataset";
import { loadDataset, parseManifest } from "../../sql/manifest";
import { renderPipeline } from "../../sql/pipeline";
import type { BrokerContract, Platform } from "../../stacks/contracts";

const secrets = ["s3-secret-key", "sasl-password"];

const broker: BrokerContract = {
    profile: "embedded",
    bootstrapServers: "127.0.0.1:9092",
    securityProtocol: "PLAINTEXT",
    saslMechanism: null,
    caPem: null,
    caFile: null,
    clientProperties: {},
    topics: { events: "tests.events", deadLetters: "tests.events.dlq", probe: "tidegate.probe", more: [] },
    credentials: null,
    secretRef: null,
    cluster: null,
};

const platform: Platform = {
    storage: {
        profile: "embedded",
        endpoint: "http://127.0.0.1:8333",
        region: "us-east-1",
        pathStyle: true,
        ssl: false,
        bucket: "warehouse",
        warehouse: "s3://warehouse",
        checkpoints: "file:///data/checkpoints",
        savepoints: "file:///data/savepoints",
        fileIo: {
            "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
            "s3.endpoint": "http://127.0.0.1:8333",
            "s3.path-style-access": "true",
            "client.region": "us-east-1",
        },
        flinkFileSystem: {},
        services: null,
        credentials: { accessKeyId: "s3-access-key", secretAccessKey: "s3-secret-key" },
    },
    broker,
    catalog: {
        profile: "embedded",
        type: "rest",
        uri: "http://127.0.0.1:8181",
        warehouse: "s3://lake",
        auth: { mode: "sigv4", signingName: "s3tables", signingRegion: "us-east-1" },
        attach: false,
    },
    runtime: {
        profile: "embedded",
        flinkRest: "http://127.0.0.1:8081",
        sqlGateway: "http://127.0.0.1:8083",
        parallelism: 2,
        savepoints: "file:///data/savepoints",
        jobs: [],
        dbt: { target: "local", duckdbFile: "/data/x.duckdb", threads: 2 },
    },
};

const events = parseManifest(readFileSync(join(__dirname, "events.yaml"), "utf8"), "events.yaml");
/** Small enough to be read. */
const small: Dataset = {
    ...events,
    columns: events.columns.filter(({ name }) => ["id", "at", "note"].includes(name)),
    filter: [],
};

const sasl = (change: Partial<BrokerContract>): BrokerContract => ({
    ...broker,
    securityProtocol: "SASL_SSL",
    credentials: { username: "flink", password: "sasl-password" },
    ...change,
});

/** Compares with the file tests/sql/golden/<name>; TIDEGATE_UPDATE_GOLDEN=1 writes it. */
function golden(name: string, text: string): void {
    const file = join(__dirname, "golden", name);
    if (process.env["TIDEGATE_UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
}

const rendered = (options: Parameters<typeof renderPipeline>[0]): string =>
    renderPipeline(options)
        .map(({ name, jobName, statements }) => `-- ${name}: ${jobName}\n${statements.join(";\n")};\n`)
        .join("\n");

describe("the pipeline", () => {
    it("is rendered for batch", () => {
        const range = { start: { 0: 5n, 1: 0n }, end: { 0: 9007199254740993n, 1: 7n } };
        golden("batch.sql", rendered({ dataset: small, platform, mode: "batch", range, parallelism: 3 }));
    });

    it("is rendered for streaming bronze", () => {
        const scripts = renderPipeline({
            dataset: small,
            platform,
            mode: "streaming_bronze",
            checkpointInterval: "5 s",
        });
        const [bronze, silver] = scripts;
        const settings = (bronze?.statements ?? []).filter((one) => /^SET|TEMPORARY TABLE events/.test(one));
        golden("streaming.sql", `${settings.join(";\n")};\n`);
        assert.equal(bronze?.jobName, "tidegate-events-bronze");
        assert.ok(silver?.statements.includes("SET 'execution.runtime-mode' = 'batch'"));
    });

    it("is rendered for the Hadoop catalog", () => {
        const catalog = {
            profile: "embedded",
            type: "hadoop",
            warehouse: "file:///data/tables",
            attach: false,
        } as const;
        const [bronze] = renderPipeline({ dataset: small, platform: { ...platform, catalog }, mode: "batch" });
        golden("catalog-hadoop.sql", `${(bronze?.statements ?? []).slice(0, 1).join(";\n")};\n`);
    });

    it("is rendered for a catalog that wants no signature", () => {
        const catalog = { ...platform.catalog, type: "rest", auth: { mode: "none" } } as Platform["catalog"];
        const [bronze] = renderPipeline({ dataset: small, platform: { ...platform, catalog }, mode: "batch" });
        assert.doesNotMatch(bronze?.statements[0] ?? "", /sigv4/);
    });

    it("submits its job with the last statement of each script", () => {
        for (const mode of ["batch", "streaming_bronze"] as const)
            for (const { statements } of renderPipeline({ dataset: loadDataset("taxi"), platform, mode })) {
                assert.match(statements.at(-1) ?? "", /^(EXECUTE STATEMENT SET|INSERT OVERWRITE)/);
                for (const statement of statements.slice(0, -1)) assert.match(statement, /^(CREATE|SET) /);
            }
    });

    it("holds no placeholder and no secret", () => {
        const platforms = [platform, { ...platform, broker: sasl({ saslMechanism: "SCRAM-SHA-512" }) }];
        for (const one of platforms)
            for (const mode of ["batch", "streaming_bronze"] as const) {
                const text = rendered({ dataset: loadDataset("taxi"), platform: one, mode });
                assert.doesNotMatch(text, /\$\{/);
                assert.doesNotMatch(text, /jaas|password|secret|access-key/i);
                for (const secret of [...secrets, "s3-access-key"]) assert.ok(!text.includes(secret));
            }
    });

    it("refuses to hold a secret that a contract brings at the wrong place", () => {
        const leaking = {
            ...platform,
            broker: sasl({ saslMechanism: "PLAIN", clientProperties: { "client.id": "sasl-password" } }),
        };
        assert.throws(
            () => renderPipeline({ dataset: small, platform: leaking, mode: "batch" }),
            (error) =>
                TidegateError.is(error) &&
                error.code === "sql-holds-secret" &&
                !error.message.includes("sasl-password"),
        );
    });

    it("keeps hostile values of contract and manifest inside their quotes", () => {
        const hostile = "x'; DROP TABLE lake.bronze.raw; --";
        const scripts = renderPipeline({
            dataset: { ...small, reject: [{ name: "r", condition: "id > 0", reason: hostile }] },
            platform: { ...platform, broker: { ...broker, clientProperties: { "client.id": hostile } } },
            mode: "batch",
        });
        const count = renderPipeline({ dataset: small, platform, mode: "batch" })[0]?.statements.length;
        assert.equal(scripts[0]?.statements.length, count);
        const text = scripts[0]?.statements.join("\n") ?? "";
        assert.equal(text.split("x''; DROP TABLE").length - 1, 3, "events, dead letters and reason");
        assert.doesNotMatch(text, /x'; DROP/);
    });

    it("refuses a topic with a line break, and a name with a backtick", () => {
        const topics = { ...broker.topics, events: "a\nb" };
        const options = {
            dataset: small,
            platform: { ...platform, broker: { ...broker, topics } },
            mode: "batch",
        } as const;
        assert.throws(() => renderPipeline(options), { code: "template-value-unsafe" });
        const tables = { ...small.tables, bronze: "raw`; DROP" };
        assert.throws(() => renderPipeline({ dataset: { ...small, tables }, platform, mode: "batch" }), {
            code: "template-value-unsafe",
        });
    });
});

describe("the options of a Kafka table", () => {
    const options = (contract: BrokerContract) => kafkaOptions(contract).sql.replaceAll("    ", "").split(",\n");
    const server = "'properties.bootstrap.servers' = '127.0.0.1:9092'";

    it("are the servers alone where there is no security", () => {
        assert.deepEqual(options(broker), [server]);
    });

    it("name the certificate authority for TLS", () => {
        assert.deepEqual(options({ ...broker, securityProtocol: "SSL", caFile: "/data/ca.pem" }), [
            server,
            "'properties.security.protocol' = 'SSL'",
            "'properties.ssl.truststore.type' = 'PEM'",
            "'properties.ssl.truststore.location' = '/data/ca.pem'",
        ]);
        assert.equal(options({ ...broker, securityProtocol: "SSL" }).length, 2);
    });

    for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const)
        for (const protocol of ["SASL_PLAINTEXT", "SASL_SSL"] as const)
            it(`name the mechanism ${mechanism} over ${protocol}, and leave user and password to the JAAS file`, () => {
                assert.deepEqual(options(sasl({ saslMechanism: mechanism, securityProtocol: protocol })), [
                    server,
                    `'properties.security.protocol' = '${protocol}'`,
                    `'properties.sasl.mechanism' = '${mechanism}'`,
                ]);
                assert.match(loginModule(mechanism), /^org\.apache\.flink\.kafka\.shaded\.org\.apache\.kafka\./);
            });

    it("use Amazon's handler for MSK IAM, which its contract names", () => {
        const clientProperties = {
            "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
        };
        assert.deepEqual(options(sasl({ saslMechanism: "AWS_MSK_IAM", credentials: null, clientProperties })), [
            server,
            "'properties.security.protocol' = 'SASL_SSL'",
            "'properties.sasl.mechanism' = 'AWS_MSK_IAM'",
            "'properties.sasl.client.callback.handler.class' = 'software.amazon.msk.auth.iam.IAMClientCallbackHandler'",
        ]);
    });

    it("use Kafka's handler for OAUTHBEARER with a token endpoint, or the one that is named", () => {
        const url = "https://login.example/token";
        const clientProperties = { "sasl.oauthbearer.token.endpoint.url": url };
        assert.deepEqual(
            options(sasl({ saslMechanism: "OAUTHBEARER", credentials: null, clientProperties })).slice(3),
            [
                "'properties.sasl.login.callback.handler.class' = 'org.apache.flink.kafka.shaded.org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler'",
                `'properties.sasl.oauthbearer.token.endpoint.url' = '${url}'`,
            ],
        );
        const own = {
            "sasl.login.callback.handler.class": "com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler",
        };
        assert.deepEqual(
            options(sasl({ saslMechanism: "OAUTHBEARER", credentials: null, clientProperties: own })).slice(3),
            [`'properties.sasl.login.callback.handler.class' = '${own["sasl.login.callback.handler.class"]}'`],
        );
    });

    for (const [what, contract] of [
        ["OAUTHBEARER without a way to a token", sasl({ saslMechanism: "OAUTHBEARER" })],
        ["MSK IAM without its handler", sasl({ saslMechanism: "AWS_MSK_IAM", credentials: null })],
        ["SASL without a mechanism", sasl({ saslMechanism: null })],
        ["a mechanism without SASL", { ...broker, saslMechanism: "PLAIN" }],
        ["a JAAS text among the properties", { ...broker, clientProperties: { "sasl.jaas.config": "x" } }],
        ["a password among the properties", { ...broker, clientProperties: { "ssl.key.password": "x" } }],
        ["a property that is none", { ...broker, clientProperties: { "a' = 'b": "x" } }],
    ] as const)
        it(`are refused for ${what}`, () => {
            assert.throws(() => kafkaOptions(contract), { code: "broker-contract-invalid" });
        });
});
