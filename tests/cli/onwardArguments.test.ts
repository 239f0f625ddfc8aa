/** What `promote` takes together, and what not: of one promotion, and of all that follow. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { rolloutCommands } from "../../automation/cli/commands/rollout";
import { TidegateError } from "../../automation/core/errors";

describe("arguments of a promotion", () => {
    let folder: string;
    const before = process.env["TIDEGATE_GRAPH"];
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-onward-"));
        mkdirSync(join(folder, "app"));
        writeFileSync(join(folder, "app", "Pulumi.yaml"), "name: app\nruntime: nodejs\n");
        const promotion = "promotion: { dev: {}, eu: { from: [dev] } }";
        writeFileSync(join(folder, "tidegate.yaml"), `${promotion}\nstacks: { app: { project: app, stack: x } }\n`);
        process.env["TIDEGATE_GRAPH"] = join(folder, "tidegate.yaml");
    });
    afterEach(() => {
        if (before === undefined) delete process.env["TIDEGATE_GRAPH"];
        else process.env["TIDEGATE_GRAPH"] = before;
        rmSync(folder, { recursive: true, force: true });
    });

    /** Answers with the code of the refusal, and what it says. */
    const refusal = async (...args: readonly string[]): Promise<readonly [code: string, message: string]> => {
        const program = new Command("tidegate").exitOverride().configureOutput({ writeErr: () => {} });
        rolloutCommands(program);
        try {
            await program.parseAsync(["promote", ...args], { from: "user" });
        } catch (error) {
            if (error instanceof CommanderError || TidegateError.is(error)) return [error.code, error.message];
            throw error;
        }
        return assert.fail("they were taken");
    };

    it("name one target, or all", async () => {
        assert.deepEqual(await refusal("dev"), ["usage", "Which environment takes what is green in dev?"]);
        assert.deepEqual(await refusal("dev", "eu", "--onward"), [
            "usage",
            "--onward goes to all that dev leads to, not to eu alone.",
        ]);
        assert.deepEqual(await refusal("dev", "eu", "--wait", "1"), ["usage", "--wait is of --onward."]);
    });

    it("are none of what is meant for one target, where all are", async () => {
        for (const more of [
            ["--approve", "x"],
            ["--despite-freeze", "x"],
            ["--force-unlock", "x"],
        ]) {
            const [code, message] = await refusal("dev", "--onward", ...more);
            assert.equal(code, "commander.conflictingOption");
            assert.match(message, new RegExp(`'--onward' cannot be used with option '${more[0]}`));
        }
    });

    it("have a way to go", async () => {
        const [code, message] = await refusal("eu", "--onward");
        assert.deepEqual([code, message], ["promotion-undeclared", "No environment takes releases from eu."]);
    });
});
