import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import { isFree } from "../../components/provider/daemon/ports";
import { inspect } from "../../components/provider/daemon/processes";
import { readRecord, writeRecord } from "../../components/provider/daemon/record";
import { processHandler, type ProcessInputs } from "../../components/provider/resources/process";
import { Unfinished } from "../../components/provider/unfinished";
import { temporaryDirectory, testContext, until } from "./support";

/** Answers HTTP with the content of {dir}/answer.txt and writes a data file; `program` runs before. */
const server = (program = "") => `
${program}
const { createServer } = require("node:http");
const fs = require("node:fs");
fs.mkdirSync("data", { recursive: true });
fs.appendFileSync("data/starts", "x");
createServer((_, response) => response.end(fs.readFileSync("answer.txt"))).listen(Number(process.argv[2]), "127.0.0.1");
console.log("serving");
`;

type Given = { readonly [K in keyof ProcessInputs]?: ProcessInputs[K] | Partial<ProcessInputs[K]> };

describe("Process", () => {
    let directory: string;
    let cleanUps: (() => Promise<unknown>)[];

    beforeEach(async () => {
        const temporary = await temporaryDirectory();
        directory = join(temporary.path, "made", "daemon");
        cleanUps = [temporary.remove];
    });
    afterEach(async () => {
        const record = await readRecord(directory);
        if (record?.pid != null && (await inspect(record.pid))?.startTime === record.startTime)
            process.kill(-record.pid, "SIGKILL");
        for (const cleanUp of cleanUps.reverse()) await cleanUp();
    });

    function inputs(changes: Given = {}, program = ""): ProcessInputs {
        return processHandler.inputs.parse({
            name: "daemon",
            directory,
            command: ["{tool:node}", "{dir}/server.js", "{port:http}"],
            files: { "server.js": server(program), "answer.txt": "hello" },
            ports: { http: 0 },
            ready: { http: { url: "http://127.0.0.1:{port:http}/" }, timeoutSeconds: 8 },
            stop: { graceSeconds: 3 },
            data: "data",
            ...changes,
        });
    }
    const create = async (given: ProcessInputs) => {
        const { id, state } = await processHandler.create(given, testContext());
        return { id, state, inputs: given };
    };
    const listen = async (port: number): Promise<Server> => {
        const holder = createServer();
        await new Promise<void>((resolve) => holder.listen(port, "127.0.0.1", resolve));
        cleanUps.push(async () => holder.close());
        return holder;
    };
    const answer = async (port: number | undefined) => (await fetch(`http://127.0.0.1:${port}/`)).text();
    const starts = async () => (await readFile(join(directory, "data", "starts"), "utf8")).length;
    const kill = async (pid: number) => {
        process.kill(pid, "SIGKILL");
        await until("the process is dead", async () => (await inspect(pid)) === undefined);
    };
    const rejection = async (work: Promise<unknown>): Promise<TidegateError> => {
        const error: unknown = await work.then(
            () => assert.fail("it should have failed"),
            (reason: unknown) => reason,
        );
        assert.ok(TidegateError.is(error), String(error));
        return error;
    };

    it("is ready when create returns, in a session of its own, with private files and a clean environment", async () => {
        process.env.PULUMI_TEST_SECRET = "of the plugin";
        cleanUps.push(async () => delete process.env.PULUMI_TEST_SECRET);
        const { state } = await create(inputs({ environment: { GIVEN: "{dir}" } }));
        assert.equal(await answer(state.ports.http), "hello");
        assert.equal((await inspect(state.pid))?.group, state.pid);
        assert.equal((await stat(join(directory, "answer.txt"))).mode & 0o777, 0o600);
        assert.equal((await stat(directory)).mode & 0o777, 0o700);
        const environment = (await readFile(`/proc/${state.pid}/environ`, "utf8")).split("\0");
        assert.ok(environment.includes(`GIVEN=${directory}`));
        assert.ok(!environment.some((entry) => entry.startsWith("PULUMI")));
        assert.match(await readFile(state.logFile, "utf8"), /serving/);
    });

    it("is adopted by a second create, as after a crash before the checkpoint", async () => {
        const first = await create(inputs());
        const second = await create(inputs());
        assert.equal(second.state.pid, first.state.pid);
        assert.equal(await starts(), 1);
    });

    it("is adopted when the crash came before its pid was recorded", async () => {
        const first = await create(inputs());
        const record = await readRecord(directory);
        assert.ok(record);
        await writeRecord(directory, { ...record, pid: null, startTime: null });
        const second = await create(inputs());
        assert.equal(second.state.pid, first.state.pid);
    });

    it("is replaced by a second create with other settings", async () => {
        const first = await create(inputs());
        const second = await create(inputs({ files: { ...inputs().files, "answer.txt": "other" } }));
        assert.equal(await inspect(first.state.pid), undefined);
        assert.equal(await answer(second.state.ports.http), "other");
    });

    it("that dies while it starts fails at once and shows what it said", async () => {
        const begun = Date.now();
        const error = await rejection(create(inputs({}, 'console.log("no licence"); process.exit(3);')));
        assert.equal(error.code, "process-ended");
        assert.match(error.message, /exit code 3/);
        assert.match(error.hint ?? "", /no licence/);
        assert.ok(Date.now() - begun < 7_000, "it waited for the time limit");
    });

    it("that does not get ready is stopped, and the message names the time limit", async () => {
        const ready = { log: "never said", timeoutSeconds: 1 };
        const error = await rejection(create(inputs({ ready })));
        assert.equal(error.code, "process-not-ready");
        assert.match(error.message, /within 1 s.*never said/);
        const record = await readRecord(directory);
        assert.equal(await inspect(record?.pid ?? 0), undefined);
    });

    it("whose program does not exist says so", async () => {
        const error = await rejection(create(inputs({ command: ["/nowhere/program"] })));
        assert.equal(error.code, "process-not-startable");
        assert.match(error.message, /\/nowhere\/program/);
    });

    it("with a fixed port that is taken names who has it and the setting", async () => {
        const holder = await listen(0);
        const { port } = holder.address() as { port: number };
        const error = await rejection(create(inputs({ ports: { http: port } })));
        assert.equal(error.code, "port-busy");
        assert.match(error.message, new RegExp(`Port ${port} .*'http'.*pid ${process.pid}`));
    });

    it("refuses a directory that holds somebody else's files, and never removes one", async () => {
        await mkdir(directory, { recursive: true });
        await writeFile(join(directory, "thesis.txt"), "years of work");
        const given = inputs();
        assert.equal((await rejection(create(given))).code, "directory-not-empty");
        const state = { ports: {}, pid: 0, running: false, startedAt: "", logFile: "" };
        await processHandler.delete({ id: "daemon", inputs: given, state }, testContext());
        assert.equal(await readFile(join(directory, "thesis.txt"), "utf8"), "years of work");
    });

    it("that was killed is read as not running, and as gone only when its data is", async () => {
        const known = await create(inputs());
        assert.equal((await processHandler.read(known, testContext()))?.running, true);
        await kill(known.state.pid);
        const dead = await processHandler.read(known, testContext());
        assert.deepEqual([dead?.running, dead?.pid], [false, 0]);
        await rm(join(directory, "data"), { recursive: true });
        assert.equal(await processHandler.read(known, testContext()), undefined);
    });

    it("that was killed differs, and update starts it over its data on its ports", async () => {
        const known = await create(inputs());
        await kill(known.state.pid);
        const dead = await processHandler.read(known, testContext());
        assert.ok(dead);
        const drifted = { ...known, state: dead };
        assert.deepEqual(processHandler.diff?.(drifted, known.inputs), [{ path: "running", of: "state" }]);
        const healed = await processHandler.update(drifted, known.inputs, testContext());
        assert.equal(healed.running, true);
        assert.deepEqual(healed.ports, known.state.ports);
        assert.equal(await starts(), 2);
    });

    it("gets another automatic port when its own was taken meanwhile", async () => {
        const known = await create(inputs());
        await kill(known.state.pid);
        const port = known.state.ports.http ?? 0;
        // The kernel gives a port back a moment after its process is gone.
        await until("the port to be free", () => isFree(port));
        await listen(port);
        const healed = await processHandler.update(known, known.inputs, testContext());
        assert.notEqual(healed.ports.http, known.state.ports.http);
        assert.equal(await answer(healed.ports.http), "hello");
    });

    it("is restarted by a change of what it has read, and not by another", async () => {
        const known = await create(inputs());
        const patient = inputs({ ready: { ...inputs().ready, timeoutSeconds: 9 } });
        const same = await processHandler.update(known, patient, testContext());
        assert.equal(same.pid, known.state.pid);
        const changed = inputs({ files: { "server.js": server(), "answer.txt": "changed" } });
        const restarted = await processHandler.update({ ...known, state: same }, changed, testContext());
        assert.notEqual(restarted.pid, known.state.pid);
        assert.deepEqual(restarted.ports, known.state.ports);
        assert.equal(await answer(restarted.ports.http), "changed");
    });

    it("whose update fails is kept in the state as not running, with the error", async () => {
        const known = await create(inputs());
        const error = await rejection(processHandler.update(known, inputs({}, "process.exit(1);"), testContext()));
        assert.ok(error instanceof Unfinished);
        assert.equal((error.state as { running: boolean }).running, false);
    });

    it("that ignores SIGTERM is killed after its grace, with what it started, and frees its port", async () => {
        const program = `process.on("SIGTERM", () => {});
            require("node:child_process").spawn("sleep", ["300"]).pid;`;
        const known = await create(inputs({ stop: { graceSeconds: 0.3 } }, program));
        const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(known.state.pid)], { encoding: "utf8" });
        const child = Number(children.trim());
        assert.ok(child > 0 && (await inspect(child)) !== undefined);
        await processHandler.delete(known, testContext());
        assert.equal(await inspect(known.state.pid), undefined);
        assert.equal(await inspect(child), undefined);
        await listen(known.state.ports.http ?? 0);
        await assert.rejects(stat(join(directory, "..")), { code: "ENOENT" });
    });

    it("leaves its data where deleteData is false, and a later create goes on with it", async () => {
        const known = await create(inputs({ deleteData: false }));
        await processHandler.delete(known, testContext());
        assert.equal(await inspect(known.state.pid), undefined);
        await create(inputs({ deleteData: false }));
        assert.equal(await starts(), 2);
    });

    it("that was killed has what it left behind removed with it", async () => {
        const known = await create(inputs({ leftovers: [`${directory}.{port:http}.sock`] }));
        const leftover = `${directory}.${known.state.ports.http}.sock`;
        await writeFile(leftover, "");
        await kill(known.state.pid);
        await processHandler.delete(known, testContext());
        await assert.rejects(stat(leftover), { code: "ENOENT" });
    });

    it("whose pid was given to another program never has that program killed", async () => {
        const known = await create(inputs());
        await kill(known.state.pid);
        const record = await readRecord(directory);
        assert.ok(record);
        await writeRecord(directory, { ...record, pid: process.pid });
        assert.equal((await processHandler.read(known, testContext()))?.running, false);
        await processHandler.delete(known, testContext());
    });

    it("is stopped when the engine cancels its create", async () => {
        const context = testContext();
        const made = processHandler.create(inputs({ ready: { log: "never said", timeoutSeconds: 60 } }), context);
        const outcome = rejection(made);
        await until("it runs", async () => (await readRecord(directory))?.pid != null);
        const pid = (await readRecord(directory))?.pid ?? 0;
        context.controller.abort();
        assert.equal((await outcome).code, "interrupted");
        assert.equal(await inspect(pid), undefined);
    });

    it("is prepared once, and again where that was interrupted", async () => {
        const script = `require("node:fs").mkdirSync("made"); require("node:fs").appendFileSync("count", "x")`;
        const given = inputs({
            prepare: [{ command: ["{tool:node}", "-e", script], creates: "made", timeoutSeconds: 9 }],
        });
        const count = () => readFile(join(directory, "count"), "utf8");
        const known = await create(given);
        await kill(known.state.pid);
        await processHandler.update(known, given, testContext());
        assert.equal(await count(), "x");
        await kill((await readRecord(directory))?.pid ?? 0);
        await writeFile(join(directory, ".preparing"), "made");
        await processHandler.update(known, given, testContext());
        assert.equal(await count(), "xx");
    });

    it("that can't be prepared shows what the step said", async () => {
        const command = ["{tool:node}", "-e", 'console.error("disk is full"); process.exit(1)'];
        const error = await rejection(create(inputs({ prepare: [{ command, creates: "made", timeoutSeconds: 9 }] })));
        assert.equal(error.code, "process-not-prepared");
        assert.match(error.hint ?? "", /disk is full/);
    });

    it("gets a port at a fixed distance from another", async () => {
        const { state } = await create(inputs({ ports: { http: 0, twin: "http+10000" } }));
        assert.equal(state.ports.twin, (state.ports.http ?? 0) + 10_000);
    });

    it("is refused with a placeholder that nothing fills", () => {
        const given = inputs({ command: ["{tool:node}", "{port:htpp}", "{tool:nod}"] });
        const failures = processHandler.check?.(given, undefined) ?? [];
        assert.deepEqual(
            failures.map(({ property }) => property),
            ["command[1]", "command[2]"],
        );
        assert.match(failures[0]?.reason ?? "", /no port 'htpp'/);
    });
});
