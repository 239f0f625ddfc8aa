/** The foundation on Azure Kubernetes Service: a private cluster in a network of its own, and an identity for each workload. */
import * as containerservice from "@pulumi/azure-native/containerservice";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import { workloads, type FoundationContract, type Workload } from "../../stacks/contracts";
import { aks as settings } from "../../stacks/settings/foundation/aks";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { resourceGroup, type AzureAccount, type AzureScope } from "../cloud/azure";
import { grant } from "../cloud/azureAccess";
import { refuseFirst } from "../cloud/problem";
import { aksProblems, cidrOf, podCidr, serviceCidr } from "./aksChecks";
import { aksKubeconfig } from "./aksKubeconfig";
import { aksNetwork, type AksNetwork } from "./aksNetwork";
import { namespacesOf, resourceClassLabel, serviceAccounts, subjectOf } from "./names";

/** Nodes of one size. */
export interface NodePoolArgs {
    /** Has to be able to encrypt at its host: all sizes of the families D, E and F since version 3 are. */
    vmSize: string;
    minCount: number;
    maxCount: number;
}

/** Who administers the cluster: local accounts are off, so nobody else does. */
export interface AdministratorArgs {
    /** Of the group, person or service principal in Entra ID. */
    objectId: string;
    type: "Group" | "User" | "ServicePrincipal";
}

export interface AksClusterArgs extends CloudArgs {
    account: AzureAccount;
    /** At least one, and among them whoever deploys the platform. */
    administrators: readonly AdministratorArgs[];
    /** Minor version, e.g. `1.34`; patches come by themselves. */
    kubernetesVersion: string;
    /** Of the virtual network, a /16. @default 10.64.0.0/16 */
    cidr?: string;
    /** Public IPv4 blocks that reach the API server. @default none: the cluster is private, only its network reaches it */
    authorizedAddresses?: readonly string[];
    /** Of the cluster's own pods. @default 2 to 4 of Standard_D2ds_v5 */
    system?: Partial<NodePoolArgs>;
    /** For the resource classes of Flink. A class without nodes at first gets them when it needs them. */
    classes?: { readonly [C in ResourceClass]?: Partial<NodePoolArgs> };
}

export const resourceClasses = ["small", "medium", "large"] as const;
export type ResourceClass = (typeof resourceClasses)[number];

const defaultClasses: Readonly<Record<ResourceClass, NodePoolArgs>> = {
    small: { vmSize: "Standard_D4ds_v5", minCount: 1, maxCount: 6 },
    medium: { vmSize: "Standard_D8ds_v5", minCount: 0, maxCount: 6 },
    large: { vmSize: "Standard_E16ds_v5", minCount: 0, maxCount: 6 },
};
const defaultSystem: NodePoolArgs = { vmSize: "Standard_D2ds_v5", minCount: 2, maxCount: 4 };

const zones = ["1", "2", "3"];
/** What Entra ID has to find in tokens that it is given. Source: its page on workload identity federation. */
const audience = "api://AzureADTokenExchange";

export class AksCluster extends pulumi.ComponentResource {
    readonly cluster: containerservice.ManagedCluster;
    readonly clusterName: pulumi.Output<string>;
    /** Secret, although it holds no key: kubelogin gets a token for whoever runs it. */
    readonly kubeconfig: pulumi.Output<string>;
    readonly oidcIssuer: pulumi.Output<string>;
    readonly identities: pulumi.Output<FoundationContract["identities"]>;
    readonly network: pulumi.Output<NonNullable<FoundationContract["network"]>>;
    /** Annotations by which Azure knows each workload's service account. */
    readonly accountAnnotations: { readonly [W in Workload]: pulumi.Output<Record<string, string>> };
    /** What has to be there before anybody can do anything on the cluster. */
    readonly ready: readonly pulumi.Resource[];

    private readonly args: AksClusterArgs;
    private readonly scope: AzureScope;

    constructor(name: string, args: AksClusterArgs, options?: pulumi.ComponentResourceOptions) {
        refuseFirst(aksProblems(args), { code: "environment-invalid" });
        demandArgs("The cluster on AKS", rulesOf(settings), args);
        super("tidegate:foundation:Aks", name, {}, withTransform(args, options));
        this.args = args;
        const { environment, account } = args;
        const place = { name, account, tags: tagsOf(args, "foundation"), options: { parent: this } };
        // With a cluster of AKS the disks of its pods' volumes go, which lie in a group of its own.
        const scope = { ...place, data: { parent: this, protect: args.protectData ?? true } };
        this.scope = { ...scope, group: resourceGroup(scope, environment, "foundation") };

        const network = aksNetwork(this.scope, environment, cidrOf(args));
        this.cluster = this.managedCluster(network);
        for (const resourceClass of resourceClasses) this.nodePool(resourceClass, network);
        this.ready = this.administrators();
        const made = Object.fromEntries(workloads.map((workload) => [workload, this.identity(workload)])) as {
            [W in Workload]: managedidentity.UserAssignedIdentity;
        };

        this.clusterName = this.cluster.name;
        this.kubeconfig = aksKubeconfig(this.scope.group.name, this.cluster.name, account.tenantId, this);
        this.oidcIssuer = this.issuer();
        this.identities = pulumi.output({
            flink: this.contractOf("flink", made.flink),
            catalog: this.contractOf("catalog", made.catalog),
            dbt: this.contractOf("dbt", made.dbt),
        });
        this.network = pulumi.output({
            cloud: "azure" as const,
            resourceGroup: this.scope.group.name,
            virtualNetworkId: network.network.id,
            nodeSubnetId: network.nodes.id,
            endpointSubnetId: network.endpoints.id,
            databaseSubnetId: network.databases.id,
        });
        const annotations = ({ clientId }: managedidentity.UserAssignedIdentity) =>
            clientId.apply((id): Record<string, string> => ({ "azure.workload.identity/client-id": id }));
        this.accountAnnotations = {
            flink: annotations(made.flink),
            catalog: annotations(made.catalog),
            dbt: annotations(made.dbt),
        };
        this.registerOutputs({ clusterName: this.clusterName, oidcIssuer: this.oidcIssuer, network: this.network });
    }

    private managedCluster(network: AksNetwork): containerservice.ManagedCluster {
        const { environment, account, kubernetesVersion, authorizedAddresses = [], system } = this.args;
        const isPrivate = authorizedAddresses.length === 0;
        const { name, group, tags, data } = this.scope;
        const identity = this.controlPlane(network);
        return new containerservice.ManagedCluster(
            `${name}-cluster`,
            {
                resourceGroupName: group.name,
                resourceName: `tidegate-${environment}`,
                location: account.location,
                dnsPrefix: `tidegate-${environment}`,
                sku: {
                    name: containerservice.ManagedClusterSKUName.Base,
                    tier: containerservice.ManagedClusterSKUTier.Standard,
                },
                kubernetesVersion,
                autoUpgradeProfile: {
                    upgradeChannel: containerservice.UpgradeChannel.Patch,
                    nodeOSUpgradeChannel: containerservice.NodeOSUpgradeChannel.NodeImage,
                },
                identity: {
                    type: containerservice.ResourceIdentityType.UserAssigned,
                    userAssignedIdentities: [identity.identity.id],
                },
                enableRBAC: true,
                disableLocalAccounts: true,
                aadProfile: { managed: true, enableAzureRBAC: true, tenantID: account.tenantId },
                apiServerAccessProfile: isPrivate
                    ? {
                          enablePrivateCluster: true,
                          enablePrivateClusterPublicFQDN: false,
                          privateDNSZone: "system",
                          disableRunCommand: true,
                      }
                    : {
                          enablePrivateCluster: false,
                          authorizedIPRanges: [...authorizedAddresses],
                          disableRunCommand: true,
                      },
                oidcIssuerProfile: { enabled: true },
                securityProfile: {
                    workloadIdentity: { enabled: true },
                    imageCleaner: { enabled: true, intervalHours: 168 },
                },
                networkProfile: {
                    networkPlugin: containerservice.NetworkPlugin.Azure,
                    networkPluginMode: containerservice.NetworkPluginMode.Overlay,
                    networkDataplane: containerservice.NetworkDataplane.Cilium,
                    networkPolicy: containerservice.NetworkPolicy.Cilium,
                    loadBalancerSku: containerservice.LoadBalancerSku.Standard,
                    outboundType: containerservice.OutboundType.LoadBalancer,
                    podCidr,
                    serviceCidr,
                    dnsServiceIP: serviceCidr.replace(/0\/16$/, "10"),
                },
                agentPoolProfiles: [
                    {
                        name: "system",
                        mode: containerservice.AgentPoolMode.System,
                        nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
                        ...pool({ ...defaultSystem, ...system }, network),
                        tags,
                    },
                ],
                tags,
            },
            // The autoscaler counts the nodes.
            { ...data, dependsOn: [identity.granted], ignoreChanges: ["agentPoolProfiles[0].count"] },
        );
    }

    /** Whom the control plane works as; it makes load balancers and private links in a network that is not its own. */
    private controlPlane({ network }: AksNetwork) {
        const identity = this.userIdentity("control-plane");
        const granted = grant(this.scope, {
            what: "control-plane-network",
            role: "Network Contributor",
            scope: network.id,
            principalId: identity.principalId,
        });
        return { identity, granted };
    }

    private nodePool(resourceClass: ResourceClass, network: AksNetwork): void {
        const { name, group, tags, options } = this.scope;
        new containerservice.AgentPool(
            `${name}-${resourceClass}`,
            {
                resourceGroupName: group.name,
                resourceName: this.cluster.name,
                agentPoolName: resourceClass,
                mode: containerservice.AgentPoolMode.User,
                nodeLabels: { [resourceClassLabel]: resourceClass },
                ...pool({ ...defaultClasses[resourceClass], ...this.args.classes?.[resourceClass] }, network),
                tags,
            },
            { ...options, ignoreChanges: ["count"] },
        );
    }

    private administrators(): pulumi.Resource[] {
        return this.args.administrators.map(({ objectId, type }) =>
            grant(this.scope, {
                what: `administrator-${objectId}`,
                role: "Azure Kubernetes Service RBAC Cluster Admin",
                scope: this.cluster.id,
                principalId: objectId,
                principalType: type,
            }),
        );
    }

    /** Entra ID takes tokens of this cluster for this one service account: one credential, so that none waits for another. */
    private identity(workload: Workload): managedidentity.UserAssignedIdentity {
        const identity = this.userIdentity(workload);
        new managedidentity.FederatedIdentityCredential(
            `${this.scope.name}-${workload}-account`,
            {
                resourceGroupName: this.scope.group.name,
                resourceName: identity.name,
                federatedIdentityCredentialResourceName: "service-account",
                issuer: this.issuer(),
                subject: subjectOf(this.args.environment, workload),
                audiences: [audience],
            },
            this.scope.options,
        );
        return identity;
    }

    private userIdentity(what: string): managedidentity.UserAssignedIdentity {
        const { name, group, tags, options } = this.scope;
        return new managedidentity.UserAssignedIdentity(
            `${name}-${what}`,
            {
                resourceGroupName: group.name,
                resourceName: `tidegate-${this.args.environment}-${what}`,
                location: this.args.account.location,
                tags,
            },
            options,
        );
    }

    private issuer(): pulumi.Output<string> {
        return this.cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? "");
    }

    private contractOf(workload: Workload, { clientId, principalId }: managedidentity.UserAssignedIdentity) {
        return {
            namespace: namespacesOf(this.args.environment)[workload],
            serviceAccount: serviceAccounts[workload],
            aws: null,
            gcp: null,
            azure: { clientId, principalId },
        };
    }
}

/** What all node pools have in common: encrypted at the host, in three zones, without addresses of the internet. */
const pool = ({ vmSize, minCount, maxCount }: NodePoolArgs, { nodes }: AksNetwork) => ({
    vmSize,
    enableAutoScaling: true,
    count: minCount,
    minCount,
    maxCount,
    availabilityZones: zones,
    vnetSubnetID: nodes.id,
    enableEncryptionAtHost: true,
    enableNodePublicIP: false,
    osType: containerservice.OSType.Linux,
    osSKU: containerservice.OSSKU.AzureLinux,
    type: containerservice.AgentPoolType.VirtualMachineScaleSets,
    upgradeSettings: { maxSurge: "33%" },
});
