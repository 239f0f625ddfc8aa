import assert from "node:assert/strict";
import type { SimulatedCloud } from "../../../automation/rehearsal/cloud";
import { TidegateError } from "../../../automation/core/errors";
import { GoogleBroker, type GoogleBrokerArgs } from "../../../components/broker/google";
import { readBootstrapAddress } from "../../../components/broker/googleBootstrap";
import { kafkaOptions } from "../../../sql/connection";
import { contracts } from "../../../stacks/contracts";
import { google } from "../../../stacks/settings/broker/google";
import { gke } from "../../../stacks/settings/foundation/gke";
import { standInOf } from "../../../stacks/standIns";
import {
    account,
    granted,
    identities,
    labels,
    makeAccounts,
    makeIn,
    making,
    ofType,
    only,
    sorted,
    transformsOf,
    type Made,
    type Program,
} from "../gcp";

const topics = { events: "taxi.trips", deadLetters: "taxi.trips.dlq" };
const network = {
    cloud: "gcp",
    network: "projects/acme-lakehouse/global/networks/tidegate-prod",
    subnetwork: "projects/acme-lakehouse/regions/europe-west1/subnetworks/tidegate-prod",
} as const;
const name = "projects/acme-lakehouse/locations/europe-west1/clusters/tidegate-prod";
const host = "bootstrap-abc.def.europe-west1.managedkafka.s.cloud.goog";
const asked: string[] = [];
const base = {
    environment: "prod",
    account,
    topics,
    tags: { team: "a" },
    foundation: { network, identities },
    bootstrapAddress: (cluster: string) => {
        asked.push(cluster);
        return Promise.resolve(host);
    },
};

async function standing(cloud: SimulatedCloud): Promise<void> {
    await makeAccounts(cloud);
    const vpc = await makeIn(cloud, "gcp:compute/network:Network", "vpc", { name: "tidegate-prod" });
    await makeIn(cloud, "gcp:compute/subnetwork:Subnetwork", "nodes", {
        name: "tidegate-prod",
        network: vpc.id,
        ipCidrRange: "10.0.0.0/20",
    });
}

const make = (changes: Partial<GoogleBrokerArgs> = {}): Promise<Program<GoogleBroker>> =>
    making(() => new GoogleBroker("broker", { ...base, ...changes }), standing);

/** `aclId: operation by principal` of all that is allowed. */
const lists = (made: readonly Made[]): readonly string[] =>
    ofType(made, "Acl")
        .flatMap(({ inputs }) =>
            (inputs["aclEntries"] as { principal: string; operation: string; permissionType: string }[]).map(
                ({ principal, operation, permissionType }) =>
                    `${String(inputs["aclId"])}: ${permissionType} ${operation} by ${principal}`,
            ),
        )
        .sort();

describe("GoogleBroker", () => {
    let program: Program<GoogleBroker>;
    let made: readonly Made[];
    before(async () => {
        asked.length = 0;
        ({ made } = program = await make());
    });
    const cluster = () => only(made, "managedkafka/cluster:Cluster");
    const flink = "User:prod-flink@acme-lakehouse.iam.gserviceaccount.com";

    it("fulfils the contract of the layer, without a secret", () => {
        assert.deepEqual(contracts.broker.parse(program.contract), {
            profile: "google",
            bootstrapServers: `${host}:9092`,
            securityProtocol: "SASL_SSL",
            saslMechanism: "OAUTHBEARER",
            caPem: null,
            caFile: null,
            clientProperties: {
                "sasl.login.callback.handler.class": "com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler",
            },
            topics: { ...topics, probe: "tidegate.probe", more: [] },
            credentials: null,
            secretRef: null,
            cluster: name,
        });
        assert.deepEqual(program.secrets, []);
        assert.deepEqual(asked, [name], "what is asked is the cluster's resource name");
    });

    it("is rendered to Flink's options with no special case", () => {
        const options = String(kafkaOptions(contracts.broker.parse(program.contract)));
        for (const option of [
            `'properties.bootstrap.servers' = '${host}:9092'`,
            "'properties.security.protocol' = 'SASL_SSL'",
            "'properties.sasl.mechanism' = 'OAUTHBEARER'",
            "'properties.sasl.login.callback.handler.class' = 'com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler'",
        ])
            assert.ok(options.includes(option), option);
    });

    it("encrypts with a key of its own, which its agent may use before there is a cluster", () => {
        assert.deepEqual(cluster().inputs["gcpConfig"], {
            accessConfig: { networkConfigs: [{ subnet: network.subnetwork }] },
            kmsKey: only(made, "CryptoKey").id,
        });
        assert.match(
            granted(made, "CryptoKeyIAMMember").join(),
            /^roles\/cloudkms\.cryptoKeyEncrypterDecrypter to serviceAccount:service-\d+@gcp-sa-managedkafka\./,
        );
        assert.ok(cluster().after.includes("broker-key-use"));
    });

    it("has 4 GiB for each vCPU where nobody says how much", async () => {
        assert.deepEqual(cluster().inputs["capacityConfig"], { vcpuCount: "3", memoryBytes: "12884901888" });
        const larger = await make({ vcpus: 6, memoryGb: 48 });
        assert.deepEqual(only(larger.made, "managedkafka/cluster:Cluster").inputs["capacityConfig"], {
            vcpuCount: "6",
            memoryBytes: "51539607552",
        });
    });

    it("has topics that survive the loss of a broker, kept as long as it is told", async () => {
        const told = async (changes: Partial<GoogleBrokerArgs>) =>
            sorted(ofType((await make(changes)).made, "Topic")).map(({ inputs }) => {
                const configs = inputs["configs"] as Record<string, string>;
                assert.equal(inputs["replicationFactor"], 3);
                assert.equal(configs["min.insync.replicas"], "2");
                return [inputs["topicId"], inputs["partitionCount"], Number(configs["retention.ms"]) / 3_600_000];
            });
        assert.deepEqual(await told({}), [
            ["taxi.trips", 3, 72],
            ["taxi.trips.dlq", 1, 168],
            ["tidegate.probe", 1, 1],
        ]);
        const [events] = await told({ events: { partitions: 12, retentionHours: 24 } });
        assert.deepEqual(events, ["taxi.trips", 12, 24]);
    });

    it("has a topic more that is protected, and closed until its owner opens it, whose entries stay", async () => {
        const { contract, made: all } = await make({
            moreTopics: [{ name: "clicks", partitions: 2, retentionHours: 24 }],
        });
        assert.deepEqual(contracts.broker.parse(contract).topics.more, ["clicks"]);
        const topic = ofType(all, "Topic").find(({ inputs }) => inputs["topicId"] === "clicks");
        assert.deepEqual([topic?.inputs["partitionCount"], topic?.protect, topic?.retainOnDelete], [2, true, true]);
        assert.deepEqual(
            lists(all).filter((entry) => entry.startsWith("topic/clicks")),
            [`topic/clicks: ALLOW DESCRIBE by ${flink}`],
        );
        const list = ofType(all, "Acl").find(({ inputs }) => inputs["aclId"] === "topic/clicks");
        assert.deepEqual(list?.ignoreChanges, ["aclEntries"]);
    });

    it("lets Flink connect, read events and write dead letters, and nobody do anything else", () => {
        assert.deepEqual(granted(made, "projects/iAMMember:IAMMember"), [
            "roles/managedkafka.client to serviceAccount:prod-flink@acme-lakehouse.iam.gserviceaccount.com",
        ]);
        assert.deepEqual(
            lists(made),
            [
                "topic/taxi.trips: ALLOW DESCRIBE",
                "topic/taxi.trips: ALLOW READ",
                "topic/taxi.trips.dlq: ALLOW DESCRIBE",
                "topic/taxi.trips.dlq: ALLOW WRITE",
                "topic/tidegate.probe: ALLOW DESCRIBE",
                "topic/tidegate.probe: ALLOW READ",
                "topic/tidegate.probe: ALLOW WRITE",
                "consumerGroupPrefixed/tidegate-: ALLOW DESCRIBE",
                "consumerGroupPrefixed/tidegate-: ALLOW READ",
                "cluster: ALLOW DESCRIBE",
                "cluster: ALLOW IDEMPOTENT_WRITE",
            ]
                .map((entry) => `${entry} by ${flink}`)
                .sort(),
        );
    });

    it("lets those write events who are named, and only events", async () => {
        const producer = "events@another-project.iam.gserviceaccount.com";
        const theirs = lists((await make({ producers: [producer] })).made).filter((entry) => entry.includes(producer));
        assert.deepEqual(theirs, [
            `cluster: ALLOW DESCRIBE by User:${producer}`,
            `cluster: ALLOW IDEMPOTENT_WRITE by User:${producer}`,
            `topic/taxi.trips: ALLOW DESCRIBE by User:${producer}`,
            `topic/taxi.trips: ALLOW WRITE by User:${producer}`,
        ]);
    });

    it("protects what holds data, from Pulumi and from its provider", async () => {
        for (const one of [cluster(), ...ofType(made, "Topic"), only(made, "CryptoKey")])
            assert.deepEqual(
                [one.name, one.protect, one.retainOnDelete, one.inputs["deletionPolicy"]],
                [one.name, true, true, "PREVENT"],
            );
        const open = only((await make({ protectData: false })).made, "managedkafka/cluster:Cluster");
        assert.deepEqual([open.protect, open.inputs["deletionPolicy"]], [false, "DELETE"]);
    });

    it("labels everything that takes labels", () => {
        const found = labels(made);
        assert.equal(found.size, 2);
        for (const [one, given] of found)
            assert.deepEqual(given, { team: "a", environment: "prod", layer: "broker", "managed-by": "tidegate" }, one);
    });

    it("can be previewed before there is a foundation: the stand-in of a cluster of GKE has a network", () => {
        const foundation = standInOf({ foundation: gke.parse({ profile: "gke" }) }, "foundation");
        assert.deepEqual(contracts.foundation.parse(foundation), foundation);
        assert.equal(foundation.network?.cloud, "gcp");
        assert.notEqual(foundation.identities.flink.gcp, null);
    });

    it("hands its transform to the engine", async () => {
        const transform = () => undefined;
        const build = (options: object) => new GoogleBroker("broker", { ...base, transform }, options);
        assert.ok((await transformsOf(build, standing)).includes(transform));
    });
});

describe("GoogleBroker refuses", () => {
    const refused = (changes: Partial<GoogleBrokerArgs>, message: RegExp) =>
        assert.throws(
            () => new GoogleBroker("broker", { ...base, ...changes }),
            (error) => TidegateError.is(error) && error.code === "google-kafka-invalid" && message.test(error.message),
        );

    it("to be without a foundation", () => {
        const { foundation: _, ...alone } = base;
        assert.throws(() => new GoogleBroker("broker", alone), /this environment has no foundation/);
    });
    it("a foundation that names no network", () =>
        refused({ foundation: { identities, network: null } }, /which was adopted, names none/));
    it("a foundation of another cloud", () => {
        const aws = { cloud: "aws" as const, vpcId: "v", privateSubnetIds: ["s"], nodeSecurityGroupId: "g" };
        refused({ foundation: { identities, network: aws } }, /its foundation is on aws/);
    });
    it("fewer vCPUs than zones", () => refused({ vcpus: 2 }, /2 are too few/));
    it("memory that does not fit its vCPUs", () => {
        refused({ vcpus: 6, memoryGb: 5 }, /5 GiB do not fit 6 vCPUs/);
        refused({ vcpus: 3, memoryGb: 25 }, /25 GiB do not fit 3 vCPUs/);
    });
    it("settings that it does not know", () => {
        assert.equal(google.parse({ profile: "google" }).vcpus, 3);
        assert.ok(!google.safeParse({ profile: "google", brokers: 3 }).success);
        assert.ok(!google.safeParse({ profile: "google", producers: ["User:somebody"] }).success);
    });
});

describe("readBootstrapAddress", () => {
    const token = "ya29.A-TOKEN-OF-A-TEST";
    const answering =
        (status: number, body: unknown): typeof fetch =>
        () =>
            Promise.resolve(new Response(JSON.stringify(body), { status }));

    it("asks the API for the cluster, with the token in its header alone", async () => {
        const requests: { url: string; authorization: string | null }[] = [];
        const fetching: typeof fetch = (input, init) => {
            const { url, headers } = new Request(input, init);
            requests.push({ url, authorization: headers.get("authorization") });
            return Promise.resolve(new Response(JSON.stringify({ name, bootstrapAddress: host })));
        };
        assert.equal(await readBootstrapAddress(name, token, fetching), host);
        assert.deepEqual(requests, [
            { url: `https://managedkafka.googleapis.com/v1/${name}`, authorization: `Bearer ${token}` },
        ]);
    });

    const fails = (fetching: typeof fetch, message: RegExp, retryable: boolean) =>
        assert.rejects(readBootstrapAddress(name, token, fetching), (error) => {
            assert.ok(TidegateError.is(error));
            assert.equal(error.code, "kafka-bootstrap-unknown");
            assert.match(error.message, message);
            assert.equal(error.retryable, retryable);
            assert.ok(!`${error.message} ${error.hint ?? ""}`.includes(token));
            return true;
        });

    it("says who is needed where it may not", () =>
        fails(answering(403, { error: { message: token } }), /the API answers 403/, false));
    it("says that it may be asked again where the API is out of order", () =>
        fails(answering(503, {}), /answers 503/, true));
    it("says that nothing answers", () =>
        fails(() => Promise.reject(new Error("getaddrinfo ENOTFOUND")), /does not answer.*ENOTFOUND/, true));
    it("makes no address up where the API names none", async () => {
        await fails(answering(200, { name }), /names no bootstrapAddress/, false);
        await fails(answering(200, { bootstrapAddress: "a b" }), /names no bootstrapAddress/, false);
    });
});
