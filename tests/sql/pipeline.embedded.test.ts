/** The pipeline on a real platform: a JSON file of its contracts (`Platform`) is named by TIDEGATE_TEST_PLATFORM. */
import assert from "node:assert/strict";
import { topicOffsets } from "../../automation/clients/kafka";
import { silent } from "../../automation/core/progress";
import { offsetsProperty, parseOffsets, writeOffsets } from "../../automation/exercises/bronzeOffsets";
import { runBatch, type BatchJob } from "../../automation/exercises/flink";
import { jobName } from "../../sql/pipeline";
import { testPlatform, unavailable } from "./platform";
import { cases } from "./records";

describe("the pipeline on a real platform", function () {
    this.timeout(600_000);
    if (unavailable !== undefined) {
        it(`is skipped: ${unavailable}`, function () {
            this.skip();
        });
        return;
    }

    const own = testPlatform();
    const { topic, platform, dataset, flink, catalog, admin, sql, produce, deadLetters, counts } = own;

    const run = async (): Promise<[BatchJob, BatchJob]> => {
        const { jobs } = await runBatch({ dataset, platform, progress: silent, signal: new AbortController().signal });
        assert.deepEqual(
            jobs.map((job) => job.name),
            ["bronze", "silver"],
        );
        return jobs as [BatchJob, BatchJob];
    };

    before(() => own.setUp());
    after(() => own.tearDown());

    it("has nothing to do for an empty topic", async () => {
        const jobs = await run();
        assert.deepEqual(
            jobs.map((job) => job.state),
            ["SKIPPED", "SKIPPED"],
        );
    });

    it("brings every record either to bronze or, with the reason, to the dead letters", async () => {
        await produce(cases.map((one) => one.value));
        const [bronze, silver] = await run();
        const expected = cases.filter((one) => one.becomes === "bronze");
        const letters = await deadLetters();
        const inBronze = await sql(
            `SELECT kafka_partition, kafka_offset FROM lake.bronze.${dataset.tables.bronze} ORDER BY 1, 2`,
        );
        const places = new Set(inBronze.map(([partition, offset]) => `${String(partition)}/${String(offset)}`));
        for (const [index, { what, value, becomes }] of cases.entries()) {
            const place = `${index % 3}/${Math.floor(index / 3)}`;
            const letter = letters.filter((one) => one.key === `${topic}/${place}`);
            if (becomes === "bronze") {
                assert.deepEqual([what, letter.map((one) => one.reasons)], [what, []]);
                assert.ok(places.has(place), `${what}: not in bronze`);
            } else {
                assert.ok(!places.has(place), `${what}: in bronze`);
                assert.equal(letter.length, 1, `${what}: ${letter.length} dead letters`);
                assert.match(letter[0]?.reasons[0] ?? "", becomes, what);
                assert.equal(`${letter[0]?.partition}/${letter[0]?.offset}`, place);
                assert.equal(letter[0]?.topic, topic);
                if (letter[0]?.payload_base64 !== undefined)
                    assert.deepEqual(Buffer.from(letter[0].payload_base64, "base64"), value, what);
                else assert.equal(letter[0]?.payload ?? null, value?.toString() ?? null, what);
            }
        }
        assert.equal(letters.length + inBronze.length, cases.length);
        assert.equal(bronze.rowsWritten, expected.length);
        assert.equal(bronze.state, "FINISHED");
        assert.equal(silver.state, "FINISHED");
    });

    it("keeps values as they were, whichever way a record is parsed", async () => {
        const of = async (what: string): Promise<unknown[]> => {
            const index = cases.findIndex((one) => one.what === what);
            const [row] = await sql(
                `SELECT id, CAST(\`at\` AS STRING), amount, note, paid, CAST(the_day AS STRING), small FROM lake.bronze.${dataset.tables.bronze} ` +
                    `WHERE kafka_partition = ${index % 3} AND kafka_offset = ${Math.floor(index / 3)}`,
            );
            return row ?? [];
        };
        const plain = [1, "2024-01-15 10:00:00.000000", 12.5, "plain", true, "2024-01-15", 7];
        for (const what of ["as the manifest says", "fields in another order", "white space", "a further nested field"])
            assert.deepEqual(await of(what), plain, what);
        assert.equal((await of("escapes in a string"))[3], 'a "quoted" \\ text\n');
        assert.equal((await of("a string that looks like JSON"))[3], '","id":5,"at":"x');
        assert.equal((await of("the string null"))[3], "null");
        assert.equal((await of("the empty string"))[3], "");
        assert.equal((await of("characters beyond ASCII"))[3], "Zürich – 東京 🚕");
        assert.deepEqual((await of("optional fields null")).slice(2), [null, null, null, null, null]);
        assert.equal((await of("fractions of a second"))[1], "2024-01-15 10:00:01.123456");
    });

    it("changes nothing when it runs again", async () => {
        const before = await counts();
        const jobs = await run();
        assert.deepEqual(
            jobs.map((job) => job.state),
            ["SKIPPED", "SKIPPED"],
        );
        assert.deepEqual(await counts(), before);
    });

    it("reads what came since, and silver keeps the newest of equal events", async () => {
        const before = await counts();
        const event = (amount: number) =>
            Buffer.from(
                JSON.stringify({
                    id: 900,
                    at: "2024-03-01 00:00:00",
                    amount,
                    note: null,
                    paid: null,
                    day: null,
                    small: null,
                }),
            );
        await produce([event(1), event(2), event(3)]);
        const [bronze] = await run();
        assert.equal(bronze.rowsWritten, 3);
        await produce([event(4)]);
        await run();
        const after = await counts();
        assert.equal(after.bronze, before.bronze + 4);
        assert.equal(after.silver, before.silver + 1);
        assert.deepEqual(
            await sql(
                `SELECT amount, CAST(event_date AS STRING) FROM lake.silver.${dataset.tables.silver} WHERE id = 900`,
            ),
            [[4, "2024-03-01"]],
        );
    });

    it("finishes a run that was interrupted between the commit and its note", async () => {
        await produce([Buffer.from('{"id":901,"at":"2024-03-02 00:00:00","amount":1}')]);
        const table = await catalog.loadTable("bronze", dataset.tables.bronze);
        const noted = parseOffsets(table?.properties[offsetsProperty], "bronze");
        await run();
        const before = await counts();
        const committed = await catalog.loadTable("bronze", dataset.tables.bronze);
        const { consumed } = parseOffsets(committed?.properties[offsetsProperty], "bronze");
        assert.ok(consumed !== null);
        const job = committed?.currentSnapshot?.summary["flink.job-id"] ?? "";
        const interrupted = {
            consumed: noted.consumed,
            pending: { topicId: consumed.topicId, end: consumed.end, job },
        };
        await sql(
            `ALTER TABLE lake.bronze.${dataset.tables.bronze} SET ('${offsetsProperty}' = '${writeOffsets(interrupted)}')`,
        );
        assert.equal((await run())[0].state, "SKIPPED");
        assert.deepEqual(await counts(), before);
    });

    for (const [when, moment] of [
        ["is submitted", /submitting the job/],
        ["runs", /job [0-9a-f]{32}/],
    ] as const)
        it(`neither loses nor doubles a record when it is interrupted as the job ${when}`, async () => {
            const before = await counts();
            await produce(["1", "2", "3"].map((id) => `{"id":9400${id},"at":"2024-03-03 00:00:00","amount":1}`));
            const controller = new AbortController();
            const update = (text: string): void => {
                if (moment.test(text)) controller.abort(new Error("interrupted"));
            };
            const progress = { ...silent, update };
            await assert.rejects(runBatch({ dataset, platform, progress, signal: controller.signal }), /interrupted/);
            await run();
            const after = await counts();
            assert.equal(after.bronze, before.bronze + 3);
            assert.equal(after.deadLetters, before.deadLetters);
        });

    it("asks the rows where another writer has committed", async () => {
        const before = await counts();
        await sql(
            `ALTER TABLE lake.bronze.${dataset.tables.bronze} SET ('${offsetsProperty}' = '${writeOffsets({ consumed: null, pending: null })}')`,
        );
        const [bronze] = await run();
        const offsets = await topicOffsets(platform.broker, topic);
        // Dead letters behind the last row of a partition are read again, and recognised by their key.
        assert.equal(
            (await counts()).bronze,
            before.bronze,
            JSON.stringify([bronze, offsets], (_k, v: unknown) => String(v)),
        );
    });

    it("makes silver anew when a rule of the data set changes", async () => {
        const changed = {
            ...dataset,
            filter: [{ name: "march", condition: "id BETWEEN 900 AND 999", reason: "too old" }],
        };
        const { jobs } = await runBatch({
            dataset: changed,
            platform,
            progress: silent,
            signal: new AbortController().signal,
        });
        assert.equal(jobs[1]?.state, "FINISHED");
        assert.equal((await counts()).silver, 2);
    });

    it("names the job in Flink", async () => {
        assert.ok((await flink.jobs()).some((job) => job.name === jobName(dataset, "bronze")));
    });

    it("refuses a topic that was made anew", async () => {
        await admin.delete(topic);
        await admin.create({ name: topic, partitions: 3, replicationFactor: 1, config: {} });
        await assert.rejects(run(), { code: "topic-recreated" });
    });
});
