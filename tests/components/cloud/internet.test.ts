import assert from "node:assert/strict";
import { isInternet } from "../../../components/cloud/internet";

/** The halves of the halves, down to `bits`. */
const pieces = (bits: number): string[] =>
    Array.from({ length: 2 ** bits }, (_, index) => `${index * 2 ** (8 - bits)}.0.0.0/${bits}`);

describe("networks that may come in", () => {
    const everybody: readonly (readonly string[])[] = [
        ["0.0.0.0/0"],
        ["::/0"],
        ["0000:0000::/0"],
        ["10.0.0.0/8", "::/0"],
        ["0.0.0.0/1", "128.0.0.0/1"],
        // Of halves it is not the first address that is named.
        ["128.1.2.3/1", "9.9.9.9/1"],
        ["192.0.2.0/24", ...pieces(4).reverse()],
        ["::/1", "8000::/1"],
        ["2000::/3"],
        ["2000::/4", "3000::/4"],
        // Multicast is nobody's, and private networks are not the internet's.
        ["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"],
        pieces(8).filter((cidr) => cidr !== "10.0.0.0/8" && cidr !== "127.0.0.0/8" && cidr !== "0.0.0.0/8"),
    ];
    for (const networks of everybody)
        it(`are everybody: ${networks.slice(0, 3).join(", ")}`, () => assert.ok(isInternet(networks)));

    const some: readonly (readonly string[])[] = [
        [],
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
        ["0.0.0.0/1", "128.0.0.0/2"],
        ["0.0.0.0/1"],
        pieces(8).filter((cidr) => cidr !== "93.0.0.0/8"),
        ["2001:db8::/32", "2a00::/12"],
        ["2000::/4"],
        // No blocks: who reads them refuses them.
        ["1.2.3.4/x", "1.2.3.4", "0.0.0.0/33", "fe80::1%eth0/64"],
        ["::ffff:192.0.2.1/128", "::1/128", "2001:db8:1:2:3:4:5:6/128"],
    ];
    for (const networks of some)
        it(`are not: ${networks.slice(0, 3).join(", ")}`, () => assert.ok(!isInternet(networks)));
});
