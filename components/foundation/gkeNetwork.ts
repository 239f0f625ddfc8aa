/** The network of a cluster of GKE: one subnetwork with ranges for pods and services, and a way out without a way in. */
import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { CloudArgs } from "../cloud/args";
import type { GcpAccount } from "../cloud/gcp";
import { defaultRanges } from "./gkeChecks";

/** Private blocks of addresses that do not overlap. */
export interface GkeRanges {
    /** Of nodes, and of brokers and databases that are put beside them. */
    nodes: string;
    pods: string;
    services: string;
}

/** Names of the secondary ranges. */
export const rangeNames = { pods: "pods", services: "services" } as const;

export interface GkeNetworkArgs extends Pick<CloudArgs, "environment"> {
    account: GcpAccount;
    /** @default `defaultRanges` */
    ranges?: GkeRanges;
}

export class GkeNetwork extends pulumi.ComponentResource {
    readonly network: compute.Network;
    readonly subnetwork: compute.Subnetwork;
    /** Without it no node gets an image from outside Google Cloud. */
    readonly nat: compute.RouterNat;

    constructor(name: string, args: GkeNetworkArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:foundation:GkeNetwork", name, {}, options);
        this.network = new compute.Network(
            `${name}-vpc`,
            {
                name: `tidegate-${args.environment}`,
                project: args.account.project,
                description: `Platform ${args.environment}`,
                // Else one subnetwork in every region of the world, with default routes into each.
                autoCreateSubnetworks: false,
                routingMode: "REGIONAL",
            },
            { parent: this },
        );
        this.subnetwork = this.nodes(name, args);
        this.nat = this.wayOut(name, args);
        this.registerOutputs({});
    }

    private nodes(name: string, { environment, account, ranges = defaultRanges }: GkeNetworkArgs): compute.Subnetwork {
        return new compute.Subnetwork(
            `${name}-subnetwork`,
            {
                name: `tidegate-${environment}`,
                project: account.project,
                region: account.region,
                network: this.network.id,
                ipCidrRange: ranges.nodes,
                secondaryIpRanges: [
                    { rangeName: rangeNames.pods, ipCidrRange: ranges.pods },
                    { rangeName: rangeNames.services, ipCidrRange: ranges.services },
                ],
                // Google's own services are reached without an address on the internet, and not by the NAT.
                privateIpGoogleAccess: true,
                logConfig: {
                    aggregationInterval: "INTERVAL_5_MIN",
                    flowSampling: 0.5,
                    metadata: "INCLUDE_ALL_METADATA",
                },
            },
            { parent: this },
        );
    }

    private wayOut(name: string, { environment, account }: GkeNetworkArgs): compute.RouterNat {
        const place = { project: account.project, region: account.region };
        const router = new compute.Router(
            `${name}-router`,
            { ...place, name: `tidegate-${environment}`, network: this.network.id },
            { parent: this },
        );
        return new compute.RouterNat(
            `${name}-nat`,
            {
                ...place,
                name: `tidegate-${environment}`,
                router: router.name,
                natIpAllocateOption: "AUTO_ONLY",
                sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
                subnetworks: [{ name: this.subnetwork.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
                logConfig: { enable: true, filter: "ERRORS_ONLY" },
            },
            { parent: this },
        );
    }
}
