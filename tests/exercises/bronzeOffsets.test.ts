import assert from "node:assert/strict";
import type { IcebergSnapshot } from "../../automation/clients/iceberg";
import type { TopicOffsets } from "../../automation/clients/kafka";
import {
    parseOffsets,
    planRead,
    settle,
    writeOffsets,
    type OffsetsRecord,
} from "../../automation/exercises/bronzeOffsets";
import { schemaProblem } from "../../automation/exercises/tableSchema";
import { loadDataset } from "../../sql/manifest";

const snapshot = (id: string, job?: string): IcebergSnapshot => ({
    id,
    timestampMs: 0,
    summary: job === undefined ? {} : { "flink.job-id": job },
});
const consumed = { topicId: "t", end: { 0: 10n, 1: 20n }, snapshot: "s1" };
const pending = { topicId: "t", end: { 0: 15n, 1: 25n }, job: "j2" };

describe("what batch bronze has consumed", () => {
    it("is kept as text, exactly", () => {
        const record: OffsetsRecord = {
            consumed: { ...consumed, end: { 0: 9007199254740993n } },
            pending: { ...pending, end: { 0: 9223372036854775807n } },
        };
        assert.deepEqual(parseOffsets(writeOffsets(record), "t"), record);
    });

    it("is nothing for a new table, and an error where somebody has changed it", () => {
        assert.deepEqual(parseOffsets(undefined, "t"), { consumed: null, pending: null });
        for (const wrong of ["{", "{}", '{"consumed":{"end":{"0":-1}},"pending":null}'])
            assert.throws(() => parseOffsets(wrong, "bronze.t"), { code: "offsets-invalid", message: /bronze\.t/ });
    });

    const cases: [string, OffsetsRecord, IcebergSnapshot | null, Parameters<typeof settle>[2], unknown][] = [
        [
            "nothing of a new table",
            { consumed: null, pending: null },
            null,
            undefined,
            { consumed: null, askRows: false },
        ],
        [
            "what the last run noted",
            { consumed, pending: null },
            snapshot("s1"),
            undefined,
            { consumed, askRows: false },
        ],
        [
            "to be asked of the rows after another writer",
            { consumed, pending: null },
            snapshot("s9"),
            undefined,
            { consumed, askRows: true },
        ],
        [
            "to be asked of the rows of a table of unknown origin",
            { consumed: null, pending: null },
            snapshot("s9"),
            undefined,
            { consumed: null, askRows: true },
        ],
        [
            "the pending end where its job has committed",
            { consumed, pending },
            snapshot("s2", "j2"),
            undefined,
            { consumed: { topicId: "t", end: pending.end, snapshot: "s2" }, askRows: false },
        ],
        [
            "the pending end where its job has committed, though it is said to have failed",
            { consumed, pending },
            snapshot("s2", "j2"),
            "FAILED",
            { consumed: { topicId: "t", end: pending.end, snapshot: "s2" }, askRows: false },
        ],
        [
            "the old end where the pending job has failed",
            { consumed, pending },
            snapshot("s1"),
            "FAILED",
            { consumed, askRows: false },
        ],
        [
            "the old end where the pending job was never submitted",
            { consumed, pending },
            snapshot("s1"),
            undefined,
            { consumed, askRows: false },
        ],
        [
            "the pending end where its job wrote dead letters alone",
            { consumed, pending },
            snapshot("s1"),
            "FINISHED",
            { consumed: { topicId: "t", end: pending.end, snapshot: "s1" }, askRows: false },
        ],
        [
            "to be asked of the rows where another writer followed the pending job",
            { consumed, pending },
            snapshot("s3", "j3"),
            undefined,
            { consumed, askRows: true },
        ],
    ];
    for (const [what, record, newest, state, expected] of cases)
        it(`is ${what}`, () => {
            assert.deepEqual(settle(record, newest, state), { kind: "settled", ...(expected as object) });
        });

    it("is not settled while the pending job runs", () => {
        for (const state of ["RUNNING", "CANCELLING", "RESTARTING", "INITIALIZING"] as const)
            assert.deepEqual(settle({ consumed, pending }, snapshot("s1"), state), { kind: "running", job: "j2" });
    });
});

describe("what batch bronze reads", () => {
    const topic = (...partitions: [number, number][]): TopicOffsets => ({
        topicId: "t",
        partitions: partitions.map(([earliest, latest], partition) => ({
            partition,
            earliest: BigInt(earliest),
            latest: BigInt(latest),
        })),
    });

    it("is everything at first", () => {
        const plan = planRead("x", topic([0, 10], [5, 20]), null);
        assert.deepEqual(plan, { start: { 0: 0n, 1: 5n }, end: { 0: 10n, 1: 20n }, records: 25n, lost: 0n });
    });

    it("is what came since, with new partitions from their beginning", () => {
        const plan = planRead("x", topic([0, 12], [0, 20], [0, 3]), consumed);
        assert.deepEqual(plan.start, { 0: 10n, 1: 20n, 2: 0n });
        assert.equal(plan.records, 5n);
    });

    it("begins after the rows where they are further", () => {
        const plan = planRead(
            "x",
            topic([0, 30], [0, 30]),
            consumed,
            new Map([
                [0, 24n],
                [1, 3n],
            ]),
        );
        assert.deepEqual(plan.start, { 0: 25n, 1: 20n });
    });

    it("counts what retention took before it was read", () => {
        const plan = planRead("x", topic([14, 30], [0, 30]), consumed);
        assert.equal(plan.lost, 4n);
        assert.equal(plan.start[0], 14n);
        assert.equal(planRead("x", topic([14, 30], [2, 30]), null).lost, 0n);
    });

    it("is refused for a topic that was made anew", () => {
        for (const offsets of [topic([0, 5], [0, 20]), { ...topic([0, 500], [0, 500]), topicId: "other" }])
            assert.throws(() => planRead("x", offsets, consumed), {
                code: "topic-recreated",
                message: /Topic x is not the one/,
            });
    });
});

describe("the schema of a table", () => {
    const dataset = loadDataset("taxi");
    const fields = (layer: "bronze" | "silver") => {
        const types = {
            STRING: "string",
            BIGINT: "long",
            DOUBLE: "double",
            TIMESTAMP: "timestamp",
            INT: "int",
            BOOLEAN: "boolean",
            DATE: "date",
        };
        const columns = dataset.columns.map(({ name, type }): [string, string] => [name, types[type]]);
        const all: [string, string][] =
            layer === "silver"
                ? [["event_id", "string"], ...columns, [dataset.partition, "date"]]
                : [
                      ...columns,
                      ["kafka_partition", "int"],
                      ["kafka_offset", "long"],
                      ["kafka_timestamp", "timestamp"],
                      ["ingested_at", "timestamp"],
                  ];
        return all.map(([name, type], id) => ({ id, name, type, required: false }));
    };

    it("is right as the templates make it", () => {
        assert.equal(schemaProblem(dataset, "bronze", fields("bronze")), undefined);
        assert.equal(schemaProblem(dataset, "silver", fields("silver")), undefined);
    });

    it("is told to differ by a column that is missing, of another type, too many or elsewhere", () => {
        const there = fields("silver");
        assert.match(schemaProblem(dataset, "silver", there.slice(1)) ?? "", /no column 'event_id'/);
        const other = there.map((field) => (field.name === "extra" ? { ...field, type: "string" } : field));
        assert.match(schemaProblem(dataset, "silver", other) ?? "", /'extra' is string, not double/);
        const more = [...there, { id: 99, name: "more", type: "int", required: false }];
        assert.match(schemaProblem(dataset, "silver", more) ?? "", /further column 'more'/);
        assert.match(schemaProblem(dataset, "silver", [...there].reverse()) ?? "", /in another place/);
    });
});
