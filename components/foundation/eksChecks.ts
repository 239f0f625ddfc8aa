/** What an EKS cluster is refused for before anything of it is made. */
import { TidegateError } from "../../automation/core/errors";
import { blockOf } from "../cloud/cidr";
import type { EksClusterArgs } from "./eks";
import { defaultNodes } from "./eksNodes";

/** @throws TidegateError `cluster-invalid` */
export function checkEks({ api = {}, nodes = {} }: EksClusterArgs): void {
    const { publicCidrs = [], privateCidrs = [], transitGatewayId } = api;
    for (const cidr of [...publicCidrs, ...privateCidrs]) {
        const block = blockOf(cidr);
        if (block === undefined)
            throw invalid(`'${cidr}' is no block of addresses`, "Write the first address and the bits: 192.0.2.0/24.");
        if (block.bits === 0)
            throw invalid(
                "its API server would be open to the whole internet",
                "Name the addresses that need it in foundation.api.publicCidrs, or reach it through a joined network.",
            );
    }
    if (transitGatewayId !== undefined && privateCidrs.length === 0)
        throw invalid(
            "it is joined to a transit gateway, but nobody behind that one is let in",
            "Name their addresses in foundation.api.privateCidrs.",
        );
    if (Object.values({ ...defaultNodes, ...nodes }).every(({ count }) => count === 0))
        throw invalid("it has no node", "Set the count of a class of foundation.nodes.");
}

function invalid(message: string, hint: string): TidegateError {
    return new TidegateError(`The platform's cluster cannot be made: ${message}.`, { code: "cluster-invalid", hint });
}
