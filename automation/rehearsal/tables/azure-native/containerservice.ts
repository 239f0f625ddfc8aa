/** Azure Kubernetes Service. */
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { arm, learn, resourceGroupToken } from "./common";

export const clusterToken = "azure-native:containerservice:ManagedCluster";
const poolToken = "azure-native:containerservice:AgentPool";
const subnetToken = "azure-native:network:Subnet";

/** ForceNew of the provider. Source: provider/pkg/gen/replacement.go of pulumi/pulumi-azure-native. */
const createOnlyNetwork = [
    "serviceCidr",
    "dnsServiceIP",
    "networkMode",
    "networkPlugin",
    "networkPluginMode",
    "podCidr",
    "networkDataplane",
    "networkPolicy",
    "outboundType",
].map((name) => `networkProfile.${name}`);

const fqdn = (token: string, inputs: Values): string =>
    `${String(inputs["dnsPrefix"] ?? inputs["resourceName"])}-${token.slice(0, 8)}.${
        valuesAt(inputs, ["apiServerAccessProfile", "enablePrivateCluster"])[0] === true
            ? "privatelink.westeurope.azmk8s.io"
            : "hcp.westeurope.azmk8s.io"
    }`;

const poolName = /^[a-z][a-z0-9]{0,11}$/;
const poolNames = learn("aks/create-node-pools#limitations");
const classes = "https://learn.microsoft.com/en-us/azure/aks/use-system-pools#system-and-user-node-pools";

export const rows: readonly Row[] = [
    arm({
        token: clusterToken,
        path: "Microsoft.ContainerService/managedClusters/{resourceName}",
        createOnly: [
            "location",
            "dnsPrefix",
            "fqdnSubdomain",
            "linuxProfile",
            "windowsProfile",
            "nodeResourceGroup",
            "diskEncryptionSetID",
            ...createOnlyNetwork,
        ],
        references: [
            { input: "resourceGroupName", type: resourceGroupToken, by: "name", holds: false },
            { input: "agentPoolProfiles.vnetSubnetID", type: subnetToken },
            {
                input: "identity.userAssignedIdentities",
                type: "azure-native:managedidentity:UserAssignedIdentity",
                holds: false,
            },
        ],
        computed: {
            fqdn: ({ inputs, token }) => fqdn(token, inputs),
            privateFQDN: ({ inputs, token }) => fqdn(token, inputs),
            oidcIssuerProfile: ({ token, settings }) => ({
                issuerURL: `https://westeurope.oic.prod-aks.azure.com/${String(settings["tenantId"])}/${token}/`,
            }),
            identityProfile: ({ token }) => ({
                kubeletidentity: { objectId: `${token.slice(0, 8)}-${token.slice(8)}-4666-8000-${token}` },
            }),
        },
        refuses: [
            {
                what: "a name of a node pool that is not of 1 to 12 lower-case letters and digits, a letter first",
                source: poolNames,
                because: (inputs) => {
                    const bad = valuesAt(inputs, ["agentPoolProfiles", "name"]).find(
                        (name) => !poolName.test(String(name)),
                    );
                    return bad === undefined ? undefined : `InvalidParameter: agentPoolProfile.name ${String(bad)}`;
                },
                refused: { agentPoolProfiles: [{ name: "system-pool", mode: "System", count: 1 }] },
            },
            {
                what: "a cluster without a system node pool",
                source: classes,
                because: (inputs) =>
                    valuesAt(inputs, ["agentPoolProfiles", "mode"]).includes("System")
                        ? undefined
                        : "InvalidParameter: there has to be at least one system agent pool",
                refused: { agentPoolProfiles: [{ name: "user", mode: "User", count: 1 }] },
            },
            {
                what: "local accounts switched off without Entra ID",
                source: learn("aks/manage-local-accounts-managed-azure-ad"),
                because: ({ disableLocalAccounts, aadProfile }) =>
                    disableLocalAccounts === true && aadProfile === undefined
                        ? "BadRequest: disableLocalAccounts needs managed Azure AD integration"
                        : undefined,
                refused: { disableLocalAccounts: true, aadProfile: undefined },
            },
            {
                what: "workload identity without an OIDC issuer",
                source: learn("aks/workload-identity-deploy-cluster"),
                because: (inputs) =>
                    valuesAt(inputs, ["securityProfile", "workloadIdentity", "enabled"])[0] === true &&
                    valuesAt(inputs, ["oidcIssuerProfile", "enabled"])[0] !== true
                        ? "BadRequest: workload identity needs the OIDC issuer"
                        : undefined,
                refused: { securityProfile: { workloadIdentity: { enabled: true } } },
            },
            {
                what: "the network policy engine cilium without its data plane",
                source: learn("aks/azure-cni-powered-by-cilium"),
                because: ({ networkProfile }) =>
                    valuesAt(networkProfile, ["networkPolicy"])[0] === "cilium" &&
                    valuesAt(networkProfile, ["networkDataplane"])[0] !== "cilium"
                        ? "BadRequest: network policy cilium needs the network dataplane cilium"
                        : undefined,
                refused: { networkProfile: { networkPlugin: "azure", networkPolicy: "cilium" } },
            },
            {
                what: "authorised address ranges for a private cluster",
                source: learn("aks/api-server-authorized-ip-ranges#limitations"),
                because: ({ apiServerAccessProfile: access }) =>
                    valuesAt(access, ["enablePrivateCluster"])[0] === true &&
                    valuesAt(access, ["authorizedIPRanges"]).length > 0
                        ? "BadRequest: authorized IP ranges cannot be used with a private cluster"
                        : undefined,
                refused: {
                    apiServerAccessProfile: { enablePrivateCluster: true, authorizedIPRanges: ["203.0.113.0/24"] },
                },
            },
        ],
        latency: {
            create: 360,
            update: 180,
            delete: 300,
            source: "quickstart of the service: a few minutes; no published figure, counted as 6 minutes",
        },
    }),
    arm({
        token: poolToken,
        path: "Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}",
        within: { resourceName: clusterToken },
        createOnly: ["gpuInstanceProfile", "vmSize", "osDiskType", "vnetSubnetID", "availabilityZones", "osType"],
        references: [
            { input: "resourceGroupName", type: resourceGroupToken, by: "name", holds: false },
            { input: "resourceName", type: clusterToken, by: "name", holds: false },
            { input: "vnetSubnetID", type: subnetToken },
        ],
        required: ["resourceGroupName", "resourceName", "agentPoolName"],
        refuses: [
            {
                what: "a name of a further node pool that is not of 1 to 12 lower-case letters and digits",
                source: poolNames,
                because: ({ agentPoolName }) =>
                    poolName.test(String(agentPoolName))
                        ? undefined
                        : `InvalidParameter: agentPoolName ${String(agentPoolName)}`,
                refused: { agentPoolName: "flink-small" },
            },
            {
                what: "bounds of a node pool's size that contradict each other",
                source: learn("aks/cluster-autoscaler"),
                because: ({ enableAutoScaling, minCount, maxCount }) =>
                    enableAutoScaling === true && Number(minCount) > Number(maxCount)
                        ? "InvalidParameter: minCount has to be at most maxCount"
                        : undefined,
                refused: { enableAutoScaling: true, minCount: 3, maxCount: 2 },
            },
        ],
        latency: {
            create: 180,
            update: 120,
            delete: 180,
            source: "documentation of node pools: a few minutes; no published figure, counted as 3 minutes",
        },
    }),
];

/** As AKS answers with local accounts off: an exec plugin, and no key. */
export function userCredentials({ resourceGroupName, resourceName }: Values, cloud: SimulatedCloud): Values {
    const cluster = cloud
        .all(clusterToken)
        .find(
            ({ inputs }) =>
                inputs["resourceGroupName"] === resourceGroupName && inputs["resourceName"] === resourceName,
        );
    if (cluster === undefined) throw new Error(`ResourceNotFound: no cluster ${String(resourceName)}`);
    const kubeconfig = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [
            {
                name: resourceName,
                cluster: {
                    server: `https://${String(cluster.outputs["fqdn"])}:443`,
                    "certificate-authority-data": Buffer.from(`simulated ${cluster.token}`).toString("base64"),
                },
            },
        ],
    };
    return {
        kubeconfigs: [{ name: "clusterUser", value: Buffer.from(JSON.stringify(kubeconfig)).toString("base64") }],
    };
}

const group = { example: resourceGroupToken, by: "name" };

export const examples: Readonly<Record<string, Values>> = {
    [clusterToken]: {
        resourceGroupName: group,
        resourceName: "example",
        location: "westeurope",
        dnsPrefix: "example",
        aadProfile: { managed: true },
        agentPoolProfiles: [
            { name: "system", mode: "System", count: 1, vnetSubnetID: { example: "azure-native:network:Subnet" } },
        ],
    },
    [poolToken]: {
        resourceGroupName: group,
        resourceName: { example: clusterToken, by: "name" },
        agentPoolName: "flink",
        count: 1,
        vnetSubnetID: { example: "azure-native:network:Subnet" },
    },
};
