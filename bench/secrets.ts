/**
 * Precision and recall of the secret detectors on the corpus, by hand and generated apart, and beside them the npm rule set
 * alone. Prints JSON.
 *
 *     npm run -s ts -- bench/secrets.ts [--misses]
 */
import { parseArgs } from "node:util";
import { detect, type SecretFormat } from "../policy/secrets";
import { publicRules } from "../automation/secrets/publicRules";
import { corpus, type Case } from "../tests/policy/secrets/corpus/corpus";

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

async function measure(cases: readonly Case[], detector: Detector) {
    const found = await Promise.all(cases.map(async (one) => ({ ...one, found: await detector(one) })));
    const count = (secret: boolean, hit: boolean): number =>
        found.filter((one) => one.secret === secret && one.found === hit).length;
    const [hits, misses, alarms] = [count(true, true), count(true, false), count(false, true)];
    return {
        secrets: hits + misses,
        others: cases.length - hits - misses,
        precision: hits + alarms === 0 ? null : round(hits / (hits + alarms)),
        recall: round(hits / (hits + misses)),
        missed: misses,
        falseAlarms: alarms,
    };
}

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { misses: { type: "boolean", default: false } } });
    const parts = corpus();
    const result: Record<string, Record<string, unknown>> = {};
    for (const { name, cases } of [...parts, { name: "all", cases: parts.flatMap(({ cases }) => cases) }]) {
        result[name] = {};
        for (const [detector, run] of Object.entries(detectors)) result[name][detector] = await measure(cases, run);
    }
    // The corpus is made up, so that its values may be shown.
    const wrong = values.misses
        ? parts
              .filter(({ name }) => name !== "hold-out")
              .flatMap(({ cases }) => cases.filter((one) => own(one) !== one.secret))
        : undefined;
    console.log(JSON.stringify({ ...result, ...(wrong && { wrong }) }, undefined, 2));
}

void main();
