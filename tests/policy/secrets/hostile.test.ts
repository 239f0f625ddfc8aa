import assert from "node:assert/strict";
import { detect } from "../../../policy/secrets";
import { scanText } from "../../../automation/secrets/scan";

/** Each of these held the detectors up for minutes or hours: expressions that begin anew at each place of a text. */
const words = [
    ...["docker login ", "rpk user ", "docker ", "mysql ", "redis-cli ", "a.b-", "-p", "ENC[", "<%", "https://"],
    ...["jdbc:oracle:a:b", "http -a ", "echo a:b ", "curl ", "config set ", "{a: b, ", "a b\n", "\n"],
];

const long = (word: string): string => word.repeat(Math.ceil(300_000 / word.length));

describe("the detectors of secrets", () => {
    for (const word of words)
        it(`come to an end with ${JSON.stringify(word)} again and again`, () => {
            assert.deepEqual(detect({ keyPath: "data.text", value: long(word), format: "resource" }), []);
        });

    it("find a command in a line that is longer than any is, wherever it is cut", () => {
        for (const before of [8_150, 8_180, 300_000]) {
            const value = `${"x ".repeat(before / 2)}docker login -u ci -p Zq8fKp2LxW9v registry.example`;
            const [found] = detect({ keyPath: "data.text", value, format: "resource" });
            assert.equal(found?.rule, "command-line", String(before));
        }
    });

    it("come to an end with a file of SQL of empty lines", () => {
        assert.deepEqual(scanText({ file: "a.sql", text: long("\n") }), []);
    });
});
