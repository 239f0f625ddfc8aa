import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { checkpointVersion, fileBackend, readCheckpoint, stackExists, stacksIn } from "../../automation/engine/state";
import { breakDeadLocks, stackLocks } from "../../automation/engine/deadLocks";

describe("the state in a file backend", () => {
    let directory: string;
    const project = "someones";
    const stack = "dev";
    const state = () => ({ directory, project, stack });
    before(async () => {
        directory = await mkdtemp(join(tmpdir(), "tidegate-"));
    });
    after(() => rm(directory, { recursive: true }));

    it("lies where the URL says, and nowhere for another backend", () => {
        assert.equal(fileBackend("file:///var/state"), "/var/state");
        assert.equal(fileBackend("file://state", "/repo"), "/repo/state");
        assert.equal(fileBackend("file://~"), homedir());
        assert.equal(fileBackend("file://~/state"), join(homedir(), "state"));
        assert.equal(fileBackend("s3://bucket"), null);
        assert.equal(fileBackend(undefined), null);
    });

    it("tells which stacks there are, and what is wrong with one that cannot be read", async () => {
        assert.equal(stackExists(state()), false);
        assert.equal(stackExists({ ...state(), directory: null }), undefined);
        assert.equal(await readCheckpoint(state()), undefined);
        const folder = join(directory, ".pulumi", "stacks", project);
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, "dev.json"), '{"version": 3}');
        assert.deepEqual(await stacksIn(directory, project), ["dev"]);
        assert.deepEqual(await readCheckpoint(state()), { version: 3 });
        await writeFile(join(folder, "dev.json"), "{");
        await assert.rejects(readCheckpoint(state()), { code: "state-unreadable" });
        await writeFile(join(folder, "dev.json.bak"), "{}");
        await assert.rejects(readCheckpoint(state(), "Or else."), {
            hint: /dev\.json\.bak: copy it over\. Or else\.$/,
        });
    });

    it("loses the locks of processes of this machine that are no more, and no others", async () => {
        const locks = join(directory, ".pulumi", "locks", "organization", project, stack);
        await mkdir(locks, { recursive: true });
        const dead = spawnSync(process.execPath, ["-e", ""]).pid;
        const write = (name: string, pid: number, host: string) =>
            writeFile(join(locks, name), JSON.stringify({ pid, hostname: host, username: "x", timestamp: "" }));
        const pulumi = join(directory, "pulumi");
        await copyFile("/bin/sleep", pulumi);
        const holder = spawn(pulumi, ["60"]);
        try {
            await once(holder, "spawn");
            await write("dead.json", dead, hostname());
            await writeFile(join(locks, "dead.json.attrs"), "{}");
            await write("given-again.json", process.pid, hostname());
            await write("alive.json", holder.pid ?? assert.fail("it has no pid"), hostname());
            await write("elsewhere.json", dead, "another-host");
            await writeFile(join(locks, "torn.json"), "{");
            const told = (
                await breakDeadLocks(
                    stackLocks(`file://${directory}`, () => Promise.resolve({})),
                    state(),
                )
            ).join("\n");
            assert.match(told, new RegExp(`process ${dead}, which is no more`));
            assert.match(told, new RegExp(`process ${process.pid}, which is no more`));
            assert.deepEqual((await readdir(locks)).sort(), ["alive.json", "elsewhere.json", "torn.json"]);
        } finally {
            holder.kill();
        }
    });

    it("has a version while nobody holds a lock, whatever attributes of one are left", async () => {
        const folder = await mkdtemp(join(tmpdir(), "tidegate-"));
        try {
            const own = { directory: folder, project, stack };
            const stacks = join(folder, ".pulumi", "stacks", project);
            const locks = join(folder, ".pulumi", "locks", "organization", project, stack);
            await mkdir(stacks, { recursive: true });
            await mkdir(locks, { recursive: true });
            await writeFile(join(stacks, `${stack}.json`), "{}");
            await writeFile(join(locks, "a.json.attrs"), "{}");
            const target = { stack, fullName: stack, workDirectory: folder, variables: {} };
            assert.match((await checkpointVersion(own, target)) ?? "", /^[0-9a-f]{64}$/);
            await writeFile(join(locks, "b.json"), "{}");
            assert.equal(await checkpointVersion(own, target), undefined);
        } finally {
            await rm(folder, { recursive: true });
        }
    });
});
