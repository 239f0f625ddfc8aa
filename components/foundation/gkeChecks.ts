/** What a GKE cluster is refused for before anything of it is made. */
import { TidegateError } from "../../automation/core/errors";
import { blockOf, isPrivate, overlap, type Block } from "../cloud/cidr";
import type { GkeClusterArgs } from "./gke";
import { defaultRanges } from "./gkeNetwork";
import { defaultNodes } from "./gkeNodes";

/** @throws TidegateError `cluster-invalid` */
export function checkGke(args: GkeClusterArgs): void {
    checkNames(args);
    checkRanges(args);
    checkApi(args);
    checkNodes(args);
}

/** Ids of service accounts, `<environment>-dbt`, have 6 characters at least. Source: `accountId` of gcp.serviceaccount.Account. */
function checkNames({ environment }: GkeClusterArgs): void {
    if (environment.length < 2)
        throw invalid(
            `no service account of Google Cloud can be called '${environment}-dbt', which is too short`,
            "Give the environment a name of two characters or more.",
        );
}

function checkRanges({ ranges = defaultRanges }: GkeClusterArgs): void {
    const blocks = Object.entries(ranges).map(([name, cidr]) => ({ name, block: parsed(String(cidr)) }));
    for (const { name, block } of blocks)
        if (!isPrivate(block))
            throw invalid(
                `its ${name} would have addresses that are somebody else's on the internet`,
                "Take a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
            );
    for (const [index, one] of blocks.entries())
        for (const other of blocks.slice(index + 1))
            if (overlap(one.block, other.block))
                throw invalid(
                    `the addresses of its ${one.name} and of its ${other.name} overlap`,
                    "Change foundation.ranges.",
                );
}

function checkApi({ api = {} }: GkeClusterArgs): void {
    for (const cidr of [...(api.publicCidrs ?? []), ...(api.privateCidrs ?? [])])
        if (parsed(cidr).bits === 0)
            throw invalid(
                "its API server would be open to the whole internet",
                "Name the addresses that need it in foundation.api.publicCidrs, or set foundation.api.dns.",
            );
    const open = (api.privateCidrs ?? []).find((cidr) => !isPrivate(parsed(cidr)));
    if (open !== undefined)
        throw invalid(
            `${open} is no private address, and there is no way in from the internet for foundation.api.privateCidrs`,
            "Name it in foundation.api.publicCidrs.",
        );
}

function checkNodes({ mode = "autopilot", nodes }: GkeClusterArgs): void {
    if (mode === "autopilot" && nodes !== undefined)
        throw invalid(
            "in Autopilot mode Google makes the nodes that pods ask for, and takes no other",
            "Leave foundation.nodes out, or set foundation.mode to standard.",
        );
    const classes = { ...defaultNodes, ...nodes };
    for (const [size, { least, most }] of Object.entries(classes))
        if (least > most)
            throw invalid(
                `it has at least ${least} and at most ${most} ${size} nodes`,
                `Change foundation.nodes.${size}.`,
            );
    if (Object.values(classes).every(({ least }) => least === 0))
        throw invalid("it has no node to begin with", "Set the least of a class of foundation.nodes.");
}

function parsed(cidr: string): Block {
    const block = blockOf(cidr);
    if (block !== undefined) return block;
    throw invalid(`'${cidr}' is no block of addresses`, "Write the first address and the bits: 192.0.2.0/24.");
}

function invalid(message: string, hint: string): TidegateError {
    return new TidegateError(`The platform's cluster cannot be made: ${message}.`, { code: "cluster-invalid", hint });
}
