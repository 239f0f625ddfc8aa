import assert from "node:assert/strict";
import { ConfluentBroker, type ConfluentBrokerArgs } from "../../../components/broker/confluent";
import { confluentProblems, type ConfluentPlacement } from "../../../components/broker/confluentLimits";
import { kafkaOptions } from "../../../sql/connection";
import { brokerContract } from "../../../stacks/contracts";
import { secretMembers } from "../../../stacks/layer";
import { confluent as settings } from "../../../stacks/settings/broker/confluent";
import { making } from "../making";

const token = (name: string) => `confluentcloud:index/${name}:${name[0]?.toUpperCase()}${name.slice(1)}`;
const outputs = {
    [token("kafkaCluster")]: {
        bootstrapEndpoint: "SASL_SSL://pkc-1.eu-west-1.aws.confluent.cloud:9092",
        restEndpoint: "https://pkc-1.eu-west-1.aws.confluent.cloud:443",
        rbacCrn: "crn://confluent.cloud/organization=o/environment=env-1/cloud-cluster=lkc-1",
        apiVersion: "cmk/v2",
        kind: "Cluster",
    },
    [token("serviceAccount")]: { apiVersion: "iam/v2", kind: "ServiceAccount" },
    [token("apiKey")]: { secret: "SECRET-OF-A-MOCK" },
};
const base: ConfluentBrokerArgs = {
    environment: "prod",
    cloud: "aws",
    region: "eu-west-1",
    topics: { events: "trips", deadLetters: "trips.dlq" },
    groupPrefix: "tidegate-taxi-",
};
const make = (changes: Partial<ConfluentBrokerArgs> = {}, resources = 15) =>
    making((options) => new ConfluentBroker("broker", { ...base, ...changes }, options), { outputs, resources });

describe("Confluent Cloud", () => {
    it("fulfils the contract of the layer; the key of the workload alone is secret", async () => {
        const { contract, secrets } = await make();
        const parsed = brokerContract.parse(contract);
        assert.equal(parsed.bootstrapServers, "pkc-1.eu-west-1.aws.confluent.cloud:9092");
        assert.equal(parsed.securityProtocol, "SASL_SSL");
        assert.equal(parsed.saslMechanism, "PLAIN");
        assert.deepEqual(parsed.topics, {
            events: "trips",
            deadLetters: "trips.dlq",
            probe: "tidegate.probe",
            more: [],
        });
        assert.deepEqual(parsed.credentials, { username: "broker-workload-key-id", password: "SECRET-OF-A-MOCK" });
        assert.deepEqual(secrets, [...secretMembers.broker]);
        assert.doesNotMatch(JSON.stringify(kafkaOptions(parsed)), /SECRET-OF-A-MOCK/);
    });

    it("has a topic more that is protected, and on which the workload has no grant", async () => {
        const { contract, of } = await make(
            {
                moreTopics: [{ name: "clicks", partitions: 2, retentionHours: 24 }],
            },
            16,
        );
        assert.deepEqual(brokerContract.parse(contract).topics.more, ["clicks"]);
        const topic = of(token("kafkaTopic")).find(({ inputs }) => inputs["topicName"] === "clicks");
        assert.deepEqual([topic?.protect, topic?.retainOnDelete], [true, true]);
        assert.deepEqual(
            of(token("kafkaAcl")).filter(({ inputs }) => inputs["resourceName"] === "clicks"),
            [],
        );
    });

    it("lets the workload read events, write dead letters, do both with the probe, and nothing else", async () => {
        const { of } = await make();
        const grants = of(token("kafkaAcl")).map(({ inputs }) => {
            assert.equal(inputs["principal"], "User:broker-workload-id");
            assert.equal(inputs["permission"], "ALLOW");
            return ["operation", "resourceType", "patternType", "resourceName"].map((key) => inputs[key]).join(" ");
        });
        assert.deepEqual(grants.sort(), [
            "READ GROUP PREFIXED tidegate-taxi-",
            "READ TOPIC LITERAL tidegate.probe",
            "READ TOPIC LITERAL trips",
            "WRITE TOPIC LITERAL tidegate.probe",
            "WRITE TOPIC LITERAL trips.dlq",
        ]);
    });

    it("makes topics and grants with an account of their own, whose role is of this cluster alone", async () => {
        const { of } = await make();
        const [binding, ...others] = of(token("roleBinding"));
        assert.deepEqual(others, []);
        assert.deepEqual(binding?.inputs, {
            principal: "User:broker-admin-id",
            roleName: "CloudClusterAdmin",
            crnPattern: outputs[token("kafkaCluster")]?.["rbacCrn" as never],
        });
        for (const { inputs } of [...of(token("kafkaTopic")), ...of(token("kafkaAcl"))])
            assert.deepEqual(inputs["credentials"], { key: "broker-admin-key-id", secret: "SECRET-OF-A-MOCK" });
        for (const { inputs } of of(token("apiKey")))
            assert.equal((inputs["managedResource"] as { id: string }).id, "broker-cluster-id");
    });

    it("keeps records in topics as long as it is told, and waits for two copies of each", async () => {
        const { of } = await make({ events: { partitions: 6, retentionHours: 2 } });
        const topics = Object.fromEntries(of(token("kafkaTopic")).map(({ inputs }) => [inputs["topicName"], inputs]));
        assert.deepEqual(Object.keys(topics).sort(), ["tidegate.probe", "trips", "trips.dlq"]);
        assert.equal(topics["trips"]?.["partitionsCount"], 6);
        assert.deepEqual(topics["trips"]?.["config"], {
            "cleanup.policy": "delete",
            "retention.ms": "7200000",
            "min.insync.replicas": "2",
        });
    });

    it("protects what holds data, and lets go of it where it is told to", async () => {
        const guarded = (made: Awaited<ReturnType<typeof make>>["made"]) =>
            made.filter(({ protect, retainOnDelete }) => protect && retainOnDelete).map(({ name }) => name);
        const { made, of } = await make();
        assert.deepEqual(guarded(made).sort(), [
            "broker-cluster",
            "broker-environment",
            "broker-trips",
            "broker-trips.dlq",
        ]);
        assert.equal(of(token("kafkaCluster"))[0]?.inputs["deletionProtection"], true);
        const free = await make({ protectData: false });
        assert.deepEqual(guarded(free.made), []);
        assert.equal(free.of(token("kafkaCluster"))[0]?.inputs["deletionProtection"], false);
    });

    it("makes each kind of cluster as Confluent names it", async () => {
        const inputsOf = async (cluster: ConfluentBrokerArgs["cluster"], more: object = {}, resources = 15) =>
            (await make({ cluster, ...more }, resources)).of(token("kafkaCluster"))[0]?.inputs ?? {};
        assert.deepEqual((await inputsOf({ kind: "basic" }))["basic"], {});
        assert.equal((await inputsOf({ kind: "basic" }))["availability"], "SINGLE_ZONE");
        const standard = await inputsOf({ kind: "standard", maxEcku: 4 });
        assert.deepEqual([standard["standard"], standard["availability"]], [{ maxEcku: 4 }, "MULTI_ZONE"]);
        const enterprise = await inputsOf({ kind: "enterprise" }, { environmentId: "env-1" }, 14);
        assert.deepEqual([enterprise["enterprises"], enterprise["availability"]], [[{}], "HIGH"]);
        const dedicated = await inputsOf({ kind: "dedicated", cku: 3, network: "n-1" }, { environmentId: "env-1" }, 14);
        assert.deepEqual([dedicated["dedicated"], dedicated["network"]], [{ cku: 3 }, { id: "n-1" }]);
    });

    it("makes no environment where one is adopted", async () => {
        const { of } = await make({ environmentId: "env-adopted" }, 14);
        assert.deepEqual(of(token("environment")), []);
        assert.deepEqual(of(token("kafkaCluster"))[0]?.inputs["environment"], { id: "env-adopted" });
    });

    const refused: [string, Partial<ConfluentPlacement>, RegExp][] = [
        [
            "an enterprise cluster in no adopted environment",
            { cluster: { kind: "enterprise" } },
            /environmentId is needed by an enterprise cluster: it is reached by private connections alone/,
        ],
        [
            "a private network in no adopted environment",
            { cluster: { kind: "dedicated", network: "n-1" } },
            /a network belongs to an environment/,
        ],
        [
            "three zones with one unit",
            { cluster: { kind: "dedicated", cku: 1 } },
            /cluster\.cku has to be at least 2 where availability is multi/,
        ],
        [
            "three zones that may grow to one unit",
            { cluster: { kind: "standard", maxEcku: 1 } },
            /cluster\.maxEcku has to be at least 2/,
        ],
        [
            "more elastic units than its kind has",
            { cluster: { kind: "standard", maxEcku: 11 } },
            /is at most 10 for a standard cluster/,
        ],
        [
            "more units than Azure has",
            { cluster: { kind: "dedicated", cku: 101 }, cloud: "azure" },
            /is at most 100 for a dedicated cluster on azure/,
        ],
        [
            "more enterprise units than PrivateLink carries",
            { cluster: { kind: "enterprise", maxEcku: 11 }, environmentId: "env-1" },
            /is at most 10 for an? enterprise cluster on aws/,
        ],
        [
            "more partitions than the units hold",
            { cluster: { kind: "basic", maxEcku: 1 }, partitions: 31 },
            /allows 30 partitions \(30 for each of 1\), but the topics have 31/,
        ],
    ];
    for (const [what, changes, expected] of refused)
        it(`refuses ${what}`, () => {
            const placement: ConfluentPlacement = {
                cluster: { kind: "standard" },
                cloud: "aws",
                partitions: 5,
                ...changes,
            };
            const text = confluentProblems(placement).map(({ path, message }) => `${path.join(".")} ${message}`);
            assert.match(text.join("\n"), expected);
        });

    it("allows as many partitions as the units hold", () => {
        const placement = { cluster: { kind: "basic", maxEcku: 1 }, cloud: "aws", partitions: 30 } as const;
        assert.deepEqual(confluentProblems(placement), []);
    });

    it("is refused by the component as by the settings", () => {
        assert.throws(() => new ConfluentBroker("refused", { ...base, cluster: { kind: "enterprise" } }), {
            code: "broker-settings-invalid",
        });
        const given = { profile: "confluent", cloud: "aws", region: "eu-west-1", cluster: { kind: "enterprise" } };
        const parsed = settings.safeParse(given);
        assert.deepEqual(
            parsed.error?.issues.map(({ path }) => path.join(".")),
            ["environmentId"],
        );
        assert.ok(settings.safeParse({ ...given, environmentId: "env-1a" }).success);
        assert.ok(settings.safeParse({ ...given, cluster: undefined }).success);
    });

    it("settings know no basic cluster in three zones", () => {
        const given = { profile: "confluent", cloud: "aws", region: "eu-west-1" };
        assert.ok(settings.safeParse({ ...given, cluster: { kind: "basic" } }).success);
        assert.equal(
            settings.safeParse({ ...given, cluster: { kind: "basic", availability: "multi" } }).success,
            false,
        );
    });
});
