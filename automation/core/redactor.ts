/**
 * Takes known secrets out of texts before anybody sees them. Whoever learns a secret adds it here; what is told, written
 * or thrown passes through here.
 */

/** What stands in a secret's place, as in Pulumi's own output. */
export const redacted = "[secret]";

/** A shorter one would be found in innocent words, and guessing it is no work. */
const shortest = 4;
/** Of a line of a secret that has several: a key in PEM, told line by line. */
const shortestLine = 16;

export class Redactor {
    private readonly known = new Set<string>();
    private pattern: RegExp | undefined;

    constructor(values: Iterable<unknown> = []) {
        this.add(values);
    }

    /** Strings, and all strings inside of lists and objects. */
    add(values: Iterable<unknown>): void {
        for (const value of values) {
            if (typeof value === "string") this.addText(value);
            else if (typeof value === "object" && value !== null) this.add(Object.values(value));
        }
    }

    private addText(text: string): void {
        const lines = text.includes("\n") ? text.split(/\r?\n/).filter((line) => line.length >= shortestLine) : [];
        for (const part of [text, ...lines]) {
            if (part.trim().length < shortest) continue;
            // As it stands in JSON, in a URL and in base64, as an Authorization header or a Kubernetes Secret has it.
            for (const form of [
                part,
                JSON.stringify(part).slice(1, -1),
                encodeURIComponent(part),
                Buffer.from(part).toString("base64"),
            ])
                this.known.add(form);
        }
        this.pattern = undefined;
    }

    text(text: string): string {
        if (this.known.size === 0) return text;
        // The longest first: one secret may hold another.
        this.pattern ??= new RegExp(
            [...this.known]
                .sort((a, b) => b.length - a.length)
                .map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
                .join("|"),
            "g",
        );
        return text.replace(this.pattern, redacted);
    }

    /** A copy of JSON-like data with all its strings redacted, keys included. */
    deep<T>(value: T): T {
        if (this.known.size === 0) return value;
        return this.walk(value) as T;
    }

    private walk(value: unknown): unknown {
        if (typeof value === "string") return this.text(value);
        if (Array.isArray(value)) return value.map((one) => this.walk(one));
        if (typeof value !== "object" || value === null) return value;
        return Object.fromEntries(Object.entries(value).map(([key, one]) => [this.text(key), this.walk(one)]));
    }
}
