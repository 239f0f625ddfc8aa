import assert from "node:assert/strict";
import { AivenBroker, type AivenBrokerArgs } from "../../../components/broker/aiven";
import { kafkaOptions } from "../../../sql/connection";
import { brokerContract } from "../../../stacks/contracts";
import { secretMembers } from "../../../stacks/layer";
import { aiven as settings } from "../../../stacks/settings/broker/aiven";
import { making } from "../making";

const token = (name: string) => `aiven:index/${name}:${name[0]?.toUpperCase()}${name.slice(1)}`;
const component = (more: object) => ({
    component: "kafka",
    host: "kafka.aivencloud.com",
    route: "dynamic",
    kafkaSslCa: "project_ca",
    ...more,
});
const outputs = {
    [token("kafka")]: {
        components: [
            component({ port: 1, kafkaAuthenticationMethod: "certificate" }),
            component({ port: 2, kafkaAuthenticationMethod: "sasl", kafkaSslCa: "letsencrypt" }),
            component({ port: 3, kafkaAuthenticationMethod: "sasl", route: "public" }),
            component({ port: 4, component: "schema_registry" }),
            component({ port: 21_711, kafkaAuthenticationMethod: "sasl" }),
        ],
    },
    [token("kafkaUser")]: { password: "PASSWORD-OF-A-MOCK" },
};
const invokes = { "aiven:index/getProject:getProject": { caCert: "-----BEGIN CERTIFICATE-----" } };
const base: AivenBrokerArgs = {
    environment: "prod",
    tags: { team: "streaming" },
    project: "lake",
    cloudName: "aws-eu-west-1",
    allowedNetworks: ["203.0.113.0/24"],
    topics: { events: "trips", deadLetters: "trips.dlq" },
    groupPrefix: "tidegate-taxi-",
};
const make = (changes: Partial<AivenBrokerArgs> = {}, resources = 10) =>
    making((options) => new AivenBroker("broker", { ...base, ...changes }, options), {
        outputs,
        invokes,
        resources,
    });

describe("Aiven for Apache Kafka", () => {
    it("fulfils the contract of the layer: the port of SASL, the project's own certificate authority", async () => {
        const { contract, secrets } = await make();
        const parsed = brokerContract.parse(contract);
        assert.equal(parsed.bootstrapServers, "kafka.aivencloud.com:21711");
        assert.equal(parsed.securityProtocol, "SASL_SSL");
        assert.equal(parsed.saslMechanism, "SCRAM-SHA-512");
        assert.equal(parsed.caPem, "-----BEGIN CERTIFICATE-----");
        assert.equal(parsed.caFile, "/etc/kafka-ca/ca.pem");
        assert.deepEqual(parsed.credentials, { username: "tidegate-workload", password: "PASSWORD-OF-A-MOCK" });
        assert.deepEqual(secrets, [...secretMembers.broker]);
        const options = JSON.stringify(kafkaOptions(parsed));
        assert.match(options, /ssl\.truststore\.location.*\/etc\/kafka-ca\/ca\.pem/);
        assert.doesNotMatch(options, /PASSWORD-OF-A-MOCK/);
    });

    it("has a topic more that is protected, and on which the workload has no grant", async () => {
        const { contract, of } = await make(
            {
                moreTopics: [{ name: "clicks", partitions: 2, retentionHours: 24 }],
            },
            11,
        );
        assert.deepEqual(brokerContract.parse(contract).topics.more, ["clicks"]);
        const topic = of(token("kafkaTopic")).find(({ inputs }) => inputs["topicName"] === "clicks");
        assert.deepEqual([topic?.protect, topic?.retainOnDelete], [true, true]);
        assert.deepEqual(
            of(token("kafkaNativeAcl")).filter(({ inputs }) => inputs["resourceName"] === "clicks"),
            [],
        );
    });

    it("does not let everybody do everything, as Aiven does unless told", async () => {
        const { of } = await make();
        const [service] = of(token("kafka"));
        assert.equal(service?.inputs["defaultAcl"], false);
        const grants = of(token("kafkaNativeAcl")).map(({ inputs }) => {
            assert.equal(inputs["principal"], "User:tidegate-workload");
            assert.equal(inputs["permissionType"], "ALLOW");
            return ["operation", "resourceType", "patternType", "resourceName"].map((key) => inputs[key]).join(" ");
        });
        assert.deepEqual(grants.sort(), [
            "Read Group PREFIXED tidegate-taxi-",
            "Read Topic LITERAL tidegate.probe",
            "Read Topic LITERAL trips",
            "Write Topic LITERAL tidegate.probe",
            "Write Topic LITERAL trips.dlq",
        ]);
        assert.deepEqual(of(token("kafkaAcl")), []);
    });

    it("takes users by SCRAM over TLS alone, from the networks that are named alone", async () => {
        const config = (await make()).of(token("kafka"))[0]?.inputs["kafkaUserConfig"] as Record<string, unknown>;
        assert.deepEqual(config["kafkaAuthenticationMethods"], { certificate: false, sasl: true });
        assert.deepEqual(config["kafkaSaslMechanisms"], { plain: false, scramSha256: false, scramSha512: true });
        assert.deepEqual(config["ipFilterObjects"], [{ network: "203.0.113.0/24", description: "tidegate prod" }]);
        const inVpc = (await make({ projectVpcId: "lake/vpc", allowedNetworks: [] })).of(token("kafka"))[0]?.inputs;
        assert.equal(inVpc?.["projectVpcId"], "lake/vpc");
    });

    it("makes no topic that nobody has named, and holds three copies of which two are waited for", async () => {
        const { of } = await make({ events: { partitions: 6, retentionHours: 2 } });
        const config = of(token("kafka"))[0]?.inputs["kafkaUserConfig"] as Record<string, unknown>;
        assert.deepEqual(config["kafka"], {
            autoCreateTopicsEnable: false,
            defaultReplicationFactor: 3,
            minInsyncReplicas: 2,
        });
        const topics = Object.fromEntries(of(token("kafkaTopic")).map(({ inputs }) => [inputs["topicName"], inputs]));
        assert.deepEqual(Object.keys(topics).sort(), ["tidegate.probe", "trips", "trips.dlq"]);
        assert.equal(topics["trips"]?.["partitions"], 6);
        assert.equal(topics["trips"]?.["replication"], 3);
        assert.deepEqual(topics["trips"]?.["config"], {
            cleanupPolicy: "delete",
            retentionMs: "7200000",
            minInsyncReplicas: "2",
        });
    });

    it("protects what holds data, by Aiven's own protection too, and lets go of it where it is told to", async () => {
        const guarded = (made: Awaited<ReturnType<typeof make>>["made"]) =>
            made
                .filter(
                    ({ protect, retainOnDelete, inputs }) =>
                        protect && retainOnDelete && inputs["terminationProtection"] === true,
                )
                .map(({ name }) => name);
        const { made } = await make();
        assert.deepEqual(guarded(made).sort(), ["broker-kafka", "broker-trips", "broker-trips.dlq"]);
        const free = await make({ protectData: false });
        assert.deepEqual(guarded(free.made), []);
        for (const { inputs } of [...free.of(token("kafka")), ...free.of(token("kafkaTopic"))])
            assert.equal(inputs["terminationProtection"], false);
    });

    it("tags the service and its topics", async () => {
        const { of } = await make();
        for (const { inputs } of [...of(token("kafka")), ...of(token("kafkaTopic"))])
            assert.deepEqual(inputs["tags"], [
                { key: "team", value: "streaming" },
                { key: "environment", value: "prod" },
                { key: "layer", value: "broker" },
                { key: "managed-by", value: "tidegate" },
            ]);
    });

    const refused: [string, Partial<AivenBrokerArgs>, RegExp][] = [
        ["the free plan", { plan: "free-0" }, /'plan': .*of at least 3 brokers/],
        ["a plan that is none", { plan: "large" }, /'plan': /],
        ["a network that is none", { allowedNetworks: ["192.0.2.7/x"] }, /'allowedNetworks\.0': /],
        ["an address for a network", { allowedNetworks: ["192.0.2.7"] }, /'allowedNetworks\.0': /],
        ["a network of one link", { allowedNetworks: ["fe80::1%eth0/64"] }, /'allowedNetworks\.0': /],
        ["a plan of fewer brokers than copies", { plan: "premium-2x-8" }, /'plan': .*of at least 3 brokers/],
        [
            "brokers that everybody may connect to, because nobody is named",
            { allowedNetworks: [] },
            /Nobody has said who may connect/,
        ],
        [
            "brokers that everybody may connect to, by name",
            { allowedNetworks: ["10.0.0.0/8", "0.0.0.0/0"] },
            /the whole internet/,
        ],
        ["everybody of the newer internet", { allowedNetworks: ["::/0"] }, /the whole internet/],
        [
            "everybody in two halves",
            { allowedNetworks: ["192.0.2.7/32", "128.0.0.0/1", "0.0.0.0/1"] },
            /the whole internet/,
        ],
    ];
    for (const [what, changes, expected] of refused)
        it(`refuses ${what}, as component and as settings`, () => {
            assert.throws(
                () => new AivenBroker("refused", { ...base, ...changes }),
                (error: Error & { code?: string }) => {
                    assert.match(error.code ?? "", /^(broker-settings|arguments)-invalid$/);
                    assert.match(error.message, expected);
                    return true;
                },
            );
            const given = {
                profile: "aiven",
                project: "lake",
                cloudName: "aws-eu-west-1",
                allowedNetworks: ["203.0.113.0/24"],
            };
            assert.ok(settings.safeParse(given).success);
            assert.equal(settings.safeParse({ ...given, ...changes }).success, false);
        });

    it("takes plans of more brokers", async () => {
        const { of } = await make({ plan: "premium-6x-8" });
        assert.equal(of(token("kafka"))[0]?.inputs["plan"], "premium-6x-8");
    });
});
