/** What an AKS cluster is refused for before anything of it is made. */
import { blockOf, isPrivate, overlap } from "../cloud/cidr";
import { problem, type Problem } from "../cloud/problem";
import { versionProblems } from "../kubernetes/versions";
import type { AksClusterArgs } from "./aks";

/** Of the cluster's own, in no network but its. */
export const podCidr = "10.244.0.0/16";
export const serviceCidr = "10.245.0.0/16";

export const cidrOf = ({ cidr = "10.64.0.0/16" }: Pick<AksClusterArgs, "cidr">): string => cidr;

export function* aksProblems(
    args: Pick<
        AksClusterArgs,
        "administrators" | "authorizedAddresses" | "classes" | "system" | "cidr" | "kubernetesVersion"
    >,
): Generator<Problem> {
    const { administrators, authorizedAddresses = [], classes = {}, system, kubernetesVersion } = args;
    yield* versionProblems("foundation.kubernetesVersion", kubernetesVersion);
    if (administrators.length === 0)
        yield problem(
            "foundation.administrators",
            "foundation.administrators is empty: without local accounts nobody could reach the cluster.",
            "Name the object id of a group in Entra ID that whoever deploys is in.",
        );
    const cidr = cidrOf(args);
    const network = blockOf(cidr);
    if (network?.bits !== 16 || !isPrivate(network))
        yield problem(
            "foundation.cidr",
            `foundation.cidr: '${cidr}' is no private block of /16.`,
            "Nodes, private endpoints and databases get their subnets out of it, e.g. 10.64.0.0/16.",
        );
    for (const taken of [podCidr, serviceCidr]) {
        const other = blockOf(taken);
        if (network !== undefined && other !== undefined && overlap(network, other))
            yield problem(
                "foundation.cidr",
                `foundation.cidr: '${cidr}' overlaps ${taken}, which pods and services of the cluster have.`,
                "Take another block of /16.",
            );
    }
    for (const range of authorizedAddresses) {
        const found = blockOf(range);
        if (found === undefined || found.bits < 8 || isPrivate(found))
            yield problem(
                "foundation.authorizedAddresses",
                `foundation.authorizedAddresses: '${range}' is no block of public IPv4 addresses of /8 or less.`,
                "Leave them out for a cluster that only its own network reaches.",
            );
    }
    for (const [name, { minCount = 0, maxCount = 1000 }] of Object.entries({ ...classes, system: system ?? {} }))
        if (minCount > maxCount)
            yield problem(
                name === "system" ? "foundation.system" : `foundation.classes.${name}`,
                `foundation: the node pool '${name}' has minCount ${minCount} over maxCount ${maxCount}.`,
                "Make maxCount as large as minCount at least.",
            );
    if (system?.minCount === 0)
        yield problem(
            "foundation.system",
            "foundation.system: the system pool has to have at least one node, where the cluster's own pods run.",
            "Make foundation.system.minCount 1 or more.",
        );
}
