import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import {
    expectedCounts,
    manifestFile,
    readManifest,
    writeManifest,
    type Production,
    type ProductionManifest,
} from "../../../automation/exercises/events/manifest";
import { TidegateError } from "../../../automation/core/errors";
import { temporaryDirectory } from "./fixtures";

/** A production of 100 events a partition that begins after the one before it. */
function production(
    digest: string,
    changes: Partial<Production> = {},
    after?: Production,
    each = [50, 50],
): Production {
    return {
        id: `${digest}-id`,
        source: { kind: "generated", file: `${digest}.parquet`, digest },
        limit: null,
        planned: 100,
        startedAt: "2024-01-01T00:00:00Z",
        finishedAt: "2024-01-01T00:00:01Z",
        complete: true,
        events: each.reduce((sum, count) => sum + count, 0),
        expected: { events: 100, bronze: 98, silver: 90, deadLetters: 2 },
        offsets: each.map((count, partition) => {
            const start = after?.offsets[partition]?.end ?? 0;
            return { partition, start, end: start + count };
        }),
        eventsPerSecond: 100,
        ...changes,
    };
}
const manifest = (...productions: Production[]): ProductionManifest => ({
    version: 1,
    topic: "t",
    topicId: "id",
    productions,
});

describe("what the productions lead to", () => {
    it("is exact for generated events", () => {
        const counts = expectedCounts(manifest(production("a")));
        assert.deepEqual(counts, { events: 100, bronze: 98, silver: 90, deadLetters: 2 });
    });

    it("is nothing where nothing was produced", () => {
        assert.deepEqual(expectedCounts(manifest()), { events: 0, bronze: 0, silver: 0, deadLetters: 0 });
    });

    it("counts the silver of one source once, however often it was produced", () => {
        const first = production("a");
        const second = production("a", {}, first);
        const third = production("b", {}, second);
        const counts = expectedCounts(manifest(first, second, third));
        assert.deepEqual(counts, { events: 300, bronze: 294, silver: 180, deadLetters: 6 });
    });

    it("takes the silver of the production that holds the others of its source", () => {
        const part = production(
            "a",
            { complete: false, expected: { events: 30, bronze: 29, silver: 28, deadLetters: 1 } },
            undefined,
            [10, 20],
        );
        const whole = production("a", {}, part);
        const limited = production(
            "a",
            { limit: 2, expected: { events: 2, bronze: 2, silver: 1, deadLetters: 0 } },
            whole,
            [1, 1],
        );
        const counts = expectedCounts(manifest(part, whole, limited));
        assert.deepEqual(counts, { events: 132, bronze: 129, silver: 90, deadLetters: 3 });
    });

    const unknown = (what: string, pattern: RegExp, ...productions: Production[]): void => {
        it(`is a lower bound where ${what}`, () => {
            const counts = expectedCounts(manifest(...productions));
            assert.ok("atLeast" in counts);
            const events = productions.reduce((sum, one) => sum + one.events, 0);
            assert.deepEqual(counts.atLeast, { bronze: Math.ceil(events * 0.95) });
            assert.equal(counts.events, events);
            assert.match(counts.reason, pattern);
        });
    };
    const first = production("a");
    const part = production("a", { complete: false }, undefined, [10, 20]);
    unknown("a file is foreign", /nobody knows what foreign/, first, production("foreign", { expected: null }, first));
    unknown(
        "a production was cut off",
        /cut off/,
        production("a", { finishedAt: null, complete: false }, undefined, [7, 0]),
    );
    unknown("two parts of a source overlap", /in parts/, part, production("a", { complete: false }, part, [20, 10]));
    unknown("there were records before", /holds records before/, production("a", {}, first));
    unknown(
        "there are records between",
        /holds records before/,
        first,
        production("b", {}, production("x", {}, first)),
    );
});

describe("the manifest of productions", () => {
    const directory = temporaryDirectory();

    it("is read as it was written, and leaves nothing else behind", async () => {
        const written = manifest(production("a"));
        await writeManifest(`${directory()}/new`, written);
        await writeManifest(`${directory()}/new`, manifest(production("b")));
        assert.deepEqual(await readManifest(`${directory()}/new`, "t"), manifest(production("b")));
        assert.deepEqual(await readdir(`${directory()}/new`), ["produced-t.json"]);
    });

    it("is not there before the first production", async () => {
        assert.equal(await readManifest(directory(), "t"), undefined);
    });

    for (const [what, text] of [
        ["is cut off", '{"version": 1, "topic'],
        ["is of another version", JSON.stringify({ ...manifest(), version: 2 })],
        ["holds what it should not", JSON.stringify({ ...manifest(), more: true })],
    ] as const)
        it(`is refused where it ${what}`, async () => {
            await writeFile(manifestFile(directory(), "t"), text);
            await assert.rejects(readManifest(directory(), "t"), (error) => {
                assert.ok(TidegateError.is(error));
                assert.equal(error.code, "production-manifest-invalid");
                assert.match(error.message, /produced-t\.json/);
                return true;
            });
        });
});
