import assert from "node:assert/strict";
import { leavesOfFile } from "../../../policy/no-secrets/configuration";
import { Known } from "../../../policy/no-secrets/known";
import { leavesOf } from "../../../policy/no-secrets/leaves";

const context = (configuration: Readonly<Record<string, string>>, secretKeys: readonly string[]) => ({
    project: "p",
    stack: "s",
    directory: undefined,
    configuration: new Map(Object.entries(configuration)),
    secretKeys: new Set(secretKeys),
});

describe("what is known to be a secret", () => {
    it("is every text under a secret key, in an object too, and is named by the key", () => {
        const known = new Known();
        known.learn(
            context({ "p:a": "x9-Kb2Rm8", "p:b": '{"deep":["y7-Lw5Zt4"]}', "p:c": "z3-Plain99" }, ["p:a", "p:b"]),
        );
        assert.equal(known.within("user:x9-Kb2Rm8@host"), "the secret p:a");
        assert.equal(known.within("y7-Lw5Zt4"), "the secret p:b");
        assert.equal(known.within("z3-Plain99"), undefined);
    });

    it("is nothing that stands in many a text by chance", () => {
        const known = new Known();
        known.learn(context({ "p:short": "abc12", "p:word": "lakehouse" }, ["p:short", "p:word"]));
        assert.equal(known.within("abc12 lakehouse"), undefined);
    });
});

describe("the texts of a stack's file", () => {
    const file = "config:\n  p:plain: one\n  p:hidden:\n    secure: v1:abc\n  p:nested:\n    list:\n      - two\n";

    it("are told with their lines, without what is secure", () => {
        assert.deepEqual(leavesOfFile(file, "config"), [
            { path: ["p:plain"], value: "one", line: 2 },
            { path: ["p:nested", "list", 0], value: "two", line: 7 },
        ]);
    });

    it("are none where there is no such key", () =>
        assert.deepEqual(leavesOfFile("encryptionsalt: v1:x\n", "config"), []));
});

describe("the texts of a value", () => {
    const value = { env: [{ name: "DB_PASSWORD", value: "a" }], marked: { deep: "b" }, port: 1 };

    it("have the key path by which they are judged, and pass over what is marked", () => {
        assert.deepEqual(
            [...leavesOf(value, [["marked"]])].map(({ keyPath, value: text }) => [keyPath, text]),
            [
                ["env[DB_PASSWORD].name", "DB_PASSWORD"],
                ["env[DB_PASSWORD].value", "a"],
                ["port", "1"],
            ],
        );
    });
});
