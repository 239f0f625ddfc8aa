import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endProcessesOf, processesOf } from "./processes";

describe("processes of a folder", () => {
    let folders: readonly string[];
    const children: ChildProcess[] = [];
    beforeEach(() => {
        folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), "tidegate-processes-")));
    });
    afterEach(() => {
        for (const child of children.splice(0)) child.kill("SIGKILL");
        for (const folder of folders) rmSync(folder, { recursive: true });
    });
    const start = async (cwd: string, variables: Readonly<Record<string, string>> = {}): Promise<ChildProcess> => {
        const child = spawn("sleep", ["1000"], { cwd, env: { ...process.env, ...variables }, stdio: "ignore" });
        children.push(child);
        await once(child, "spawn");
        return child;
    };

    it("are those that work in it or have it in their environment; they are ended, and no others", async () => {
        const [folder = "", other = ""] = folders;
        const own = [await start(folder), await start(other, { WHERE: folder })];
        const stranger = await start(other);
        assert.deepEqual(new Set(processesOf(folder).map(({ pid }) => pid)), new Set(own.map(({ pid }) => pid)));
        const ends = Promise.all(own.map((child) => once(child, "exit")));
        endProcessesOf(folder);
        assert.deepEqual(
            await ends,
            own.map(() => [null, "SIGKILL"]),
        );
        assert.deepEqual(processesOf(folder), []);
        assert.deepEqual([stranger.exitCode, stranger.signalCode], [null, null]);
    });

    it("leave out the compiler of the tests themselves, which has the environment of when it was first asked", async () => {
        const [folder = ""] = folders;
        const script = ["--eval", "setInterval(() => {}, 1000)", "--", "--service=0.28.2", "--ping"];
        const compiler = spawn(process.execPath, script, { env: { WHERE: folder }, stdio: "ignore" });
        children.push(compiler);
        await once(compiler, "spawn");
        endProcessesOf(folder);
        const other = await start(folder);
        const ended = once(other, "exit");
        endProcessesOf(folder);
        await ended;
        assert.deepEqual([compiler.exitCode, compiler.signalCode], [null, null]);
    });
});
