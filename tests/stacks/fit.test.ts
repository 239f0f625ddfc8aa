/** What of an environment file is refused before anything starts: with its code, its line, and what to do. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMap, isNode, LineCounter, parseDocument } from "yaml";
import { readFileSync } from "node:fs";
import { TidegateError } from "../../automation/core/errors";
import { repositoryRoot } from "../../automation/core/repository";
import { loadEnvironment } from "../../stacks/environment";

type Edits = Readonly<Record<string, unknown>>;

const adopted = { profile: "kubeconfig", context: "theirs" };
const flinkOf = (cloud: object) => ({ ...adopted, identities: { flink: cloud, dbt: cloud } });
const role = { aws: { roleName: "flink", roleArn: "arn:aws:iam::123456789012:role/flink" } };
const subnets = { cloud: "aws", vpcId: "vpc-1", nodeSecurityGroupId: "sg-1" };
const theirs = { profile: "external", bootstrapServers: "kafka.example.com:9094", saslMechanism: "PLAIN" };
const aws = { accountId: "123456789012", region: "eu-west-1" };

/** A file of stacks/, what is changed in it (`undefined` takes a key away), the key at whose line it is told, what is told. */
const refused: readonly (readonly [what: string, file: string, edits: Edits, at: string, says: RegExp])[] = [
    [
        "an environment without a layer",
        "local",
        { storage: undefined, broker: undefined, catalog: undefined, runtime: undefined, observability: undefined },
        "name",
        /names no layer\. It can have storage/,
    ],
    [
        "a layer without its upstream",
        "prod",
        { storage: undefined, foundation: undefined, broker: undefined },
        "catalog",
        /'catalog': stands on storage, which .*Add 'storage'/,
    ],
    [
        "Flink on a cluster that is not there",
        "prod",
        { foundation: undefined },
        "runtime",
        /'runtime': stands on foundation.*Add a foundation/,
    ],
    ["a service without its account", "prod", { aws: undefined }, "storage.profile", /'s3' needs the key 'aws'/],
    [
        "MSK without a cluster to put it beside",
        "prod",
        { foundation: undefined, catalog: undefined, runtime: undefined, dbt: undefined, observability: undefined },
        "broker.profile",
        /no brokers without subnets.*this environment has no foundation\. Give the environment a foundation of the profile 'eks'/,
    ],
    [
        "MSK beside a cluster of which nobody says where it is",
        "prod",
        { foundation: flinkOf(role) },
        "broker.profile",
        /its foundation, which was adopted, names none/,
    ],
    [
        "MSK beside a cluster of another cloud",
        "prodgcp",
        { aws, broker: { profile: "msk" } },
        "broker.profile",
        /its foundation is on Google Cloud/,
    ],
    [
        "a serverless MSK whose topics no role of the cluster could make",
        "prod",
        {
            foundation: { ...flinkOf(role), network: { ...subnets, privateSubnetIds: ["subnet-1", "subnet-2"] } },
            broker: { profile: "msk", cluster: { kind: "serverless" } },
        },
        "foundation",
        /'foundation\.oidcIssuer': is not named, but the topics of a serverless cluster are made from this one/,
    ],
    [
        "Google's Kafka beside a cluster of another cloud",
        "prod",
        { gcp: { project: "example-lakehouse", region: "europe-west1" }, broker: { profile: "google" } },
        "broker.profile",
        /through a subnetwork alone, and its foundation is on AWS/,
    ],
    [
        "Event Hubs without an identity of Azure",
        "prod",
        {
            azure: {
                subscriptionId: "00000000-0000-4000-8000-000000000001",
                tenantId: "00000000-0000-4000-8000-000000000002",
                location: "westeurope",
            },
            broker: { profile: "eventhubs" },
        },
        "broker.profile",
        /'eventhubs' lets in identities of Azure alone.*flink has none\. Use what AWS has, or a foundation on Azure/,
    ],
    [
        "a storage of one cloud under identities of another",
        "prodazure",
        { gcp: { project: "example-lakehouse", region: "europe-west1" }, storage: { profile: "gcs" } },
        "storage.profile",
        /'gcs' lets in identities of Google Cloud alone/,
    ],
    [
        "a storage whose identities an adopted cluster does not name",
        "prod",
        { foundation: adopted, broker: { ...theirs, secretRef: "aws-sm://prod/kafka" } },
        "storage.profile",
        /Name it in foundation\.identities\.dbt\.aws/,
    ],
    [
        "IAM of MSK without a role",
        "prodgcp",
        { broker: { ...theirs, saslMechanism: "AWS_MSK_IAM" } },
        "broker.saslMechanism",
        /'AWS_MSK_IAM' lets in identities of AWS alone/,
    ],
    [
        "brokers on this machine for Flink on a cluster",
        "prod",
        { broker: { ...theirs, bootstrapServers: "localhost:9092", secretRef: "aws-sm://prod/kafka" } },
        "broker.bootstrapServers",
        /localhost is this machine: the cluster does not reach it/,
    ],
    [
        "a catalog on this machine for Flink on a cluster",
        "prod",
        { "catalog.uri": "https://127.0.0.1:8181/catalog" },
        "catalog.uri",
        /127\.0\.0\.1 is this machine/,
    ],
    [
        "storage on this machine for a Flink that is elsewhere",
        "local",
        {
            observability: undefined,
            runtime: {
                profile: "external",
                flinkRest: "https://flink.example.com",
                sqlGateway: "https://sql.example.com",
            },
        },
        "storage.profile",
        /Flink at https:\/\/flink\.example\.com does not reach it/,
    ],
    [
        "a catalog that cannot serve the storage",
        "prod",
        {
            catalog: { profile: "embedded", type: "rest" },
            runtime: undefined,
            dbt: undefined,
            observability: undefined,
        },
        "catalog.profile",
        /'embedded' cannot serve tables on 's3'/,
    ],
    [
        "a storage that Flink on this machine cannot reach",
        "local",
        {
            aws,
            storage: { profile: "s3" },
            catalog: { profile: "external", uri: "https://catalog.example.com", warehouse: "lake" },
        },
        "storage.profile",
        /only the identities of a cluster's workloads reach 's3'/,
    ],
    [
        "a catalog that dbt on a cluster cannot attach",
        "prod",
        { "catalog.attach": false },
        "catalog.attach",
        /has to be true where dbt runs on a cluster/,
    ],
    [
        "tokens of a service account where there is no cluster",
        "prod",
        {
            "catalog.auth": { mode: "serviceAccount", audience: "lakekeeper" },
            foundation: undefined,
            broker: undefined,
            runtime: undefined,
            dbt: undefined,
            observability: undefined,
        },
        "catalog.auth.mode",
        /'serviceAccount' is the token of a workload on a cluster/,
    ],
    [
        "a catalog whose tokens could be read on the way",
        "prod",
        { "catalog.uri": "http://catalog.example.com" },
        "catalog.uri",
        /not encrypted.*Give the catalog's https/,
    ],
    [
        "a secret among the catalog's properties",
        "prod",
        { "catalog.properties": { "s3.secret-access-key": "x" } },
        "catalog.properties",
        /would hold a secret in SQL/,
    ],
    [
        "alerts where nobody reads them",
        "prod",
        { "foundation.operators": { prometheus: "none" } },
        "foundation.operators.prometheus",
        /makes objects of the Prometheus operator/,
    ],
    [
        "a secretRef that nobody looks up",
        "prod",
        {
            "foundation.operators": { externalSecrets: "none" },
            broker: { ...theirs, secretRef: "aws-sm://prod/kafka" },
        },
        "foundation.operators.externalSecrets",
        /a secretRef is looked up by External Secrets/,
    ],
    [
        "a secretRef of the machine that rolls out",
        "prod",
        { broker: { ...theirs, secretRef: "env://KAFKA" } },
        "broker.secretRef",
        /nothing on the cluster could look it up/,
    ],
    [
        "metrics of a Flink that is elsewhere",
        "prod",
        { observability: { profile: "embedded" } },
        "observability.profile",
        /does not fit runtime\.profile kubernetes/,
    ],
    [
        "an API server that is open to all",
        "dev",
        { "foundation.api.publicCidrs": ["0.0.0.0/0"] },
        "foundation.api.publicCidrs",
        /open to the whole internet/,
    ],
    [
        "a transit gateway with nobody behind it",
        "prod",
        { "foundation.api.privateCidrs": [] },
        "foundation.api.transitGatewayId",
        /nobody behind that one is let in/,
    ],
    [
        "joined networks with the platform's own addresses",
        "prod",
        { "foundation.api.privateCidrs": ["10.20.3.0/24"] },
        "foundation.api.privateCidrs",
        /overlaps the network's own/,
    ],
    [
        "a network of public addresses",
        "dev",
        { "foundation.cidr": "11.0.0.0/16" },
        "foundation.cidr",
        /no private block/,
    ],
    [
        "a cluster of EKS without a node",
        "dev",
        { "foundation.nodes": { small: { count: 0 } } },
        "foundation.nodes",
        /it has no node/,
    ],
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
    [
        "nodes of Autopilot",
        "devgcp",
        { "foundation.nodes": { small: {} } },
        "foundation.nodes",
        /Google makes the nodes/,
    ],
    [
        "ranges that overlap",
        "devgcp",
        { "foundation.ranges": { pods: "10.0.0.0/14" } },
        "foundation.ranges.pods",
        /overlap/,
    ],
    [
        "a hierarchical namespace with versions",
        "prodgcp",
        { "storage.recovery": "versions" },
        "storage.hierarchicalNamespace",
        /have no versions/,
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
        "a network of AKS that is none",
        "prodazure",
        { "foundation.cidr": "10.244.0.0/16" },
        "foundation.cidr",
        /overlaps 10\.244\.0\.0\/16/,
    ],
    [
        "a pool with more nodes at least than at most",
        "prodazure",
        { "foundation.classes.small": { minCount: 5, maxCount: 2 } },
        "foundation.classes.small",
        /minCount 5 over maxCount 2/,
    ],
    [
        "addresses for an account that is private",
        "prodazure",
        { "storage.allowedAddresses": ["203.0.113.0/28"] },
        "storage.allowedAddresses",
        /no public address that they could reach/,
    ],
    [
        "soft delete for longer than Azure has it",
        "prodazure",
        { "storage.oldVersionDays": 400 },
        "storage.oldVersionDays",
        /1 to 365 days/,
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
        "jobs of a class for which EKS has no node",
        "prod",
        { "runtime.resourceClass": "large" },
        "runtime.resourceClass",
        /'large' finds no node.*Set foundation\.nodes\.large\.count/,
    ],
    [
        "jobs that the quota of their namespace would never let run",
        "dev",
        { "runtime.parallelism": 120, "foundation.nodes": { large: { count: 3 } }, "runtime.resourceClass": "large" },
        "runtime.parallelism",
        /more than foundation\.quotas\.flink has, where bronze and silver run at once.*quotas\.flink\.cpu to at least "964" \(cores\), foundation\.quotas\.flink\.memory to at least 3848Gi, foundation\.quotas\.flink\.pods to at least 242/,
    ],
    [
        "jobs that the autoscaler would grow over the quota",
        "prodgcp",
        { "runtime.autoscaler": { enabled: true, maxParallelism: 60 } },
        "runtime.parallelism",
        /bronze, scaled to 60, and silver.*flink\.cpu to at least "68" \(cores\); or/,
    ],
    [
        "a quota that is too small for the jobs",
        "prodazure",
        { "foundation.quotas": { flink: { memory: "16384Mi" } } },
        "runtime.parallelism",
        /Set foundation\.quotas\.flink\.memory to at least 40Gi; or/,
    ],
    [
        "jobs of a class for which AKS has no node",
        "prodazure",
        { "foundation.classes.large": { maxCount: 0 }, "runtime.resourceClass": "large" },
        "runtime.resourceClass",
        /'large' finds no node.*Set foundation\.classes\.large\.maxCount/,
    ],
    [
        "jobs of a class for which GKE has no node",
        "prodgcp",
        { "foundation.nodes.medium": { least: 0, most: 0 } },
        "runtime.resourceClass",
        /'medium' finds no node.*Set foundation\.nodes\.medium\.most/,
    ],
    [
        "an autoscaler that may not go up to where the job begins",
        "prod",
        { "runtime.parallelism": 20 },
        "runtime.autoscaler.maxParallelism",
        /at least runtime\.parallelism \(20\)/,
    ],
    [
        "Flink elsewhere with a connector that no login class of AWS fits",
        "prod",
        {
            dbt: undefined,
            observability: undefined,
            runtime: { profile: "external", flinkRest: "https://flink.example", sqlGateway: "https://sql.example" },
        },
        "runtime",
        /'runtime\.connector': 'shaded'.*'msk'.*Set runtime\.connector to plain/,
    ],
    [
        "a login class that Flink on this machine cannot load",
        "local",
        { broker: { ...theirs, saslMechanism: "AWS_MSK_IAM" } },
        "broker.saslMechanism",
        /'AWS_MSK_IAM'.*connector of this machine's Flink/,
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
    [
        "a database that could only shrink",
        "prod",
        {
            catalog: {
                profile: "lakekeeper",
                acceptTermsOfUse: true,
                host: "catalog.example.com",
                ingress: { className: "nginx" },
                auth: { mode: "serviceAccount", operator: "env://TOKEN" },
                database: { kind: "rds", storageGb: 200, maxStorageGb: 100 },
            },
        },
        "catalog.database.maxStorageGb",
        /cannot grow from 200 to 100 GiB/,
    ],
    [
        "half of the internet at the API server of EKS",
        "prod",
        { "foundation.api.publicCidrs": ["0.0.0.0/1", "128.0.0.0/1"] },
        "foundation.api.publicCidrs",
        /0\.0\.0\.0\/1 is no block of public addresses of \/8 or less/,
    ],
    [
        "half of the internet at the API server of GKE",
        "prodgcp",
        { "foundation.api.publicCidrs": ["0.0.0.0/1", "128.0.0.0/1"] },
        "foundation.api.publicCidrs",
        /0\.0\.0\.0\/1 is no block of public addresses of \/8 or less/,
    ],
    [
        "a system pool of AKS without a node",
        "prodazure",
        { "foundation.system": { minCount: 0, maxCount: 0 } },
        "foundation.system",
        /system.*at least one node/,
    ],
    ["a minute that no clock has", "prod", { "dbt.schedule": "99 * * * *" }, "dbt.schedule", /five fields of cron/],
    [
        "a schedule that is none",
        "prod",
        { "runtime.silverSchedule": "a b c d e" },
        "runtime.silverSchedule",
        /five fields of cron/,
    ],
    ["a time zone of no place", "prod", { "dbt.timeZone": "Mars/Base" }, "dbt.timeZone", /tz database/],
    [
        "an identity provider that is no address",
        "prod",
        { "catalog.auth.tokenEndpoint": "javascript:alert(1)" },
        "catalog.auth.tokenEndpoint",
        /https/,
    ],
    [
        "a password in the address of a catalog",
        "prod",
        { "catalog.uri": ["https://me", "word@catalog.example.com/catalog"].join(":") },
        "catalog.uri",
        /user and password/,
    ],
    [
        "versions of a hierarchical namespace, with the reason",
        "prodazure",
        { "storage.versioning": true },
        "storage.versioning",
        /hierarchical namespace has no versions: soft delete takes its place/,
    ],
    [
        "a store of secrets that nobody makes",
        "prod",
        { broker: { ...theirs, secretRef: "vault://kv/kafka" } },
        "broker.secretRef",
        /without the key .secrets\.vault.*runtime\.secretStore/,
    ],
    [
        "a store of secrets of another cloud",
        "prodgcp",
        { broker: { ...theirs, secretRef: "aws-sm://prod/kafka" }, aws },
        "broker.secretRef",
        /lets in identities of AWS, and on the cluster flink has none/,
    ],
];

/** Where the value of a key begins; of the deepest of its parents where the file does not have it. */
function lineOf(text: string, keys: readonly string[]): number {
    const counter = new LineCounter();
    const document = parseDocument(text, { lineCounter: counter });
    for (let length = keys.length; length > 0; length--) {
        const node: unknown = document.getIn(keys.slice(0, length), true);
        if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
    }
    return 1;
}

describe("an environment file that cannot be", () => {
    let directory: string;
    before(async () => void (directory = await mkdtemp(join(tmpdir(), "tidegate-fit-"))));
    after(() => rm(directory, { recursive: true }));

    for (const [what, name, edits, at, says] of refused)
        it(`is refused: ${what}`, async () => {
            const document = parseDocument(readFileSync(join(repositoryRoot, "stacks", `${name}.yaml`), "utf8"));
            for (const [key, value] of Object.entries(edits)) {
                if (value === undefined) document.deleteIn(key.split("."));
                else document.setIn(key.split("."), document.createNode(value));
            }
            assert.ok(isMap(document.contents));
            const file = join(directory, `${name}.yaml`);
            const text = String(document);
            await writeFile(file, text);
            const error = await loadEnvironment(name, {
                TIDEGATE_ENVIRONMENT_FILE: file,
                TIDEGATE_DATA: directory,
            }).then(
                () => assert.fail("it was taken"),
                (thrown: unknown) => (thrown instanceof TidegateError ? thrown : assert.fail(String(thrown))),
            );
            assert.equal(error.code, "environment-invalid");
            const told = error.message.split("\n").find((line) => says.test(line));
            assert.ok(told, error.message);
            assert.equal(Number(/\.yaml:(\d+):/.exec(told)?.[1]), lineOf(text, at.split(".")));
        });

    it("is none where the catalog lends dbt what it reads storage with", async () => {
        const document = parseDocument(readFileSync(join(repositoryRoot, "stacks", "prodgcp.yaml"), "utf8"));
        const email = "flink@example-lakehouse-prod.iam.gserviceaccount.com";
        const network = {
            cloud: "gcp",
            network: "projects/p/global/networks/n",
            subnetwork: "projects/p/regions/r/subnetworks/s",
        };
        const foundation = { ...adopted, network, identities: { flink: { gcp: { email } } } };
        document.setIn(["foundation"], document.createNode(foundation));
        document.setIn(["catalog", "auth"], document.createNode({ mode: "serviceAccount", audience: "lakekeeper" }));
        const file = join(directory, "prodgcp.yaml");
        await writeFile(file, String(document));
        const { name } = await loadEnvironment("prodgcp", {
            TIDEGATE_ENVIRONMENT_FILE: file,
            TIDEGATE_DATA: directory,
        });
        assert.equal(name, "prodgcp");
    });
});
