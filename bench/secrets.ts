/**
 * Precision and recall of the secret detectors on the corpus, each part apart, and beside them the npm rule set alone; the
 * independent part as it is used: whole files by the scan, inputs by the policy pack. Prints JSON.
 *
 *     npm run -s ts -- bench/secrets.ts [--misses]
 */
import { parseArgs } from "node:util";
import { detect, type SecretFormat } from "../policy/secrets";
import { publicRules } from "../automation/secrets/publicRules";
import { lineAt } from "../automation/secrets/readLines";
import { scanText, scanTextFully } from "../automation/secrets/scan";
import { corpus, type Case } from "../tests/policy/secrets/corpus/corpus";
import {
    independentFiles,
    independentInputs,
    lots,
    score,
    type Lot,
    type WrittenFile,
} from "../tests/policy/secrets/corpus/independent";
import { violationsOf } from "../tests/policy/secrets/inputs";

type Detector = (one: Case) => boolean | Promise<boolean>;

const own: Detector = ({ keyPath, value, format }) =>
    detect({ keyPath, value, format: format as SecretFormat }).length > 0;
/** As in a file: the last name of the key path, and the value. */
const npm: Detector = async ({ keyPath, value }) => {
    const name = /([\w:-]+)(?:\.value)?\]?$/.exec(keyPath)?.[1] ?? "key";
    return (await publicRules(`${name}=${value}\n`)).length > 0;
};
const detectors: Readonly<Record<string, Detector>> = {
    tidegate: own,
    secretlint: npm,
    both: async (one) => own(one) || (await npm(one)),
};

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Lines in which a secret is told. */
type Scan = (file: WrittenFile) => Promise<readonly number[]>;
const linesOf = (findings: readonly { readonly line: number }[]): readonly number[] => findings.map(({ line }) => line);
const scans: Readonly<Record<string, Scan>> = {
    tidegate: (file) => Promise.resolve(linesOf(scanText(file))),
    secretlint: async ({ text }) => (await publicRules(text)).map(({ range: [start] }) => lineAt(text, start)),
    both: async (file) => linesOf(await scanTextFully(file)),
};

interface Counts {
    readonly hits: number;
    readonly misses: number;
    readonly alarms: number;
    readonly others: number;
}

const rates = ({ hits, misses, alarms, others }: Counts) => ({
    secrets: hits + misses,
    others,
    precision: hits + alarms === 0 ? null : round(hits / (hits + alarms)),
    recall: round(hits / (hits + misses)),
    missed: misses,
    falseAlarms: alarms,
});

function countsOf(cases: readonly { readonly secret: boolean; readonly found: boolean }[]): Counts {
    const count = (secret: boolean, hit: boolean): number =>
        cases.filter((one) => one.secret === secret && one.found === hit).length;
    return {
        hits: count(true, true),
        misses: count(true, false),
        alarms: count(false, true),
        others: cases.filter(({ secret }) => !secret).length,
    };
}

const measure = async (cases: readonly Case[], detector: Detector) =>
    rates(countsOf(await Promise.all(cases.map(async (one) => ({ ...one, found: await detector(one) })))));

/** `others` are lines: each could be a false alarm. */
async function measureFiles(files: readonly WrittenFile[], scan: Scan, wrong: string[]) {
    const sum = { hits: 0, misses: 0, alarms: 0, others: 0 };
    for (const file of files) {
        const { hits, misses, alarms } = score(file, await scan(file));
        sum.hits += hits.length;
        sum.misses += misses.length;
        sum.alarms += alarms.length;
        sum.others += file.text.split("\n").filter((line) => line.trim() !== "").length - hits.length - misses.length;
        const told = (kind: string) => (line: number) =>
            wrong.push(
                `${kind} ${file.source} ${file.file}:${line} ${(file.text.split("\n")[line - 1] ?? "").trim().slice(0, 120)}`,
            );
        misses.forEach(told("missed"));
        alarms.forEach(told("alarm"));
    }
    return rates(sum);
}

async function measureInputs(lot: Lot, wrong: string[]) {
    const cases = await Promise.all(
        independentInputs(lot).map(async (one) => {
            const found = await violationsOf(one);
            if (found.length > 0 !== one.secret) wrong.push([one.source, one.type, ...found].join(" "));
            return { secret: one.secret, found: found.length > 0 };
        }),
    );
    return rates(countsOf(cases));
}

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { misses: { type: "boolean", default: false } } });
    const parts = corpus();
    const result: Record<string, Record<string, unknown>> = {};
    for (const { name, cases } of [...parts, { name: "all", cases: parts.flatMap(({ cases }) => cases) }]) {
        result[name] = {};
        for (const [detector, run] of Object.entries(detectors)) result[name][detector] = await measure(cases, run);
    }
    const wrong: string[] = [];
    for (const lot of lots) {
        const ofFiles: Record<string, unknown> = {};
        for (const [detector, scan] of Object.entries(scans))
            ofFiles[detector] = await measureFiles(independentFiles(lot), scan, detector === "tidegate" ? wrong : []);
        result[`independent: ${lot} files`] = ofFiles;
    }
    for (const lot of lots.filter((one) => independentInputs(one).length > 0))
        result[`independent: ${lot} inputs`] = { tidegate: await measureInputs(lot, wrong) };
    // The corpus is made up, so that its values may be shown.
    const ofParts = parts
        .filter(({ name }) => name !== "hold-out")
        .flatMap(({ cases }) => cases.filter((one) => own(one) !== one.secret));
    console.log(JSON.stringify({ ...result, ...(values.misses && { wrong: [...ofParts, ...wrong] }) }, undefined, 2));
}

void main();
