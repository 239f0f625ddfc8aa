import assert from "node:assert/strict";
import { z } from "zod";
import { TidegateError } from "../../automation/core/errors";
import { nearest, parseYaml } from "../../automation/core/yamlFile";

const schema = z.strictObject({
    name: z.string(),
    level: z.enum(["low", "high"]).default("low"),
    parts: z.array(z.strictObject({ port: z.number().int().max(65535) })).default([]),
    kind: z
        .discriminatedUnion("type", [
            z.strictObject({ type: z.literal("a"), depth: z.number() }),
            z.strictObject({ type: z.literal("b") }),
        ])
        .optional(),
});

function mistakesOf(text: string): string[] {
    try {
        parseYaml(text, "f.yaml", schema, { kind: "test file", code: "test-invalid" });
    } catch (error) {
        assert.ok(TidegateError.is(error));
        assert.equal(error.code, "test-invalid");
        return error.message
            .split("\n")
            .slice(1)
            .map((line) => line.trim());
    }
    return assert.fail("the text was taken");
}

describe("parseYaml", () => {
    it("returns what the schema makes of it, defaults included", () => {
        assert.deepEqual(parseYaml("name: x", "f.yaml", schema, { kind: "test file", code: "x" }), {
            name: "x",
            level: "low",
            parts: [],
        });
    });

    const cases: [what: string, text: string, expected: RegExp][] = [
        [
            "a key of another kind, which is no guess at itself",
            "name: x\nkind:\n  type: b\n  depth: 1",
            /^f\.yaml:4: 'kind' has no key 'depth'; another profile or kind of it has one$/,
        ],
        ["a second document", "name: x\n---\nname: y", /^f\.yaml:2: a second YAML document begins here/],
        [
            "an unknown key, with the nearest one",
            "name: x\nlevl: low",
            /^f\.yaml:2: the file has no key 'levl'; did you mean 'level'\?$/,
        ],
        [
            "an unknown key far from any, with those allowed",
            "name: x\nparts:\n  - port: 1\n    colour: red",
            /^f\.yaml:4: 'parts\.0' has no key 'colour'; it has port$/,
        ],
        [
            "a value that is not allowed, with those that are",
            "name: x\nlevel: middle",
            /^f\.yaml:2: 'level' has to be one of 'low', 'high'$/,
        ],
        [
            "a missing key, at the mapping that should hold it",
            "level: low",
            /^f\.yaml:1: 'name' is missing: it has to be a string$/,
        ],
        ["a wrong type", "name: x\nparts:\n  - port: many", /^f\.yaml:3: 'parts\.0\.port' has to be a number$/],
        [
            "a member of a union that lacks a key",
            "name: x\nkind:\n  type: a",
            /^f\.yaml:3: 'kind\.depth' is missing: it has to be a number$/,
        ],
        [
            "an unknown kind of a union",
            "name: x\nkind:\n  type: c",
            /^f\.yaml:3: 'kind\.type' has to be one of 'a', 'b'$/,
        ],
        ["a key given twice", "name: x\nname: y", /^f\.yaml:2: Map keys must be unique$/],
        ["broken YAML", "name: [x", /^f\.yaml:1: /],
        ["an empty file", "", /^f\.yaml:1: the file is empty$/],
    ];
    for (const [what, text, expected] of cases) {
        it(`tells file, line and key of ${what}`, () => {
            const [mistake] = mistakesOf(text);
            assert.match(mistake ?? "", expected);
        });
    }

    it("lists all mistakes in the order of the lines", () => {
        assert.deepEqual(
            mistakesOf("level: no\nparts:\n  - port: 70000\nwhat: 1").map((line) => line.slice(0, 8)),
            ["f.yaml:1", "f.yaml:1", "f.yaml:3", "f.yaml:4"],
        );
    });
});

describe("parseYaml in the driver of a release", () => {
    const id = "0123456789ab".padEnd(64, "0");
    const root = `/checkout/.tidegate/prod/releases/${id}`;
    const hintOf = (file: string, where = root): string => {
        try {
            parseYaml("name: x\nnewer: 1", file, schema, { kind: "graph", code: "x", hint: "See there.", root: where });
        } catch (error) {
            assert.ok(TidegateError.is(error));
            assert.match(error.message, new RegExp(`${file}:2: the file has no key 'newer'`));
            return error.hint ?? "";
        }
        return assert.fail("the text was taken");
    };

    it("says of a file of the checkout that it may be newer than the release, and what to do", () => {
        const hint = hintOf("/checkout/tidegate.yaml");
        assert.match(hint, /^See there\. The driver of release 0123456789ab reads it/);
        assert.match(hint, /`npx tidegate release show 0123456789ab` tells the commit of the release\./);
        assert.match(hint, /Take out what is newer for this one command, or call it in a checkout of that commit\./);
    });

    it("says nothing of that of a file of the release itself, nor in a checkout", () => {
        assert.equal(hintOf(`${root}/tidegate.yaml`), "See there.");
        assert.equal(hintOf("/checkout/tidegate.yaml", "/checkout"), "See there.");
    });
});

describe("nearest", () => {
    it("suggests a near name and nothing where none is near", () => {
        assert.equal(nearest("brokr", ["storage", "broker"]), "did you mean 'broker'?");
        assert.equal(nearest("flink", ["storage", "broker"]), "");
    });
});
