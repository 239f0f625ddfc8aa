/** A state that cannot be gone on from, or that somebody else works on: the real command line, and what it says. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { Checkout, outcomeOf, type Outcome } from "../_helpers/checkout";
import { small, strangers, takeDown, untilQuiet } from "./interruption";

describe("a state", () => {
    let local: Checkout;
    const all = ({ stdout, stderr }: Outcome): string => `${stdout}${stderr}`;
    const stacks = () => join(local.dataDirectory, "state", ".pulumi", "stacks", "tidegate");
    const state = () => join(stacks(), "local-storage.json");
    const passphrase = () => join(local.dataDirectory, "passphrase");
    const locks = () =>
        join(local.dataDirectory, "state", ".pulumi", "locks", "organization", "tidegate", "local-storage");
    const lockOf = (pid: number) => {
        mkdirSync(locks(), { recursive: true });
        const held = { pid, username: "somebody", hostname: hostname(), timestamp: new Date().toISOString() };
        writeFileSync(join(locks(), "0000.json"), JSON.stringify(held));
    };
    before(async () => {
        local = Checkout.create(small);
        const { code, stderr } = await local.run(["up", "--until", "storage"]);
        assert.equal(code, 0, stderr);
    });
    after(async () => {
        try {
            await takeDown(local);
        } finally {
            // What a failed test has left must not outlive the suite.
            await local.run(["down", "--force"]);
            await local.remove({ down: false });
        }
    });

    /** Asserts the exit code, each text, that no stack trace is shown, and that what runs is left as it is. */
    async function stopped(args: readonly string[], code: number, texts: readonly (RegExp | string)[]): Promise<void> {
        const outcome = await local.run(args);
        const said = all(outcome);
        assert.equal(outcome.code, code, said);
        for (const text of texts)
            assert.ok(
                typeof text === "string" ? said.includes(text) : text.test(said),
                `${String(text)} is not in\n${said}`,
            );
        assert.doesNotMatch(said, /^\s+at .*:\d+:\d+|fault of Tidegate/m);
        await untilQuiet(local, 10);
        assert.deepEqual(strangers(local), []);
    }

    it("of which a part is deployed is healthy, by its processes", async () => {
        const { code, stdout } = await local.run(["status"]);
        assert.equal(code, 0);
        assert.match(stdout, /1 of 5 stacks, 1 processes/);
        await stopped(["validate"], 1, [
            "local is not deployed wholly: of broker, catalog, runtime",
            "npx tidegate up",
        ]);
    });

    it("that is no JSON names the file and its backup", async () => {
        const whole = readFileSync(state());
        writeFileSync(state(), whole.subarray(0, whole.length / 2));
        try {
            for (const command of ["up", "preview", "down", "validate"])
                await stopped([command], 2, [state(), `${state()}.bak`, "[state-unreadable]"]);
        } finally {
            writeFileSync(state(), whole);
        }
    });

    it("whose passphrase is lost gets no other one", async () => {
        const kept = readFileSync(passphrase());
        rmSync(passphrase());
        try {
            for (const command of ["up", "down", "preview", "env"])
                await stopped([command], 2, [passphrase(), "down local --force", "[passphrase-missing]"]);
            assert.ok(!existsSync(passphrase()), "a new passphrase was made");
        } finally {
            writeFileSync(passphrase(), kept, { mode: 0o600 });
        }
    });

    it("with another passphrase says that it is the wrong one", async () => {
        const kept = readFileSync(passphrase());
        writeFileSync(passphrase(), "another\n");
        try {
            await stopped(["up", "--until", "storage"], 2, ["the passphrase is not the one of this state"]);
        } finally {
            writeFileSync(passphrase(), kept);
        }
    });

    it("locked by a Pulumi that works names it", async () => {
        const pulumi = join(dirname(local.directory), "pulumi");
        copyFileSync("/bin/sleep", pulumi);
        const holder = spawn(pulumi, ["300"], { cwd: "/" });
        try {
            await once(holder, "spawn");
            lockOf(holder.pid ?? assert.fail("it has no pid"));
            const { code, stdout, stderr } = await local.run(["up", "--until", "storage"]);
            assert.equal(code, 4, `${stdout}${stderr}`);
            assert.match(
                stdout,
                new RegExp(`local-storage is locked[^]*pid ${holder.pid}[^]*pulumi cancel[^]*stack-locked`),
            );
        } finally {
            holder.kill();
            await once(holder, "exit");
        }
    });

    it("locked by a Pulumi that is no more is taken over, and it says so", async () => {
        const dead = spawnSync(process.execPath, ["-e", ""]).pid;
        lockOf(dead);
        const { code, stdout } = await local.run(["up", "--until", "storage"]);
        assert.equal(code, 0, stdout);
        assert.match(stdout, new RegExp(`process ${dead}, which is no more`));
        assert.deepEqual(readdirSync(locks()), []);
    });

    it("is worked on by one rollout at a time", async () => {
        const first = local.start(["up", "--until", "storage"]);
        const ended = outcomeOf(first);
        await new Promise<void>((resolve) => {
            first.stdout?.on("data", (text: string) => text.includes("up local") && resolve());
            first.once("close", () => resolve());
        });
        // It has nothing to do, and must not be done with it before the others have tried.
        first.kill("SIGSTOP");
        try {
            for (const command of ["up", "down"]) {
                const second = await local.run([command]);
                assert.equal(second.code, 4, all(second));
                assert.match(
                    second.stderr,
                    new RegExp(`local is held: up by .* \\(process ${first.pid}\\)[^]*\\[environment-busy\\]`),
                );
            }
        } finally {
            first.kill("SIGCONT");
        }
        const { code, stdout, stderr } = await ended;
        assert.equal(code, 0, `${stdout}${stderr}`);
    });

    it("whose process was killed is not healthy, and says what heals it", async () => {
        const { stdout } = await local.run(["status", "--json"]);
        const pid = Number(/"pid": (\d+)/.exec(stdout)?.[1]);
        process.kill(pid, "SIGKILL");
        const broken = await local.run(["status"]);
        assert.equal(broken.code, 1);
        assert.match(broken.stdout, /does not run[^]*npx tidegate up/);
    });
});
