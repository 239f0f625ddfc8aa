/** The nodes of a cluster of GKE: who they are, and in Standard mode a pool for each class of Flink's jobs. */
import * as container from "@pulumi/gcp/container";
import * as projects from "@pulumi/gcp/projects";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { tagsOf, type CloudArgs } from "../cloud/args";
import type { GcpAccount } from "../cloud/gcp";
import { defaultNodes } from "./gkeChecks";
import { resourceClasses, resourceClassLabel, type ResourceClass } from "./names";

export interface GkeNodeClassArgs {
    /** E.g. `n2-standard-4`. Those of Axion and Tau (c4a, t2a) want images for arm64. */
    machineType: string;
    /** Nodes of all zones together, between which the cluster's autoscaler goes. */
    least: number;
    most: number;
    /** GiB of a node's disk: images, and Flink's state while it runs. @default 100 */
    diskGb?: number;
}

/** Limited by the roles of the account alone: scopes are what was there before those. */
export const scopes = ["https://www.googleapis.com/auth/cloud-platform"];

/** The firmware, the kernel and the boot of a node are what its image says. */
export const shielded = { enableSecureBoot: true, enableIntegrityMonitoring: true };

/**
 * What a node does by itself: logs and metrics, and images from Artifact Registry of the project.
 * Source: https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa
 */
const nodeRoles = ["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"];

/** An account of their own, for Compute Engine's default one may edit the whole project. */
export function nodeAccount(
    name: string,
    { environment, account: { project } }: Pick<CloudArgs, "environment"> & { account: GcpAccount },
    parent: pulumi.Resource,
): { readonly account: serviceaccount.Account; readonly grants: readonly pulumi.Resource[] } {
    const account = new serviceaccount.Account(
        `${name}-nodes`,
        { project, accountId: `${environment}-nodes`, displayName: `Nodes of ${environment}` },
        { parent },
    );
    const grants = nodeRoles.map(
        (role) =>
            new projects.IAMMember(
                `${name}-nodes-${role.replace("roles/", "")}`,
                { project, role, member: account.member },
                { parent },
            ),
    );
    return { account, grants };
}

export interface GkeNodesArgs extends Pick<CloudArgs, "environment" | "tags"> {
    account: GcpAccount;
    cluster: container.Cluster;
    /** E-mail of who the nodes are. */
    serviceAccount: pulumi.Input<string>;
    /** @default `defaultNodes` */
    classes?: Partial<Record<ResourceClass, GkeNodeClassArgs>>;
}

export class GkeNodes extends pulumi.ComponentResource {
    constructor(name: string, args: GkeNodesArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:foundation:GkeNodes", name, {}, options);
        const classes = { ...defaultNodes, ...args.classes };
        for (const size of resourceClasses) if (classes[size].most > 0) this.pool(name, size, classes[size], args);
        this.registerOutputs({});
    }

    /** Its name is the provider's, so that a pool that has to be replaced is there before the old one goes. */
    private pool(name: string, size: ResourceClass, node: GkeNodeClassArgs, args: GkeNodesArgs): void {
        const { account, cluster, serviceAccount } = args;
        new container.NodePool(
            `${name}-${size}`,
            {
                project: account.project,
                location: account.region,
                cluster: cluster.id,
                autoscaling: {
                    totalMinNodeCount: node.least,
                    totalMaxNodeCount: node.most,
                    locationPolicy: "BALANCED",
                },
                management: { autoRepair: true, autoUpgrade: true },
                upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
                nodeConfig: {
                    machineType: node.machineType,
                    diskSizeGb: node.diskGb ?? 100,
                    diskType: "pd-balanced",
                    imageType: "COS_CONTAINERD",
                    serviceAccount,
                    oauthScopes: scopes,
                    labels: { [resourceClassLabel]: size },
                    resourceLabels: tagsOf(args, "foundation"),
                    shieldedInstanceConfig: shielded,
                    // A pod gets the token of its own account, never that of the node.
                    workloadMetadataConfig: { mode: "GKE_METADATA" },
                    metadata: { "disable-legacy-endpoints": "true" },
                },
            },
            { parent: this },
        );
    }
}
