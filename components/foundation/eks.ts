/**
 * The foundation layer on Amazon EKS, as far as it is AWS's: network, cluster, nodes, add-ons, and a role for each workload.
 * What is on the cluster is `ClusterServices`; the layer puts both together.
 */
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as vpc from "@pulumi/aws/vpc";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { workloads, type Workload } from "../../stacks/contracts";
import { eks as settings } from "../../stacks/settings/foundation/eks";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { AwsAccount } from "../cloud/aws";
import type { ContractOutputs } from "../embedded/contract";
import { ownKey } from "../cloud/awsKey";
import { refuseFirst } from "../cloud/problem";
import { accountTrust, audience, managedPolicy, serviceTrust } from "../cloud/awsTrust";
import { AwsNetwork, type AwsNetworkArgs } from "./awsNetwork";
import { defaultStorageClass, diskKeyGrant } from "./eksDisks";
import { eksKubeconfig } from "./eksKubeconfig";
import { eksProblems } from "./eksChecks";
import { EksNodes, type NodeClassArgs } from "./eksNodes";
import { namespacesOf, serviceAccounts, subjectOf, type ResourceClass } from "./names";
import type { ClusterServices } from "./services";

export interface EksClusterArgs extends CloudArgs {
    account: AwsAccount;
    /** Two or three, e.g. `eu-west-1a`. */
    zones: readonly string[];
    /** @default 10.0.0.0/16 */
    cidr?: AwsNetworkArgs["cidr"];
    /** @default perZone */
    nat?: AwsNetworkArgs["nat"];
    /** Of Kubernetes, e.g. `1.35`. Changes go up by one at a time. @default 1.35 */
    version?: string;
    /** From where the API server is reached besides the cluster's network. */
    api?: {
        /** Blocks of the internet; without any there is no public endpoint. @default none */
        publicCidrs?: readonly string[];
        /** Blocks of networks that are joined to this one. @default none */
        privateCidrs?: readonly string[];
        /** The transit gateway that joins them; without it somebody else has joined them. @default none */
        transitGatewayId?: string;
    };
    /** ARNs of roles that may do everything on the cluster, besides the one that makes it. @default none */
    admins?: readonly string[];
    /** By the class of the Flink jobs that run on them. @default three small ones */
    nodes?: Partial<Record<ResourceClass, NodeClassArgs>>;
    /** Days for which the control plane's logs are kept. @default 90 */
    logDays?: number;
}

/**
 * Standard support of 1.35 ends in March 2027.
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
export const defaultVersion = "1.35";

export class EksCluster extends pulumi.ComponentResource {
    readonly cluster: eks.Cluster;
    readonly network: AwsNetwork;
    readonly oidc: iam.OpenIdConnectProvider;
    /** A role of its own for each workload, which only its service account can take on. */
    readonly roles: Readonly<Record<Workload, iam.Role>>;
    /** Gets a token from `aws eks get-token` each time: there is no key in it. Secret all the same. */
    readonly kubeconfig: pulumi.Output<string>;
    readonly oidcIssuer: pulumi.Output<string>;
    /** By which EKS gives a pod of the account its role. */
    readonly accountAnnotations: Record<Workload, Record<string, pulumi.Output<string>>>;

    private readonly key: kms.Key;
    private readonly args: EksClusterArgs;
    private readonly tags: Record<string, string>;
    private readonly clusterName: string;

    constructor(name: string, args: EksClusterArgs, options?: pulumi.ComponentResourceOptions) {
        refuseFirst(eksProblems(args), { code: "cluster-invalid", before: "The platform's cluster cannot be made" });
        demandArgs("The cluster on EKS", rulesOf(settings, "zones"), args);
        super("tidegate:foundation:Eks", name, {}, withTransform(args, options));
        this.args = args;
        this.tags = tagsOf(args, "foundation");
        this.clusterName = `tidegate-${args.environment}`;

        this.network = new AwsNetwork(`${name}-network`, networkArgs(args), { parent: this });
        this.key = ownKey(name, `Secrets and disks of the cluster of ${args.environment}`, "foundation", args, this);
        this.cluster = this.controlPlane(name);
        this.reachable(name);
        this.administrators(name);
        this.oidcIssuer = this.cluster.identities.apply(([identity]) => identity?.oidcs[0]?.issuer ?? "");
        this.oidc = new iam.OpenIdConnectProvider(
            `${name}-oidc`,
            { url: this.oidcIssuer, clientIdLists: [audience], tags: this.tags },
            { parent: this },
        );
        const nodes = this.nodes(name, this.nodeAddons(name));
        this.clusterAddons(name, nodes);
        this.roles = byWorkload((workload) =>
            this.serviceRole(`${name}-${workload}`, workload, subjectOf(args.environment, workload)),
        );
        this.accountAnnotations = byWorkload((workload) => ({
            "eks.amazonaws.com/role-arn": this.roles[workload].arn,
        }));
        this.kubeconfig = eksKubeconfig(this.cluster, args.account.region);
        this.registerOutputs({ clusterName: this.cluster.name });
    }

    /** What later layers are told, once it is known what is on the cluster. */
    contract(namespaces: ClusterServices["namespaces"]): ContractOutputs<"foundation"> {
        const own = namespacesOf(this.args.environment);
        return {
            profile: pulumi.output("eks" as const),
            clusterName: this.cluster.name,
            kubeconfig: this.kubeconfig,
            oidcIssuer: this.oidcIssuer,
            namespaces: pulumi.output(namespaces),
            identities: pulumi.output(
                byWorkload((workload) => ({
                    namespace: own[workload],
                    serviceAccount: serviceAccounts[workload],
                    aws: { roleName: this.roles[workload].name, roleArn: this.roles[workload].arn },
                    gcp: null,
                    azure: null,
                })),
            ),
            network: pulumi.output({
                cloud: "aws" as const,
                vpcId: this.network.vpc.id,
                privateSubnetIds: this.network.privateSubnets.map(({ id }) => id),
                nodeSecurityGroupId: this.nodeGroupId,
            }),
        };
    }

    /** The default class of its pods' disks, made through a provider of the cluster. */
    storageClass(provider: kubernetes.Provider): kubernetes.storage.v1.StorageClass {
        return defaultStorageClass("disks", this.key.arn, { parent: this, provider });
    }

    /** EKS puts its control plane and its managed nodes into one group of its own. */
    private get nodeGroupId(): pulumi.Output<string> {
        return this.cluster.vpcConfig.clusterSecurityGroupId;
    }

    private controlPlane(name: string): eks.Cluster {
        const { environment, version = defaultVersion, api = {}, logDays = 90, protectData = true } = this.args;
        const role = this.role(`${name}-control-plane`, "control-plane", serviceTrust("eks.amazonaws.com"));
        const grant = this.attach(`${name}-control-plane-policy`, role, "AmazonEKSClusterPolicy");
        // Made here, for EKS would make one that keeps everything for ever.
        const logs = new cloudwatch.LogGroup(
            `${name}-logs`,
            { name: `/aws/eks/${this.clusterName}/cluster`, retentionInDays: logDays, tags: this.tags },
            { parent: this },
        );
        const publicCidrs = [...(api.publicCidrs ?? [])];
        return new eks.Cluster(
            `${name}-cluster`,
            {
                name: this.clusterName,
                version,
                roleArn: role.arn,
                vpcConfig: {
                    subnetIds: this.network.privateSubnets.map(({ id }) => id),
                    endpointPrivateAccess: true,
                    endpointPublicAccess: publicCidrs.length > 0,
                    ...(publicCidrs.length > 0 ? { publicAccessCidrs: publicCidrs } : {}),
                },
                encryptionConfig: { provider: { keyArn: this.key.arn }, resources: ["secrets"] },
                enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
                accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
                // All of them are managed add-ons below.
                bootstrapSelfManagedAddons: false,
                deletionProtection: protectData,
                tags: { ...this.tags, environment },
            },
            { parent: this, protect: protectData, dependsOn: [grant, logs] },
        );
    }

    /** The private endpoint is open to its own network alone until somebody else is named. */
    private reachable(name: string): void {
        for (const [index, cidr] of (this.args.api?.privateCidrs ?? []).entries())
            new vpc.SecurityGroupIngressRule(
                `${name}-api-from-${index}`,
                {
                    securityGroupId: this.nodeGroupId,
                    description: "API server, from a joined network",
                    ipProtocol: "tcp",
                    fromPort: 443,
                    toPort: 443,
                    cidrIpv4: cidr,
                    tags: this.tags,
                },
                { parent: this },
            );
    }

    private administrators(name: string): void {
        for (const principalArn of this.args.admins ?? []) {
            const child = `${name}-admin-${principalArn.split("/").at(-1) ?? ""}`;
            const entry = new eks.AccessEntry(
                child,
                { clusterName: this.cluster.name, principalArn, tags: this.tags },
                { parent: this },
            );
            new eks.AccessPolicyAssociation(
                `${child}-policy`,
                {
                    clusterName: this.cluster.name,
                    principalArn: entry.principalArn,
                    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                    accessScope: { type: "cluster" },
                },
                { parent: this },
            );
        }
    }

    /** Without these no node gets ready. */
    private nodeAddons(name: string): eks.Addon[] {
        const cni = this.serviceRole(`${name}-cni`, "cni", "system:serviceaccount:kube-system:aws-node");
        const grant = this.attach(`${name}-cni-policy`, cni, "AmazonEKS_CNI_Policy");
        return [
            this.addon(name, "vpc-cni", [grant], {
                serviceAccountRoleArn: cni.arn,
                // Off by default: every network policy would be accepted, and none enforced.
                configurationValues: JSON.stringify({ enableNetworkPolicy: "true" }),
            }),
            this.addon(name, "kube-proxy"),
        ];
    }

    private nodes(name: string, addons: readonly eks.Addon[]): EksNodes {
        const { environment, tags = {}, nodes = {} } = this.args;
        const { name: clusterName } = this.cluster;
        const subnetIds = this.network.privateSubnets.map(({ id }) => id);
        return new EksNodes(
            `${name}-nodes`,
            { environment, tags, clusterName, subnetIds, classes: nodes },
            // Nodes pull what they need through the NAT gateways.
            { parent: this, dependsOn: [this.network, ...addons] },
        );
    }

    private clusterAddons(name: string, nodes: EksNodes): void {
        const subject = "system:serviceaccount:kube-system:ebs-csi-controller-sa";
        const disks = this.serviceRole(`${name}-disks`, "disks", subject);
        const grants = [
            this.attach(`${name}-disks-policy`, disks, "service-role/AmazonEBSCSIDriverPolicy"),
            diskKeyGrant(`${name}-disks-key`, disks, this.key, this),
        ];
        this.addon(name, "coredns", [nodes]);
        this.addon(name, "eks-pod-identity-agent", [nodes]);
        this.addon(name, "aws-ebs-csi-driver", [nodes, ...grants], { serviceAccountRoleArn: disks.arn });
    }

    private addon(
        name: string,
        addonName: string,
        dependsOn: readonly pulumi.Resource[] = [],
        more: Partial<eks.AddonArgs> = {},
    ): eks.Addon {
        return new eks.Addon(
            `${name}-${addonName}`,
            {
                clusterName: this.cluster.name,
                addonName,
                resolveConflictsOnCreate: "OVERWRITE",
                resolveConflictsOnUpdate: "OVERWRITE",
                tags: this.tags,
                ...more,
            },
            { parent: this, dependsOn: [...dependsOn] },
        );
    }

    /** A role that only one service account of this cluster can take on. */
    private serviceRole(child: string, purpose: string, subject: string): iam.Role {
        return this.role(child, purpose, accountTrust(this.oidc.arn, this.oidcIssuer, subject));
    }

    private role(child: string, purpose: string, assumeRolePolicy: pulumi.Input<string>): iam.Role {
        const name = `tidegate-${this.args.environment}-${purpose}`;
        return new iam.Role(`${child}-role`, { name, assumeRolePolicy, tags: this.tags }, { parent: this });
    }

    private attach(child: string, role: iam.Role, policyName: string): iam.RolePolicyAttachment {
        return new iam.RolePolicyAttachment(
            child,
            { role: role.name, policyArn: managedPolicy(policyName) },
            { parent: this },
        );
    }
}

const byWorkload = <T>(of: (workload: Workload) => T): Record<Workload, T> =>
    Object.fromEntries(workloads.map((workload) => [workload, of(workload)])) as Record<Workload, T>;

function networkArgs({ api = {}, ...args }: EksClusterArgs): AwsNetworkArgs {
    const { transitGatewayId, privateCidrs = [] } = api;
    const { environment, account, zones, tags, cidr, nat } = args;
    return {
        environment,
        account,
        zones,
        ...(tags === undefined ? {} : { tags }),
        ...(cidr === undefined ? {} : { cidr }),
        ...(nat === undefined ? {} : { nat }),
        ...(transitGatewayId === undefined ? {} : { transitGateway: { id: transitGatewayId, cidrs: privateCidrs } }),
    };
}
