/**
 * What kinds of clusters Confluent Cloud has, and what fits on each.
 * Source: https://docs.confluent.io/cloud/current/clusters/cluster-types.html ("eCKU/CKU comparison", "Minimum/maximum
 * eCKU requirements", "CKU purchase limits").
 */
import type { Cloud } from "../../stacks/settings/clouds";

/** In one zone or in three of its region. */
export type Availability = "single" | "multi";

export type ConfluentCluster =
    /** For trying out: no service level worth the name, one zone. */
    | { readonly kind: "basic"; readonly maxEcku?: number }
    | { readonly kind: "standard"; readonly availability?: Availability; readonly maxEcku?: number }
    /** Reached over private connections alone. */
    | { readonly kind: "enterprise"; readonly availability?: Availability; readonly maxEcku?: number }
    | {
          readonly kind: "dedicated";
          readonly availability?: Availability;
          /** Confluent units of Kafka. @default 2 */
          readonly cku?: number;
          /** Id of a network of the adopted environment, `n-…`. @default reached over the internet */
          readonly network?: string;
      };

export interface ConfluentPlacement {
    readonly cluster: ConfluentCluster;
    readonly cloud: Cloud;
    /** Of an adopted environment, `env-…`. */
    readonly environmentId?: string | undefined;
    /** Of all topics together. */
    readonly partitions: number;
}

interface Units {
    readonly partitionsPerUnit: number;
    readonly most: number;
}

const units: Readonly<Record<ConfluentCluster["kind"], Units>> = {
    basic: { partitionsPerUnit: 30, most: 50 },
    standard: { partitionsPerUnit: 250, most: 10 },
    enterprise: { partitionsPerUnit: 3000, most: 32 },
    dedicated: { partitionsPerUnit: 4500, most: 152 },
};
/** Azure has smaller dedicated clusters than the others. */
const mostOnAzure = 100;
/** An enterprise cluster on AWS that is reached by PrivateLink, as these are, ends here. */
const mostByPrivateLink = 10;

export const availabilityOf = (cluster: ConfluentCluster): Availability =>
    cluster.kind === "basic" ? "single" : (cluster.availability ?? "multi");

export const ckuOf = ({ cku = 2 }: Extract<ConfluentCluster, { kind: "dedicated" }>): number => cku;

export interface ConfluentProblem {
    /** Of the broker's settings. */
    readonly path: readonly string[];
    readonly message: string;
}

/** What of it Confluent would refuse, or nobody could reach. */
export function confluentProblems({
    cluster,
    cloud,
    environmentId,
    partitions,
}: ConfluentPlacement): readonly ConfluentProblem[] {
    const problems: ConfluentProblem[] = [];
    const complain = (path: readonly string[], message: string) => problems.push({ path, message });
    const { partitionsPerUnit, most } = units[cluster.kind];
    const dedicated = cluster.kind === "dedicated";
    const key = dedicated ? "cku" : "maxEcku";
    const highest =
        dedicated && cloud === "azure"
            ? mostOnAzure
            : cluster.kind === "enterprise" && cloud === "aws"
              ? mostByPrivateLink
              : most;
    const asked = dedicated ? ckuOf(cluster) : (cluster.maxEcku ?? highest);
    const multi = availabilityOf(cluster) === "multi";
    if (asked > highest)
        complain(["cluster", key], `is at most ${highest} for a ${cluster.kind} cluster on ${cloud}, not ${asked}`);
    if (multi && asked < 2)
        complain(
            ["cluster", key],
            "has to be at least 2 where availability is multi: three zones need more than one unit",
        );
    if (partitions > asked * partitionsPerUnit)
        complain(
            ["cluster", key],
            `allows ${asked * partitionsPerUnit} partitions (${partitionsPerUnit} for each of ${asked}), but the topics have ${partitions}`,
        );
    if (cluster.kind === "enterprise" && environmentId === undefined)
        complain(
            ["environmentId"],
            "is needed by an enterprise cluster: it is reached by private connections alone, and topics can be made only where one is there. Make an environment with its PrivateLink attachment first, and name it",
        );
    if (dedicated && cluster.network !== undefined && environmentId === undefined)
        complain(
            ["environmentId"],
            "is needed with cluster.network: a network belongs to an environment, and has to be reachable before topics can be made",
        );
    return problems;
}
