import assert from "node:assert/strict";
import { oldConfigKey, parseOptions, splitArguments } from "../../automation/toolchain/hosts/languageHost.mts";

describe("the stand-in language host", () => {
    it("reads the runtime options as the official one does", () => {
        assert.deepEqual(parseOptions({}), { typescript: true, tsconfig: undefined, nodeargs: "" });
        assert.deepEqual(parseOptions({ typescript: false, tsconfig: "t.json", nodeargs: "--import tsx" }), {
            typescript: false,
            tsconfig: "t.json",
            nodeargs: "--import tsx",
        });
        assert.throws(() => parseOptions({ typescript: "no" }), /typescript option must be a boolean/);
        assert.throws(() => parseOptions({ nodeargs: 1 }), /nodeargs option must be a string/);
    });

    const splits: [string, string[]][] = [
        ["", []],
        ["  --import tsx ", ["--import", "tsx"]],
        [`--title 'a b' "c'd" e\\ f`, ["--title", "a b", "c'd", "e f"]],
        [`--x="1 2" ''`, ["--x=1 2", ""]],
        [`"a\\"b" 'c\\d'`, ['a"b', "c\\d"]],
    ];
    for (const [text, words] of splits)
        it(`splits ${JSON.stringify(text)} as a shell does`, () => assert.deepEqual(splitArguments(text), words));

    it("refuses a quote that is not closed", () => assert.throws(() => splitArguments("'a"), /closing quote/));

    it("hands configuration keys on in the form that every SDK reads", () => {
        assert.equal(oldConfigKey("aws:region"), "aws:config:region");
        assert.equal(oldConfigKey("aws:config:region"), "aws:config:region");
    });
});
