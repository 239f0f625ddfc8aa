import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../../automation/core/errors";
import { EksCluster, type EksClusterArgs } from "../../../components/foundation/eks";
import { contracts } from "../../../stacks/contracts";
import { eks } from "../../../stacks/settings/foundation/eks";
import {
    account,
    making,
    ofType,
    only,
    statementsOf,
    tagged,
    transformsOf,
    zones,
    type Made,
    type Program,
} from "../aws";

const args = { environment: "prod", account, zones, tags: { team: "lakehouse" } };
const output = (name: string): pulumi.Output<string> => pulumi.output(`prod-${name}`);
const namespaces = {
    flink: output("flink"),
    catalog: output("catalog"),
    dbt: output("dbt"),
    observability: output("observability"),
};
const build = (changes: Partial<EksClusterArgs>, options?: pulumi.ComponentResourceOptions) => ({
    contract: new EksCluster("foundation", { ...args, ...changes }, options).contract(namespaces),
});
const make = (changes: Partial<EksClusterArgs> = {}) => making(() => build(changes));

const trustOf = ({ inputs }: Made) =>
    (
        JSON.parse(String(inputs["assumeRolePolicy"])) as {
            Statement: { Principal: Record<string, string>; Condition?: Record<string, Record<string, string>> }[];
        }
    ).Statement;

describe("EksCluster", () => {
    let program: Program;
    before(async () => (program = await make()));
    const cluster = () => only(program.made, "eks/cluster:Cluster");
    const issuer = () => String(program.contract["oidcIssuer"]);

    it("fulfils the contract of the layer", () => {
        const parsed = contracts.foundation.parse(program.contract);
        assert.equal(parsed.clusterName, "tidegate-prod");
        assert.match(parsed.oidcIssuer ?? "", /^https:\/\/oidc\.eks\.eu-west-1\.amazonaws\.com\/id\//);
        assert.equal(parsed.identities.catalog.serviceAccount, "lakekeeper");
        assert.deepEqual(parsed.identities.flink, {
            namespace: "prod-flink",
            serviceAccount: "flink",
            aws: {
                roleName: "tidegate-prod-flink",
                roleArn: "arn:aws:iam::123456789012:role/tidegate-prod-flink",
            },
            gcp: null,
            azure: null,
        });
        const subnets = ofType(program.made, "Subnet").filter(({ name }) => name.includes("private"));
        assert.deepEqual(parsed.network, {
            cloud: "aws",
            vpcId: only(program.made, "Vpc").id,
            privateSubnetIds: subnets.map(({ id }) => id),
            nodeSecurityGroupId: parsed.network?.cloud === "aws" ? parsed.network.nodeSecurityGroupId : "",
        });
    });

    it("hands out a kubeconfig that holds no key, as a secret", () => {
        assert.deepEqual(program.secrets, ["kubeconfig"]);
        const { users, clusters } = JSON.parse(String(program.contract["kubeconfig"])) as {
            users: { user: object }[];
            clusters: { cluster: { server: string } }[];
        };
        assert.deepEqual(
            users.map(({ user }) => user),
            [
                {
                    exec: {
                        apiVersion: "client.authentication.k8s.io/v1beta1",
                        command: "aws",
                        args: ["eks", "get-token", "--cluster-name", "tidegate-prod", "--region", "eu-west-1"],
                        interactiveMode: "Never",
                    },
                },
            ],
        );
        assert.match(clusters[0]?.cluster.server ?? "", /^https:\/\//);
    });

    describe("the network", () => {
        const cidrs = (made: readonly Made[]) => ofType(made, "Subnet").map(({ inputs }) => inputs["cidrBlock"]);

        it("has in each zone a private subnet and a way out of its own", () => {
            assert.deepEqual(cidrs(program.made).sort(), [
                "10.0.0.0/18",
                "10.0.128.0/18",
                "10.0.192.0/22",
                "10.0.196.0/22",
                "10.0.200.0/22",
                "10.0.64.0/18",
            ]);
            for (const { inputs } of ofType(program.made, "Subnet")) assert.equal(inputs["mapPublicIpOnLaunch"], false);
            const ways = ofType(program.made, "Route").filter(({ name }) => name.includes("private"));
            assert.equal(new Set(ways.map(({ inputs }) => inputs["natGatewayId"])).size, 3);
        });

        it("has one way out for all where it is asked to", async () => {
            const { made } = await make({ nat: "single", zones: zones.slice(0, 2) });
            assert.equal(ofType(made, "NatGateway").length, 1);
            const ways = ofType(made, "Route").filter(({ name }) => name.includes("private"));
            assert.deepEqual(new Set(ways.map(({ inputs }) => inputs["natGatewayId"])).size, 1);
            assert.equal(ways.length, 2);
        });

        it("reaches S3 without leaving it, and lets nobody in by default", () => {
            const endpoint = only(program.made, "VpcEndpoint").inputs;
            assert.equal(endpoint["serviceName"], "com.amazonaws.eu-west-1.s3");
            assert.equal(endpoint["vpcEndpointType"], "Gateway");
            assert.equal((endpoint["routeTableIds"] as unknown[]).length, 3);
            const { ingress, egress } = only(program.made, "DefaultSecurityGroup").inputs;
            assert.deepEqual([ingress, egress], [[], []]);
        });

        it("is cut out of the block that it is given", async () => {
            const { made } = await make({ cidr: "172.20.16.0/20", zones: zones.slice(0, 2), nat: "single" });
            assert.deepEqual(cidrs(made).sort(), ["172.20.16.0/22", "172.20.20.0/22", "172.20.28.0/26"]);
        });

        it("is joined to others by a transit gateway, which then reach the API server and nothing else", async () => {
            const api = { privateCidrs: ["192.168.0.0/16"], transitGatewayId: "tgw-0123" };
            const { made } = await make({ api });
            assert.equal(only(made, "VpcAttachment").inputs["transitGatewayId"], "tgw-0123");
            const routes = ofType(made, "Route").filter(({ name }) => name.includes("transit"));
            assert.equal(routes.length, 3);
            for (const { inputs } of routes) assert.equal(inputs["destinationCidrBlock"], "192.168.0.0/16");
            const { inputs } = only(made, "SecurityGroupIngressRule");
            assert.deepEqual([inputs["cidrIpv4"], inputs["fromPort"], inputs["toPort"]], ["192.168.0.0/16", 443, 443]);
        });
    });

    describe("the API server", () => {
        it("is private, and has a public endpoint for those alone who are named", async () => {
            const { vpcConfig } = cluster().inputs as { vpcConfig: Record<string, unknown> };
            assert.equal(vpcConfig["endpointPrivateAccess"], true);
            assert.equal(vpcConfig["endpointPublicAccess"], false);
            assert.deepEqual(ofType(program.made, "SecurityGroupIngressRule"), []);
            const open = await make({ api: { publicCidrs: ["192.0.2.0/24"] } });
            const { vpcConfig: named } = only(open.made, "eks/cluster:Cluster").inputs as {
                vpcConfig: Record<string, unknown>;
            };
            assert.equal(named["endpointPublicAccess"], true);
            assert.equal(named["endpointPrivateAccess"], true);
            assert.deepEqual(named["publicAccessCidrs"], ["192.0.2.0/24"]);
        });

        it("encrypts secrets with a key of its own that is turned", () => {
            const key = only(program.made, "kms/key:Key");
            assert.equal(key.inputs["enableKeyRotation"], true);
            assert.deepEqual(cluster().inputs["encryptionConfig"], {
                provider: { keyArn: `arn:aws:kms:eu-west-1:123456789012:key/${key.id}` },
                resources: ["secrets"],
            });
        });

        it("logs all that it can, for a time", () => {
            assert.deepEqual(cluster().inputs["enabledClusterLogTypes"], [
                "api",
                "audit",
                "authenticator",
                "controllerManager",
                "scheduler",
            ]);
            const logs = only(program.made, "LogGroup").inputs;
            assert.deepEqual([logs["name"], logs["retentionInDays"]], ["/aws/eks/tidegate-prod/cluster", 90]);
            assert.ok(cluster().after.includes("foundation-logs"), "or EKS makes one that keeps everything");
        });

        it("knows people by IAM alone, and no other administrators than those that are named", async () => {
            assert.deepEqual(cluster().inputs["accessConfig"], {
                authenticationMode: "API",
                bootstrapClusterCreatorAdminPermissions: true,
            });
            assert.deepEqual(ofType(program.made, "AccessEntry"), []);
            const principalArn = "arn:aws:iam::123456789012:role/platform";
            const { made } = await make({ admins: [principalArn] });
            assert.equal(only(made, "AccessEntry").inputs["principalArn"], principalArn);
            const { policyArn, accessScope } = only(made, "AccessPolicyAssociation").inputs;
            assert.equal(policyArn, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy");
            assert.deepEqual(accessScope, { type: "cluster" });
        });
    });

    describe("the nodes", () => {
        const groups = (made: readonly Made[]) => ofType(made, "NodeGroup");

        it("are in groups by the class of the jobs that run on them, in private subnets", () => {
            assert.deepEqual(
                groups(program.made).map(({ inputs }) => [inputs["labels"], inputs["scalingConfig"]]),
                [
                    [{ "tidegate.dev/resource-class": "small" }, { minSize: 3, desiredSize: 3, maxSize: 3 }],
                    [{ "tidegate.dev/resource-class": "medium" }, { minSize: 0, desiredSize: 0, maxSize: 1 }],
                    [{ "tidegate.dev/resource-class": "large" }, { minSize: 0, desiredSize: 0, maxSize: 1 }],
                ],
            );
            const { privateSubnetIds } = program.contract["network"] as { privateSubnetIds: string[] };
            for (const { inputs } of groups(program.made)) assert.deepEqual(inputs["subnetIds"], privateSubnetIds);
        });

        it("keep their role from pods, and encrypt their disks", () => {
            const templates = ofType(program.made, "LaunchTemplate");
            assert.equal(templates.length, 3);
            for (const { inputs } of templates) {
                assert.deepEqual(inputs["metadataOptions"], {
                    httpEndpoint: "enabled",
                    httpTokens: "required",
                    httpPutResponseHopLimit: 1,
                });
                const [disk] = inputs["blockDeviceMappings"] as { ebs: { encrypted: string } }[];
                assert.equal(disk?.ebs.encrypted, "true");
            }
        });

        it("may join and pull images, and nothing else", () => {
            const attached = ofType(program.made, "RolePolicyAttachment")
                .filter(({ inputs }) => inputs["role"] === "tidegate-prod-nodes")
                .map(({ inputs }) => inputs["policyArn"]);
            assert.deepEqual(attached.sort(), [
                "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
                "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
            ]);
            const own = ofType(program.made, "RolePolicy").filter(
                ({ inputs }) => inputs["role"] === "tidegate-prod-nodes",
            );
            assert.deepEqual(own, []);
        });

        it("have the image of their processors", async () => {
            const small = { instanceType: "m7g.large", count: 2 };
            const { made } = await make({ nodes: { small, large: { instanceType: "g5.xlarge", count: 1 } } });
            assert.deepEqual(
                groups(made).map(({ inputs }) => inputs["amiType"]),
                ["AL2023_ARM_64_STANDARD", "AL2023_x86_64_STANDARD", "AL2023_x86_64_STANDARD"],
            );
        });
    });

    describe("the add-ons", () => {
        const addons = (name: string) =>
            ofType(program.made, "Addon").find(({ inputs }) => inputs["addonName"] === name);

        it("are all managed, none that a cluster brings by itself", () => {
            assert.equal(cluster().inputs["bootstrapSelfManagedAddons"], false);
            assert.deepEqual(
                ofType(program.made, "Addon")
                    .map(({ inputs }) => inputs["addonName"])
                    .sort(),
                ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"],
            );
        });

        it("enforce network policies", () => {
            assert.deepEqual(JSON.parse(String(addons("vpc-cni")?.inputs["configurationValues"])), {
                enableNetworkPolicy: "true",
            });
        });

        it("have roles of their own, for their service accounts alone", () => {
            for (const [addon, subject] of [
                ["vpc-cni", "aws-node"],
                ["aws-ebs-csi-driver", "ebs-csi-controller-sa"],
            ] as const) {
                const arn = String(addons(addon)?.inputs["serviceAccountRoleArn"]);
                const role = ofType(program.made, "Role").find(({ id }) => arn.endsWith(`/${id}`));
                const [statement] = role === undefined ? [] : trustOf(role);
                assert.ok(
                    Object.values(statement?.Condition?.["StringEquals"] ?? {}).includes(
                        `system:serviceaccount:kube-system:${subject}`,
                    ),
                    addon,
                );
            }
        });
    });

    describe("the disks of its pods", () => {
        it("are encrypted with the foundation's key, which their driver may use for disks alone", () => {
            const { provider } = cluster().inputs["encryptionConfig"] as { provider: { keyArn: string } };
            const { policy } = only(program.made, "RolePolicy", "foundation-disks-key").inputs;
            const statements = statementsOf(policy);
            assert.ok(statements.every(({ Resource }) => Resource === provider.keyArn));
            const grants = statements.find(({ Action }) => [Action].flat().includes("kms:CreateGrant"));
            assert.deepEqual(grants?.Condition, { Bool: { "kms:GrantIsForAWSResource": "true" } });
        });
    });

    describe("the role of a workload", () => {
        for (const [workload, account] of [
            ["flink", "flink"],
            ["catalog", "lakekeeper"],
            ["dbt", "dbt"],
        ] as const)
            it(`of ${workload} is taken on by its service account of this cluster, and by nobody else`, () => {
                const role = only(program.made, "Role", `foundation-${workload}-role`);
                const host = issuer().replace("https://", "");
                assert.deepEqual(trustOf(role), [
                    {
                        Effect: "Allow",
                        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` },
                        Action: "sts:AssumeRoleWithWebIdentity",
                        Condition: {
                            StringEquals: {
                                [`${host}:sub`]: `system:serviceaccount:prod-${workload}:${account}`,
                                [`${host}:aud`]: "sts.amazonaws.com",
                            },
                        },
                    },
                ]);
            });

        it("brings no grant: layers attach theirs", () => {
            const roles = ["flink", "catalog", "dbt"].map((workload) => `tidegate-prod-${workload}`);
            const grants = [...ofType(program.made, "RolePolicyAttachment"), ...ofType(program.made, "RolePolicy")];
            assert.deepEqual(
                grants.filter(({ inputs }) => roles.includes(String(inputs["role"]))),
                [],
            );
        });

        it("is trusted by a provider of this cluster's tokens, for AWS as their audience", () => {
            const { url, clientIdLists } = only(program.made, "OpenIdConnectProvider").inputs;
            assert.deepEqual([url, clientIdLists], [issuer(), ["sts.amazonaws.com"]]);
        });
    });

    it("protects cluster and key, but for an environment that says otherwise", async () => {
        const guarded = ({ made }: Program) => made.filter(({ protect }) => protect).map(({ name }) => name);
        assert.deepEqual(guarded(program).sort(), ["foundation-cluster", "foundation-key"]);
        assert.equal(cluster().inputs["deletionProtection"], true);
        const open = await make({ protectData: false });
        assert.deepEqual(guarded(open), []);
        assert.equal(only(open.made, "eks/cluster:Cluster").inputs["deletionProtection"], false);
    });

    it("says on everything that takes tags what it belongs to", () => {
        const expected = { team: "lakehouse", environment: "prod", layer: "foundation", "managed-by": "tidegate" };
        const all = tagged(program.made);
        assert.ok(all.length > 30, String(all.length));
        for (const { inputs, name } of all)
            assert.deepEqual({ ...(inputs["tags"] as object), ...expected }, inputs["tags"], name);
    });

    it("takes a transform for what it does not foresee", async () => {
        const transform = () => undefined;
        assert.deepEqual(await transformsOf((options) => build({ transform }, options)), [transform]);
    });

    it("takes the defaults of its settings", async () => {
        const { profile: _, zones: count, operators: __, api: ___, ...settings } = eks.parse({ profile: "eks" });
        assert.equal(count, 3);
        const { made } = await make(settings);
        assert.deepEqual(
            made.map(({ type, name, inputs }) => ({ type, name, version: inputs["version"] })),
            program.made.map(({ type, name, inputs }) => ({ type, name, version: inputs["version"] })),
        );
    });

    describe("refuses", () => {
        const refusals: readonly [string, Partial<EksClusterArgs>, RegExp][] = [
            ["one zone", { zones: zones.slice(0, 1) }, /one zone/],
            ["more zones than it has room for", { zones: [...zones, "eu-west-1d"] }, /4 zones/],
            ["a network that is too large", { cidr: "10.0.0.0/8" }, /no private block of 16 to 20 bits/],
            ["a network of addresses of the internet", { cidr: "192.0.0.0/16" }, /no private block/],
            ["a network that does not begin where it says", { cidr: "10.0.1.0/16" }, /no private block/],
            ["an API server that is open to everybody", { api: { publicCidrs: ["0.0.0.0/0"] } }, /whole internet/],
            ["an API server for what is no block", { api: { publicCidrs: ["192.0.2.1/24"] } }, /no block of addresses/],
            ["a transit gateway with nobody behind it", { api: { transitGatewayId: "tgw-1" } }, /nobody behind/],
            [
                "a joined network that overlaps its own",
                { api: { transitGatewayId: "tgw-1", privateCidrs: ["10.0.0.0/8"] } },
                /overlaps the network's own/,
            ],
            ["a cluster without a node", { nodes: { small: { instanceType: "m7i.large", count: 0 } } }, /no node/],
        ];
        for (const [what, changes, message] of refusals)
            it(what, async () => {
                await assert.rejects(make(changes), (error) => {
                    assert.ok(TidegateError.is(error), String(error));
                    assert.match(error.message, message);
                    assert.ok(error.hint);
                    return true;
                });
            });
    });
});
