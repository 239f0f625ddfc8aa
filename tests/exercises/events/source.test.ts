import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TidegateError } from "../../../automation/core/errors";
import { rowsOf, withDuckDB } from "../../../automation/exercises/events/duckdb";
import { eventsSql, openEventFile, type EventFile } from "../../../automation/exercises/events/source";
import { textChunks } from "../../../automation/exercises/events/textChunks";
import { generate } from "../../../automation/exercises/events/generator";
import { copyTo, query, taxi, temporaryDirectory } from "./fixtures";

/** One trip as the TLC published it in 2024; `changes` replaces columns (undefined leaves one out) and adds others. */
function tripSql(changes: Record<string, string | undefined> = {}): string {
    const columns: Record<string, string | undefined> = {
        VendorID: "2::INTEGER",
        tpep_pickup_datetime: "TIMESTAMP '2024-01-01 00:57:55'",
        tpep_dropoff_datetime: "TIMESTAMP '2024-01-01 01:17:43.25'",
        passenger_count: "1::BIGINT",
        trip_distance: "1.72::DOUBLE",
        RatecodeID: "1::BIGINT",
        store_and_fwd_flag: "'N'",
        PULocationID: "186::INTEGER",
        DOLocationID: "79::INTEGER",
        payment_type: "2::BIGINT",
        fare_amount: "17.7::DOUBLE",
        extra: "1.0::DOUBLE",
        mta_tax: "0.5::DOUBLE",
        tip_amount: "0.0::DOUBLE",
        tolls_amount: "0.0::DOUBLE",
        improvement_surcharge: "1.0::DOUBLE",
        total_amount: "22.7::DOUBLE",
        congestion_surcharge: "2.5::DOUBLE",
        Airport_fee: "0.0::DOUBLE",
        ...changes,
    };
    const named = Object.entries(columns).filter(([, value]) => value !== undefined);
    return `SELECT ${named.map(([name, value]) => `${value} AS "${name}"`).join(", ")}`;
}

const trip =
    '{"VendorID":2,"tpep_pickup_datetime":"2024-01-01 00:57:55","tpep_dropoff_datetime":"2024-01-01 01:17:43.25",' +
    '"passenger_count":1,"trip_distance":1.72,"RatecodeID":1,"store_and_fwd_flag":"N","PULocationID":186,' +
    '"DOLocationID":79,"payment_type":2,"fare_amount":17.7,"extra":1.0,"mta_tax":0.5,"tip_amount":0.0,' +
    '"tolls_amount":0.0,"improvement_surcharge":1.0,"total_amount":22.7,"congestion_surcharge":2.5,"Airport_fee":0.0}';

const read = (file: string, limit?: number): Promise<{ opened: EventFile; texts: string[] }> =>
    withDuckDB(async (duckdb) => {
        const opened = await openEventFile(duckdb, file, taxi);
        const texts: string[] = [];
        for await (const chunk of textChunks(duckdb, eventsSql(opened, taxi, 3, limit)))
            for (let row = 0; row < chunk.rows; row++) {
                const start = chunk.start[row]!;
                const bytes = chunk.blocks[chunk.block[row]!]!.subarray(start, start + chunk.length[row]!);
                texts.push(Buffer.from(bytes).toString());
            }
        return { opened, texts };
    });

const fails = (file: string, code: string, ...says: RegExp[]): Promise<void> =>
    assert.rejects(read(file), (error) => {
        assert.ok(TidegateError.is(error), String(error));
        assert.equal(error.code, code);
        says.forEach((pattern) => assert.match(error.message, pattern));
        return true;
    });

describe("reading event files", () => {
    const directory = temporaryDirectory();
    const path = (name: string): string => join(directory(), name);
    const parquet = async (changes: Record<string, string | undefined> = {}, name = "trips.parquet") => {
        await copyTo(tripSql(changes), path(name), "(FORMAT parquet)");
        return path(name);
    };

    it("makes one text of Parquet, CSV and NDJSON, plain and compressed", async () => {
        await copyTo(tripSql(), path("t.parquet"), "(FORMAT parquet)");
        await copyTo(tripSql(), path("t.csv"), "(FORMAT csv, HEADER)");
        await copyTo(tripSql(), path("t.ndjson"), "(FORMAT json)");
        for (const name of ["t.csv", "t.ndjson"])
            await writeFile(path(`${name}.gz`), gzipSync(await readFile(path(name))));
        for (const name of ["t.parquet", "t.csv", "t.csv.gz", "t.ndjson", "t.ndjson.gz"]) {
            const { opened, texts } = await read(path(name));
            assert.deepEqual(texts, [trip], name);
            assert.equal(opened.events, 1);
            assert.deepEqual(opened.notes, []);
        }
    });

    const years: [string, Record<string, string | undefined>][] = [
        ["2023: airport_fee in lower case", { Airport_fee: undefined, airport_fee: "0.0::DOUBLE" }],
        ["2019: counts as DOUBLE", { passenger_count: "1.0::DOUBLE", RatecodeID: "1.0::DOUBLE" }],
        ["everything BIGINT", { VendorID: "2::BIGINT", PULocationID: "186::BIGINT", DOLocationID: "79::BIGINT" }],
        ["an amount as integer", { extra: "1::INTEGER" }],
        ["decimals", { fare_amount: "17.70::DECIMAL(10, 2)" }],
        [
            "nanoseconds",
            {
                tpep_pickup_datetime: "'2024-01-01 00:57:55'::TIMESTAMP_NS",
                tpep_dropoff_datetime: "'2024-01-01 01:17:43.25'::TIMESTAMP_NS",
            },
        ],
        ["times with a zone", { tpep_pickup_datetime: "TIMESTAMPTZ '2024-01-01 02:57:55+02'" }],
    ];
    for (const [what, changes] of years)
        it(`takes the TLC's types as they come: ${what}`, async () => {
            assert.deepEqual((await read(await parquet(changes))).texts, [trip]);
        });

    it("sends null for an optional column that is missing or empty, and says so", async () => {
        const { opened, texts } = await read(
            await parquet({ congestion_surcharge: undefined, Airport_fee: "NULL::INTEGER" }),
        );
        assert.deepEqual(texts, [
            trip
                .replace('"congestion_surcharge":2.5', '"congestion_surcharge":null')
                .replace('"Airport_fee":0.0', '"Airport_fee":null'),
        ]);
        assert.match(opened.notes.join(), /missing, sent as null: congestion_surcharge/);
    });

    it("ignores further columns, and says so", async () => {
        const { opened, texts } = await read(await parquet({ cbd_congestion_fee: "0.75", _raw: "'not mine'" }));
        assert.deepEqual(texts, [trip]);
        assert.match(opened.notes.join(), /ignored: cbd_congestion_fee, _raw/);
    });

    it("has no NaN and no infinity in JSON", async () => {
        const { texts } = await read(await parquet({ extra: "'NaN'::DOUBLE", mta_tax: "'-Infinity'::DOUBLE" }));
        const event = JSON.parse(texts[0]!) as Record<string, unknown>;
        assert.equal(event.extra, null);
        assert.equal(event.mta_tax, null);
    });

    it("escapes what JSON wants escaped", async () => {
        const { texts } = await read(await parquet({ store_and_fwd_flag: `'a"b\\c' || chr(10) || 'é😀'` }));
        assert.equal((JSON.parse(texts[0]!) as Record<string, unknown>).store_and_fwd_flag, 'a"b\\c\né😀');
    });

    it("reads a file whose name holds what DuckDB takes for a pattern", async () => {
        assert.deepEqual((await read(await parquet({}, "a[1]*?'.parquet"))).texts, [trip]);
    });

    it("names file, column, found and wanted type", async () => {
        await fails(
            await parquet({ fare_amount: "'much'" }),
            "data-schema",
            /fare_amount/,
            /trips\.parquet/,
            /VARCHAR/,
            /DOUBLE/,
        );
        await fails(await parquet({ tpep_pickup_datetime: "5::BIGINT" }), "data-schema", /BIGINT/, /TIMESTAMP/);
        await fails(await parquet({ VendorID: "[1]" }), "data-schema", /VendorID/, /INTEGER\[\]/, /BIGINT/);
        await fails(
            await parquet({ tpep_dropoff_datetime: undefined }),
            "data-schema",
            /tpep_dropoff_datetime/,
            /no column/,
        );
    });

    it("does not round: a fraction in a column of integers is named", async () => {
        await fails(
            await parquet({ passenger_count: "1.5::DOUBLE" }),
            "data-value",
            /passenger_count/,
            /'1\.5'/,
            /BIGINT/,
        );
    });

    it("finds a wrong value far behind the sniffer's sample, before anything is sent", async () => {
        const late = tripSql({ passenger_count: "CASE WHEN i = 49999 THEN 'two' ELSE '1' END" });
        await copyTo(`${late} FROM range(50000) r(i)`, path("late.csv"), "(FORMAT csv, HEADER)");
        await fails(path("late.csv"), "data-value", /passenger_count/, /'two'/);
        await copyTo(`${late} FROM range(50000) r(i)`, path("late.ndjson"), "(FORMAT json)");
        await fails(path("late.ndjson"), /* sniffed as text already */ "data-schema", /passenger_count/, /'two'/);
    });

    it("tells a missing, an unknown, a cut-off and a broken file apart", async () => {
        await fails(path("none.parquet"), "data-file", /no file/);
        await writeFile(path("trips.xlsx"), "x");
        await fails(path("trips.xlsx"), "data-file", /format/);
        const whole = await readFile(await parquet());
        await writeFile(path("cut.parquet"), whole.subarray(0, whole.length - 20));
        await fails(path("cut.parquet"), "data-file", /cut\.parquet/);
        await writeFile(path("broken.ndjson"), `${trip}\n{"VendorID": 2, \n`);
        await fails(path("broken.ndjson"), "data-file", /broken\.ndjson/);
    });

    it("takes the first so many events", async () => {
        await copyTo(`${tripSql({ VendorID: "i" })} FROM range(5000) r(i)`, path("many.parquet"), "(FORMAT parquet)");
        const { texts } = await read(path("many.parquet"), 3000);
        assert.equal(texts.length, 3000);
        assert.match(texts[2999]!, /"VendorID":2999,/);
    });

    it("sends a generated file's broken records as they are, and knows what the file leads to", async () => {
        const shares = { duplicates: 0, late: 0, filtered: 0, broken: 0.25 };
        const { file, expected } = await generate({ directory: directory(), seed: 1, count: 3_000, shares }, taxi);
        const { opened, texts } = await read(file);
        assert.deepEqual(opened.generated?.expected, expected);
        assert.deepEqual(opened.notes, []);
        const raw = await query(`SELECT _raw FROM '${file}'`);
        raw.forEach(({ _raw }, row) => {
            if (_raw !== null) assert.equal(texts[row], _raw);
            else assert.equal(typeof (JSON.parse(texts[row]!) as Record<string, unknown>).VendorID, "number");
        });
    });

    it("spreads events evenly over partitions, equal ones into the same", async () => {
        const shares = { duplicates: 0.1, late: 0, filtered: 0.05, broken: 0.05 };
        const { file } = await generate({ directory: directory(), seed: 2, count: 60_000, shares }, taxi);
        await withDuckDB(async (duckdb) => {
            const sql = eventsSql(await openEventFile(duckdb, file, taxi), taxi, 3, undefined);
            const rows = await rowsOf(duckdb, `SELECT partition, count(*)::INTEGER AS n FROM (${sql}) GROUP BY ALL`);
            assert.equal(rows.length, 3);
            for (const { n } of rows) assert.ok(Math.abs(Number(n) - 20_000) < 600, String(n));
            const torn = await rowsOf(
                duckdb,
                `SELECT value FROM (${sql}) GROUP BY value HAVING count(DISTINCT partition) > 1`,
            );
            assert.deepEqual(torn, []);
        });
    });
});

describe("texts of a DuckDB result", () => {
    it("are read whole, short or long, in every chunk", async () => {
        const sql = `SELECT CASE i % 5 WHEN 0 THEN '' WHEN 1 THEN 'é' || i WHEN 2 THEN repeat('x', 12) WHEN 3 THEN repeat('y', 13)
            ELSE repeat(i::VARCHAR, (i % 400)::INTEGER) END AS value, (i % 7)::USMALLINT AS partition FROM range(9000) r(i)`;
        await withDuckDB(async (duckdb) => {
            const expected = await rowsOf(duckdb, sql);
            let row = 0;
            for await (const chunk of textChunks(duckdb, sql))
                for (let index = 0; index < chunk.rows; index++, row++) {
                    const start = chunk.start[index]!;
                    const bytes = chunk.blocks[chunk.block[index]!]!.subarray(start, start + chunk.length[index]!);
                    assert.equal(Buffer.from(bytes).toString(), expected[row]?.value);
                    assert.equal(chunk.partition[index], expected[row]?.partition);
                }
            assert.equal(row, 9000);
        });
    });
});
