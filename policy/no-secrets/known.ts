/**
 * Values that somebody has declared to be secrets: under a secret key of the configuration, or marked as one in the
 * program. Where one of them stands in clear too, it is a leak, whatever it looks like. Kept in memory only.
 */
import type { Context } from "../analyzer/pack";

/** Characters; what is shorter stands in many a text by chance. */
const shortest = 8;
/** A word may be a name as well: `lakehouse`. */
const isWord = (value: string): boolean => /^[a-z]{1,15}$/i.test(value);

export class Known {
    private readonly origins = new Map<string, string>();
    private seen: ReadonlyMap<string, string> | undefined;

    /** `origin`: how a message names it, never the value. */
    add(value: string, origin: string): void {
        if (value.length >= shortest && !isWord(value) && !this.origins.has(value)) this.origins.set(value, origin);
    }

    /** Once for each configuration: what is under a secret key may be a whole object, of which each text counts. */
    learn({ configuration, secretKeys }: Context): void {
        if (this.seen === configuration) return;
        this.seen = configuration;
        for (const key of secretKeys)
            for (const value of textsOf(configuration.get(key) ?? "")) this.add(value, `the secret ${key}`);
    }

    /** How what stands in a text is named; undefined where nothing does. */
    within(text: string): string | undefined {
        for (const [value, origin] of this.origins) if (text.includes(value)) return origin;
        return undefined;
    }
}

function textsOf(value: string): string[] {
    if (!/^\s*[[{]/.test(value)) return [value];
    try {
        const found: string[] = [];
        JSON.parse(value, (_key, part: unknown) => {
            if (typeof part === "string") found.push(part);
            return part;
        });
        return found;
    } catch {
        return [value];
    }
}
