import assert from "node:assert/strict";
import { stripVTControlCharacters as plain } from "node:util";
import { remark, say, sayBeside, sayUnless, spoken, table } from "../../automation/cli/output";

/** What work writes on the two streams. */
function written(work: () => void): { readonly stdout: string; readonly stderr: string } {
    const texts = { stdout: "", stderr: "" };
    const writes = { stdout: process.stdout.write, stderr: process.stderr.write };
    for (const name of ["stdout", "stderr"] as const)
        process[name].write = (text: string | Uint8Array): boolean => ((texts[name] += String(text)), true);
    try {
        work();
    } finally {
        for (const name of ["stdout", "stderr"] as const) process[name].write = writes[name];
    }
    return texts;
}

describe("what a command says", () => {
    it("has no secret in it that was looked up, on either stream", () => {
        spoken.add(["hunter2-and-more"]);
        const { stdout, stderr } = written(() => {
            say("the password is hunter2-and-more");
            remark("it was hunter2-and-more");
        });
        assert.match(stdout, /^the password is (?!hunter2)\S+\n$/);
        assert.match(stderr, /^it was (?!hunter2)\S+\n$/);
    });

    it("leaves standard output to an answer in JSON", () => {
        assert.deepEqual(
            written(() => {
                sayUnless(true)("known from the answer");
                sayBeside(true)("not in the answer");
            }),
            { stdout: "", stderr: "not in the answer\n" },
        );
        assert.deepEqual(
            written(() => {
                sayUnless(undefined)("one");
                sayBeside(false)("two");
            }),
            { stdout: "one\ntwo\n", stderr: "" },
        );
    });
});

describe("table", () => {
    it("aligns by what is seen, not by colour codes", () => {
        assert.equal(
            plain(
                table([
                    ["\u001b[32ma\u001b[39m", "x"],
                    ["bbb", "y"],
                ]),
            ),
            "a    x\nbbb  y",
        );
    });
});
