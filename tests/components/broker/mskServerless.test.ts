import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { violations } from "../../../automation/rehearsal/tables/kubernetes/podSecurity";
import { MskBroker, type MskBrokerArgs } from "../../../components/broker/msk";
import { at, type Values } from "../../../components/provider/values";
import { contracts } from "../../../stacks/contracts";
import { standInOf } from "../../../stacks/standIns";
import { account, allowed, identities, statementsOf } from "../aws";
import { making, type Program } from "../mocks";

const image = `registry.example/lake/flink@sha256:${"0123456789abcdef".repeat(4)}`;
const { network } = standInOf({ foundation: { profile: "eks" } } as never, "foundation");
const namespaces = Object.fromEntries(
    ["flink", "catalog", "dbt", "observability"].map((room) => [room, `prod-${room}`]),
);
const issuer = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE";
const foundation = { network, identities, namespaces, oidcIssuer: `https://${issuer}` } as unknown as NonNullable<
    MskBrokerArgs["foundation"]
>;
const args: MskBrokerArgs = {
    environment: "prod",
    account,
    tags: { team: "a" },
    topics: { events: "taxi.trips", deadLetters: "taxi.trips.dlq" },
    foundation,
    cluster: { kind: "serverless", image },
};
const arn = "arn:aws:kafka:eu-west-1:123456789012:cluster/tidegate-prod/uuid";
const computed = {
    "aws:msk/serverlessCluster:ServerlessCluster": { arn, bootstrapBrokersSaslIam: "boot.example:9098" },
    "aws:iam/role:Role": { arn: "arn:aws:iam::123456789012:role/tidegate-prod-topics" },
};
const make = (changes: Partial<MskBrokerArgs> = {}) =>
    making((options) => new MskBroker("broker", { ...args, ...changes }, options), computed);
const jobType = "kubernetes:batch/v1:Job";
const filesOf = (program: Program) => program.one("kubernetes:core/v1:ConfigMap").inputs["data"] as Values;

describe("MskBroker, serverless", () => {
    let program: Program;
    before(async () => (program = await make()));
    const podOf = (of = program) => at(of.one(jobType).inputs, ["spec", "template", "spec"]) as Values;
    const within = (topic: string) => `${arn.replace(":cluster/", ":topic/")}/${topic}`;
    const all = ["taxi.trips", "taxi.trips.dlq", "tidegate.probe"];

    it("fulfils the contract of the layer", () => {
        const parsed = contracts.broker.parse(program.contract);
        assert.equal(parsed.bootstrapServers, "boot.example:9098");
        assert.equal(parsed.saslMechanism, "AWS_MSK_IAM");
    });

    it("knows clients by IAM alone, in the private subnets, behind one group", () => {
        const { inputs, protect, retainOnDelete } = program.one("aws:msk/serverlessCluster:ServerlessCluster");
        assert.deepEqual(inputs["clientAuthentication"], { sasl: { iam: { enabled: true } } });
        const [place] = inputs["vpcConfigs"] as { subnetIds: string[]; securityGroupIds: string[] }[];
        assert.deepEqual([place?.subnetIds.length, place?.securityGroupIds.length], [3, 1]);
        assert.deepEqual([protect, retainOnDelete], [true, true]);
        const rule = program.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs;
        assert.equal(rule["fromPort"], 9098);
    });

    it("tells the Job of a topic more, which its role may make", async () => {
        const moreTopics = [{ name: "clicks", partitions: 2, retentionHours: 24 }];
        const other = await make({ moreTopics });
        const { topics } = filesOf(other);
        assert.match(String(topics), /^clicks 2 cleanup\.policy=delete retention\.ms=86400000$/m);
        const roles = other.all("aws:iam/rolePolicy:RolePolicy").map(({ inputs }) => String(inputs["policy"]));
        assert.deepEqual(roles.map((policy) => policy.includes(within("clicks"))).sort(), [false, true]);
        assert.notEqual(
            at(other.one(jobType).inputs, ["metadata", "name"]),
            at(program.one(jobType).inputs, ["metadata", "name"]),
        );
    });

    it("tells a Job on the cluster which topics there are to be, and how it logs in", () => {
        assert.deepEqual(program.all("aws:msk/topic:Topic"), []);
        const { topics, "client.properties": client } = filesOf(program);
        assert.deepEqual(String(topics).trim().split("\n"), [
            "taxi.trips 3 cleanup.policy=delete retention.ms=259200000",
            "taxi.trips.dlq 1 cleanup.policy=delete retention.ms=604800000",
            "tidegate.probe 1 cleanup.policy=delete retention.ms=3600000",
        ]);
        assert.deepEqual(String(client).trim().split("\n"), [
            "bootstrap.servers=boot.example:9098",
            "security.protocol=SASL_SSL",
            "sasl.mechanism=AWS_MSK_IAM",
            "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;",
            "sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler",
        ]);
    });

    it("is a pod of the locked image that passes Pod Security restricted, and reaches brokers and tokens alone", () => {
        assert.deepEqual(violations(podOf()), []);
        assert.equal(at(podOf(), ["containers", 0, "image"]), image);
        assert.equal(at(podOf(), ["containers", 0, "securityContext", "readOnlyRootFilesystem"]), true);
        const { spec } = program.one("kubernetes:networking.k8s.io/v1:NetworkPolicy").inputs as { spec: Values };
        assert.deepEqual(spec["ingress"], []);
        assert.deepEqual(
            (at(spec, ["egress", 0, "ports"]) as Values[]).map(({ port }) => port),
            [443, 9098],
        );
        const labels = at(program.one(jobType).inputs, ["spec", "template", "metadata", "labels"]) as Values;
        const selected = at(spec, ["podSelector", "matchLabels"]) as Values;
        for (const [key, value] of Object.entries(selected)) assert.equal(labels[key], value);
    });

    it("has a role of its own, which makes and changes those topics, and neither reads nor writes one", () => {
        const access = program.one("aws:iam/rolePolicy:RolePolicy", "broker-topics-access");
        const actions = [
            ...["AlterTopic", "AlterTopicDynamicConfiguration", "CreateTopic"],
            ...["DescribeTopic", "DescribeTopicDynamicConfiguration"],
        ];
        assert.deepEqual(
            allowed(access.inputs["policy"]),
            [
                `kafka-cluster:Connect on ${arn}`,
                ...actions.flatMap((action) => all.map((topic) => `kafka-cluster:${action} on ${within(topic)}`)),
            ].sort(),
        );
        const [trust] = statementsOf(program.one("aws:iam/role:Role").inputs["assumeRolePolicy"]);
        assert.deepEqual(trust?.Principal, { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` });
        assert.equal(
            trust?.Condition?.["StringEquals"]?.[`${issuer}:sub`],
            "system:serviceaccount:prod-flink:kafka-topics",
        );
        assert.equal(podOf()["serviceAccountName"], "kafka-topics");
        const ofAccount = program.one("kubernetes:core/v1:ServiceAccount").inputs;
        assert.deepEqual(at(ofAccount, ["metadata", "annotations"]), {
            "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/tidegate-prod-topics",
        });
        assert.ok(program.one(jobType).dependencies.includes(access.name));
    });

    it("lets Flink make no topic", () => {
        const ofFlink = allowed(program.one("aws:iam/rolePolicy:RolePolicy", "broker-flink-access").inputs["policy"]);
        assert.deepEqual(
            ofFlink.filter((one) => /CreateTopic|AlterTopic/.test(one)),
            [],
        );
    });

    it("is another Job when what it does changes, and the same one when nothing does", async () => {
        const nameOf = (of: Program) => at(of.one(jobType).inputs, ["metadata", "name"]);
        assert.match(String(nameOf(program)), /^kafka-topics-[0-9a-f]{10}$/);
        assert.equal(nameOf(await make()), nameOf(program));
        const grown = await make({ events: { partitions: 6 } });
        assert.notEqual(nameOf(grown), nameOf(program));
        assert.match(String(filesOf(grown)["topics"]), /^taxi\.trips 6 /);
    });

    it("is refused where the cluster's issuer of tokens is not known", () => {
        pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: inputs }) });
        assert.throws(() => new MskBroker("broker", { ...args, foundation: { ...foundation, oidcIssuer: null } }), {
            code: "msk-invalid",
        });
    });
});
