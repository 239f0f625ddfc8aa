import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExternalBroker, type ExternalBrokerArgs } from "../../../components/broker/external";
import { addressOf } from "../../../components/broker/externalRules";
import { brokerContract } from "../../../stacks/contracts";
import { environmentSchema, loadEnvironment } from "../../../stacks/environment";
import { external as settings } from "../../../stacks/settings/broker/external";
import { kafkaOptions } from "../../../sql/connection";
import { jobName } from "../../../sql/pipeline";
import { namesOf } from "../../../stacks/layers/broker/names";
import { making } from "../making";

const base: ExternalBrokerArgs = {
    bootstrapServers: "kafka-1.example.com:9094,kafka-2.example.com:9094",
    saslMechanism: "SCRAM-SHA-512",
    secretRef: "aws-sm://prod/kafka",
    topics: { events: "trips", deadLetters: "trips.dlq" },
};
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const make = (changes: Partial<ExternalBrokerArgs> = {}) =>
    making((options) => new ExternalBroker("broker", { ...base, ...changes }, options), { resources: 0 });

describe("brokers of somebody else", () => {
    it("fulfils the contract of the layer, makes nothing, and holds no secret", async () => {
        const { contract, secrets, made } = await make();
        const parsed = brokerContract.parse(contract);
        assert.equal(parsed.securityProtocol, "SASL_SSL");
        assert.equal(parsed.secretRef, "aws-sm://prod/kafka");
        assert.equal(parsed.credentials, null);
        assert.deepEqual(parsed.topics, {
            events: "trips",
            deadLetters: "trips.dlq",
            probe: "tidegate.probe",
            more: [],
        });
        assert.deepEqual([made, secrets], [[], []]);
        assert.ok(kafkaOptions(parsed));
    });

    it("gives its certificate authority to clients, where Flink finds it", async () => {
        const onCluster = brokerContract.parse((await make({ caPem: pem })).contract);
        assert.deepEqual([onCluster.caPem, onCluster.caFile], [pem, "/etc/kafka-ca/ca.pem"]);
        const here = brokerContract.parse((await make({ caPem: pem, caFile: "/run/ca.pem" })).contract);
        assert.equal(here.caFile, "/run/ca.pem");
        assert.equal(brokerContract.parse((await make()).contract).caFile, null);
    });

    const none = { saslMechanism: undefined, secretRef: undefined };
    const oauth = { saslMechanism: "OAUTHBEARER", secretRef: undefined } as const;
    const refused: [string, Partial<ExternalBrokerArgs>, string][] = [
        ["SASL without a mechanism", { saslMechanism: undefined }, "saslMechanism is needed with SASL_SSL"],
        ["a mechanism without SASL", { securityProtocol: "SSL" }, "saslMechanism is for SASL_SSL and SASL_PLAINTEXT"],
        ["a password without a reference", { secretRef: undefined }, "secretRef is needed with SCRAM-SHA-512"],
        [
            "a reference that nobody uses",
            { securityProtocol: "SSL", saslMechanism: undefined },
            "secretRef is of no use with SSL",
        ],
        ["a secret for IAM", { saslMechanism: "AWS_MSK_IAM" }, "secretRef is of no use with AWS_MSK_IAM"],
        [
            "IAM in plain text",
            { ...none, securityProtocol: "SASL_PLAINTEXT", saslMechanism: "AWS_MSK_IAM" },
            "securityProtocol has to be SASL_SSL",
        ],
        ["tokens from nowhere", oauth, "clientProperties has to say with OAUTHBEARER where tokens are from"],
        [
            "plain text to a public host",
            { ...none, securityProtocol: "PLAINTEXT" },
            "securityProtocol is PLAINTEXT, but kafka-1.example.com does not look like",
        ],
        [
            "a readable password to a public host",
            { securityProtocol: "SASL_PLAINTEXT" },
            "records and passwords would be readable",
        ],
        [
            "a public address among private ones",
            { ...none, securityProtocol: "PLAINTEXT", bootstrapServers: "10.0.0.1:9092,8.8.8.8:9092" },
            "but 8.8.8.8 does not look like",
        ],
        ["no address", { bootstrapServers: "kafka-1" }, "bootstrapServers has to be host:port"],
        [
            "a secret among the properties",
            { clientProperties: { "ssl.key.password": "x" } },
            "'ssl.key.password' holds a secret",
        ],
    ];
    for (const [what, changes, expected] of refused)
        it(`refuses ${what}, as component and as settings`, () => {
            assert.throws(
                () => new ExternalBroker("refused", { ...base, ...changes }),
                (error: Error & { code?: string }) => {
                    assert.equal(error.code, "broker-settings-invalid");
                    assert.ok(error.message.includes(expected), error.message);
                    return true;
                },
            );
            const { topics: _, ...given } = base;
            const parsed = settings.safeParse({ profile: "external", ...given, ...changes });
            const text =
                parsed.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("\n") ?? "";
            assert.ok(text.includes(expected), text);
        });

    for (const host of [
        "10.1.2.3",
        "172.31.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "kafka",
        "kafka.streaming.svc",
        "b-1.lake.internal",
        "[::1]",
        "[fd00::1]",
    ])
        it(`lets records go in plain text to ${host}`, async () => {
            const { contract } = await make({
                ...none,
                securityProtocol: "PLAINTEXT",
                bootstrapServers: `${host}:9092`,
            });
            assert.equal(brokerContract.parse(contract).securityProtocol, "PLAINTEXT");
        });

    it("lets records go in plain text to a public host where somebody has agreed to it", async () => {
        const { contract } = await make({ ...none, securityProtocol: "PLAINTEXT", insecure: true });
        assert.equal(brokerContract.parse(contract).securityProtocol, "PLAINTEXT");
    });

    it("takes tokens of an issuer", async () => {
        const clientProperties = { "sasl.oauthbearer.token.endpoint.url": "https://login.example.com/token" };
        const { contract } = await make({ ...oauth, clientProperties });
        assert.deepEqual(brokerContract.parse(contract).clientProperties, clientProperties);
    });

    it("refuses a file of certificates that holds a key, and a secret in clear text", () => {
        const key = `${pem}-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n`;
        assert.throws(() => new ExternalBroker("refused", { ...base, caPem: key }), /caFile has to hold certificates/);
        assert.throws(() => new ExternalBroker("refused", { ...base, secretRef: "hunter2" }), {
            code: "secret-ref-invalid",
        });
    });

    it("knows an address", () => {
        assert.deepEqual(addressOf("[fd00::1]:9092"), { host: "fd00::1", port: 9092 });
        for (const text of ["a", "a:0", "a:65536", "a:b", ":9092", "a b:1", "a:1/x", "-a:1"])
            assert.equal(addressOf(text), undefined, text);
    });

    describe("in an environment file", () => {
        let directory: string;
        before(async () => void (directory = await mkdtemp(join(tmpdir(), "tidegate-"))));
        after(() => rm(directory, { recursive: true }));
        const load = async (secretRef: string) => {
            const file = join(directory, "lake.yaml");
            await writeFile(
                file,
                `name: lake\nbroker:\n  profile: external\n  bootstrapServers: kafka.example.com:9094\n  saslMechanism: PLAIN\n  secretRef: ${secretRef}\n`,
            );
            return loadEnvironment("lake", { TIDEGATE_ENVIRONMENT_FILE: file, TIDEGATE_DATA: "/data" });
        };

        it("a secret where a reference belongs is refused with its line and key, and not repeated", async () => {
            await assert.rejects(load("hunter2"), (error: Error) => {
                assert.match(error.message, /lake\.yaml:6: 'broker\.secretRef': is no reference to a secret/);
                assert.doesNotMatch(error.message, /hunter2/);
                return true;
            });
            const { broker } = await load("aws-sm://prod/kafka");
            assert.equal(broker?.profile === "external" && broker.secretRef, "aws-sm://prod/kafka");
        });

        it("a variable of this machine is refused where there is a cluster, which could not look it up", () => {
            const environment = {
                name: "lake",
                broker: {
                    profile: "external",
                    bootstrapServers: "kafka.example.com:9094",
                    saslMechanism: "PLAIN",
                    secretRef: "env://KAFKA",
                },
            };
            assert.ok(environmentSchema.safeParse(environment).success);
            const foundation = { profile: "kubeconfig", context: "prod" };
            const issues = environmentSchema.safeParse({ ...environment, foundation }).error?.issues ?? [];
            const said = issues.find(({ path }) => path.join(".") === "broker.secretRef");
            assert.match(said?.message ?? "", /nothing on the cluster could look it up/);
        });
    });
});

describe("what a broker is told of the platform", () => {
    it("topics are the data set's, and every consumer group begins as the grant says", () => {
        const { topics, groupPrefix } = namesOf({ dataset: "taxi" });
        assert.deepEqual(topics, { events: "taxi.raw_trips", deadLetters: "taxi.raw_trips.dlq" });
        assert.equal(groupPrefix, "tidegate-taxi-");
        for (const layer of ["bronze", "silver"] as const)
            assert.ok(jobName({ name: "taxi" }, layer).startsWith(groupPrefix));
    });
});
