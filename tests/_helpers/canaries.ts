/**
 * Secrets that are planted to see where they come out: in any byte that is written or printed, as they are or in another
 * spelling, and in any command line while something runs.
 */
import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { messageOf } from "../../automation/core/errors";
import { ProcessWatch } from "./processes";

/**
 * What of base64 is the same wherever in a longer text the secret stands: without the characters that hold bits of its
 * neighbours too. `before`: how many bytes of a group of three stand before it.
 */
const inBase64 = (secret: string, before: number): string => {
    const bytes = Buffer.from(secret);
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
};

const inBase64Url = (secret: string, before: number): string =>
    inBase64(secret, before).replaceAll("+", "-").replaceAll("/", "_");

const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const codeUnit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

const spellings = {
    plain: (secret: string) => secret,
    json,
    "json in json": (secret: string) => json(json(secret)),
    /** Go writes so what stands for something in markup: https://pkg.go.dev/encoding/json#HTMLEscape */
    "json of Go": (secret: string) => json(secret).replace(/[&<>]/g, codeUnit),
    /** As Python does unless it is told not to: https://docs.python.org/3/library/json.html#json.dump */
    "json in ASCII": (secret: string) => json(secret).replace(/[^ -~]/g, codeUnit),
    url: encodeURIComponent,
    /** Of Go and Python, which leave none of RFC 3986's reserved characters. */
    "url, all of it": (secret: string) => encodeURIComponent(secret).replace(/[!'()*]/g, percent),
    form: (secret: string) => new URLSearchParams([["", secret]]).toString().slice(1),
    markup: (secret: string) =>
        secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
    "markup of Go": (secret: string) =>
        secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;"),
    "markup by number": (secret: string) => secret.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`),
    hex: (secret: string) => Buffer.from(secret).toString("hex"),
    HEX: (secret: string) => Buffer.from(secret).toString("hex").toUpperCase(),
    base64: (secret: string) => inBase64(secret, 0),
    "base64+1": (secret: string) => inBase64(secret, 1),
    "base64+2": (secret: string) => inBase64(secret, 2),
    base64url: (secret: string) => inBase64Url(secret, 0),
    "base64url+1": (secret: string) => inBase64Url(secret, 1),
    "base64url+2": (secret: string) => inBase64Url(secret, 2),
} as const;
export type Spelling = keyof typeof spellings;

export interface Found {
    readonly file: string;
    /** A canary with its spelling, or why nobody can look into it. */
    readonly what: string;
}

/** Command lines; both grow as long as somebody looks. */
export interface Watched {
    readonly withCanaries: ReadonlySet<string>;
    readonly all: ReadonlySet<string>;
}

const lookMs = 50;
const gzipMagic = Buffer.from([0x1f, 0x8b]);
/** The same, and deflate, which is all that there is, in base64. */
const gzipInBase64 = Buffer.from("H4sI");
/** Archives in archives. */
const deepest = 4;

interface Needle {
    /** Name and spelling. */
    readonly what: string;
    readonly text: string;
    /** The same as the bytes of a file. */
    readonly bytes: string;
}

const latin1 = (bytes: Buffer): string => bytes.toString("latin1");

export class Canaries<Name extends string> {
    /** By how they begin, which is soon looked for: many begin alike. */
    private readonly needles = new Map<string, Needle[]>();
    /** What nothing was found in: file → what the file system said of it then. */
    private readonly clean = new Map<string, string>();

    constructor(readonly secrets: Readonly<Record<Name, string>>) {
        for (const [name, secret] of Object.entries<string>(secrets)) {
            assert.match(secret, /^[\w.-]{4}/, `${name} has to begin with what is written one way everywhere`);
            const byText = new Map<string, string>();
            for (const [spelling, spell] of Object.entries(spellings))
                if (!byText.has(spell(secret))) byText.set(spell(secret), `${name} (${spelling})`);
            for (const [text, what] of byText) {
                const start = text.slice(0, 4);
                const needles = this.needles.get(start) ?? [];
                this.needles.set(start, [...needles, { what, text, bytes: latin1(Buffer.from(text)) }]);
            }
        }
    }

    /** Which are in a text, and how they are spelled there. */
    in(text: string): string[] {
        return this.needlesFor(text).flatMap(({ what, text: needle }) => (text.includes(needle) ? [what] : []));
    }

    /** Those whose beginning is there. */
    private needlesFor(text: string): Needle[] {
        return [...this.needles].flatMap(([start, needles]) => (text.includes(start) ? needles : []));
    }

    /**
     * What is found in the files under a folder, archives unpacked; a file that has not changed since it was found clean is
     * not read again. `passed`: paths that are not looked at.
     */
    inFiles(folder: string, passed: (path: string) => boolean = () => false): Found[] {
        return this.files(folder, passed).flatMap((file) => this.inFile(file).map((what) => ({ file, what })));
    }

    /** The files that `inFiles` looks into. */
    files(folder: string, passed: (path: string) => boolean = () => false): string[] {
        const walk = (path: string): string[] => {
            if (passed(path)) return [];
            const about = lstatSync(path, { throwIfNoEntry: false });
            if (about?.isDirectory()) return readdirSync(path).flatMap((name) => walk(join(path, name)));
            return about?.isFile() ? [path] : [];
        };
        return walk(folder);
    }

    private inFile(path: string): string[] {
        const about = lstatSync(path, { throwIfNoEntry: false, bigint: true });
        if (about === undefined) return [];
        const state = [about.ino, about.size, about.mtimeNs, about.ctimeNs].join();
        if (this.clean.get(path) === state) return [];
        const bytes = readFileSync(path);
        const inPieces = bytes.subarray(0, gzipInBase64.length).equals(gzipInBase64);
        const { contents, troubles } = unpacked(inPieces ? [bytes, joined(path)] : [bytes]);
        // Names of files may tell as well as what is in them.
        const text = [Buffer.from(path), ...contents].map(latin1).join("\n");
        const needles = this.needlesFor(text).filter((needle) => text.includes(needle.bytes));
        const found = [...needles.map(({ what }) => what), ...troubles];
        // Of an archive in pieces the next may be written still.
        if (found.length === 0 && !inPieces) this.clean.set(path, state);
        return found;
    }

    /** Runs it, and looks meanwhile at the command lines of all processes. */
    async watching<T>(work: (watched: Watched) => Promise<T>): Promise<Watched & { readonly result: T }> {
        const withCanaries = new Set<string>();
        const all = new Set<string>();
        const watch = new ProcessWatch();
        const look = (): void => {
            for (const command of watch.commands()) {
                if (all.has(command)) continue;
                all.add(command);
                if (this.in(command).length > 0) withCanaries.add(command);
            }
        };
        const timer = setInterval(look, lookMs);
        try {
            const watched = { withCanaries, all };
            return { ...watched, result: await work(watched) };
        } finally {
            clearInterval(timer);
        }
    }
}

/** An archive in base64 whose first piece this is: the files of its folder, in the order of their names. */
function joined(first: string): Buffer {
    const folder = dirname(first);
    const pieces = readdirSync(folder).sort();
    return Buffer.from(pieces.map((name) => readFileSync(join(folder, name), "latin1")).join(""), "base64");
}

/** What it is, and what is in it where that is an archive, one that was cut off as far as it goes. */
function unpacked(layers: readonly Buffer[]): {
    readonly contents: readonly Buffer[];
    readonly troubles: readonly string[];
} {
    const contents = [...layers];
    for (;;) {
        const last = contents.at(-1);
        if (last?.subarray(0, 2).equals(gzipMagic) !== true) return { contents, troubles: [] };
        if (contents.length > deepest) return { contents, troubles: ["is an archive in too many archives"] };
        try {
            contents.push(gunzipSync(last, { finishFlush: constants.Z_SYNC_FLUSH }));
        } catch (error) {
            return { contents, troubles: [`begins as an archive, and cannot be unpacked: ${messageOf(error)}`] };
        }
    }
}
