import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runCommand, type CommandOptions } from "../../automation/core/command";
import { loaderFile } from "../../automation/core/repository";

const isAlive = (pid: number): boolean => {
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
};

/** Waits until a process is gone; its parent may take a moment to reap it. */
async function gone(pid: number): Promise<void> {
    for (const begun = Date.now(); isAlive(pid); await new Promise(setImmediate))
        assert.ok(Date.now() - begun < 10_000, `process ${pid} is still there`);
}

describe("runCommand", () => {
    let cwd: string;
    before(async () => {
        cwd = await mkdtemp(join(tmpdir(), "tidegate-"));
    });
    after(() => rm(cwd, { recursive: true }));
    const options = (more: Partial<CommandOptions> = {}): CommandOptions => ({
        cwd,
        variables: { PATH: process.env["PATH"] },
        timeoutSeconds: 20,
        signal: new AbortController().signal,
        ...more,
    });

    it("answers with the exit code and the last lines of both streams", async () => {
        const lines: string[] = [];
        const run = options({ onLine: (line) => void lines.push(line) });
        const result = await runCommand("echo one; echo two >&2; pwd; exit 3", run);
        assert.deepEqual([result.end, result.code], ["exited", 3]);
        assert.deepEqual([...result.tail].sort(), [...lines].sort());
        assert.ok(lines.includes("one") && lines.includes("two") && lines.some((line) => line.endsWith(cwd)));
        const many = await runCommand("seq 1 100", options());
        assert.deepEqual([many.tail.length, many.tail.at(-1)], [8, "100"]);
    });

    it("takes a list as words, without a shell", async () => {
        assert.deepEqual((await runCommand(["echo", "$HOME; *"], options())).tail, ["$HOME; *"]);
    });

    it("says which command there is not", async () => {
        const result = await runCommand(["no-such-command"], options());
        assert.deepEqual([result.end, result.code], ["exited", 127]);
        assert.match(result.tail.join(), /no-such-command.*not found/);
        assert.equal((await runCommand("true", options({ cwd: join(cwd, "gone") }))).end, "not-started");
    });

    it("ends at its time limit, and at an interrupt, with all that it started", async () => {
        const timed = await runCommand("sleep 60 & echo $!; wait", options({ timeoutSeconds: 0.3 }));
        assert.equal(timed.end, "timeout");
        await gone(Number(timed.tail[0]));
        const abort = new AbortController();
        const run = options({ signal: abort.signal, onLine: () => abort.abort() });
        const interrupted = await runCommand("sleep 60 & echo $!; wait", run);
        assert.equal(interrupted.end, "interrupted");
        await gone(Number(interrupted.tail[0]));
        assert.equal((await runCommand("exit 0", options({ signal: abort.signal }))).end, "interrupted");
    });

    it("leaves nothing that the command left", async () => {
        const { tail, code } = await runCommand("sleep 60 >/dev/null 2>&1 & echo $!", options());
        assert.equal(code, 0);
        await gone(Number(tail[0]));
    });

    it("takes the command with it when this process is killed outright", async () => {
        const module = join(__dirname, "../../automation/core/command.ts");
        const script = `const { runCommand } = require(${JSON.stringify(module)});
            void runCommand("echo $$; sleep 60", { cwd: "/", variables: process.env, timeoutSeconds: 60,
                signal: new AbortController().signal, onLine: console.log });`;
        const child = spawn(process.execPath, ["--require", loaderFile, "-e", script], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [pid] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
        assert.ok(isAlive(Number(pid)));
        child.kill("SIGKILL");
        await gone(Number(pid));
    });
});
