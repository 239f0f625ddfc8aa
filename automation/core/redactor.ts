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

/** A shorter one has too few characters in base64 that are its own, and would be found in digests. */
const shortestInBase64 = 6;

const asJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** As it stands in JSON (and in JSON that is a text in JSON), in a URL, in a form, in markup, as bytes, and in base64. */
function spellings(secret: string): string[] {
    const bytes = Buffer.from(secret);
    const hex = bytes.toString("hex");
    const url = encodeURIComponent(secret);
    const markup = secret.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
    return [
        secret,
        asJson(secret),
        asJson(asJson(secret)),
        url,
        url.replaceAll("%20", "+"),
        markup,
        ...["&quot;", "&#34;"].map((quote) => markup.replaceAll('"', quote)),
        hex,
        hex.toUpperCase(),
        bytes.toString("base64"),
        ...(secret.length < shortestInBase64 ? [] : insideBase64(bytes)),
    ];
}

/**
 * What base64 has of it in the middle of a longer text, as in the header of `user:password`: three characters hold four
 * bytes, so it begins in one of three ways. Without the characters that hold bits of its neighbours too.
 */
function insideBase64(secret: Buffer): string[] {
    return [0, 1, 2].flatMap((before) => {
        const text = Buffer.concat([Buffer.alloc(before), secret]).toString("base64");
        const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + secret.length) * 8) / 6));
        return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
    });
}

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
            for (const form of spellings(part)) this.known.add(form);
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
