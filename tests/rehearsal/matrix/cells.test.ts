import assert from "node:assert/strict";
import fc from "fast-check";
import { Document } from "yaml";
import { applyEdits, dayTwoEdits } from "../../../automation/rehearsal/edits";
import { environmentSchema } from "../../../stacks/environment";
import { clouds } from "../../../stacks/settings/clouds";
import { cells, everyCell } from "./cells";
import { pairwise, product } from "./pairwise";

describe("pairwise rows", () => {
    const pairs = (rows: readonly Readonly<Record<string, string>>[]): Set<string> =>
        new Set(
            rows.flatMap((row) => {
                const entries = Object.entries(row);
                return entries.flatMap(([a, one], index) =>
                    entries.slice(index + 1).map(([b, other]) => `${a}${one} ${b}${other}`),
                );
            }),
        );

    it("have every pair that may be, in rows that may be, of any axes and rule", () => {
        const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 });
        fc.assert(
            fc.property(sizes, fc.integer({ min: 0, max: 5 }), (counts, banned) => {
                const axes = Object.fromEntries(
                    counts.map((count, axis) => [`x${axis}`, Array.from({ length: count }, (_, value) => `${value}`)]),
                );
                const allowed = (row: Readonly<Record<string, string>>): boolean =>
                    Object.values(row).reduce((sum, value) => sum + Number(value), 0) !== banned;
                const all = product(axes, allowed);
                const rows = pairwise(all);
                assert.deepEqual(pairs(rows), pairs(all));
                assert.ok(rows.every((row) => allowed(row)));
                assert.ok(rows.length <= all.length);
                assert.deepEqual(pairwise(all), rows);
            }),
            { numRuns: 100, seed: 5 },
        );
    });
});

describe("the matrix of platforms", () => {
    it("has each broker with each cloud that it makes sense with, and each runtime of dbt", () => {
        assert.ok(cells.length < everyCell().length / 2, `${cells.length} of ${everyCell().length}`);
        const titles = cells.map(({ title }) => title);
        for (const part of [
            "aws msk ",
            "gcp google ",
            "azure eventhubs ",
            "aws external",
            "gcp confluent",
            "azure aiven",
        ])
            assert.ok(
                titles.some((title) => title.startsWith(part)),
                part,
            );
        for (const runtime of ["kubernetes", "airflow", "dagster", "prefect"])
            for (const cloud of clouds)
                assert.ok(
                    titles.some((title) => title.startsWith(cloud) && title.endsWith(runtime)),
                    `${cloud} ${runtime}`,
                );
    });

    for (const { title, file } of cells)
        it(`can be: ${title}`, () => {
            const parsed = environmentSchema.safeParse(file);
            assert.deepEqual(parsed.error?.issues ?? [], []);
        });

    it("can be after the day-two edits too, all of it", () => {
        for (const { title, file } of everyCell()) {
            const environment = environmentSchema.parse(file);
            const document = new Document(file);
            applyEdits(document, environment, dayTwoEdits(environment));
            const after = environmentSchema.safeParse(document.toJS());
            assert.deepEqual(after.error?.issues ?? [], [], title);
        }
    });
});
