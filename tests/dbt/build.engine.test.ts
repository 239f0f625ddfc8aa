import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { brokenNodes } from "../../automation/exercises/dbtArtifacts";
import { runDbt } from "../../automation/exercises/dbt";
import { martSummary } from "../../automation/exercises/dbtMarts";
import { TidegateError } from "../../automation/core/errors";
import { repositoryRoot } from "../../automation/core/repository";
import { Lakehouse } from "./lakehouse";
import { startRestCatalog } from "./restCatalog";

describe("the dbt project", function () {
    this.timeout(300_000);
    let lakehouse: Lakehouse;

    before(async () => {
        lakehouse = await Lakehouse.create();
    });
    after(() => (lakehouse as Lakehouse | undefined)?.remove());

    it("is green on odd but valid trips, and warns of them", async () => {
        const silver = await lakehouse.silver("odd", [
            { append: 3000, seed: 1, quirks: true },
            { extraColumn: "kafka_offset" },
        ]);
        const seen: string[] = [];
        let last: [number, number | undefined] = [0, undefined];
        const result = await runDbt({
            ...lakehouse.build("odd", silver),
            progress: {
                update: (text) => seen.push(text),
                advance: (done, total) => (last = [done, total]),
                note: () => {},
            },
        });

        assert.deepEqual(result.problems, []);
        assert.equal(result.succeeded, true);
        assert.equal(result.summary.models >= 16, true);
        assert.deepEqual([result.summary.failed, result.summary.errored, result.summary.skipped], [0, 0, 0]);
        const warned = result.nodes.filter((node) => node.status === "warn").map((node) => [node.name, node.failures]);
        for (const expected of [
            ["stg_yellow_trips_vendor_is_listed", 1],
            ["stg_yellow_trips_dropoff_zone_is_listed", 1],
            ["at_least_stg_yellow_trips_fare_amount__0", 1],
        ])
            assert.deepEqual(
                warned.find(([name]) => name === expected[0]),
                expected,
            );
        assert.deepEqual(last, [result.nodes.length, result.nodes.length], "every node is reported as done");
        assert.ok(seen.includes("dbt build: model fct_trips"));

        const [trip] = await lakehouse.query("odd", "select count(*)::int, count(distinct trip_id)::int from core.fct_trips");
        assert.deepEqual(trip, [3000, 3000]);
        assert.deepEqual(
            await lakehouse.query("odd", "select vendor_id, vendor_name from core.dim_vendors where not is_listed"),
            [["8", "Vendor 8"]],
        );
        assert.deepEqual(
            await lakehouse.query("odd", "select trips from analytics.mart_location_performance where location_id = -1"),
            [["1"]],
            "a trip without a pickup zone stays in the mart",
        );
        assert.deepEqual(
            await lakehouse.query("odd", "select min(date_day)::varchar, max(date_day)::varchar, count(*)::int from core.dim_dates"),
            [["2002-12-01", "2098-09-30", 31 + 31 + 30]],
            "a wrong clock adds a month, not a century",
        );

        const marts = await martSummary(result.duckdbFile);
        assert.equal(marts.trips, 3000);
        assert.deepEqual([marts.firstDay, marts.lastDay, marts.days], ["2002-12-31", "2098-09-11", 30]);
        assert.ok(marts.revenue > 863_380.37);
        assert.ok(marts.topZone && marts.topZone.revenue > 0 && marts.busiestHour);
    });

    it("keeps its files out of the checkout and its secrets out of its log", async () => {
        for (const name of ["target", "logs"]) assert.equal(existsSync(join(repositoryRoot, "dbt", name)), false, name);
        const log = await lakehouse.logs(join(lakehouse.directory, "dbt"));
        assert.match(log, /fct_trips/);
        assert.doesNotMatch(log, /a-secret-key/);
    });

    it("follows a changed silver table as a full refresh would", async () => {
        const first = await lakehouse.silver("changing", [{ append: 1500, seed: 2, quirks: true }]);
        assert.equal((await runDbt(lakehouse.build("incremental", first))).succeeded, true);
        const second = await lakehouse.silver("changing", [
            { append: 400, seed: 3 },
            { append: 100, seed: 4, month: "2024-02" },
            { deleteWhere: "pickup_date = '2024-01-03'" },
            { deleteWhere: "pickup_date = '2024-01-05' and payment_type = 1" },
        ]);
        const whole = await runDbt(lakehouse.build("whole", second));
        assert.deepEqual(whole.problems, []);
        assert.ok((await lakehouse.differences("incremental", "whole")).includes("core.fct_trips"));
        const incremental = await runDbt(lakehouse.build("incremental", second));
        assert.deepEqual(incremental.problems, []);

        assert.deepEqual(await lakehouse.differences("incremental", "whole"), []);
        assert.deepEqual(
            await lakehouse.query("incremental", "select count(*)::int from core.fct_trips"),
            [[second.rows]],
        );
        assert.deepEqual(
            await lakehouse.query("incremental", "select count(*)::int from core.fct_trips where pickup_date = '2024-01-03'"),
            [[0]],
            "a day that left silver left the fact",
        );
    });

    it("turns red on a trip that silver holds twice, and names the test", async () => {
        const twice = await lakehouse.silver("twice", [
            { append: 50, seed: 6 },
            { append: 50, seed: 6 },
        ]);
        const result = await runDbt(lakehouse.build("twice", twice));

        assert.equal(result.succeeded, false);
        assert.deepEqual(result.problems, [
            "test unique_stg_yellow_trips_trip_id found 50 rows (models/staging/_staging.yml)",
        ]);
        assert.equal(brokenNodes(result.nodes)[0]?.attachedTo, "model.tidegate.stg_yellow_trips");
        const fact = result.nodes.find((node) => node.name === "fct_trips");
        assert.equal(fact?.status, "skipped", "what depends on it is not built");
    });

    it("is green on an empty silver table, which the runner refuses", async () => {
        const empty = await lakehouse.silver("empty", []);
        await assert.rejects(runDbt(lakehouse.build("empty", empty)), { code: "silver-empty" });
        await assert.rejects(runDbt(lakehouse.build("empty", null)), { code: "silver-missing" });

        // A catalog that does not tell how many rows there are.
        const result = await runDbt(lakehouse.build("empty", { ...empty, rows: null, snapshotId: "1" }));
        assert.deepEqual(result.problems, []);
        assert.equal(result.summary.warned, 0);
        const marts = await martSummary(result.duckdbFile);
        assert.deepEqual([marts.trips, marts.days, marts.topZone, marts.busiestHour], [0, 0, null, null]);
    });

    it("reads the same through an attached REST catalog, at the snapshot of the run", async () => {
        const before = await lakehouse.silver("attached", [{ append: 500, seed: 7, quirks: true }]);
        const after = await lakehouse.silver("attached", [{ append: 200, seed: 8 }]);
        const catalog = await startRestCatalog({ "silver.trips": () => after.metadataLocation });
        try {
            const attached = await runDbt(lakehouse.build("attached", before, catalog.uri));
            assert.deepEqual(attached.problems, []);
            assert.equal(attached.target, "attach");
            assert.ok(catalog.requests.includes("GET /v1/namespaces/silver/tables/trips"));
        } finally {
            await catalog.close();
        }
        const scanned = await runDbt(lakehouse.build("scanned", before));
        assert.deepEqual(scanned.problems, []);
        assert.deepEqual(await lakehouse.differences("attached", "scanned"), []);
        assert.deepEqual(await lakehouse.query("attached", "select count(*)::int from core.fct_trips"), [[500]]);
    });

    it("names the process that has the DuckDB file open", async () => {
        const silver = await lakehouse.silver("locked", [{ append: 10, seed: 9 }]);
        const options = lakehouse.build("scanned", silver);
        const hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()";
        const holder = spawn(lakehouse.python, ["-c", hold, options.platform.runtime.dbt.duckdbFile]);
        try {
            await once(holder.stdout, "data");
            const rejection = await runDbt(options).then(
                () => assert.fail("dbt ran"),
                (error: unknown) => error,
            );
            assert.ok(TidegateError.is(rejection));
            assert.equal(rejection.code, "duckdb-locked");
            assert.match(rejection.message, new RegExp(`process ${holder.pid} `));
            await assert.rejects(martSummary(options.platform.runtime.dbt.duckdbFile), { code: "duckdb-locked" });
        } finally {
            const ended = once(holder, "exit");
            holder.stdin.end();
            await ended;
        }
    });

    it("stops dbt when it is told to", async () => {
        const silver = await lakehouse.silver("stopped", [{ append: 10, seed: 10 }]);
        const stop = new AbortController();
        const options = {
            ...lakehouse.build("stopped", silver),
            signal: stop.signal,
            progress: { update: () => {}, advance: () => stop.abort(), note: () => {} },
        };
        await assert.rejects(runDbt(options), { code: "interrupted", exitCode: 130 });
        // The file is free again, so nobody holds it; and the next run goes on from what was committed.
        const result = await runDbt({ ...lakehouse.build("stopped", silver), select: ["stg_yellow_trips"] });
        assert.deepEqual(result.problems, []);
    });
});
