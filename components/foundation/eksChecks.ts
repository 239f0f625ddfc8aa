/** What an EKS cluster is refused for before anything of it is made. */
import { blockOf, isNarrowAndPublic } from "../cloud/cidr";
import { problem, type Problem } from "../cloud/problem";
import { versionProblems } from "../kubernetes/versions";
import type { EksClusterArgs } from "./eks";
import type { NodeClassArgs } from "./eksNodes";
import type { ResourceClass } from "./names";

/** Operators, catalog and dbt have room on the small ones too. */
export const defaultNodes: Readonly<Record<ResourceClass, NodeClassArgs>> = {
    small: { instanceType: "m7i.large", count: 3, diskGb: 100 },
    medium: { instanceType: "m7i.2xlarge", count: 0, diskGb: 100 },
    large: { instanceType: "m7i.4xlarge", count: 0, diskGb: 200 },
};

export function* eksProblems({
    version,
    api = {},
    nodes = {},
}: Pick<EksClusterArgs, "version" | "api" | "nodes">): Generator<Problem> {
    if (version !== undefined) yield* versionProblems("foundation.version", version);
    const { publicCidrs = [], privateCidrs = [], transitGatewayId } = api;
    for (const [key, cidrs] of Object.entries({ publicCidrs, privateCidrs }))
        for (const cidr of cidrs) {
            const block = blockOf(cidr);
            if (block === undefined)
                yield problem(
                    `foundation.api.${key}`,
                    `'${cidr}' is no block of addresses`,
                    "Write the first address and the bits: 192.0.2.0/24.",
                );
            else if (block.bits === 0)
                yield problem(
                    `foundation.api.${key}`,
                    "its API server would be open to the whole internet",
                    "Name the addresses that need it in foundation.api.publicCidrs, or reach it through a joined network.",
                );
            else if (key === "publicCidrs" && !isNarrowAndPublic(block)) yield notPublic(cidr);
        }
    if (transitGatewayId !== undefined && privateCidrs.length === 0)
        yield problem(
            "foundation.api.transitGatewayId",
            "it is joined to a transit gateway, but nobody behind that one is let in",
            "Name their addresses in foundation.api.privateCidrs.",
        );
    if (Object.values({ ...defaultNodes, ...nodes }).every(({ count }) => count === 0))
        yield problem("foundation.nodes", "it has no node", "Set the count of a class of foundation.nodes.");
}

/** EKS takes no reserved addresses either. Source: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
export const notPublic = (cidr: string): Problem =>
    problem(
        "foundation.api.publicCidrs",
        `${cidr} is no block of public addresses of /8 or less`,
        "Name who needs it; private networks belong in foundation.api.privateCidrs.",
    );
