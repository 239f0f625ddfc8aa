import assert from "node:assert/strict";
import { runChecks, validationFor, type CheckResult } from "../../automation/gates";
import { readGateSettings } from "../../automation/gates/settings";
import { rowsBySummary } from "../../automation/gates/validation/data";
import { fakePlatform, type FakePlatform } from "../_helpers/fakePlatform";

type Changes = Parameters<FakePlatform["context"]>[0];

/** Stage 3 by check id. */
async function stage3(
    platform: FakePlatform,
    changes: Changes = {},
    countRows?: (namespace: string, table: string) => Promise<number>,
): Promise<Map<string, CheckResult>> {
    const context = platform.context(changes);
    const clients = countRows === undefined ? context.clients : { ...context.clients, countRows };
    const checks = validationFor("runtime", { ...context, clients }).filter((check) => check.stage === 3);
    const results = await runChecks(checks, { clock: platform.clock });
    return new Map(results.map((result) => [result.id, result]));
}

function red(results: ReadonlyMap<string, CheckResult>): Record<string, string> {
    return Object.fromEntries(
        [...results.values()].filter(({ status }) => status !== "pass").map(({ id, message }) => [id, message ?? ""]),
    );
}

function assertOnlyRed(results: ReadonlyMap<string, CheckResult>, expected: Record<string, RegExp>): void {
    const found = red(results);
    assert.deepEqual(Object.keys(found).toSorted(), Object.keys(expected).toSorted(), JSON.stringify(found, null, 2));
    for (const [id, message] of Object.entries(expected)) assert.match(found[id] ?? "", message);
}

const now = (platform: FakePlatform): number => platform.clock.now();
const foreign = { records: 1000, expected: null };

describe("stage 3 with generated events", () => {
    it("is green when every count is exact", async () => {
        const results = await stage3(fakePlatform());
        assert.deepEqual(red(results), {});
        assert.deepEqual(results.get("data.every-record-accounted-for")?.evidence, {
            written: 1000,
            present: 1000,
            bronze: 990,
            deadLetters: 10,
            counting: "offsets",
        });
    });

    it("is red when one row is missing in bronze", async () => {
        const platform = fakePlatform();
        platform.catalog.commit("bronze.trips", 989, now(platform));
        assertOnlyRed(await stage3(platform), {
            "data.bronze-complete": /exactly 990 .*\(1 missing\)/,
            "data.every-record-accounted-for": /1 of 1,000 events are neither in bronze/,
        });
    });

    it("is red when one row is too many in bronze", async () => {
        const platform = fakePlatform();
        platform.catalog.commit("bronze.trips", 991, now(platform));
        assertOnlyRed(await stage3(platform), {
            "data.bronze-complete": /1 too many/,
            "data.every-record-accounted-for": /1 more than the 1,000 events/,
        });
    });

    it("is red when silver has another count than the generator's", async () => {
        const platform = fakePlatform();
        platform.catalog.commit("silver.trips", 984, now(platform));
        assertOnlyRed(await stage3(platform), { "data.silver-not-more-than-bronze": /exactly 985 .*\(1 missing\)/ });
    });

    it("is red with one dead letter too many, and with one too few", async () => {
        const more = fakePlatform();
        more.broker.fill("letters", 1, () => "another");
        assertOnlyRed(await stage3(more), {
            "data.dead-letters": /11 dead letters, allowed are 10/,
            "data.every-record-accounted-for": /1 more/,
        });
        const fewer = fakePlatform();
        fewer.broker.create("letters", 1);
        fewer.broker.fill("letters", 9);
        assertOnlyRed(await stage3(fewer), {
            "data.dead-letters": /9 dead letters, but the generator broke exactly 10/,
            "data.every-record-accounted-for": /1 of 1,000/,
        });
    });

    it("counts a dead letter that was written twice once", async () => {
        const platform = fakePlatform();
        platform.broker.fill("letters", 10);
        const results = await stage3(platform);
        assert.deepEqual(red(results), {});
        assert.equal(results.get("data.dead-letters")?.evidence.deadLetters, 10);
        assert.equal(results.get("data.every-record-accounted-for")?.evidence.counting, "source positions");
    });

    it("is red when Kafka holds less than the manifest says, or somebody else produced too", async () => {
        const lost = fakePlatform();
        lost.broker.create("events", 3);
        lost.broker.fill("events", 999);
        assert.match(
            red(await stage3(lost))["data.produced"] ?? "",
            /manifest says 1,000 events, but Kafka was given 999/,
        );
        const foreigner = fakePlatform();
        foreigner.broker.fill("events", 1);
        assert.match(red(await stage3(foreigner))["data.produced"] ?? "", /1 more than the generator's manifest/);
    });
});

describe("stage 3 with foreign events", () => {
    it("wants 95 % of them in bronze, by the manifest or by Kafka's offsets", async () => {
        for (const produced of [foreign, undefined]) {
            const platform = fakePlatform();
            platform.produced = produced;
            assert.deepEqual(red(await stage3(platform)), {});
            platform.catalog.commit("silver.trips", 900, now(platform));
            platform.catalog.commit("bronze.trips", 950, now(platform));
            assertOnlyRed(await stage3(platform), { "data.every-record-accounted-for": /40 of 1,000/ });
            platform.catalog.commit("bronze.trips", 949, now(platform));
            assert.match(
                red(await stage3(platform))["data.bronze-complete"] ?? "",
                /949 of 1,000 events, less than 95 % \(950\)/,
            );
        }
    });

    it("is red when silver is empty or more than bronze", async () => {
        const platform = fakePlatform();
        platform.produced = foreign;
        platform.catalog.commit("silver.trips", 991, now(platform));
        assertOnlyRed(await stage3(platform), {
            "data.silver-not-more-than-bronze": /more than bronze.trips with 990/,
        });
        platform.catalog.commit("silver.trips", 0, now(platform));
        assertOnlyRed(await stage3(platform), {
            "data.silver-arrived": /After 90 s silver.trips holds 0 rows, not 1/,
            "data.silver-not-more-than-bronze": /is empty/,
        });
    });

    it("allows no dead letter unless told otherwise", async () => {
        const platform = fakePlatform();
        platform.produced = foreign;
        assertOnlyRed(await stage3(platform, { settings: { deadLettersMax: 0 } }), {
            "data.dead-letters": /10 dead letters, allowed are 0/,
        });
    });

    it("is red when nothing was ever produced, unless empty is allowed", async () => {
        const platform = fakePlatform();
        platform.produced = undefined;
        for (const topic of ["events", "letters"]) platform.broker.create(topic, topic === "events" ? 3 : 1);
        for (const table of ["bronze.trips", "silver.trips"]) platform.catalog.commit(table, 0, now(platform));
        assertOnlyRed(await stage3(platform), {
            "data.produced": /Nothing was ever produced/,
            "data.silver-arrived": /0 rows/,
            "data.bronze-complete": /Nothing was produced/,
            "data.every-record-accounted-for": /no event/,
            "data.silver-not-more-than-bronze": /empty/,
        });
        const { waitForSilver } = readGateSettings({}, { WAIT_FOR_SILVER_ALLOW_EMPTY: "true" });
        assert.deepEqual(red(await stage3(platform, { settings: { waitForSilver } })), {});
        // What no job had anything to do for: one table without a snapshot, the other not even made.
        platform.catalog.createEmpty("bronze.trips");
        platform.catalog.tables.delete("silver.trips");
        assert.deepEqual(red(await stage3(platform, { settings: { waitForSilver } })), {});
    });

    it("is red without bronze where events were produced, though silver may be empty", async () => {
        const platform = fakePlatform();
        platform.catalog.createEmpty("bronze.trips");
        platform.catalog.createEmpty("silver.trips");
        const { waitForSilver } = readGateSettings({}, { WAIT_FOR_SILVER_ALLOW_EMPTY: "true" });
        const found = red(await stage3(platform, { settings: { waitForSilver } }));
        assert.ok("data.bronze-complete" in found && "data.snapshots-committed" in found, JSON.stringify(found));
    });

    it("knows that retention takes records that were read already, and no others", async () => {
        const platform = fakePlatform();
        platform.produced = foreign;
        platform.broker.expire("events", 100);
        assert.deepEqual(red(await stage3(platform)), {});
        platform.produced = undefined;
        assert.deepEqual(red(await stage3(platform)), {});
        platform.catalog.commit("silver.trips", 600, now(platform));
        platform.catalog.commit("bronze.trips", 689, now(platform));
        assertOnlyRed(await stage3(platform), { "data.every-record-accounted-for": /1 of 700 events/ });
    });
});

describe("stage 3, tables and snapshots", () => {
    it("is red without a table, without a snapshot, and with one from before the rollout", async () => {
        const absent = fakePlatform();
        absent.catalog.tables.delete("silver.trips");
        const results = await stage3(absent);
        assert.match(red(results)["data.silver-arrived"] ?? "", /no table silver.trips after 90 s/);
        assert.match(red(results)["data.snapshots-committed"] ?? "", /There is no table silver.trips/);

        const uncommitted = fakePlatform();
        uncommitted.catalog.createEmpty("bronze.trips");
        assert.match(red(await stage3(uncommitted))["data.snapshots-committed"] ?? "", /bronze.trips has no snapshot/);

        const old = fakePlatform();
        old.catalog.commit("bronze.trips", 990, now(old) - 3_600_000);
        assertOnlyRed(await stage3(old), { "data.snapshots-committed": /bronze.trips is older than this rollout/ });
        assert.deepEqual(red(await stage3(old, { run: { producedNow: false } })), {});
    });

    it("is red in every check when the catalog is down", async () => {
        const platform = fakePlatform();
        platform.catalog.down = true;
        const results = await stage3(platform);
        assert.equal(Object.keys(red(results)).length, results.size);
    });

    it("takes position deletes off, and has equality deletes counted or is red", async () => {
        const platform = fakePlatform();
        platform.catalog.commit("silver.trips", 1000, now(platform), { "total-position-deletes": "15" });
        assert.deepEqual(red(await stage3(platform)), {});
        platform.catalog.commit("silver.trips", 1000, now(platform), { "total-equality-deletes": "15" });
        assert.match(red(await stage3(platform))["data.silver-not-more-than-bronze"] ?? "", /cannot be counted/);
        const asked: string[] = [];
        const results = await stage3(platform, {}, async (namespace, table) => {
            asked.push(`${namespace}.${table}`);
            return 985;
        });
        assert.deepEqual(red(results), {});
        assert.deepEqual(asked, ["silver.trips"]);
    });

    it("rowsBySummary cannot tell without total-records, or by delete files without counts", () => {
        const platform = fakePlatform();
        const rows = (summary: Record<string, string>): number | undefined => {
            platform.catalog.commit("a.b", 7, 0, summary);
            return rowsBySummary(platform.catalog.tables.get("a.b"));
        };
        assert.equal(rows({}), 7);
        assert.equal(rows({ "total-records": "many" }), undefined);
        assert.equal(rows({ "total-delete-files": "1" }), undefined);
        assert.equal(rows({ "total-delete-files": "1", "total-position-deletes": "2" }), 5);
        assert.equal(rowsBySummary(undefined), 0);
    });
});

describe("waiting for silver", () => {
    const settings = { waitForSilver: { minRows: 900, timeoutSeconds: 20, pollSeconds: 5, allowEmpty: false } };

    it("looks at once, and does not wait when the rows are there", async () => {
        const platform = fakePlatform();
        const before = now(platform);
        assert.deepEqual(red(await stage3(platform, { settings })), {});
        assert.equal(now(platform), before);
    });

    it("looks every WAIT_FOR_SILVER_POLL_SECONDS until the rows are there", async () => {
        const platform = fakePlatform();
        const before = now(platform);
        platform.catalog.commit("silver.trips", 10, before);
        const load = platform.catalog.loadTable.bind(platform.catalog);
        platform.catalog.loadTable = async (namespace, table) => {
            if (now(platform) >= before + 10_000 && namespace === "silver")
                platform.catalog.commit("silver.trips", 985, before);
            return load(namespace, table);
        };
        assert.deepEqual(red(await stage3(platform, { settings })), {});
        assert.equal(now(platform) - before, 10_000);
    });

    it("gives up after WAIT_FOR_SILVER_TIMEOUT_SECONDS, once for all checks", async () => {
        const platform = fakePlatform();
        const before = now(platform);
        platform.catalog.commit("silver.trips", 10, before);
        assertOnlyRed(await stage3(platform, { settings }), {
            "data.silver-arrived": /After 20 s silver.trips holds 10 rows, not 900/,
            "data.silver-not-more-than-bronze": /975 missing/,
        });
        assert.equal(now(platform) - before, 20_000);
    });

    it("waits in streaming until bronze has caught up with what Kafka held at the start", async () => {
        const platform = fakePlatform();
        const before = now(platform);
        platform.catalog.commit("bronze.trips", 985, before);
        const streaming = { settings, run: { mode: "streaming_bronze" as const } };
        assert.match(
            red(await stage3(platform, streaming))["data.silver-arrived"] ?? "",
            /985 rows: the streaming job is behind/,
        );
        assert.equal(now(platform) - before, 20_000);
    });
});

describe("readGateSettings", () => {
    it("has the documented defaults, the file over them, and the environment over both", () => {
        const defaults = readGateSettings({}, {});
        assert.equal(defaults.deadLettersMax, 0);
        assert.deepEqual(defaults.waitForSilver, { minRows: 1, timeoutSeconds: 90, pollSeconds: 5, allowEmpty: false });
        const file = { deadLettersMax: 7, waitForSilver: { minRows: 3 } };
        assert.equal(readGateSettings(file, {}).deadLettersMax, 7);
        const both = readGateSettings(file, {
            DLQ_MAX: " 9 ",
            WAIT_FOR_SILVER_MIN_ROWS: "5",
            WAIT_FOR_SILVER_TIMEOUT_SECONDS: "12.5",
            WAIT_FOR_SILVER_POLL_SECONDS: "0.5",
            WAIT_FOR_SILVER_ALLOW_EMPTY: "TRUE",
        });
        assert.equal(both.deadLettersMax, 9);
        assert.deepEqual(both.waitForSilver, { minRows: 5, timeoutSeconds: 12.5, pollSeconds: 0.5, allowEmpty: true });
    });

    it("names every bad variable and what it may be", () => {
        assert.throws(
            () =>
                readGateSettings(
                    {},
                    { DLQ_MAX: "many", WAIT_FOR_SILVER_POLL_SECONDS: "0", WAIT_FOR_SILVER_ALLOW_EMPTY: "maybe" },
                ),
            (error: Error) =>
                /DLQ_MAX is 'many', but has to be a whole number/.test(error.message) &&
                /POLL_SECONDS is '0', but has to be 0.1 to 600/.test(error.message) &&
                /ALLOW_EMPTY is 'maybe', but has to be true or false/.test(error.message),
        );
    });

    it("refuses a variable that is set to nothing, and a negative or hexadecimal number", () => {
        for (const text of ["", " ", "-1", "0x10", "1e3"])
            assert.throws(() => readGateSettings({}, { DLQ_MAX: text }), /DLQ_MAX/);
    });
});
