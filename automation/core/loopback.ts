/** Which hosts are the machine that asks: nothing of what is sent there crosses a network, and nobody else means the same by it. */
import { BlockList, isIPv4, isIPv6 } from "node:net";

const blocks = new BlockList();
blocks.addSubnet("127.0.0.0", 8, "ipv4");
blocks.addAddress("::1", "ipv6");

/**
 * @param host a name or an address, of IPv6 with or without brackets, as `URL.hostname` and Kafka's addresses have it
 * Source of `*.localhost`: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
 */
export function isLoopback(host: string): boolean {
    const bare = host.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
    if (isIPv4(bare)) return blocks.check(bare, "ipv4");
    if (isIPv6(bare)) return blocks.check(bare, "ipv6");
    return /^(.+\.)?localhost$/i.test(bare);
}

/** Of a URL; empty where it is none: who reads it has refused that, and goes on to look for what else is wrong. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");
