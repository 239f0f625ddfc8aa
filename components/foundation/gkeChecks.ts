/** What a GKE cluster is refused for before anything of it is made. */
import { blockOf, isNarrowAndPublic, isPrivate, overlap, type Block } from "../cloud/cidr";
import { problem, type Problem } from "../cloud/problem";
import { notPublic } from "./eksChecks";
import type { GkeClusterArgs } from "./gke";
import type { GkeRanges } from "./gkeNetwork";
import type { GkeNodeClassArgs } from "./gkeNodes";
import type { ResourceClass } from "./names";

/** For 4,094 nodes, 1,024 of them with the 256 addresses that GKE gives the pods of each, and 4,094 services. */
export const defaultRanges: GkeRanges = { nodes: "10.0.0.0/20", pods: "10.4.0.0/14", services: "10.8.0.0/20" };

/** Operators, catalog and dbt have room on the small ones too. */
export const defaultNodes: Readonly<Record<ResourceClass, GkeNodeClassArgs>> = {
    small: { machineType: "n2-standard-4", least: 3, most: 6, diskGb: 100 },
    medium: { machineType: "n2-standard-8", least: 0, most: 6, diskGb: 100 },
    large: { machineType: "n2-standard-16", least: 0, most: 6, diskGb: 200 },
};

type Checked = Pick<GkeClusterArgs, "environment" | "mode" | "ranges" | "api" | "nodes">;

export function* gkeProblems(args: Checked): Generator<Problem> {
    yield* ofName(args);
    yield* ofRanges(args);
    yield* ofApi(args);
    yield* ofNodes(args);
}

/** Ids of service accounts, `<environment>-dbt`, have 6 characters at least. Source: `accountId` of gcp.serviceaccount.Account. */
function* ofName({ environment }: Checked): Generator<Problem> {
    if (environment.length < 2)
        yield problem(
            "name",
            `no service account of Google Cloud can be called '${environment}-dbt', which is too short`,
            "Give the environment a name of two characters or more.",
        );
}

const noBlock = (path: string, cidr: string): Problem =>
    problem(path, `'${cidr}' is no block of addresses`, "Write the first address and the bits: 192.0.2.0/24.");

function* ofRanges({ ranges = defaultRanges }: Checked): Generator<Problem> {
    const blocks: { readonly name: string; readonly block: Block }[] = [];
    for (const [name, cidr] of Object.entries(ranges)) {
        const block = blockOf(cidr);
        if (block === undefined) yield noBlock(`foundation.ranges.${name}`, String(cidr));
        else blocks.push({ name, block });
    }
    for (const { name, block } of blocks)
        if (!isPrivate(block))
            yield problem(
                `foundation.ranges.${name}`,
                `its ${name} would have addresses that are somebody else's on the internet`,
                "Take a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
            );
    for (const [index, one] of blocks.entries())
        for (const other of blocks.slice(index + 1))
            if (overlap(one.block, other.block))
                yield problem(
                    `foundation.ranges.${other.name}`,
                    `the addresses of its ${one.name} and of its ${other.name} overlap`,
                    "Change foundation.ranges.",
                );
}

function* ofApi({ api = {} }: Checked): Generator<Problem> {
    const { publicCidrs = [], privateCidrs = [] } = api;
    for (const [key, cidrs] of Object.entries({ publicCidrs, privateCidrs }))
        for (const cidr of cidrs) {
            const block = blockOf(cidr);
            if (block === undefined) yield noBlock(`foundation.api.${key}`, cidr);
            else if (block.bits === 0)
                yield problem(
                    `foundation.api.${key}`,
                    "its API server would be open to the whole internet",
                    "Name the addresses that need it in foundation.api.publicCidrs, or set foundation.api.dns.",
                );
            else if (key === "publicCidrs" && !isNarrowAndPublic(block)) yield notPublic(cidr);
            else if (key === "privateCidrs" && !isPrivate(block))
                yield problem(
                    "foundation.api.privateCidrs",
                    `${cidr} is no private address, and there is no way in from the internet for foundation.api.privateCidrs`,
                    "Name it in foundation.api.publicCidrs.",
                );
        }
}

function* ofNodes({ mode = "autopilot", nodes }: Checked): Generator<Problem> {
    if (mode === "autopilot" && nodes !== undefined)
        yield problem(
            "foundation.nodes",
            "in Autopilot mode Google makes the nodes that pods ask for, and takes no other",
            "Leave foundation.nodes out, or set foundation.mode to standard.",
        );
    const classes = { ...defaultNodes, ...nodes };
    for (const [size, { least, most }] of Object.entries(classes))
        if (least > most)
            yield problem(
                `foundation.nodes.${size}`,
                `it has at least ${least} and at most ${most} ${size} nodes`,
                `Change foundation.nodes.${size}.`,
            );
    if (Object.values(classes).every(({ least }) => least === 0))
        yield problem(
            "foundation.nodes",
            "it has no node to begin with",
            "Set the least of a class of foundation.nodes.",
        );
}
