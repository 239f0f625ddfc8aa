import assert from "node:assert/strict";
import { contracts } from "../../../stacks/contracts";
import { eks } from "../../../stacks/settings/foundation/eks";
import { ofType, only, statementsOf, tagged, transformsOf, type Made, type Program } from "../aws";
import { build, make } from "./eksProgram";

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
});
