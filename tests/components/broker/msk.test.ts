import assert from "node:assert/strict";
import type { SimulatedCloud } from "../../../automation/rehearsal/cloud";
import { TidegateError } from "../../../automation/core/errors";
import { MskBroker, type MskBrokerArgs } from "../../../components/broker/msk";
import { kafkaOptions } from "../../../sql/connection";
import { contracts } from "../../../stacks/contracts";
import { msk } from "../../../stacks/settings/broker/msk";
import { standIns } from "../../../stacks/standIns";
import {
    account,
    allowed,
    identities,
    makeIn,
    makeRoles,
    making,
    ofType,
    only,
    tagged,
    transformsOf,
    zones,
    type Program,
} from "../aws";

type Foundation = NonNullable<MskBrokerArgs["foundation"]>;
const topics = { events: "taxi.trips", deadLetters: "taxi.trips.dlq" };
const { namespaces, oidcIssuer } = standIns.foundation;
const onCluster = { identities, namespaces, oidcIssuer };

/** A foundation of so many zones: what is in the cloud of it is made by `before`. */
function standing(count: number) {
    const foundation: { -readonly [K in keyof Foundation]: Foundation[K] } = { ...onCluster, network: null };
    const before = async (cloud: SimulatedCloud) => {
        await makeRoles(cloud);
        const vpc = await makeIn(cloud, "aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" });
        const privateSubnetIds: string[] = [];
        for (const [index, availabilityZone] of zones.slice(0, count).entries()) {
            const inputs = { vpcId: vpc.id, availabilityZone, cidrBlock: `10.0.${index}.0/24` };
            privateSubnetIds.push((await makeIn(cloud, "aws:ec2/subnet:Subnet", "subnet", inputs)).id);
        }
        const nodes = await makeIn(cloud, "aws:ec2/securityGroup:SecurityGroup", "nodes", { vpcId: vpc.id });
        foundation.network = { cloud: "aws", vpcId: vpc.id, privateSubnetIds, nodeSecurityGroupId: nodes.id };
    };
    return { foundation, before };
}

const base = { environment: "prod", account, topics, tags: { team: "a" } };

function make(changes: Partial<MskBrokerArgs> = {}, count = 3): Promise<Program> {
    const { foundation, before } = standing(count);
    return making(() => new MskBroker("broker", { ...base, foundation, ...changes }), before);
}

describe("MskBroker, provisioned", () => {
    let program: Program;
    before(async () => (program = await make()));
    const cluster = () => only(program.made, "msk/cluster:Cluster");
    const arn = () => String(program.contract["cluster"]);

    it("fulfils the contract of the layer", () => {
        const parsed = contracts.broker.parse(program.contract);
        assert.deepEqual(
            { ...parsed, bootstrapServers: parsed.bootstrapServers.split(",").length, cluster: "" },
            {
                profile: "msk",
                bootstrapServers: 3,
                securityProtocol: "SASL_SSL",
                saslMechanism: "AWS_MSK_IAM",
                caPem: null,
                caFile: null,
                clientProperties: {
                    "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
                },
                topics: { events: "taxi.trips", deadLetters: "taxi.trips.dlq", probe: "tidegate.probe", more: [] },
                credentials: null,
                secretRef: null,
                cluster: "",
            },
        );
        for (const server of parsed.bootstrapServers.split(",")) assert.match(server, /:9098$/);
        assert.match(parsed.cluster ?? "", /^arn:aws:kafka:eu-west-1:123456789012:cluster\/tidegate-prod\//);
        assert.deepEqual(program.secrets, []);
    });

    it("tells Flink all that it needs, with no special case in the renderer", () => {
        const { sql } = kafkaOptions(contracts.broker.parse(program.contract));
        assert.match(sql, /'properties\.sasl\.mechanism' = 'AWS_MSK_IAM'/);
        assert.match(sql, /'properties\.sasl\.client\.callback\.handler\.class' = 'software\.amazon\.msk/);
    });

    it("knows clients by IAM over TLS alone, and is not public", () => {
        const { clientAuthentication, encryptionInfo, brokerNodeGroupInfo } = cluster().inputs as Record<
            string,
            Record<string, unknown>
        >;
        assert.deepEqual(clientAuthentication, { sasl: { iam: true, scram: false }, unauthenticated: false });
        assert.deepEqual(encryptionInfo?.["encryptionInTransit"], { clientBroker: "TLS", inCluster: true });
        assert.deepEqual(brokerNodeGroupInfo?.["connectivityInfo"], { publicAccess: { type: "DISABLED" } });
    });

    it("encrypts its disks with a key of its own that is turned", () => {
        const key = only(program.made, "kms/key:Key");
        assert.equal(key.inputs["enableKeyRotation"], true);
        const { encryptionAtRestKmsKeyArn } = cluster().inputs["encryptionInfo"] as Record<string, string>;
        assert.equal(encryptionAtRestKmsKeyArn, `arn:aws:kms:eu-west-1:123456789012:key/${key.id}`);
    });

    it("lets in the cluster's nodes alone, at the port of IAM alone, and lets nothing out", () => {
        const group = only(program.made, "SecurityGroup");
        assert.equal(group.inputs["ingress"], undefined);
        assert.equal(group.inputs["egress"], undefined);
        const { inputs } = only(program.made, "SecurityGroupIngressRule");
        assert.equal(inputs["securityGroupId"], group.id);
        assert.match(String(inputs["referencedSecurityGroupId"]), /^sg-/);
        assert.notEqual(inputs["referencedSecurityGroupId"], group.id);
        assert.deepEqual([inputs["ipProtocol"], inputs["fromPort"], inputs["toPort"]], ["tcp", 9098, 9098]);
        assert.equal(inputs["cidrIpv4"], undefined);
        const { securityGroups } = cluster().inputs["brokerNodeGroupInfo"] as { securityGroups: string[] };
        assert.deepEqual(securityGroups, [group.id]);
    });

    it("makes no topic by itself, and acknowledges nothing that a single broker could lose", () => {
        const configuration = only(program.made, "Configuration");
        assert.deepEqual(String(configuration.inputs["serverProperties"]).trim().split("\n"), [
            "auto.create.topics.enable=false",
            "default.replication.factor=3",
            "min.insync.replicas=2",
            "unclean.leader.election.enable=false",
        ]);
        assert.deepEqual(cluster().inputs["configurationInfo"], { arn: configuration.id, revision: 1 });
    });

    it("is in KRaft mode, in each zone, and tells CloudWatch of itself", () => {
        const { inputs } = cluster();
        assert.match(String(inputs["kafkaVersion"]), /\.kraft$/);
        assert.equal(inputs["numberOfBrokerNodes"], 3);
        assert.equal(inputs["enhancedMonitoring"], "PER_BROKER");
        assert.deepEqual(inputs["loggingInfo"], {
            brokerLogs: { cloudwatchLogs: { enabled: true, logGroup: "/aws/msk/tidegate-prod" } },
        });
        assert.equal(only(program.made, "LogGroup").inputs["retentionInDays"], 90);
    });

    it("has disks that grow by themselves, which is no change of ours", () => {
        const target = only(program.made, "Target").inputs;
        assert.deepEqual([target["minCapacity"], target["maxCapacity"], target["resourceId"]], [1, 1000, arn()]);
        const { targetTrackingScalingPolicyConfiguration } = only(program.made, "Policy").inputs;
        assert.deepEqual(targetTrackingScalingPolicyConfiguration, {
            predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
            targetValue: 60,
            disableScaleIn: true,
        });
        assert.deepEqual(cluster().ignoreChanges, ["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"]);
    });

    it("has the topics of the data set, and one for probes", async () => {
        const told = ({ made }: Program) =>
            ofType(made, "Topic").map(({ inputs }) => [
                inputs["name"],
                inputs["partitionCount"],
                inputs["replicationFactor"],
                (JSON.parse(String(inputs["configs"])) as Record<string, string>)["retention.ms"],
            ]);
        assert.deepEqual(told(program), [
            ["taxi.trips", 3, 3, String(72 * 3_600_000)],
            ["taxi.trips.dlq", 1, 3, String(168 * 3_600_000)],
            ["tidegate.probe", 1, 3, "3600000"],
        ]);
        const other = await make({ events: { partitions: 12, retentionHours: 24 } });
        assert.deepEqual(told(other)[0], ["taxi.trips", 12, 3, "86400000"]);
    });

    it("has a topic more that is protected, and on which Flink has no grant", async () => {
        const { contract, made } = await make({ moreTopics: [{ name: "clicks", partitions: 2, retentionHours: 24 }] });
        assert.deepEqual(contracts.broker.parse(contract).topics.more, ["clicks"]);
        const topic = ofType(made, "Topic").find(({ inputs }) => inputs["name"] === "clicks");
        assert.deepEqual([topic?.inputs["partitionCount"], topic?.protect, topic?.retainOnDelete], [2, true, true]);
        assert.doesNotMatch(String(only(made, "RolePolicy").inputs["policy"]), /clicks/);
    });

    it("lets Flink read events, write dead letters and probe, and nobody do anything else", () => {
        const { inputs } = only(program.made, "RolePolicy");
        assert.equal(inputs["role"], "tidegate-prod-flink");
        const within = (kind: string, name: string) => `${arn().replace(":cluster/", `:${kind}/`)}/${name}`;
        assert.deepEqual(
            allowed(inputs["policy"]),
            [
                `kafka-cluster:Connect on ${arn()}`,
                `kafka-cluster:WriteDataIdempotently on ${arn()}`,
                `kafka-cluster:DescribeTopic on ${within("topic", "taxi.trips")}`,
                `kafka-cluster:ReadData on ${within("topic", "taxi.trips")}`,
                `kafka-cluster:DescribeTopic on ${within("topic", "taxi.trips.dlq")}`,
                `kafka-cluster:WriteData on ${within("topic", "taxi.trips.dlq")}`,
                `kafka-cluster:DescribeTopic on ${within("topic", "tidegate.probe")}`,
                `kafka-cluster:ReadData on ${within("topic", "tidegate.probe")}`,
                `kafka-cluster:WriteData on ${within("topic", "tidegate.probe")}`,
                `kafka-cluster:DescribeGroup on ${within("group", "tidegate-*")}`,
                `kafka-cluster:AlterGroup on ${within("group", "tidegate-*")}`,
            ].sort(),
        );
    });

    it("protects cluster, topics and key, but for an environment that says otherwise", async () => {
        const guarded = ({ made }: Program) =>
            made.filter(({ protect, retainOnDelete }) => protect && retainOnDelete).map(({ name }) => name);
        assert.deepEqual(guarded(program).sort(), [
            "broker-cluster",
            "broker-key",
            "broker-taxi.trips",
            "broker-taxi.trips.dlq",
            "broker-tidegate.probe",
        ]);
        const { made } = await make({ protectData: false });
        assert.deepEqual(
            made.filter(({ protect, retainOnDelete }) => protect || retainOnDelete),
            [],
        );
    });

    it("says on everything that takes tags what it belongs to", () => {
        const expected = { team: "a", environment: "prod", layer: "broker", "managed-by": "tidegate" };
        assert.deepEqual(
            tagged(program.made).map(({ inputs }) => inputs["tags"]),
            tagged(program.made).map(() => expected),
        );
    });

    it("takes a transform for what it does not foresee", async () => {
        const transform = () => undefined;
        const { foundation, before } = standing(3);
        const args = { ...base, foundation, transform };
        const seen = await transformsOf((options) => new MskBroker("broker", args, options), before);
        assert.deepEqual(seen, [transform]);
    });

    it("takes the defaults of its settings", async () => {
        const { profile: _, cluster: size, ...settings } = msk.parse({ profile: "msk" });
        assert.ok(size.kind === "provisioned");
        const { made } = await make({ ...settings, cluster: size });
        const shown = (program: Pick<Program, "made">) =>
            program.made.map(({ type, name, inputs }) => ({
                type,
                name,
                sizes: [inputs["kafkaVersion"], inputs["maxCapacity"], inputs["partitionCount"], inputs["configs"]],
            }));
        assert.deepEqual(shown({ made }), shown(program));
    });

    describe("refuses", () => {
        const refused = async (program: Promise<unknown>, message: RegExp) =>
            assert.rejects(program, (error) => {
                assert.ok(TidegateError.is(error), String(error));
                assert.match(error.message, message);
                assert.ok(error.hint);
                return true;
            });
        const provisioned = { kind: "provisioned" } as const;

        it("an environment without a foundation: it needs subnets", () =>
            refused(
                making(() => new MskBroker("broker", base)),
                /without subnets.*no foundation/,
            ));
        it("a foundation that was adopted, and names no network", () =>
            refused(
                making(() => new MskBroker("broker", { ...base, foundation: { ...onCluster, network: null } })),
                /adopted/,
            ));
        it("a foundation on another cloud", () => {
            const network = { cloud: "gcp" as const, network: "n", subnetwork: "s" };
            return refused(
                making(() => new MskBroker("broker", { ...base, foundation: { ...onCluster, network } })),
                /on gcp/,
            );
        });
        it("one zone", () => refused(make({}, 1), /one zone/));
        it("fewer brokers than replicas", () => refused(make({}, 2), /2 brokers cannot hold the 3 replicas/));
        it("ZooKeeper, from which there is no way to KRaft", () =>
            refused(make({ cluster: { ...provisioned, kafkaVersion: "3.9.x" } }), /ZooKeeper/));
        it("Express brokers", () =>
            refused(make({ cluster: { ...provisioned, instanceType: "express.m7g.large" } }), /no Standard broker/));
        it("disks that would have to shrink", () =>
            refused(
                make({ cluster: { ...provisioned, storageGb: 500, maxStorageGb: 100 } }),
                /cannot grow from 500 to 100/,
            ));
    });

    it("is content with two zones where each has two brokers", async () => {
        const { made } = await make({ cluster: { kind: "provisioned", brokersPerZone: 2 } }, 2);
        assert.equal(only(made, "msk/cluster:Cluster").inputs["numberOfBrokerNodes"], 4);
    });
});
