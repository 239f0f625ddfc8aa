/** Whether networks that may come in are, together, everybody. */
import { isIPv6 } from "node:net";
import { blockOf } from "./cidr";

/** Addresses, from the first to the last, both of them in it. */
interface Span {
    readonly first: bigint;
    readonly last: bigint;
}

interface Family {
    readonly bits: number;
    /** Where addresses of the internet are. */
    readonly internet: Span;
    /** Of an address; undefined where it is none of this family. */
    readonly numberOf: (address: string) => bigint | undefined;
    /** Blocks that nobody of the internet has, so that leaving them out leaves nobody out. */
    readonly nobody: readonly string[];
}

function numberOf4(address: string): bigint | undefined {
    const block = blockOf(`${address}/32`);
    return block === undefined ? undefined : BigInt(block.first);
}

function numberOf6(address: string): bigint | undefined {
    // With a zone it is an address of one link.
    if (!isIPv6(address) || address.includes("%")) return undefined;
    // However it is written: this is its one short form.
    const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
    const [head = [], tail] = short.split("::").map((half) => half.split(":").filter((part) => part !== ""));
    const parts =
        tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
    return BigInt(`0x${parts.map((part) => part.padStart(4, "0")).join("")}`);
}

const families: readonly Family[] = [
    {
        bits: 32,
        // Above it is multicast. Source: https://www.iana.org/assignments/ipv4-address-space
        internet: { first: 0n, last: 0xdfffffffn },
        numberOf: numberOf4,
        // Source: https://www.iana.org/assignments/iana-ipv4-special-registry
        nobody: [
            ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"],
            ...["169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
        ],
    },
    {
        bits: 128,
        // 2000::/3. Source: https://www.iana.org/assignments/ipv6-address-space
        internet: { first: 1n << 125n, last: (1n << 126n) - 1n },
        numberOf: numberOf6,
        nobody: [],
    },
];

/** Of a block whose first address need not be the one that is named, as firewalls take them. */
function spanOf(cidr: string, { bits, numberOf }: Family): Span | undefined {
    const [address = "", length = ""] = cidr.split("/");
    const number = numberOf(address);
    // What is no block is refused by who reads it, and lets nobody in.
    if (number === undefined || !/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
    const free = BigInt(bits - Number(length));
    const first = (number >> free) << free;
    return { first, last: first + (1n << free) - 1n };
}

function covers(spans: readonly Span[], { first, last }: Span): boolean {
    let open = first;
    for (const span of [...spans].sort((one, other) => (one.first < other.first ? -1 : 1))) {
        if (span.first > open) return false;
        if (span.last >= open) open = span.last + 1n;
        if (open > last) return true;
    }
    return false;
}

/** @param networks blocks in CIDR notation, of IPv4 or IPv6 */
export const isInternet = (networks: readonly string[]): boolean =>
    families.some((family) =>
        covers(
            [...networks, ...family.nobody].map((cidr) => spanOf(cidr, family)).filter((span) => span !== undefined),
            family.internet,
        ),
    );
