import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loaderFile, repositoryRoot } from "../../automation/core/repository";

describe("what commands print", () => {
    it("is without what they have looked up: lines, JSON and errors", () => {
        const folder = mkdtempSync(join(repositoryRoot, "tests", "tmp-output-"));
        try {
            const script = join(folder, "print.ts");
            writeFileSync(
                script,
                `import { printError, printJson, say, spoken } from "../../automation/cli/output";
                spoken.add(["s3cr3t-of-a-test"]);
                say("a line with s3cr3t-of-a-test");
                printJson({ deep: ["s3cr3t-of-a-test"] });
                printError(new Error("an error with s3cr3t-of-a-test"));`,
            );
            const printed = execFileSync(
                "sh",
                ["-c", '"$0" --require "$1" "$2" 2>&1', process.execPath, loaderFile, script],
                {
                    encoding: "utf8",
                },
            );
            assert.doesNotMatch(printed, /s3cr3t/);
            assert.equal(printed.match(/\[secret\]/g)?.length ?? 0, 3, printed);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
