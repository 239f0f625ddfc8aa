/** Arithmetic of IPv4 address blocks in CIDR notation. */

export interface Block {
    /** As a number of 32 bits. */
    readonly first: number;
    readonly bits: number;
}

/** @returns undefined where the text is no block, or where an address within the block is given instead of its first */
export function blockOf(text: unknown): Block | undefined {
    const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(String(text))?.slice(1).map(Number);
    if (parts === undefined) return undefined;
    const bits = parts[4] ?? 0;
    const octets = parts.slice(0, 4);
    if (bits > 32 || octets.some((octet) => octet > 255)) return undefined;
    const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    return first % 2 ** (32 - bits) === 0 ? { first, bits } : undefined;
}

export const sizeOf = ({ bits }: Block): number => 2 ** (32 - bits);

export const overlap = (one: Block, other: Block): boolean =>
    one.first < other.first + sizeOf(other) && other.first < one.first + sizeOf(one);

export const within = (inner: Block, outer: Block): boolean =>
    inner.first >= outer.first && inner.first + sizeOf(inner) <= outer.first + sizeOf(outer);

/** The block of `bits` that is the one after `index` others of its size in `whole`. */
export function partOf(whole: Block, bits: number, index: number): string {
    const first = whole.first + index * 2 ** (32 - bits);
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
    return `${octets.join(".")}/${bits}`;
}

/** Blocks that are in nobody's internet. Source: RFC 1918. */
const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(blockOf);

export const isPrivate = (block: Block): boolean =>
    privateBlocks.some((outer) => outer !== undefined && within(block, outer));

/** Whether an API server may be open to it: public, and a /8 at most, for two halves of the internet are all of it. */
export const isNarrowAndPublic = (block: Block): boolean => block.bits >= 8 && !isPrivate(block);
