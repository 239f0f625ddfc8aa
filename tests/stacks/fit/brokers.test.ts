import assert from "node:assert/strict";
import { flinkOf, loadEdited, role, subnets, refuses, type Refusal } from "./refusals";

const refusals: readonly Refusal[] = [
    [
        "fewer brokers than copies",
        "dev",
        { "foundation.zones": 2 },
        "broker.cluster",
        /2 brokers cannot hold the 3 replicas/,
    ],
    [
        "fewer brokers than copies beside an adopted cluster",
        "dev",
        { foundation: { ...flinkOf(role), network: { ...subnets, privateSubnetIds: ["a", "b"] } } },
        "broker.cluster",
        /2 brokers cannot hold/,
    ],
    [
        "disks that shrink",
        "dev",
        { "broker.cluster.maxStorageGb": 10 },
        "broker.cluster.maxStorageGb",
        /cannot grow from 20 to 10/,
    ],
    ["memory that Google has not", "prodgcp", { "broker.memoryGb": 100 }, "broker.memoryGb", /1 to 8 GiB/],
    [
        "a topic more that is the data set's own to Kafka",
        "prod",
        { "broker.moreTopics": [{ name: "clicks" }, { name: "taxi_raw.trips" }] },
        "broker.moreTopics.1.name",
        /the same to Kafka as taxi\.raw_trips, the data set's topic of events.*do not make two names different/,
    ],
    [
        "two topics of one name",
        "local",
        { "broker.moreTopics": [{ name: "clicks" }, { name: "clicks" }] },
        "broker.moreTopics.1.name",
        /the same to Kafka as clicks, which is broker\.moreTopics\.0/,
    ],
    [
        "a topic of Kafka's own",
        "prodgcp",
        { "broker.moreTopics": [{ name: "__transaction_state" }] },
        "broker.moreTopics.0.name",
        /begins as Kafka's own topics do/,
    ],
    [
        "a topic of dots",
        "prod",
        { "broker.moreTopics": [{ name: ".." }] },
        "broker.moreTopics.0.name",
        /no name of a topic/,
    ],
    [
        "addresses for an account that is private",
        "prodazure",
        { "storage.allowedAddresses": ["203.0.113.0/28"] },
        "storage.allowedAddresses",
        /no public address that they could reach/,
    ],
    ["units that Event Hubs has not", "prodazure", { "broker.capacity": 3 }, "broker.capacity", /not 3/],
    [
        "hubs that are larger than their tier",
        "devazure",
        { "broker.events": { partitions: 40 } },
        "broker.events.partitions",
        /at most 32/,
    ],
    [
        "hubs that are larger than Premium's",
        "prodazure",
        { "broker.events": { partitions: 101 } },
        "broker.events.partitions",
        /at most 100, not 101/,
    ],
    [
        "a size of brokers that MSK has not",
        "prod",
        { "broker.cluster.instanceType": "kafka.m7g.gigantic" },
        "broker.cluster.instanceType",
        /'kafka\.m7g\.gigantic' is no Standard broker/,
    ],
    [
        "a version of Kafka that MSK had no KRaft in",
        "prod",
        { "broker.cluster.kafkaVersion": "2.8.x.kraft" },
        "broker.cluster.kafkaVersion",
        /from 3\.7 on/,
    ],
];

describe("brokers that cannot be", () => {
    refuses(refusals);

    for (const [name, partitions] of [
        ["prodazure", 100],
        ["prod", 300],
        ["prodgcp", 300],
    ] as const)
        it(`as many partitions as its service takes are not refused: ${partitions} of ${name}`, async () => {
            const { error } = await loadEdited(name, { "broker.events": { partitions } });
            assert.equal(error, undefined);
        });
});
