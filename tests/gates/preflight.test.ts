import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import { isGreen, preflightFor, runChecks, thisMachine, type CheckResult } from "../../automation/gates";
import type { PreflightContext } from "../../automation/gates/preflight/context";
import type { Layer } from "../../stacks/contracts";
import { standIns } from "../../stacks/standIns";
import { gibibyte, preflight } from "../_helpers/preflightFakes";
import { TestClock } from "../_helpers/testClock";

async function resultOf(
    context: PreflightContext,
    id: string,
    layer: Layer | "environment" = "environment",
): Promise<CheckResult> {
    const check = preflightFor(layer, context).find((candidate) => candidate.id === id);
    assert.ok(check, `there is no check ${id}`);
    const [result] = await runChecks([check], { clock: new TestClock() });
    assert.ok(result);
    return result;
}

async function assertGreen(...given: Parameters<typeof resultOf>): Promise<CheckResult> {
    const result = await resultOf(...given);
    assert.equal(result.status, "pass", result.message);
    return result;
}

async function assertRed(message: RegExp, ...given: Parameters<typeof resultOf>): Promise<CheckResult> {
    const result = await resultOf(...given);
    assert.equal(result.status, "fail", result.summary);
    assert.match(result.message ?? "", message);
    assert.ok(result.look && result.hint, "a failure says where to look and what to do");
    return result;
}

const throwing = (error: Error) => async (): Promise<never> => {
    throw error;
};

describe("preflight", () => {
    it("is green where everything is right", async () => {
        for (const layer of ["environment", "catalog", "runtime", "broker"] as const)
            assert.ok(isGreen(await runChecks(preflightFor(layer, preflight()), { clock: new TestClock() })), layer);
    });

    it("preflight.images: red for each that is not locked, before anything is made; not there where none runs", async () => {
        const locked = { name: "flink", look: () => "registry.example/flink@sha256:…" };
        const unlocked = (name: string) => ({
            name,
            look: () => {
                throw new TidegateError(`The image '${name}' is not locked.`, { code: "images-not-locked" });
            },
        });
        await assertGreen(preflight({ images: [locked] }), "preflight.images");
        await assertRed(
            /'dbt' is not locked\. The image 'kafka' is not locked/,
            preflight({ images: [locked, unlocked("dbt"), unlocked("kafka")] }),
            "preflight.images",
        );
        assert.ok(!preflightFor("environment", preflight()).some(({ id }) => id === "preflight.images"));
    });

    it("preflight.files: red for each file that cannot be read, with its line; not there where none is named", async () => {
        const environmentFile = { path: "stacks/e.yaml", read: async () => "name: e\nbroker:\n  caFile: ca.pem\n" };
        const named = { path: ["broker", "caFile"], file: "/project/ca.pem" };
        await assertGreen(
            preflight({ environmentFile, files: [{ ...named, read: async () => "PEM" }] }),
            "preflight.files",
        );
        const read = () => Promise.reject(new Error("ENOENT"));
        await assertRed(
            /^stacks\/e\.yaml:3: 'broker\.caFile' names \/project\/ca\.pem, which cannot be read: ENOENT\.$/,
            preflight({ environmentFile, files: [{ ...named, read }] }),
            "preflight.files",
        );
        assert.ok(!preflightFor("environment", preflight()).some(({ id }) => id === "preflight.files"));
    });

    it("preflight.kubernetes-version: red for one that there cannot be yet, with its line; years later it may be there", async () => {
        const environmentFile = {
            path: "stacks/e.yaml",
            read: async () => "name: e\nfoundation:\n  version: '1.53'\n",
        };
        const of = (version: string) =>
            preflight({ environmentFile, kubernetes: { path: ["foundation", "version"], version } });
        await assertGreen(of("1.35"), "preflight.kubernetes-version");
        await assertGreen(of("1.36"), "preflight.kubernetes-version");
        await assertRed(
            /^stacks\/e\.yaml:3: 'foundation\.version' is 1\.53, and at three releases a year there can be none after 1\.36 yet\.$/,
            of("1.53"),
            "preflight.kubernetes-version",
        );
        await assertRed(/is 35, which is no minor version of Kubernetes\.$/, of("35"), "preflight.kubernetes-version");
        const [check] = preflightFor("environment", of("1.53")).filter(({ id }) => id.endsWith("kubernetes-version"));
        assert.ok(check);
        const late = { clock: new TestClock(Date.UTC(2031, 11, 17)) };
        assert.equal((await runChecks([check], late))[0]?.status, "pass");
        assert.ok(!preflightFor("environment", preflight()).some(({ id }) => id.endsWith("kubernetes-version")));
    });

    it("preflight.tools: red for a missing tool, with what to do, and when nothing is known", async () => {
        await assertGreen(preflight(), "preflight.tools");
        const tools = async () =>
            [
                { name: "Java", text: "21", state: "ready" },
                { name: "dbt", text: "not found", state: "missing", hint: "npm start installs it" },
            ] as const;
        const red = await assertRed(/^dbt: not found/, preflight({ tools }), "preflight.tools");
        assert.equal(red.hint, "npm start installs it");
        await assertRed(/Nothing is known/, preflight({ tools: async () => [] }), "preflight.tools");
    });

    it("preflight.disk: red below the limit, which is a setting, and when the answer is no number", async () => {
        const context = preflight();
        context.machine.disk = 2.5 * gibibyte;
        await assertRed(/Only 2\.5 GiB are free at \/data\/local, wanted are 3 GiB/, context, "preflight.disk");
        await assertGreen({ ...context, diskFreeGiB: 2 }, "preflight.disk");
        context.machine.disk = Number.NaN;
        await assertRed(/wanted/, context, "preflight.disk");
    });

    it("preflight.memory: says that there is little, and is red when nothing is known", async () => {
        const context = preflight();
        assert.equal((await assertGreen(context, "preflight.memory")).warnings, undefined);
        context.machine.memory = 3 * gibibyte;
        assert.match((await assertGreen(context, "preflight.memory")).warnings?.[0] ?? "", /3\.0 GiB .* up to 4 GiB/);
        context.machine.memory = undefined;
        await assertRed(/does not tell/, context, "preflight.memory");
    });

    it("preflight.data-directory: tells a full disk from a folder that may not be written", async () => {
        const context = preflight();
        await assertGreen(context, "preflight.data-directory");
        assert.deepEqual(context.machine.probed, ["/data/local"]);
        context.machine.writeError = Object.assign(new Error("x"), { code: "ENOSPC" });
        await assertRed(/disk of \/data\/local is full/, context, "preflight.data-directory");
        context.machine.writeError = Object.assign(new Error("x"), { code: "EACCES" });
        await assertRed(/cannot be written: EACCES/, context, "preflight.data-directory");
    });

    it("preflight.state-backend: red when it cannot be reached", async () => {
        const context = preflight({
            stateBackend: { url: "s3://state", probe: throwing(new Error("no credentials")) },
        });
        await assertRed(/s3:\/\/state cannot be read and written: no credentials/, context, "preflight.state-backend");
        await assertGreen(preflight(), "preflight.state-backend");
    });

    it("preflight.ports: red for a port that another process holds, green for the environment's own", async () => {
        const id = "preflight.ports-broker";
        const context = preflight();
        await assertGreen(context, id, "broker");
        context.machine.taken.set(9092, { pid: 77, name: "java" });
        await assertRed(
            /^Port 9092 \(broker\.ports\.broker\) is held by process 77 \(java\)\.$/,
            context,
            id,
            "broker",
        );
        await assertGreen({ ...context, ownProcesses: async () => new Set([77]) }, id, "broker");
        context.machine.taken.set(9092, undefined);
        await assertRed(
            /a process that this user cannot see/,
            { ...context, ownProcesses: async () => new Set([77]) },
            id,
            "broker",
        );
    });

    it("preflight.environment: red with the message and hint of the one who reads it", async () => {
        await assertGreen(preflight(), "preflight.environment");
        const error = new TidegateError("stacks/local.yaml:3: unknown key 'brokr'", {
            code: "environment-invalid",
            hint: "broker?",
        });
        const red = await assertRed(
            /:3: unknown key/,
            preflight({ loadEnvironment: throwing(error) }),
            "preflight.environment",
        );
        assert.equal(red.hint, "broker?");
    });

    it("preflight.sql-renders: red for an error, nothing, an empty script, and a placeholder that is left", async () => {
        const id = "preflight.sql-renders";
        const rendering = (text: string): PreflightContext =>
            preflight({ renderSql: async () => [{ file: "sql/a.sql", text }] });
        await assertGreen(rendering("SELECT '$5' AS price, REGEXP(v, '^\\\\{{2}$') FROM t"), id);
        await assertRed(
            /a\.sql:2: 'TOPIC' is missing/,
            preflight({ renderSql: throwing(new Error("a.sql:2: 'TOPIC' is missing")) }),
            id,
        );
        await assertRed(/no SQL script/, preflight({ renderSql: async () => [] }), id);
        await assertRed(/renders to nothing/, rendering(" \n"), id);
        await assertRed(/still holds \$\{TOPIC\} .*\(line 2\)/, rendering("SELECT 1;\nSELECT '${TOPIC}'"), id);
        await assertRed(/still holds \{\{ topic \}\}/, rendering("SELECT '{{ topic }}'"), id);
    });

    it("preflight.upstream: names the stack and the output that is missing, and no value", async () => {
        const id = "preflight.upstream-runtime";
        await assertGreen(preflight(), id, "runtime");
        const without = (layer: Layer): unknown => {
            const { bucket: _, ...storage } = standIns.storage;
            return layer === "storage"
                ? { ...storage, credentials: { accessKeyId: "", secretAccessKey: "very-secret-value" } }
                : standIns[layer];
        };
        const context = preflight({ outputs: async (layer) => without(layer) as Record<string, unknown> });
        const red = await assertRed(
            /stack local-storage: output 'bucket': .*output 'credentials\.accessKeyId'/i,
            context,
            id,
            "runtime",
        );
        assert.ok(!JSON.stringify(red).includes("very-secret-value"));
        await assertRed(
            /stack local-storage has no outputs: it was never deployed; stack local-broker has no outputs/i,
            preflight({ outputs: async () => undefined }),
            id,
            "runtime",
        );
        await assertRed(/never deployed/, preflight({ outputs: async () => ({}) }), id, "runtime");
    });

    it("preflight.no-plain-secret: red with key and line, never with the value", async () => {
        await assertGreen(preflight(), "preflight.no-plain-secret");
        const read = async (): Promise<string> => "name: local\nbroker:\n  password: hunter2\n";
        const red = await assertRed(
            /broker\.password \(line 3, secret-by-key\)/,
            preflight({ environmentFile: { path: "stacks/local.yaml", read } }),
            "preflight.no-plain-secret",
        );
        assert.ok(!JSON.stringify(red).includes("hunter2"));
    });

    it("preflight.no-plain-secret: looks into stack files and into SQL as it is rendered, and hears who accepts", async () => {
        const id = "preflight.no-plain-secret";
        const planted = async () => [
            { file: "stacks/Pulumi.local-broker.yaml", text: "config:\n  a:password: hunter2\n" },
        ];
        await assertRed(
            /Pulumi\.local-broker\.yaml: config\.a:password \(line 2/,
            preflight({ settingsTexts: planted }),
            id,
        );
        await assertGreen(preflight({ settingsTexts: planted, unaccepted: async () => [] }), id);
        const renderSql = async () => [{ file: "a.sql", text: "CREATE TABLE t WITH (\n 's3.secret-key' = 'hunter2')" }];
        await assertRed(/a\.sql, rendered: s3\.secret-key \(line 2/, preflight({ renderSql }), id);
    });
});

describe("thisMachine", () => {
    let directory: string;
    beforeEach(async () => {
        directory = await mkdtemp(join(tmpdir(), "tidegate-machine-"));
    });
    afterEach(() => rm(directory, { recursive: true, force: true }));

    it("asks the nearest parent that exists for its free disk", async () => {
        const asked: string[] = [];
        const machine = thisMachine({
            statfs: async (path) => {
                asked.push(path);
                if (path !== "/data") throw Object.assign(new Error("x"), { code: "ENOENT" });
                return { bavail: 10, bsize: 4096 };
            },
        });
        assert.equal(await machine.freeDisk("/data/a/b"), 40960);
        assert.deepEqual(asked, ["/data/a/b", "/data/a", "/data"]);
        const denied = thisMachine({ statfs: throwing(Object.assign(new Error("x"), { code: "EACCES" })) });
        await assert.rejects(denied.freeDisk("/data"), { code: "EACCES" });
    });

    it("reads the available memory of Linux", async () => {
        const meminfo = join(directory, "meminfo");
        await writeFile(meminfo, "MemTotal: 9 kB\nMemAvailable:    2048 kB\n");
        assert.equal(await thisMachine({ meminfo }).availableMemory(), 2048 * 1024);
        await writeFile(meminfo, "MemTotal: 9 kB\n");
        assert.equal(await thisMachine({ meminfo }).availableMemory(), undefined);
    });

    it("creates the directory for its probe, and leaves nothing in it", async () => {
        const data = join(directory, "a", "b");
        await thisMachine().probeDirectory(data);
        assert.deepEqual(await readdir(data), []);
    });

    it("fails on a directory that cannot be made", async () => {
        const file = join(directory, "file");
        await writeFile(file, "");
        await chmod(file, 0o400);
        await assert.rejects(thisMachine().probeDirectory(join(file, "sub")), { code: "ENOTDIR" });
    });

    it("tells a port that is taken, and who holds it", async () => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        const machine = thisMachine();
        assert.equal(await machine.isPortFree(port), false);
        if (process.platform === "linux") assert.equal((await machine.portHolder(port))?.pid, process.pid);
        await new Promise((resolve) => server.close(resolve));
        assert.equal(await machine.isPortFree(port), true);
    });
});
