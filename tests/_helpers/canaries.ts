/**
 * Secrets that are planted to see where they come out: in any byte that is written or printed, as they are or in another
 * spelling, and in any command line while something runs.
 */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { allProcesses } from "./processes";

/**
 * What of base64 is the same wherever in a longer text the secret stands: without the characters that hold bits of its
 * neighbours too.
 */
const inBase64 = (secret: Buffer): string[] =>
    [0, 1, 2].map((before) => {
        const text = Buffer.concat([Buffer.alloc(before), secret]).toString("base64");
        return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + secret.length) * 8) / 6));
    });

/** By the name of the spelling. */
function spellings(secret: string): Map<string, string> {
    const bytes = Buffer.from(secret);
    return new Map([
        ["plain", secret],
        ["json", JSON.stringify(secret).slice(1, -1)],
        ["json in json", JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
        ["url", encodeURIComponent(secret)],
        ["form", new URLSearchParams([["", secret]]).toString().slice(1)],
        ["markup", secret.replaceAll('"', "&quot;")],
        ["markup by number", secret.replaceAll('"', "&#34;")],
        ["hex", bytes.toString("hex")],
        ["HEX", bytes.toString("hex").toUpperCase()],
        ...inBase64(bytes).flatMap((text, index): [string, string][] => [
            [`base64+${index}`, text],
            [`base64url+${index}`, text.replaceAll("+", "-").replaceAll("/", "_")],
        ]),
    ]);
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);

export class Canaries<Name extends string> {
    private readonly needles: readonly { readonly what: string; readonly text: string }[];

    constructor(readonly secrets: Readonly<Record<Name, string>>) {
        this.needles = Object.entries<string>(secrets).flatMap(([name, secret]) =>
            [...spellings(secret)].map(([spelling, text]) => ({ what: `${name} (${spelling})`, text })),
        );
    }

    /** Which are in a text, and how they are spelled there. */
    in(text: string): string[] {
        return this.needles.filter((needle) => text.includes(needle.text)).map(({ what }) => what);
    }

    /** `file: canary (spelling)` of every file under a folder, archives unpacked. `passed`: paths that are not looked at. */
    inFiles(folder: string, passed: (path: string) => boolean = () => false): string[] {
        const found: string[] = [];
        const walk = (path: string): void => {
            if (passed(path)) return;
            const about = lstatSync(path, { throwIfNoEntry: false });
            if (about?.isDirectory()) for (const name of readdirSync(path)) walk(join(path, name));
            if (about?.isFile() !== true) return;
            const bytes = readFileSync(path);
            const content = bytes.subarray(0, 2).equals(gzipMagic) ? gunzipSync(bytes) : bytes;
            // Names of files may tell as well as what is in them.
            found.push(...this.in(`${path}\n${content.toString("latin1")}`).map((what) => `${path}: ${what}`));
        };
        walk(folder);
        return found;
    }

    /** Runs it, and tells the command lines, of any process, that held one meanwhile. */
    async watching<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly commands: readonly string[] }> {
        const commands = new Set<string>();
        const look = (): void => {
            for (const { command } of allProcesses()) if (this.in(command).length > 0) commands.add(command);
        };
        const timer = setInterval(look, 50);
        try {
            return { result: await work(), commands: [...commands] };
        } finally {
            clearInterval(timer);
        }
    }
}
