import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { generate, expectedOfPart, layoutOf, type Shares } from "../../../automation/exercises/events/generator";
import { partitionSql } from "../../../automation/exercises/events/source";
import { TidegateError } from "../../../automation/core/errors";
import { keySql, passesSql, query, taxi, temporaryDirectory, tripsSql } from "./fixtures";

const none: Shares = { duplicates: 0, late: 0, filtered: 0, broken: 0 };

describe("the generator of taxi trips", () => {
    const directory = temporaryDirectory();
    const made = (seed: number, count: number, shares: Partial<Shares> = {}, threads?: number) =>
        generate(
            {
                directory: directory(),
                seed,
                count,
                shares: { ...none, ...shares },
                ...(threads ? { duckdb: { threads } } : {}),
            },
            taxi,
        );

    const cases: [seed: number, count: number, shares: Partial<Shares>][] = [
        [1, 20_000, { duplicates: 0.02, late: 0.01, filtered: 0.03, broken: 0.001 }],
        [42, 9_973, { duplicates: 0.1, late: 0.2, filtered: 0.3, broken: 0.4 }],
        [-7, 10_000, {}],
        [3, 5_000, { broken: 1 }],
        [4, 5_000, { filtered: 1 }],
        [5, 5_000, { late: 1 }],
        [6, 5_000, { duplicates: 0.999 }],
        [7, 5_000, { duplicates: 0.5, filtered: 0.5 }],
        [8, 1, {}],
        [9, 2, { duplicates: 0.5 }],
        [10, 7, { broken: 0.5, filtered: 0.25 }],
    ];
    for (const [seed, count, shares] of cases)
        it(`expects what an independent query finds: seed ${seed}, ${count} events, ${JSON.stringify(shares)}`, async () => {
            const { file, expected } = await made(seed, count, shares);
            const [found] = await query(`
                SELECT count(*) AS events, count(*) FILTER (_raw IS NULL) AS bronze, count(_raw) AS "deadLetters",
                    count(DISTINCT ${keySql}) FILTER (_raw IS NULL AND ${passesSql}) AS silver,
                    count(DISTINCT ${keySql}) FILTER (_raw IS NULL) AS keys
                FROM (${tripsSql(file)})`);
            const { keys, ...counts } = found!;
            assert.deepEqual(counts, expected);
            assert.equal(expected.events, count);
            assert.equal(expected.deadLetters, Math.round(count * (shares.broken ?? 0)));
            const duplicates = Math.round(count * (shares.duplicates ?? 0));
            assert.equal(keys, expected.bronze - duplicates, "every key is there once, but for the duplicates");
            const filtered = Math.min(Math.round(count * (shares.filtered ?? 0)), expected.bronze - duplicates);
            assert.equal(expected.silver, expected.bronze - duplicates - filtered);
        });

    it("keeps keys unique when every pair of zones came up several times", async () => {
        const { file } = await made(11, 300_000);
        const [found] = await query(`SELECT count(DISTINCT ${keySql}) AS keys FROM (${tripsSql(file)})`);
        assert.equal(found?.keys, 300_000);
    });

    it("repeats whole events, elsewhere in the stream", async () => {
        const { file } = await made(12, 10_000, { duplicates: 0.05 });
        const all = taxi.columns.map(({ name }) => name).join(", ");
        const [found] = await query(`
            SELECT count(*) AS groups, min(times) AS fewest, max(times) AS most, min(distance) AS nearest FROM (
                SELECT count(*) AS times, max(file_row_number) - min(file_row_number) AS distance
                FROM (${tripsSql(file)}) GROUP BY ${all} HAVING count(*) > 1)`);
        assert.equal(found?.groups, 500);
        assert.equal(found?.fewest, 2);
        assert.equal(found?.most, 2);
        assert.ok(Number(found?.nearest) > 1);
    });

    it("holds as many late events as asked for, and no other event goes back in time", async () => {
        const { file } = await made(13, 10_000, { late: 0.02 });
        const [found] = await query(`
            SELECT count(*) FILTER (behind > INTERVAL 1 HOUR) AS late, count(*) FILTER (behind > INTERVAL 0 SECOND) AS back
            FROM (SELECT max(pickup_at) OVER (ORDER BY file_row_number) - pickup_at AS behind FROM (${tripsSql(file)}))`);
        // Nothing can be late before the stream has got anywhere.
        assert.ok(Number(found?.late) >= 198 && Number(found?.late) <= 200, JSON.stringify(found));
        assert.equal(found?.back, found?.late);
    });

    it("breaks every filter rule of the manifest", async () => {
        const { file } = await made(14, 5_000, { filtered: 0.1 });
        for (const { name, condition } of taxi.filter) {
            const [found] = await query(
                `SELECT count(*) FILTER ((${condition}) IS NOT TRUE) AS n FROM (${tripsSql(file)})`,
            );
            assert.ok(Number(found?.n) >= 90, `${name}: ${String(found?.n)}`);
        }
    });

    it("breaks records in six ways, none of which is a trip", async () => {
        const { file } = await made(15, 6_000, { broken: 0.01 });
        const rows = await query(`SELECT _raw FROM (${tripsSql(file)}) WHERE _raw IS NOT NULL`);
        const kinds = new Map<string, number>();
        for (const { _raw } of rows) {
            const kind = whatIsBroken(String(_raw));
            kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        }
        assert.deepEqual(Object.fromEntries([...kinds].sort()), {
            "bad date": 10,
            "bad number": 10,
            "no JSON": 10,
            "no dropoff": 10,
            "no pickup": 10,
            truncated: 10,
        });
    });

    it("makes plausible trips: totals add up, zones and times are those of the TLC", async () => {
        const { file } = await made(16, 20_000, { duplicates: 0.1, late: 0.1, filtered: 0.1, broken: 0.1 });
        const [found] = await query(`
            SELECT count(*) FILTER (abs(fare_amount + extra + mta_tax + tip_amount + tolls_amount + improvement_surcharge
                    + congestion_surcharge + airport_fee - total_amount) > 0.001) AS wrong,
                min(least(pickup_location_id, dropoff_location_id)) AS lowest,
                max(greatest(pickup_location_id, dropoff_location_id)) AS highest,
                min(pickup_at)::VARCHAR AS first, max(pickup_at)::VARCHAR AS last,
                list(DISTINCT vendor_id ORDER BY vendor_id)::VARCHAR AS vendors,
                list(DISTINCT rate_code_id ORDER BY rate_code_id)::VARCHAR AS rates,
                count(*) FILTER ((airport_fee <> 0) <> (pickup_location_id IN (132, 138))) AS fees
            FROM (${tripsSql(file)}) WHERE _raw IS NULL`);
        assert.equal(found?.wrong, 0);
        assert.equal(found?.lowest, 1);
        assert.equal(found?.highest, 263);
        assert.ok(String(found?.first) >= "2024-01-01" && String(found?.last) < "2024-02-01");
        assert.equal(found?.vendors, "[1, 2, 6]");
        assert.equal(found?.rates, "[1, 2, 3, 4, 5, 6, 99]");
        assert.equal(found?.fees, 0);
    });

    it("gives the same rows for the same parameters, whatever the number of threads", async function () {
        this.timeout(60_000);
        const shares = { duplicates: 0.02, late: 0.01, filtered: 0.03, broken: 0.01 };
        // The position is part of what is summed up, so the order counts.
        const sumOf = async (file: string) =>
            (
                await query(
                    `SELECT sum(md5_number_lower(t::VARCHAR)::HUGEINT)::VARCHAR AS sum FROM (${tripsSql(file)}) t`,
                )
            )[0]?.sum;
        const one = await made(17, 130_000, shares, 1);
        const first = await sumOf(one.file);
        const again = await made(17, 130_000, shares, 4);
        assert.equal(again.written, false, "it is found, not made again");
        const elsewhere = await generate(
            {
                directory: `${directory()}/other`,
                seed: 17,
                count: 130_000,
                shares: { ...none, ...shares },
                duckdb: { threads: 4 },
            },
            taxi,
        );
        assert.equal(elsewhere.digest, one.digest);
        assert.equal(await sumOf(elsewhere.file), first);
        const other = await made(18, 130_000, shares, 4);
        assert.notEqual(other.digest, one.digest);
        assert.notEqual(await sumOf(other.file), first);
    });

    it("knows what a part of it leads to", async () => {
        const shares = { ...none, duplicates: 0.2, filtered: 0.1, broken: 0.1 };
        const { file } = await made(19, 4_000, shares);
        const layout = layoutOf({ seed: 19, count: 4_000, shares }, taxi);
        const sent = [700, 0, 333];
        const partition = partitionSql(taxi, 3);
        const [found] = await query(`
            SELECT count(*) AS events, count(*) FILTER (_raw IS NULL) AS bronze, count(_raw) AS "deadLetters",
                count(DISTINCT ${keySql}) FILTER (_raw IS NULL AND ${passesSql}) AS silver
            FROM (SELECT *, row_number() OVER (PARTITION BY part ORDER BY file_row_number) AS rank
                FROM (${tripsSql(file)}) JOIN (SELECT file_row_number, ${partition} AS part
                    FROM read_parquet('${file}', file_row_number = true)) USING (file_row_number))
            WHERE rank <= [700, 0, 333][part + 1]`);
        assert.deepEqual(await expectedOfPart(layout, file, partition, sent), found);
    });

    const wrong: [string, number, number, Shares][] = [
        ["no events", 1, 0, none],
        ["a fraction of an event", 1, 1.5, none],
        ["too many events", 1, 50_000_001, none],
        ["a seed that is no integer", 0.5, 10, none],
        ["a share above 1", 1, 10, { ...none, broken: 1.1 }],
        ["a negative share", 1, 10, { ...none, late: -0.1 }],
        ["shares above 1 together", 1, 10, { duplicates: 0.3, late: 0.3, filtered: 0.3, broken: 0.3 }],
        ["duplicates of nothing", 1, 10, { ...none, duplicates: 1 }],
    ];
    for (const [what, seed, count, shares] of wrong)
        it(`refuses ${what}`, async () => {
            await assert.rejects(made(seed, count, shares), (error) => {
                assert.ok(TidegateError.is(error));
                assert.equal(error.code, "generator-invalid");
                return true;
            });
        });

    it("leaves no partial file behind where it cannot write", async () => {
        const { file } = await made(20, 10);
        await assert.rejects(
            generate({ directory: `${file}/under-a-file`, seed: 1, count: 10, shares: none }, taxi),
            /ENOTDIR|EEXIST|not a directory/,
        );
        assert.ok((await stat(file)).isFile());
    });
});

function whatIsBroken(text: string): string {
    let trip: Record<string, unknown>;
    try {
        trip = JSON.parse(text) as Record<string, unknown>;
    } catch {
        return text.startsWith("{") ? "truncated" : "no JSON";
    }
    if (typeof trip.fare_amount === "string" && Number.isNaN(Number(trip.fare_amount))) return "bad number";
    if (trip.tpep_pickup_datetime === undefined) return "no pickup";
    if (trip.tpep_dropoff_datetime === null) return "no dropoff";
    if (Number.isNaN(Date.parse(String(trip.tpep_pickup_datetime)))) return "bad date";
    return "nothing";
}
