/** Blocks of IPv4 addresses. */

export interface Block {
    /** First and last address, as numbers. */
    readonly first: number;
    readonly last: number;
    readonly bits: number;
}

/** `10.64.0.0/16`; undefined where that is no block: a wrong address, or one that is not the first of its block. */
export function block(cidr: string): Block | undefined {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
    if (match === null) return undefined;
    const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
    if ([a, b, c, d].some((part) => part > 255) || bits > 32) return undefined;
    const first = ((a * 256 + b) * 256 + c) * 256 + d;
    const size = 2 ** (32 - bits);
    return first % size === 0 ? { first, last: first + size - 1, bits } : undefined;
}

export const overlaps = (one: Block, other: Block): boolean => one.first <= other.last && other.first <= one.last;

/** The block of `bits` that begins `offset` addresses into another. */
export function within({ first }: Block, offset: number, bits: number): string {
    const address = first + offset;
    const parts = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${parts.join(".")}/${bits}`;
}

const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap((cidr) => block(cidr) ?? []);

/** RFC 1918. */
export const isPrivate = (one: Block): boolean =>
    privateBlocks.some(({ first, last }) => one.first >= first && one.last <= last);
