/** What a network on AWS is refused for before anything of it is made. */
import { blockOf, isPrivate, overlap } from "../cloud/cidr";
import { problem, type Problem } from "../cloud/problem";
import type { AwsNetworkArgs } from "./awsNetwork";

/** Quarters of the network without the one of the public subnets. */
export const mostZones = 3;
export const defaultCidr = "10.0.0.0/16";

export function* awsNetworkProblems({
    zones,
    cidr = defaultCidr,
    transitGateway,
}: Pick<AwsNetworkArgs, "zones" | "cidr" | "transitGateway">): Generator<Problem> {
    if (new Set(zones).size < 2)
        yield problem(
            "foundation.zones",
            `the network has ${zones.length === 1 ? "one zone" : "no two zones"}: EKS and MSK want subnets in two at least`,
            "Set foundation.zones to 2 or 3, and take a region that has as many.",
        );
    if (zones.length > mostZones)
        yield problem(
            "foundation.zones",
            `the network has ${zones.length} zones`,
            `Set foundation.zones to at most ${mostZones}.`,
        );
    const block = blockOf(cidr);
    if (block === undefined || block.bits < 16 || block.bits > 20 || !isPrivate(block)) {
        yield problem(
            "foundation.cidr",
            `'${cidr}' is no private block of 16 to 20 bits`,
            "Set foundation.cidr to one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, e.g. 10.20.0.0/16.",
        );
        return;
    }
    for (const other of transitGateway?.cidrs ?? []) {
        const reached = blockOf(other);
        if (reached === undefined || overlap(reached, block))
            yield problem(
                "foundation.api.privateCidrs",
                `'${other}' ${reached === undefined ? "is no block of addresses" : `overlaps the network's own ${cidr}`}: no route can lead there`,
                "Give the platform's network a block of its own by foundation.cidr.",
            );
    }
}
