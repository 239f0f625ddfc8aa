import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { roles } from "../../../components/cloud/azureAccess";
import { AksCluster, type AksClusterArgs } from "../../../components/foundation/aks";
import { foundationContract } from "../../../stacks/contracts";
import { aks } from "../../../stacks/settings/foundation/aks";
import { account, grantsOf, making, ofType, only, valueOf, type Made } from "../azure";

const administrator = { objectId: "5d0c8a2e-90a7-4a1b-8f8f-0c3f7f5f2d11", type: "Group" } as const;
const args: AksClusterArgs = {
    environment: "prod",
    account,
    tags: { team: "data" },
    administrators: [administrator],
    kubernetesVersion: "1.34",
};
const make = (changes: Partial<AksClusterArgs> = {}) =>
    making(() => {
        const cluster = new AksCluster("foundation", { ...args, ...changes });
        const { clusterName, kubeconfig, oidcIssuer, identities, network } = cluster;
        return { contract: { clusterName, kubeconfig, oidcIssuer, identities, network }, cluster };
    });

describe("AksCluster", () => {
    let made: Made[];
    let contract: Record<string, unknown>;
    let cluster: AksCluster;
    before(async () => {
        const result = await make();
        ({ made, contract } = result);
        cluster = result.component.cluster;
    });

    it("fulfils the contract of the layer, but for the namespaces", () => {
        const namespaces = { flink: "f", catalog: "c", dbt: "d", observability: "o" };
        const parsed = foundationContract.parse({ profile: "aks", ...contract, namespaces });
        assert.equal(parsed.oidcIssuer, "https://issuer.example/");
        assert.deepEqual(parsed.identities.flink, {
            namespace: "prod-flink",
            serviceAccount: "flink",
            aws: null,
            gcp: null,
            azure: { clientId: "client of foundation-flink", principalId: "principal of foundation-flink" },
        });
        assert.deepEqual(parsed.network, {
            cloud: "azure",
            resourceGroup: "tidegate-prod-foundation",
            virtualNetworkId: "/foundation-network",
            nodeSubnetId: "/foundation-nodes",
            endpointSubnetId: "/foundation-endpoints",
            databaseSubnetId: "/foundation-databases",
        });
    });

    it("is a private cluster with roles of Azure, and without local accounts", () => {
        const inputs = only(made, "containerservice:ManagedCluster");
        assert.equal(inputs["disableLocalAccounts"], true);
        assert.deepEqual(inputs["aadProfile"], { managed: true, enableAzureRBAC: true, tenantID: account.tenantId });
        const access = inputs["apiServerAccessProfile"] as Record<string, unknown>;
        assert.deepEqual([access["enablePrivateCluster"], access["enablePrivateClusterPublicFQDN"]], [true, false]);
        assert.deepEqual(inputs["oidcIssuerProfile"], { enabled: true });
        assert.deepEqual((inputs["securityProfile"] as { workloadIdentity: unknown }).workloadIdentity, {
            enabled: true,
        });
        const { networkPolicy, networkDataplane } = inputs["networkProfile"] as Record<string, unknown>;
        assert.deepEqual([networkPolicy, networkDataplane], ["cilium", "cilium"]);
        assert.deepEqual(inputs["autoUpgradeProfile"], { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" });
    });

    it("is open to the addresses that are named instead, where some are", async () => {
        const open = await make({ authorizedAddresses: ["203.0.113.0/28"] });
        const inputs = only(open.made, "containerservice:ManagedCluster");
        assert.deepEqual(inputs["apiServerAccessProfile"], {
            enablePrivateCluster: false,
            authorizedIPRanges: ["203.0.113.0/28"],
            disableRunCommand: true,
        });
    });

    it("has nodes for each resource class, encrypted at their hosts and without public addresses", () => {
        const pools = ofType(made, "containerservice:AgentPool").map(({ inputs }) => inputs);
        assert.deepEqual(
            pools.map(({ nodeLabels }) => nodeLabels),
            [
                { "tidegate.dev/resource-class": "small" },
                { "tidegate.dev/resource-class": "medium" },
                { "tidegate.dev/resource-class": "large" },
            ],
        );
        const { agentPoolProfiles } = only(made, "containerservice:ManagedCluster");
        for (const pool of [...pools, ...(agentPoolProfiles as Record<string, unknown>[])]) {
            assert.equal(pool["enableEncryptionAtHost"], true);
            assert.equal(pool["enableNodePublicIP"], false);
            assert.equal(pool["vnetSubnetID"], "/foundation-nodes");
            assert.deepEqual(pool["availabilityZones"], ["1", "2", "3"]);
        }
    });

    it("changes the size of one class, and leaves the rest as it is", async () => {
        const bigger = await make({ classes: { large: { vmSize: "Standard_E32ds_v5" } } });
        const sizes = ofType(bigger.made, "containerservice:AgentPool").map(({ inputs }) => inputs["vmSize"]);
        assert.deepEqual(sizes, ["Standard_D4ds_v5", "Standard_D8ds_v5", "Standard_E32ds_v5"]);
    });

    it("puts nodes, endpoints and databases into subnets of their own", () => {
        const subnets = ofType(made, "network:Subnet").map(({ inputs }) => inputs);
        assert.deepEqual(
            subnets.map(({ addressPrefix }) => addressPrefix),
            ["10.64.0.0/20", "10.64.16.0/24", "10.64.17.0/24"],
        );
        for (const subnet of subnets) {
            assert.deepEqual(subnet["networkSecurityGroup"], { id: "/foundation-security" });
            assert.equal(subnet["defaultOutboundAccess"], false);
        }
        assert.match(JSON.stringify(subnets[2]?.["delegations"]), /Microsoft.DBforPostgreSQL\/flexibleServers/);
        assert.equal(subnets[0]?.["delegations"], undefined);
    });

    it("takes tokens of exactly one service account for each identity", async () => {
        const credentials = ofType(made, "managedidentity:FederatedIdentityCredential").map(({ inputs }) => [
            inputs["resourceName"],
            inputs["subject"],
            inputs["issuer"],
            inputs["audiences"],
        ]);
        const of = (workload: string, subject: string) => [
            `tidegate-prod-${workload}`,
            `system:serviceaccount:prod-${subject}`,
            "https://issuer.example/",
            ["api://AzureADTokenExchange"],
        ];
        assert.deepEqual(credentials, [
            of("flink", "flink:flink"),
            of("catalog", "catalog:lakekeeper"),
            of("dbt", "dbt:dbt"),
        ]);
        assert.deepEqual(await valueOf(cluster.accountAnnotations.catalog), {
            "azure.workload.identity/client-id": "client of foundation-catalog",
        });
    });

    it("grants the control plane its network, the administrators the cluster, and the workloads nothing yet", () => {
        assert.deepEqual(grantsOf(made, roles), [
            `${administrator.objectId}: Azure Kubernetes Service RBAC Cluster Admin on /foundation-cluster`,
            "principal of foundation-control-plane: Network Contributor on /foundation-network",
        ]);
    });

    it("has a secret kubeconfig without a key or a token, by which kubelogin asks who one is", async () => {
        assert.equal(await pulumi.isSecret(cluster.kubeconfig), true);
        const kubeconfig = String(contract["kubeconfig"]);
        assert.doesNotMatch(kubeconfig, /a-token-of-azure|client-key|password/);
        const parsed = JSON.parse(kubeconfig) as {
            clusters: { cluster: { server: string } }[];
            users: { user: { exec: { command: string; args: string[] } } }[];
        };
        assert.equal(parsed.clusters[0]?.cluster.server, "https://api.example:443");
        const { command, args: given } = parsed.users[0]?.user.exec ?? { command: "", args: [] };
        assert.equal(command, "kubelogin");
        assert.ok(given.includes(account.tenantId) && given.includes("6dae42f8-4368-4678-94ff-3960e28e3630"));
    });

    it("protects cluster and group, but for an environment that says otherwise: disks of volumes go with them", async () => {
        const guarded = async (changes: Partial<AksClusterArgs>) => {
            const found: string[] = [];
            const look: pulumi.ResourceTransformation = ({ type, opts }) => {
                if (opts.protect === true) found.push(type.split(":").at(-1) ?? "");
                return undefined;
            };
            await making(() => {
                new AksCluster("foundation", { ...args, ...changes }, { transformations: [look] });
                return {};
            });
            return found.sort();
        };
        assert.deepEqual(await guarded({}), ["ManagedCluster", "ResourceGroup"]);
        assert.deepEqual(await guarded({ protectData: false }), []);
    });

    it("tags whatever takes tags", () => {
        const tags = { team: "data", environment: "prod", layer: "foundation", "managed-by": "tidegate" };
        for (const { type, inputs } of made.filter(({ type }) => /ManagedCluster|AgentPool|VirtualNetwork$/.test(type)))
            assert.deepEqual(inputs["tags"], tags, type);
    });

    for (const [what, changes, message] of [
        ["a cluster that nobody could administer", { administrators: [] }, /administrators is empty/],
        ["a network of the wrong size", { cidr: "10.64.0.0/20" }, /is no private block of \/16/],
        ["a network of public addresses", { cidr: "203.0.0.0/16" }, /is no private block of \/16/],
        ["a network that overlaps the pods", { cidr: "10.244.0.0/16" }, /overlaps 10\.244\.0\.0\/16/],
        ["a network that overlaps the services", { cidr: "10.245.0.0/16" }, /overlaps 10\.245\.0\.0\/16/],
        ["an API server for the whole internet", { authorizedAddresses: ["0.0.0.0/0"] }, /'0\.0\.0\.0\/0' is no block/],
        ["a class of fewer nodes than none", { classes: { small: { minCount: 3, maxCount: 2 } } }, /minCount 3 over/],
    ] as const)
        it(`refuses ${what}`, () => {
            assert.throws(() => new AksCluster("foundation", { ...args, ...changes }), {
                code: "environment-invalid",
                message,
            });
        });

    it("is what the schema of the environment file makes it by default", () => {
        const settings = aks.parse({ profile: "aks", administrators: [{ objectId: administrator.objectId }] });
        assert.deepEqual([settings.cidr, settings.classes.medium.minCount], ["10.64.0.0/16", 0]);
        assert.throws(() => aks.parse({ profile: "aks" }), /administrators/);
    });
});
