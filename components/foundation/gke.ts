/**
 * The foundation layer on Google Kubernetes Engine, as far as it is Google Cloud's: network, cluster, nodes, and a service
 * account for each workload. What is on the cluster is `ClusterServices`; the layer puts both together.
 */
import * as container from "@pulumi/gcp/container";
import * as projects from "@pulumi/gcp/projects";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import type { Workload } from "../../stacks/contracts";
import { gke as settings } from "../../stacks/settings/foundation/gke";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { GcpAccount } from "../cloud/gcp";
import { ownKey, type OwnKey } from "../cloud/gcpKey";
import { refuseFirst } from "../cloud/problem";
import type { ContractOutputs } from "../embedded/contract";
import { gkeProblems } from "./gkeChecks";
import { gkeKubeconfig } from "./gkeKubeconfig";
import { GkeNetwork, rangeNames, type GkeRanges } from "./gkeNetwork";
import { GkeNodes, nodeAccount, scopes, shielded, type GkeNodeClassArgs } from "./gkeNodes";
import { namespacesOf, serviceAccounts, type ResourceClass } from "./names";
import type { ClusterServices } from "./services";

export interface GkeClusterArgs extends CloudArgs {
    account: GcpAccount;
    /** `autopilot`: Google makes the nodes that pods ask for. `standard`: pools, one for each class of Flink's jobs. @default autopilot */
    mode?: "autopilot" | "standard";
    /** How soon new versions of Kubernetes come. @default REGULAR */
    channel?: "RAPID" | "REGULAR" | "STABLE" | "EXTENDED";
    /** @default 10.0.0.0/20, 10.4.0.0/14 and 10.8.0.0/20 */
    ranges?: GkeRanges;
    /** From where the API server is reached besides the cluster's network. */
    api?: {
        /** Blocks of the internet; without any there is no public endpoint. @default none */
        publicCidrs?: readonly string[];
        /** Blocks of networks that are joined to this one. @default none */
        privateCidrs?: readonly string[];
        /** From wherever Google's APIs are reached, by who has `container.clusters.connect`. @default false */
        dns?: boolean;
    };
    /** Of the Standard mode, by the class of the Flink jobs that run on them. @default three small ones to begin with */
    nodes?: Partial<Record<ResourceClass, GkeNodeClassArgs>>;
}

export class GkeCluster extends pulumi.ComponentResource {
    readonly cluster: container.Cluster;
    readonly network: GkeNetwork;
    /** A service account of its own for each workload, which only its account on the cluster may impersonate. */
    readonly accounts: Readonly<Record<Workload, serviceaccount.Account>>;
    /** Gets a token from gke-gcloud-auth-plugin each time: there is no key in it. Secret all the same. */
    readonly kubeconfig: pulumi.Output<string>;
    /** Who signs the tokens of service accounts. Source: `issuer` of a cluster's openid-configuration. */
    readonly oidcIssuer: pulumi.Output<string>;
    /** By which GKE gives a pod of the account the token of its service account. */
    readonly accountAnnotations: Record<Workload, Record<string, pulumi.Output<string>>>;

    private readonly args: GkeClusterArgs;

    /** @throws TidegateError `cluster-invalid` */
    constructor(name: string, args: GkeClusterArgs, options?: pulumi.ComponentResourceOptions) {
        refuseFirst(gkeProblems(args), { code: "cluster-invalid", before: "The platform's cluster cannot be made" });
        demandArgs("The cluster on GKE", rulesOf(settings), args);
        super("tidegate:foundation:Gke", name, {}, withTransform(args, options));
        this.args = args;

        this.network = new GkeNetwork(`${name}-network`, args, { parent: this });
        const nodes = nodeAccount(name, args, this);
        this.cluster = this.controlPlane(name, nodes.account.email, nodes.grants);
        this.nodes(name, nodes.account.email);
        this.accounts = byWorkload((workload) => this.account(name, workload));
        this.accountAnnotations = byWorkload((workload) => ({
            "iam.gke.io/gcp-service-account": this.accounts[workload].email,
        }));
        this.oidcIssuer = pulumi.interpolate`https://container.googleapis.com/v1/${this.cluster.id}`;
        this.kubeconfig = gkeKubeconfig(this.cluster, args.api?.dns ?? false);
        this.registerOutputs({ clusterName: this.cluster.name });
    }

    /** What later layers are told, once it is known what is on the cluster. */
    contract(namespaces: ClusterServices["namespaces"]): ContractOutputs<"foundation"> {
        const own = namespacesOf(this.args.environment);
        return {
            profile: pulumi.output("gke" as const),
            clusterName: this.cluster.name,
            kubeconfig: this.kubeconfig,
            oidcIssuer: this.oidcIssuer,
            namespaces: pulumi.output(namespaces),
            identities: pulumi.output(
                byWorkload((workload) => ({
                    namespace: own[workload],
                    serviceAccount: serviceAccounts[workload],
                    aws: null,
                    gcp: { email: this.accounts[workload].email, member: this.accounts[workload].member },
                    azure: null,
                })),
            ),
            network: pulumi.output({
                cloud: "gcp" as const,
                network: this.network.network.id,
                subnetwork: this.network.subnetwork.id,
            }),
        };
    }

    private controlPlane(
        name: string,
        serviceAccount: pulumi.Output<string>,
        grants: readonly pulumi.Resource[],
    ): container.Cluster {
        const { environment, account, channel = "REGULAR", api = {}, protectData = true } = this.args;
        const { key, granted } = this.secretsKey(name);
        const { network, subnetwork, nat } = this.network;
        const publicCidrs = api.publicCidrs ?? [];
        return new container.Cluster(
            `${name}-cluster`,
            {
                name: `tidegate-${environment}`,
                project: account.project,
                // A region, not a zone: so it has a control plane in three of them.
                location: account.region,
                network: network.id,
                subnetwork: subnetwork.id,
                networkingMode: "VPC_NATIVE",
                ipAllocationPolicy: {
                    clusterSecondaryRangeName: rangeNames.pods,
                    servicesSecondaryRangeName: rangeNames.services,
                },
                privateClusterConfig: {
                    enablePrivateNodes: true,
                    enablePrivateEndpoint: publicCidrs.length === 0,
                },
                masterAuthorizedNetworksConfig: {
                    cidrBlocks: [...publicCidrs, ...(api.privateCidrs ?? [])].map((cidrBlock) => ({ cidrBlock })),
                    // Else every machine that anybody has at Google Compute Engine.
                    gcpPublicCidrsAccessEnabled: false,
                    privateEndpointEnforcementEnabled: true,
                },
                controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: api.dns ?? false } },
                databaseEncryption: { state: "ENCRYPTED", keyName: key.id },
                releaseChannel: { channel },
                deletionProtection: protectData,
                resourceLabels: tagsOf(this.args, "foundation"),
                ...this.modeArgs(serviceAccount),
            },
            {
                parent: this,
                protect: protectData,
                dependsOn: [granted, nat, ...grants],
                // Of the pool that is gone as soon as the cluster is there.
                ...(this.args.mode === "standard" ? { ignoreChanges: ["nodeConfig", "initialNodeCount"] } : {}),
            },
        );
    }

    /** What an Autopilot cluster has in any case, and refuses to be told: Dataplane V2, workload identity, shielded nodes. */
    private modeArgs(serviceAccount: pulumi.Output<string>): Partial<container.ClusterArgs> {
        if (this.args.mode !== "standard")
            return {
                enableAutopilot: true,
                clusterAutoscaling: { autoProvisioningDefaults: { serviceAccount, oauthScopes: scopes } },
            };
        return {
            // It enforces network policies; without it every one would be accepted, and none enforced.
            datapathProvider: "ADVANCED_DATAPATH",
            workloadIdentityConfig: { workloadPool: this.workloadPool },
            enableShieldedNodes: true,
            removeDefaultNodePool: true,
            initialNodeCount: 1,
            nodeConfig: { serviceAccount, oauthScopes: scopes, shieldedInstanceConfig: shielded },
        };
    }

    private get workloadPool(): string {
        return `${this.args.account.project}.svc.id.goog`;
    }

    private secretsKey(name: string): OwnKey {
        const agent = new projects.ServiceIdentity(
            `${name}-agent`,
            { project: this.args.account.project, service: "container.googleapis.com" },
            { parent: this },
        );
        return ownKey(name, { ...this.args, layer: "foundation", agent: agent.member }, this);
    }

    private nodes(name: string, serviceAccount: pulumi.Output<string>): void {
        const { mode, nodes, environment, tags, account } = this.args;
        if (mode !== "standard") return;
        const args = { environment, account, cluster: this.cluster, serviceAccount };
        new GkeNodes(
            `${name}-nodes`,
            { ...args, ...(tags === undefined ? {} : { tags }), ...(nodes === undefined ? {} : { classes: nodes }) },
            { parent: this },
        );
    }

    private account(name: string, workload: Workload): serviceaccount.Account {
        const { environment, account } = this.args;
        const own = new serviceaccount.Account(
            `${name}-${workload}`,
            {
                project: account.project,
                accountId: `${environment}-${workload}`,
                displayName: `${workload} of ${environment}`,
            },
            { parent: this },
        );
        const subject = `${namespacesOf(environment)[workload]}/${serviceAccounts[workload]}`;
        new serviceaccount.IAMMember(
            `${name}-${workload}-identity`,
            {
                serviceAccountId: own.name,
                role: "roles/iam.workloadIdentityUser",
                member: `serviceAccount:${this.workloadPool}[${subject}]`,
            },
            // The pool is there once the project has a cluster.
            { parent: this, dependsOn: [this.cluster] },
        );
        return own;
    }
}

const byWorkload = <T>(make: (workload: Workload) => T): Record<Workload, T> => ({
    flink: make("flink"),
    catalog: make("catalog"),
    dbt: make("dbt"),
});
