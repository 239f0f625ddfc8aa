import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { repositoryRoot } from "../../automation/core/repository";

describe("a command under test", () => {
    let folder: string;

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tidegate-ends-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const file = (name: string): string => join(folder, name);
    const until = async (what: string, holds: () => boolean): Promise<void> => {
        for (const limit = Date.now() + 8_000; !holds(); await delay(20))
            assert.ok(Date.now() < limit, `${what} did not come to be within 8 s`);
    };

    /** A process that starts a command, which tells of its begin and, after SIGINT, of its end. */
    const tests = async (then: string) => {
        mkdirSync(file("automation/cli"), { recursive: true });
        writeFileSync(
            file("automation/cli/tidegate.mjs"),
            `import { writeFileSync } from "node:fs";
            const alive = setInterval(() => {}, 1000);
            process.on("SIGINT", () => { writeFileSync(${JSON.stringify(file("ended"))}, ""); clearInterval(alive); });
            writeFileSync(${JSON.stringify(file("begun"))}, "");`,
        );
        const helper = join(repositoryRoot, "tests", "_helpers", "checkout.ts");
        const script = `require(${JSON.stringify(helper)}).startTidegate([], ${JSON.stringify(folder)}, process.env, ${JSON.stringify(folder)}); ${then}`;
        const child = spawn(
            process.execPath,
            ["--require", join(repositoryRoot, "automation/toolchain/loader.cjs"), "--eval", script],
            { stdio: ["ignore", "ignore", "pipe"] },
        );
        await until("the command", () => existsSync(file("begun")));
        return child;
    };

    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        it(`ends before the tests do that ${signal} ends`, async () => {
            const child = await tests("");
            const closed = once(child, "close");
            child.kill(signal);
            assert.deepEqual(await closed, [null, signal]);
            assert.ok(existsSync(file("ended")), "the command was not told");
        });

    it("is told where the tests exit by themselves", async () => {
        const child = await tests(
            `setInterval(() => { if (require("fs").existsSync(${JSON.stringify(file("begun"))})) process.exit(3); }, 20)`,
        );
        if (child.exitCode === null) await once(child, "close");
        assert.equal(child.exitCode, 3);
        await until("its end", () => existsSync(file("ended")));
    });

    it("leaves the signal to whoever listens to it in the tests", async () => {
        const child = await tests(
            `process.once("SIGINT", () => setTimeout(() => { require("fs").writeFileSync(${JSON.stringify(file("own"))}, "own"); process.exit(7); }, 1))`,
        );
        const closed = once(child, "close");
        child.kill("SIGINT");
        assert.deepEqual(await closed, [7, null]);
        assert.equal(readFileSync(file("own"), "utf8"), "own");
        await until("its end", () => existsSync(file("ended")));
    });
});
