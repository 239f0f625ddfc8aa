import assert from "node:assert/strict";
import { eventHubsProblems } from "../../../components/broker/eventhubsChecks";
import { EventHubsBroker, type EventHubsBrokerArgs } from "../../../components/broker/eventhubs";
import { roles } from "../../../components/cloud/azureAccess";
import { kafkaOptions } from "../../../sql/connection";
import { contracts } from "../../../stacks/contracts";
import { account, foundation, grantsOf, making, ofType, only, type Made } from "../azure";

const args: EventHubsBrokerArgs = {
    environment: "prod",
    account,
    tags: { team: "data" },
    topics: { events: "taxi", deadLetters: "taxi.dlq" },
};
const make = (changes: Partial<EventHubsBrokerArgs> = {}) =>
    making(() => new EventHubsBroker("broker", { ...args, ...changes }));

describe("EventHubsBroker", () => {
    let made: Made[];
    let contract: Record<string, unknown>;
    before(async () => ({ made, contract } = await make({ foundation })));

    it("fulfils the contract of the layer: tokens over TLS, and no secret", () => {
        const parsed = contracts.broker.parse(contract);
        assert.match(parsed.bootstrapServers, /^prod-events-[0-9a-f]{9}\.servicebus\.windows\.net:9093$/);
        assert.deepEqual([parsed.securityProtocol, parsed.saslMechanism], ["SASL_SSL", "OAUTHBEARER"]);
        assert.deepEqual([parsed.credentials, parsed.secretRef], [null, null]);
        assert.deepEqual(parsed.topics, { events: "taxi", deadLetters: "taxi.dlq", probe: "tidegate.probe", more: [] });
    });

    it("names classes of Kafka's own clients: a shaded connector could not load the handler", () => {
        const { clientProperties } = contracts.broker.parse(contract);
        assert.equal(clientProperties["sasl.login.callback.handler.class"], "tidegate.azure.EntraLoginCallbackHandler");
        assert.doesNotMatch(JSON.stringify(clientProperties), /shaded|\$ConnectionString|clientSecret/);
        assert.ok(Number(clientProperties["max.request.size"]) < 1_046_528);
        assert.equal(clientProperties["connections.max.idle.ms"], "180000");
    });

    it("is taken by the SQL of Flink, whose login module is in a file of its own", () => {
        const text = JSON.stringify(kafkaOptions(contracts.broker.parse(contract), "plain"));
        assert.match(text, /tidegate\.azure\.EntraLoginCallbackHandler/);
        assert.doesNotMatch(text, /jaas/);
    });

    it("takes no keys, nothing older than TLS 1.2, and nobody from the internet", () => {
        const inputs = only(made, "eventhub:Namespace");
        const expected = {
            kafkaEnabled: true,
            disableLocalAuth: true,
            minimumTlsVersion: "1.2",
            zoneRedundant: true,
            publicNetworkAccess: "Disabled",
            sku: { name: "Premium", tier: "Premium", capacity: 1 },
        };
        assert.deepEqual({ ...inputs, ...expected }, inputs);
        assert.equal(only(made, "eventhub:NamespaceNetworkRuleSet")["defaultAction"], "Deny");
        assert.equal(
            (only(made, "network:PrivateEndpoint") as { subnet: { id: string } }).subnet.id,
            "/network/subnets/endpoints",
        );
        assert.equal(only(made, "privatedns:PrivateZone")["privateZoneName"], "privatelink.servicebus.windows.net");
    });

    it("encrypts with a key of its own, which follows its rotation", () => {
        const { encryption } = only(made, "eventhub:Namespace") as { encryption: Record<string, unknown> };
        assert.deepEqual(encryption["keyVaultProperties"], [
            {
                keyName: "data",
                keyVaultUri: "https://vault.example/",
                identity: { userAssignedIdentity: "/broker-key-user" },
            },
        ]);
        assert.equal(
            (only(made, "keyvault:Vault") as { properties: Record<string, unknown> }).properties[
                "enablePurgeProtection"
            ],
            true,
        );
    });

    it("has a hub for each topic, with its partitions and retention", async () => {
        const { made: hubs } = await make({ events: { partitions: 12, retentionHours: 336 } });
        assert.deepEqual(
            ofType(hubs, "eventhub:EventHub").map(({ inputs }) => [
                inputs["eventHubName"],
                inputs["partitionCount"],
                (inputs["retentionDescription"] as { retentionTimeInHours: number }).retentionTimeInHours,
            ]),
            [
                ["taxi", 12, 336],
                ["taxi.dlq", 1, 168],
                ["tidegate.probe", 1, 1],
            ],
        );
    });

    it("has a hub more, on which nobody has a grant", async () => {
        const moreTopics = [{ name: "clicks", partitions: 2, retentionHours: 24 }];
        const { made: more, contract: of } = await make({ foundation, moreTopics });
        assert.deepEqual(contracts.broker.parse(of).topics.more, ["clicks"]);
        const hub = more.find(({ inputs }) => inputs["eventHubName"] === "clicks");
        assert.equal(hub?.inputs["partitionCount"], 2);
        assert.doesNotMatch(grantsOf(more, roles).join(), /clicks/);
    });

    it("lets Flink read events and write dead letters, and neither write events nor manage anything", () => {
        assert.deepEqual(
            grantsOf(made, roles).filter((grant) => grant.startsWith("principal of flink")),
            [
                "principal of flink: Azure Event Hubs Data Receiver on /broker-taxi",
                "principal of flink: Azure Event Hubs Data Receiver on /broker-taxi.dlq",
                "principal of flink: Azure Event Hubs Data Receiver on /broker-tidegate.probe",
                "principal of flink: Azure Event Hubs Data Sender on /broker-taxi.dlq",
                "principal of flink: Azure Event Hubs Data Sender on /broker-tidegate.probe",
            ],
        );
        assert.doesNotMatch(grantsOf(made, roles).join(), /principal of (dbt|catalog)|Data Owner/);
    });

    it("locks the namespace while the environment protects it, and tags it", async () => {
        const locks = (of: readonly Made[]) => ofType(of, "authorization:ManagementLockByScope").length;
        assert.deepEqual([locks(made), locks((await make({ protectData: false })).made)], [2, 0]);
        assert.deepEqual(only(made, "eventhub:Namespace")["tags"], {
            team: "data",
            environment: "prod",
            layer: "broker",
            "managed-by": "tidegate",
        });
    });

    it("on Standard grows by itself and has no key of its own", async () => {
        const { made: standard } = await make({ sku: "Standard", capacity: 2 });
        const inputs = only(standard, "eventhub:Namespace");
        assert.deepEqual([inputs["isAutoInflateEnabled"], inputs["maximumThroughputUnits"]], [true, 10]);
        assert.equal(inputs["encryption"], undefined);
        assert.deepEqual(ofType(standard, "keyvault:Vault"), []);
    });

    const hub = { partitions: 3, retentionHours: 72 };
    const several = (count: number, partitions: number) =>
        Array.from({ length: count }, (_, index) => ({ ...hub, name: `more${index}`, partitions }));
    for (const [what, changes, message] of [
        [
            "more than 32 partitions of Standard",
            { sku: "Standard", events: { ...hub, partitions: 33 } },
            /at most 32, not 33/,
        ],
        ["more than 100 partitions of Premium", { events: { ...hub, partitions: 101 } }, /at most 100, not 101/],
        [
            "more than 7 days of Standard",
            { sku: "Standard", events: { ...hub, retentionHours: 169 } },
            /at most 168 hours/,
        ],
        ["more than 90 days of Premium", { deadLetters: { ...hub, retentionHours: 2161 } }, /at most 2160 hours/],
        ["more than 10 hubs of Standard", { sku: "Standard", moreTopics: several(8, 1) }, /at most 10 hubs, not 11/],
        ["more than 200 partitions of a unit", { moreTopics: several(3, 66) }, /at most 200 partitions, not 203/],
        [
            "more partitions of a hub more than Standard has",
            { sku: "Standard", moreTopics: several(1, 33) },
            /broker\.moreTopics\.0\.partitions: a hub of Standard has at most 32, not 33/,
        ],
        ["a hub that ends in a dash", { moreTopics: [{ ...hub, name: "clicks-" }] }, /no name of a hub/],
        [
            "hubs that differ in capitals alone",
            { moreTopics: ["clicks", "Clicks"].map((name) => ({ ...hub, name })) },
            /one hub to Azure/,
        ],
        ["three processing units", { capacity: 3 }, /Premium has 1, 2, 4, 6, 8, 10, 12, 16 processing units, not 3/],
        ["Premium that grows by itself", { maximumCapacity: 8 }, /Premium does not grow by itself/],
        ["more than 40 throughput units", { sku: "Standard", maximumCapacity: 41 }, /at most 40 throughput units/],
        ["private addresses", { allowedAddresses: ["192.168.0.0/16"] }, /no block of public IPv4 addresses/],
        ["addresses beside a cluster", { foundation, allowedAddresses: ["203.0.113.0/28"] }, /no public address/],
    ] as const)
        it(`refuses ${what}`, () => {
            assert.throws(
                () => new EventHubsBroker("broker", { ...args, ...(changes as Partial<EventHubsBrokerArgs>) }),
                {
                    code: "environment-invalid",
                    message,
                },
            );
        });

    it("takes each number of processing units that Premium has", () => {
        for (const capacity of [1, 2, 4, 6, 8, 10, 12, 16])
            assert.deepEqual([...eventHubsProblems({ capacity }, false)], [], String(capacity));
    });
});
