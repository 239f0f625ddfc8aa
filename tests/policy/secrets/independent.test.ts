import assert from "node:assert/strict";
import { scanText } from "../../../automation/secrets/scan";
import { independentFiles, independentInputs, lots, score } from "./corpus/independent";
import { violationsOf } from "./inputs";

const enough = (hits: number, misses: readonly string[], alarms: readonly string[]): void => {
    assert.ok(hits / (hits + misses.length) >= 0.98, `missed: ${misses.join(", ")}`);
    assert.ok(hits / (hits + alarms.length) >= 0.98, `false alarms: ${alarms.join(", ")}`);
};

describe("the independent part of the corpus", () => {
    it("has at least 60 secrets and 60 files or inputs without one", () => {
        const files = independentFiles("first");
        const inputs = independentInputs("first");
        assert.ok(files.flatMap(({ secrets }) => secrets).length >= 60);
        const without = [
            ...files.filter(({ secrets }) => secrets.length === 0),
            ...inputs.filter(({ secret }) => !secret),
        ];
        assert.ok(without.length >= 60, `only ${without.length}`);
        assert.ok(inputs.filter(({ secret }) => secret).length >= 40);
    });

    for (const lot of lots)
        it(`is found to 98 %, and right in 98 %, by the scan of files: the ${lot} lot`, () => {
            const scored = independentFiles(lot).map((file) => {
                const told = scanText(file).map(({ line }) => line);
                return { ...score(file, told), place: (line: number) => `${file.source} ${file.file}:${line}` };
            });
            enough(
                scored.flatMap(({ hits }) => hits).length,
                scored.flatMap(({ misses, place }) => misses.map(place)),
                scored.flatMap(({ alarms, place }) => alarms.map(place)),
            );
        });

    it("is found to 98 %, and right in 98 %, by the policy of inputs", async () => {
        const all = await Promise.all(
            lots
                .flatMap(independentInputs)
                .map(async (one) => ({ ...one, found: (await violationsOf(one)).length > 0 })),
        );
        const places = (secret: boolean, hit: boolean) =>
            all.filter((one) => one.secret === secret && one.found === hit).map(({ source }) => source);
        enough(places(true, true).length, places(true, false), places(false, true));
    });
});

describe("the score of a scan", () => {
    const file = {
        source: "x",
        file: "x.yaml",
        text: "",
        secrets: [
            { from: 3, to: 4, also: [1] },
            { from: 6, to: 6, also: [1] },
        ],
    };

    it("counts a secret in its lines, or once for each finding in what it stands in", () => {
        assert.deepEqual(score(file, [4, 6]), { hits: [3, 6], misses: [], alarms: [] });
        assert.deepEqual(score(file, [1]), { hits: [3], misses: [6], alarms: [] });
        assert.deepEqual(score(file, [1, 1]), { hits: [3, 6], misses: [], alarms: [] });
    });

    it("counts all else as false, once a line", () =>
        assert.deepEqual(score(file, [2, 2, 5]), { hits: [], misses: [3, 6], alarms: [2, 5] }));
});
