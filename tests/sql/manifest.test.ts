import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import { conditionProblem } from "../../sql/condition";
import { datasetNames, loadDataset, parseManifest } from "../../sql/manifest";

const valid = readFileSync(join(__dirname, "events.yaml"), "utf8");

function problems(yaml: string): string {
    try {
        parseManifest(yaml, "x.yaml");
    } catch (error) {
        assert.ok(TidegateError.is(error));
        assert.equal(error.code, "dataset-invalid");
        assert.equal(error.exitCode, 2);
        return error.message;
    }
    return assert.fail("the manifest was accepted");
}

/** Line of the first occurrence of `text`. */
const line = (yaml: string, text: string): number => yaml.slice(0, yaml.indexOf(text)).split("\n").length;

describe("a data set manifest", () => {
    it("is read, with the defaults", () => {
        const dataset = parseManifest(valid, "x.yaml");
        assert.equal(dataset.columns[0]?.required, true);
        assert.equal(dataset.columns[2]?.required, false);
        assert.deepEqual(parseManifest(valid.replace(/^filter:[\s\S]*/m, ""), "x.yaml").filter, []);
    });

    it("is valid where it is in sql/datasets", () => {
        assert.ok(datasetNames().includes("taxi"));
        for (const name of datasetNames()) assert.equal(loadDataset(name).name, name);
    });

    it("is told to be unknown, with the names that there are", () => {
        for (const name of ["nothing", "../dataset", ""])
            assert.throws(
                () => loadDataset(name),
                (error) =>
                    TidegateError.is(error) && error.code === "dataset-unknown" && (error.hint ?? "").includes("taxi"),
            );
    });

    const changes: [string, string, string, RegExp][] = [
        ["an unknown key", "eventTime: at", "eventTime: at\nevent_time: at", /x\.yaml:\d+: unknown key 'event_time'/],
        [
            "an unknown type",
            "type: BIGINT",
            "type: LONG",
            /columns\[0\]\.type: allowed is STRING, BOOLEAN, INT, BIGINT/,
        ],
        ["a name with capitals", "name: amount,", "name: Amount,", /columns\[2\]\.name: .*lower-case letters/],
        [
            "a topic that Kafka refuses",
            "events: tests.events",
            "events: 'tests events'",
            /topics\.events: .*at most 249/,
        ],
        [
            "a key column that is not there",
            "key: [id, at, note]",
            "key: [id, at, nothing]",
            /key\[2\]: there is no column 'nothing'/,
        ],
        ["a key without the time", "key: [id, at, note]", "key: [id]", /key: has to hold eventTime, 'at'/],
        ["a time that is no TIMESTAMP", "eventTime: at", "eventTime: note", /eventTime: 'note' is not a TIMESTAMP/],
        ["a name twice", "name: note,", "name: amount,", /columns: two columns have one name/],
        ["a field twice", "field: note,", "field: amount,", /columns: two columns read one field/],
        [
            "a partition that is a column",
            "partition: event_date",
            "partition: the_day",
            /partition: 'the_day' is a column already/,
        ],
        [
            "a condition with a statement",
            "condition: id > 0",
            "condition: id > 0; DROP TABLE x",
            /reject\[0\]\.condition: holds a ;/,
        ],
        ["YAML that is none", "key: [id, at, note]", "key: [id, at", /x\.yaml:\d+: /],
        ["a key twice", "eventTime: at", "eventTime: at\neventTime: at", /x\.yaml:\d+: .*unique/],
    ];
    for (const [what, from, to, message] of changes)
        it(`is refused for ${what}`, () => {
            const changed = valid.replace(from, to);
            assert.notEqual(changed, valid);
            assert.match(problems(changed), message);
        });

    it("is refused with the line of the fault", () => {
        const changed = valid.replace("type: DOUBLE", "type: REAL");
        assert.match(problems(changed), new RegExp(`x\\.yaml:${line(changed, "type: REAL")}: columns\\[2\\]\\.type`));
        const unknown = valid.replace("eventTime: at", "eventTime: at\nfurther: 1");
        assert.match(problems(unknown), new RegExp(`x\\.yaml:${line(unknown, "1\npartition")}: unknown key 'further'`));
    });

    it("is refused with every fault at once", () => {
        const text = problems(valid.replace("type: BIGINT", "type: A").replace("type: DOUBLE", "type: B"));
        assert.equal(text.match(/allowed is/g)?.length, 2);
    });

    it("is told what is missing", () => {
        assert.match(problems(valid.replace(/^eventTime: at$/m, "")), /eventTime: is missing/);
    });
});

describe("a rule's condition", () => {
    for (const good of ["a > 0", "a IS NOT NULL AND (b = 'x;y' OR c LIKE '--%')", "`from` = 1", "a <> 'it''s'"])
        it(`may be ${good}`, () => {
            assert.equal(conditionProblem(good), undefined);
        });
    for (const bad of [
        "a > 0; DROP TABLE x",
        "a > 0) OR (1 = 1",
        "(a > 0",
        "a > 0 --",
        "a > 0 /* x",
        "a > 0 */ x",
        "a = 'x",
        "a IN (SELECT b FROM c)",
        "a > 0 UNION ALL b",
        "a >\n0",
        "a = ${b}",
        "a = ``",
    ])
        it(`may not be ${JSON.stringify(bad)}`, () => {
            assert.notEqual(conditionProblem(bad), undefined);
        });
});
