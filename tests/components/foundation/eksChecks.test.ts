import assert from "node:assert/strict";
import { TidegateError } from "../../../automation/core/errors";
import type { EksClusterArgs } from "../../../components/foundation/eks";
import { zones } from "../aws";
import { make } from "./eksProgram";

describe("EksCluster refuses", () => {
    const refusals: readonly [string, Partial<EksClusterArgs>, RegExp][] = [
        ["one zone", { zones: zones.slice(0, 1) }, /one zone/],
        ["more zones than it has room for", { zones: [...zones, "eu-west-1d"] }, /4 zones/],
        ["a network that is too large", { cidr: "10.0.0.0/8" }, /no private block of 16 to 20 bits/],
        ["a network of addresses of the internet", { cidr: "192.0.0.0/16" }, /no private block/],
        ["a network that does not begin where it says", { cidr: "10.0.1.0/16" }, /no private block/],
        ["an API server that is open to everybody", { api: { publicCidrs: ["0.0.0.0/0"] } }, /whole internet/],
        ["an API server for what is no block", { api: { publicCidrs: ["192.0.2.1/24"] } }, /no block of addresses/],
        ["a transit gateway with nobody behind it", { api: { transitGatewayId: "tgw-1" } }, /nobody behind/],
        [
            "a joined network that overlaps its own",
            { api: { transitGatewayId: "tgw-1", privateCidrs: ["10.0.0.0/8"] } },
            /overlaps the network's own/,
        ],
        ["a cluster without a node", { nodes: { small: { instanceType: "m7i.large", count: 0 } } }, /no node/],
    ];
    for (const [what, changes, message] of refusals)
        it(what, async () => {
            await assert.rejects(make(changes), (error) => {
                assert.ok(TidegateError.is(error), String(error));
                assert.match(error.message, message);
                assert.ok(error.hint);
                return true;
            });
        });
});
