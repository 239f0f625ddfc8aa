/** The independent part of the corpus: whole files and inputs of resources (independent/README.md says how they are written). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** Lines, from 1; both ends count. */
interface Lines {
    readonly from: number;
    readonly to: number;
}

export interface WrittenSecret extends Lines {
    /** Where else it may be told: at what it stands in, and at an alias of it. */
    readonly also: readonly number[];
}

export interface WrittenFile {
    /** Of the part that it stands in, and where. */
    readonly source: string;
    readonly file: string;
    readonly text: string;
    readonly secrets: readonly WrittenSecret[];
}

export interface WrittenInputs {
    readonly source: string;
    readonly type: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly secret: boolean;
}

interface Section {
    readonly source: string;
    readonly title: string;
    readonly body: string;
}

const folder = join(__dirname, "independent");

function sections(name: string): readonly Section[] {
    const found: { source: string; title: string; lines: string[] }[] = [];
    for (const [index, line] of readFileSync(join(folder, name), "utf8").replaceAll("¦", "").split("\n").entries()) {
        const [, title] = /^=== (.+)$/.exec(line) ?? [];
        if (title !== undefined) found.push({ source: `${name}:${index + 1}`, title, lines: [] });
        else found.at(-1)?.lines.push(line);
    }
    return found.map(({ source, title, lines }) => ({ source, title, body: lines.join("\n") }));
}

const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;

/** The lines above that a line stands in, by their indents: `data:`, `app.properties: |`. */
function holders(lines: readonly string[], at: number): readonly number[] {
    const found: number[] = [];
    let indent = indentOf(lines[at - 1] ?? "");
    for (let line = at - 1; line > 0 && indent > 0; line--) {
        const content = lines[line - 1] ?? "";
        if (content.trim() === "" || indentOf(content) >= indent) continue;
        found.push(line);
        indent = indentOf(content);
    }
    return found;
}

function fileOf({ source, title, body }: Section): WrittenFile {
    const found: (Lines & { also: number[] })[] = [];
    let text = "";
    let [line, from] = [1, 1];
    for (const character of body) {
        if (character === "«" || character === "‹") from = line;
        else if (character === "»") found.push({ from, to: line, also: [] });
        else if (character === "›") found.at(-1)?.also.push(line);
        else text += character;
        if (character === "\n") line++;
    }
    const lines = text.split("\n");
    return {
        source,
        file: title,
        text,
        secrets: found.map((one) => ({ ...one, also: [...one.also, ...holders(lines, one.from)] })),
    };
}

const inputs = z.record(z.string(), z.unknown());

/** The first was written before a rule was read; each other after the rules had been mended for the one before. */
export const lots = ["first", "second", "third", "fourth", "fifth"] as const;
export type Lot = (typeof lots)[number];

const lotOf = (name: string): Lot => lots.find((lot) => name.includes(lot)) ?? "first";
const isInputs = (name: string): boolean => name.startsWith("resources");
const sectionsOf = (lot: Lot, ofInputs: boolean): readonly Section[] =>
    readdirSync(folder)
        .filter((name) => name.endsWith(".txt") && lotOf(name) === lot && isInputs(name) === ofInputs)
        .sort()
        .flatMap(sections);

export const independentFiles = (lot: Lot): readonly WrittenFile[] => sectionsOf(lot, false).map(fileOf);

/** None of the second. */
export const independentInputs = (lot: Lot): readonly WrittenInputs[] =>
    sectionsOf(lot, true).map(({ source, title, body }) => ({
        source,
        type: title,
        values: inputs.parse(parse(body.replaceAll(/[«»]/g, ""))),
        secret: body.includes("«"),
    }));

export interface Scored {
    /** Secrets that were told in a line of their own or of what they stand in. */
    readonly hits: readonly number[];
    readonly misses: readonly number[];
    /** Lines without a secret in which one was told. */
    readonly alarms: readonly number[];
}

/** What a scan that has told secrets in these lines is worth. One finding in what several stand in counts for one of them. */
export function score({ secrets }: WrittenFile, told: readonly number[]): Scored {
    const left = [...told];
    const take = (line: number): boolean => {
        const index = left.indexOf(line);
        return index >= 0 && left.splice(index, 1).length > 0;
    };
    const within = ({ from, to }: Lines, line: number): boolean => line >= from && line <= to;
    const own = secrets.filter((secret) => told.some((line) => within(secret, line)));
    const rest = secrets.filter((secret) => !own.includes(secret));
    const held = rest.filter(({ also }) => also.some(take));
    const isPlace = (line: number) => secrets.some((secret) => within(secret, line) || secret.also.includes(line));
    return {
        hits: [...own, ...held].map(({ from }) => from),
        misses: rest.filter((secret) => !held.includes(secret)).map(({ from }) => from),
        alarms: [...new Set(told.filter((line) => !isPlace(line)))],
    };
}
