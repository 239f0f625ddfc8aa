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

/** Characters of a secret by which it is soon seen whether it may be there. */
const hintLength = 40;
/** Characters. V8 refuses an expression that is too large, by an error that has all of it. */
const largestExpression = 64 * 1024;

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** Which characters nobody writes otherwise: RFC 3986, 2.3, without `~`, which forms escape. */
const plain = /^[\w.-]$/;
const namesInMarkup: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
const lettersInJson: Readonly<Record<string, string>> = { "\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f" };
/** How many backslashes there are before what is escaped in JSON, and in JSON that is a text in JSON. */
const escapes = ["\\\\", "\\\\\\\\"];

/** Hexadecimal digits, capital or small. */
const digits = (code: number, length: number): string =>
    code
        .toString(16)
        .padStart(length, "0")
        .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);

/**
 * Expressions of how one character, or a run of backslashes, is written: as it is, in JSON, in an address or a form, in
 * markup. What is escaped differs from writer to writer: Go's JSON has no `&`, Python's nothing beyond ASCII.
 */
function waysOf(unit: string): string[] {
    if (plain.test(unit)) return [literal(unit)];
    if (unit.startsWith("\\"))
        return [...[1, 2, 4].map((times) => literal(unit.repeat(times))), "%5[cC]".repeat(unit.length)];
    const code = unit.codePointAt(0) ?? 0;
    const octets = [...Buffer.from(unit)].map((octet) => `%${digits(octet, 2)}`);
    const units = (escape: string): string =>
        unit
            .split("")
            .map((half) => `${escape}u${digits(half.charCodeAt(0), 4)}`)
            .join("");
    const [letter, name] = [lettersInJson[unit], namesInMarkup[unit]];
    return [
        literal(unit),
        ...(unit === " " ? ["\\+"] : []),
        ...(unit === '"' ? ['\\\\"', '\\\\\\\\\\\\"'] : []),
        ...(unit === "/" ? escapes.map((escape) => `${escape}\\/`) : []),
        ...(letter === undefined ? [] : escapes.map((escape) => escape + letter)),
        ...escapes.map(units),
        octets.join(""),
        ...(name === undefined ? [] : [`&${name};`]),
        `&#${code};`,
        `&#[xX]${digits(code, 1)};`,
    ];
}

/** As bytes and in base64. */
function asBytes(secret: string): string[] {
    const bytes = Buffer.from(secret);
    const hex = bytes.toString("hex");
    const inBase64 = secret.length < shortestInBase64 ? [] : insideBase64(bytes);
    return [...new Set([hex, hex.toUpperCase(), bytes.toString("base64"), ...inBase64])];
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

/** By unit: how it is written after a place in a text, and before one, as the first group. */
const patterns = new Map<string, { readonly after: readonly RegExp[]; readonly before: readonly RegExp[] }>();

function patternsOf(unit: string) {
    const known = patterns.get(unit);
    if (known !== undefined) return known;
    const ways = waysOf(unit);
    const made = {
        after: ways.map((way) => new RegExp(`(${way})`, "y")),
        before: ways.map((way) => new RegExp(`(?<=(${way}))`, "y")),
    };
    patterns.set(unit, made);
    return made;
}

type Side = keyof ReturnType<typeof patternsOf>;

/** How long a unit is that begins at a place of a text, or ends there: of each way in which it may be written so. */
function lengthsOf(unit: string, text: string, at: number, side: Side): number[] {
    if (plain.test(unit)) return text[side === "after" ? at : at - 1] === unit ? [1] : [];
    return patternsOf(unit)[side].flatMap((pattern) => {
        pattern.lastIndex = at;
        const length = pattern.exec(text)?.[1]?.length;
        return length === undefined ? [] : [length];
    });
}

/**
 * Where in a text these units end that begin at a place, or begin that end there; undefined where they do not. One may be
 * taken for the beginning of another way of writing it (`&` of `&amp;`): all ways are gone at a time.
 */
function follow(units: readonly string[], text: string, place: number, side: Side): number | undefined {
    const direction = side === "after" ? 1 : -1;
    let places = [place];
    for (const unit of direction > 0 ? units : units.toReversed()) {
        const next = places.flatMap((at) => lengthsOf(unit, text, at, side).map((length) => at + direction * length));
        if (next.length === 0) return undefined;
        places = next.length > 1 ? [...new Set(next)] : next;
    }
    return direction > 0 ? Math.max(...places) : Math.min(...places);
}

/**
 * One secret. It is no expression of its own: one of all the ways of writing all its characters would be too large. A part
 * of it that is written one way is looked for, and what stands around that is held against the rest.
 */
class Known {
    /** Expressions, one of which fits wherever it is. */
    readonly hints: readonly string[];
    /** The longest part that everybody writes alike; empty where there is none. */
    private readonly alike: string;
    private readonly before: readonly string[];
    private readonly anchor: RegExp;
    private readonly after: readonly string[];
    private readonly bytes: readonly string[];

    constructor(secret: string) {
        // Characters, and runs of backslashes.
        const units = secret.match(/\\+|[^\\]/gu) ?? [];
        const [alike = ""] = (secret.match(/[\w.-]{3,}/g) ?? []).sort((a, b) => b.length - a.length);
        this.alike = alike.slice(0, hintLength);
        const from = unitsBefore(units, Math.max(0, secret.indexOf(alike)));
        const to = from + (this.alike.length || hintLength);
        const oneOf = (unit: string): string => `(?:${waysOf(unit).join("|")})`;
        const anchor = literal(this.alike) || units.slice(from, to).map(oneOf).join("");
        this.before = units.slice(0, from);
        this.anchor = new RegExp(anchor, "g");
        this.after = units.slice(to);
        this.bytes = asBytes(secret);
        this.hints = [anchor, ...this.bytes.map((text) => literal(text.slice(0, hintLength)))];
    }

    takenOutOf(text: string): string {
        const left = text.includes(this.alike) ? this.takenOutOfText(text) : text;
        return this.bytes.reduce((rest, bytes) => rest.replaceAll(bytes, redacted), left);
    }

    private takenOutOfText(text: string): string {
        let left = "";
        let done = 0;
        this.anchor.lastIndex = 0;
        for (let match = this.anchor.exec(text); match !== null; match = this.anchor.exec(text)) {
            const { index, 0: found } = match;
            const begin = follow(this.before, text, index, "before");
            const end = follow(this.after, text, index + found.length, "after");
            if (begin === undefined || end === undefined || begin < done) {
                // One that overlaps it may be the one: `aab!` of a secret `ab!` with `a` before it.
                this.anchor.lastIndex = index + 1;
                continue;
            }
            left += text.slice(done, begin) + redacted;
            done = end;
            this.anchor.lastIndex = Math.max(end, index + 1);
        }
        return left + text.slice(done);
    }
}

/** How many units make so many characters. */
function unitsBefore(units: readonly string[], characters: number): number {
    let count = 0;
    for (let length = 0; length < characters; count++) length += units[count]?.length ?? characters;
    return count;
}

/** One of them fits wherever a secret is; most texts hold none. */
function hintsOf(secrets: Iterable<Known>): RegExp[] {
    const groups: string[][] = [[]];
    let size = 0;
    for (const hint of new Set([...secrets].flatMap(({ hints }) => hints))) {
        if (size + hint.length > largestExpression) {
            groups.push([]);
            size = 0;
        }
        groups.at(-1)?.push(hint);
        size += hint.length;
    }
    return groups.filter(({ length }) => length > 0).map((group) => new RegExp(group.join("|")));
}

export class Redactor {
    private readonly known = new Map<string, Known>();
    /** What is made of `known` when there is a text: the longest first, for one secret may hold another. */
    private ready: { readonly hints: readonly RegExp[]; readonly sorted: readonly Known[] } | undefined;

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
            this.known.set(part, new Known(part));
            this.ready = undefined;
        }
    }

    text(text: string): string {
        if (this.known.size === 0) return text;
        this.ready ??= {
            hints: hintsOf(this.known.values()),
            sorted: [...this.known].sort(([a], [b]) => b.length - a.length).map(([, one]) => one),
        };
        const { hints, sorted } = this.ready;
        return hints.some((hint) => hint.test(text)) ? sorted.reduce((left, one) => one.takenOutOf(left), text) : text;
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
