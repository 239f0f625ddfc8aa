import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, explained, TidegateError } from "../../automation/core/errors";
import { repositoryRoot } from "../../automation/core/repository";

const rooms = ["automation", "components", "stacks", "sql"];
/** zod's own, of an issue. */
const foreign = ["custom"];

/** Codes that the source gives to errors, where each is given first. */
function codesInSource(): Map<string, string> {
    const found = new Map<string, string>();
    for (const room of rooms)
        for (const name of readdirSync(join(repositoryRoot, room), { recursive: true, encoding: "utf8" })) {
            if (!/\.(ts|mts|mjs)$/.test(name)) continue;
            const text = readFileSync(join(repositoryRoot, room, name), "utf8");
            const given = [
                // code: "x", code: condition ? "x" : "y"
                ...text.matchAll(
                    /\bcode: (?:[^"\n;,]*\? )?"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"(?: : "([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")?/g,
                ),
                // failure("x", …) of the renderer
                ...text.matchAll(/\bfailure\(\s*"([a-z]+(?:-[a-z]+)+)"/g),
            ];
            for (const code of given.flatMap(([, first, second]) => [first, second]))
                if (code !== undefined && !foreign.includes(code) && !found.has(code))
                    found.set(code, join(room, name));
        }
    return found;
}

const table = (name: string, first: RegExp): Map<string, string[]> => {
    const text = readFileSync(join(repositoryRoot, "docs", name), "utf8");
    const rows = text.split("\n").filter((line) => first.test(line));
    const cells = rows.map((row) => row.slice(2, -2).split(" | "));
    assert.equal(new Set(cells.map(([code]) => code)).size, cells.length, "a row stands there twice");
    return new Map(cells.map(([code = "", ...rest]) => [code.replaceAll("`", ""), rest]));
};

describe("docs/errors.md", () => {
    it("has every code of the source, with what it means and what to do, and no other", () => {
        const documented = table("errors.md", /^\| `[a-z0-9-]+` \|/);
        const given = codesInSource();
        assert.ok(given.size > 90, `only ${given.size} codes were found in the source`);
        const missing = [...given].filter(([code]) => !documented.has(code));
        assert.deepEqual(missing, [], "not in docs/errors.md");
        assert.deepEqual(
            [...documented.keys()].filter((code) => !given.has(code)),
            [],
            "no longer in the source",
        );
        for (const [code, rest] of documented)
            assert.ok(rest.length === 2 && rest.every((cell) => cell.trim().length > 3), `the row of ${code}`);
    });

    it("has every exit code", () => {
        const documented = [...table("errors.md", /^\| \d+ \|/).keys()].map(Number);
        assert.deepEqual(documented, Object.values(exitCodes));
    });
});

describe("what the operating system refuses", () => {
    const refused = (code: string, path?: string, syscall = "open") =>
        explained(Object.assign(new Error(code), { code, path, syscall }));

    it("is told as a full disk, or by the path that cannot be used", () => {
        for (const code of ["ENOSPC", "EDQUOT"]) {
            const error = refused(code, "/data/x");
            assert.ok(TidegateError.is(error) && error.code === "disk-full" && error.message.includes("/data/x"));
        }
        for (const [code, syscall] of [
            ["EACCES", "open"],
            ["EROFS", "mkdir"],
            ["EEXIST", "mkdir"],
        ] as const) {
            const error = refused(code, "/data/x", syscall);
            assert.ok(TidegateError.is(error) && error.code === "file-refused" && error.exitCode === exitCodes.usage);
        }
    });

    it("stays what it is where this program may be at fault", () => {
        for (const [code, path, syscall] of [
            ["EEXIST", "/data/x", "open"],
            ["ENOENT", "/data/x", "open"],
            ["EACCES", undefined, "kill"],
        ] as const)
            assert.ok(!TidegateError.is(refused(code, path, syscall)), code);
    });
});

describe("an interrupted run", () => {
    it("ends with its own exit code, whoever throws it", () => {
        assert.equal(new TidegateError("", { code: "interrupted" }).exitCode, 130);
        assert.equal(new TidegateError("", { code: "gate-red" }).exitCode, 1);
    });
});
