import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Credential, Process, type ProcessArgs } from "../../components/embedded/resources";
import { inspect } from "../../components/provider/daemon/processes";
import { readRecord } from "../../components/provider/daemon/record";
import { checkpoint, checkpointFile, descendants, testStack } from "./engine";
import { temporaryDirectory, until } from "./support";

/** Says that it serves when the file `go` is there. */
const script = `
const { existsSync } = require("node:fs");
const wait = setInterval(() => { if (existsSync("go")) { console.log("serving"); clearInterval(wait); setInterval(() => {}, 1000); } }, 20);
`;

describe("the provider plugin under the real engine", function () {
    this.timeout(120_000);
    let directory: string;
    let daemon: string;
    let cleanUps: (() => Promise<unknown>)[];

    beforeEach(async () => {
        const temporary = await temporaryDirectory();
        directory = temporary.path;
        daemon = join(directory, "daemon");
        cleanUps = [temporary.remove];
    });
    afterEach(async () => {
        for (const cleanUp of cleanUps.reverse()) await cleanUp();
    });

    const args = (files: Record<string, pulumi.Input<string>>): ProcessArgs => ({
        name: "daemon",
        directory: daemon,
        command: ["{tool:node}", "{dir}/daemon.js"],
        files: { "daemon.js": script, ...files },
        ready: { log: "serving", timeoutSeconds: 60 },
    });
    const stack = async (program: () => object) => {
        const made = await testStack(directory, "dev", async () => ({ ...program() }));
        cleanUps.push(() => made.destroy());
        return made;
    };
    const pidOf = async () => (await readRecord(daemon))?.pid ?? 0;
    const spawned = () => until("the daemon runs", async () => (await pidOf()) > 0);

    it("keeps a daemon running after the engine's end, and generated secrets out of the checkpoint", async () => {
        const made = await stack(() => {
            const { value } = new Credential("password");
            new Process("daemon", args({ go: "", secret: value }));
            return { value };
        });
        const { outputs, summary } = await made.up();
        assert.equal(summary.resourceChanges?.create, 3);
        assert.equal(outputs.value?.secret, true);
        const secret = outputs.value?.value as string;
        assert.equal(await readFile(join(daemon, "secret"), "utf8"), secret);
        assert.ok(!(await readFile(checkpointFile(directory, "dev"), "utf8")).includes(secret));
        assert.ok(await inspect(await pidOf()));
        const again = await made.up();
        assert.deepEqual(again.summary.resourceChanges, { same: 3 });
        await made.destroy();
        assert.equal(await inspect(await pidOf()), undefined);
        await assert.rejects(readFile(join(daemon, "secret")), { code: "ENOENT" });
    });

    it("shows a mistake as one message, without a stack", async () => {
        const made = await stack(() => {
            new Process("daemon", { ...args({}), command: ["{tool:node}", "-e", "throw new Error('no licence')"] });
            return {};
        });
        await assert.rejects(made.up(), (error: Error) => {
            assert.match(error.message, /daemon ended with exit code 1 while it was starting/);
            assert.match(error.message, /no licence/);
            assert.doesNotMatch(error.message, /components\/provider\/\S+\.ts/);
            return true;
        });
        assert.equal(await inspect(await pidOf()), undefined);
    });

    it("adopts a daemon whose plugin and engine were killed while it was created", async () => {
        const made = await stack(() => {
            new Process("daemon", args({}));
            return {};
        });
        const interrupted = made.up().then(
            () => assert.fail("the engine was killed"),
            () => undefined,
        );
        await spawned();
        const [plugin] = descendants("components/provider/main.ts");
        const [engine] = descendants("pulumi up");
        assert.ok(plugin !== undefined && engine !== undefined);
        process.kill(plugin, "SIGKILL");
        process.kill(engine, "SIGKILL");
        await interrupted;
        const pid = await pidOf();
        assert.ok(await inspect(pid), "the daemon died with the plugin");
        await made.cancel();
        // What it waited for.
        await writeFile(join(daemon, "go"), "");
        await made.up();
        assert.equal((await checkpoint(directory, "dev")).get("daemon")?.outputs?.pid, pid);
    });

    it("stops a daemon that is not ready yet when its engine is killed", async () => {
        const made = await stack(() => {
            new Process("daemon", args({}));
            return {};
        });
        const interrupted = made.up().then(
            () => assert.fail("the engine was killed"),
            () => undefined,
        );
        await spawned();
        const pid = await pidOf();
        const [plugin] = descendants("components/provider/main.ts");
        const [engine] = descendants("pulumi up");
        assert.ok(plugin !== undefined && engine !== undefined);
        process.kill(engine, "SIGKILL");
        await interrupted;
        await until("the daemon is stopped", async () => (await inspect(pid)) === undefined);
        await until("the plugin has ended", async () => (await inspect(plugin)) === undefined);
        await made.cancel();
    });

    it("stops a daemon that is not ready yet when a person interrupts, and the next up makes it", async () => {
        const made = await stack(() => {
            new Process("daemon", args({}));
            return {};
        });
        const interrupted = made.up().then(
            () => assert.fail("the engine was interrupted"),
            (error: Error) => error,
        );
        await spawned();
        const pid = await pidOf();
        const [engine] = descendants("pulumi up");
        assert.ok(engine !== undefined);
        process.kill(engine, "SIGINT");
        assert.match((await interrupted).message, /Interrupted while daemon was starting; it was stopped/);
        assert.equal(await inspect(pid), undefined);
        await writeFile(join(daemon, "go"), "");
        await made.up();
        assert.equal((await checkpoint(directory, "dev")).get("daemon")?.outputs?.running, true);
    });
});
