import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import {
    breakDeadLocks,
    prepareHome,
    prepareWorkDirectory,
    restoreStackFile,
    stackFile,
} from "../../automation/engine/home";
import { loadEnvironment, type Environment } from "../../stacks/environment";

describe("home of an environment's stacks", () => {
    let root: string;
    let environment: Environment;
    const stack = "local-hometest";
    before(async () => {
        root = await mkdtemp(join(tmpdir(), "tidegate-"));
        environment = await loadEnvironment("local", { TIDEGATE_DATA: root });
    });
    after(() => rm(root, { recursive: true }));

    it("makes a passphrase that only its owner can read, once", async () => {
        await prepareHome(environment);
        const file = environment.passphraseFile ?? assert.fail("local has a passphrase");
        const first = await readFile(file, "utf8");
        assert.equal((await stat(file)).mode & 0o777, 0o600);
        assert.ok(first.trim().length >= 40);
        await prepareHome(environment);
        assert.equal(await readFile(file, "utf8"), first);
    });

    it("generates a project that reads the same stack files, with absolute plugin paths", async () => {
        const directory = await prepareWorkDirectory(environment, stack);
        const project = parse(await readFile(join(directory, "Pulumi.yaml"), "utf8")) as {
            name: string;
            main: string;
            stackConfigDir: string;
            plugins: { providers: { path: string }[] };
        };
        assert.equal(project.name, "tidegate");
        assert.ok(existsSync(project.main));
        assert.equal(join(directory, project.stackConfigDir, `Pulumi.${stack}.yaml`), stackFile(stack));
        assert.ok(existsSync(join(project.plugins.providers[0]?.path ?? "", "pulumi-resource-tidegate")));
    });

    it("takes the salt of a stack whose file is missing from its state", async () => {
        const stacks = join(root, "local", "state", ".pulumi", "stacks", "tidegate");
        await mkdir(stacks, { recursive: true });
        const checkpoint = {
            version: 3,
            checkpoint: { latest: { secrets_providers: { type: "passphrase", state: { salt: "v1:abc=" } } } },
        };
        await writeFile(join(stacks, `${stack}.json`), JSON.stringify(checkpoint));
        try {
            await restoreStackFile(environment, stack);
            assert.deepEqual(parse(await readFile(stackFile(stack), "utf8")), { encryptionsalt: "v1:abc=" });
            const filled = "encryptionsalt: own\nconfig:\n  tidegate:key: {secure: abc}\n";
            await writeFile(stackFile(stack), filled);
            await restoreStackFile(environment, stack);
            assert.equal(await readFile(stackFile(stack), "utf8"), filled, "a file with values in it is left alone");
        } finally {
            await rm(stackFile(stack), { force: true });
        }
    });

    it("does not keep the salt of a platform that was taken down from another clone", async () => {
        const other = "local-hometest2";
        await writeFile(stackFile(other), "encryptionsalt: v1:old=\n");
        try {
            await restoreStackFile(environment, other);
            assert.ok(!existsSync(stackFile(other)), "there is no such stack any more");
            const state = join(root, "local", "state", ".pulumi", "stacks", "tidegate");
            const next = { secrets_providers: { type: "passphrase", state: { salt: "v1:new=" } } };
            await writeFile(join(state, `${other}.json`), JSON.stringify({ checkpoint: { latest: next } }));
            await writeFile(stackFile(other), "encryptionsalt: v1:old=\n");
            await restoreStackFile(environment, other);
            assert.deepEqual(parse(await readFile(stackFile(other), "utf8")), { encryptionsalt: "v1:new=" });
        } finally {
            await rm(stackFile(other), { force: true });
        }
    });

    it("takes away the locks of processes of this machine that are no more, and no others", async () => {
        const locks = join(root, "local", "state", ".pulumi", "locks", "organization", "tidegate", stack);
        await mkdir(locks, { recursive: true });
        const dead = spawnSync(process.execPath, ["-e", ""]).pid;
        const write = (name: string, pid: number, host: string) =>
            writeFile(join(locks, name), JSON.stringify({ pid, hostname: host, username: "x", timestamp: "" }));
        const pulumi = join(root, "pulumi");
        await copyFile("/bin/sleep", pulumi);
        const holder = spawn(pulumi, ["60"]);
        try {
            await once(holder, "spawn");
            await write("dead.json", dead, hostname());
            await write("given-again.json", process.pid, hostname());
            await write("alive.json", holder.pid ?? assert.fail("it has no pid"), hostname());
            await write("elsewhere.json", dead, "another-host");
            await writeFile(join(locks, "torn.json"), "{");
            assert.deepEqual((await breakDeadLocks(environment, stack)).sort(), [dead, process.pid].sort());
            assert.deepEqual((await readdir(locks)).sort(), ["alive.json", "elsewhere.json", "torn.json"]);
        } finally {
            holder.kill();
        }
    });
});
