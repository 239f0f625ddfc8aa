/** Numbers and beginnings, as sentences have them. */

/** `1234567` → `1,234,567`. */
export function grouped(count: number): string {
    return count.toLocaleString("en-US");
}

/** `1 resource`, `1,234 resources`. */
export const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;

/** As the beginning of a sentence. */
export function capitalised(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
