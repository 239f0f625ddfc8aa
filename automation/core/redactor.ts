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

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** Which characters nobody writes otherwise: RFC 3986, 2.3, without `~`, which forms escape. */
const plain = /^[\w.-]$/;
const namesInMarkup: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
const lettersInJson: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f" };
/** Of the escapes of JSON that is a text in JSON. */
const backslashes = "\\\\{1,3}";

/** Hexadecimal digits, capital or small. */
const digits = (code: number, length: number): string =>
    code
        .toString(16)
        .padStart(length, "0")
        .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

/** As many of them as JSON has of a run: one by one they could be told apart in too many ways. */
const run = ({ length }: string): string => `(?:${[4, 2, 1].map((times) => `\\\\{${times * length}}`).join("|")})`;

/**
 * A pattern of how one character, or a run of backslashes, is written: as it is, in JSON, in an address or a form, in
 * markup. What is escaped differs from writer to writer: Go's JSON has no `&`, Python's nothing beyond ASCII.
 */
function written(character: string): string {
    if (plain.test(character)) return literal(character);
    if (character.startsWith("\\")) return `(?:${run(character)}|${"%5[cC]".repeat(character.length)})`;
    const units = character.split("").map((unit) => `${backslashes}u${digits(unit.charCodeAt(0), 4)}`);
    const octets = [...Buffer.from(character)].map((octet) => `%${digits(octet, 2)}`);
    const code = character.codePointAt(0) ?? 0;
    const [letter, name] = [lettersInJson[character], namesInMarkup[character]];
    const itself = {
        '"': `(?:${backslashes})?"`,
        "/": "\\\\?\\/",
        " ": "[ +]",
    }[character];
    const all = [
        itself ?? literal(character),
        ...(letter === undefined ? [] : [`${backslashes}${letter}`]),
        units.join(""),
        octets.join(""),
        ...(name === undefined ? [] : [`&${name};`]),
        `&#(?:0*${code}|[xX]0*${digits(code, 1)});`,
    ];
    return `(?:${all.join("|")})`;
}

/** Patterns of a secret. */
interface Spellings {
    /** As it stands in JSON, in a URL, in a form, in markup, in any mixture of them. */
    readonly asText: string;
    /** Part of every text that `asText` fits. */
    readonly core: string;
    /** As bytes and in base64. */
    readonly asBytes: readonly string[];
}

function spellings(secret: string): Spellings {
    const bytes = Buffer.from(secret);
    const hex = bytes.toString("hex");
    const asText = (secret.match(/\\+|[^\\]/gu) ?? []).map(written).join("");
    const [core = asText] = (secret.match(/[\w.-]{3,}/g) ?? []).sort((a, b) => b.length - a.length).map(literal);
    const inBase64 = secret.length < shortestInBase64 ? [] : insideBase64(bytes);
    return { asText, core, asBytes: [hex, hex.toUpperCase(), ...[bytes.toString("base64"), ...inBase64].map(literal)] };
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
    private readonly known = new Map<string, Spellings>();
    /** `hint` fits every text that `pattern` does, and is much sooner done: most texts hold no secret. */
    private patterns: { readonly hint: RegExp; readonly pattern: RegExp } | undefined;

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
            if (this.known.has(part)) continue;
            this.known.set(part, spellings(part));
            this.patterns = undefined;
        }
    }

    text(text: string): string {
        if (this.known.size === 0) return text;
        this.patterns ??= patternsOf(this.known);
        const { hint, pattern } = this.patterns;
        return hint.test(text) ? text.replace(pattern, redacted) : text;
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

function patternsOf(known: ReadonlyMap<string, Spellings>) {
    // The longest first: one secret may hold another.
    const all = [...known].sort(([a], [b]) => b.length - a.length).map(([, one]) => one);
    const either = (parts: readonly string[]): string => [...new Set(parts)].join("|");
    return {
        hint: new RegExp(either(all.flatMap(({ core, asBytes }) => [core, ...asBytes]))),
        pattern: new RegExp(either(all.flatMap(({ asText, asBytes }) => [asText, ...asBytes])), "g"),
    };
}
