import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import {
    LakehouseHome,
    ledgerOf,
    prepareHome,
    prepareWorkDirectory,
    restoreStackFile,
    stackFile,
} from "../../automation/lakehouse/home";
import { writeRehearsal } from "../../automation/rehearsal/place";
import { simulated } from "../../automation/rehearsal/tables";
import type { EngineTools } from "../../automation/toolchain";
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
        assert.equal(join(directory, project.stackConfigDir, `Pulumi.${stack}.yaml`), stackFile(environment, stack));
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
            assert.deepEqual(parse(await readFile(stackFile(environment, stack), "utf8")), {
                encryptionsalt: "v1:abc=",
            });
            const filled = "encryptionsalt: own\nconfig:\n  tidegate:key: {secure: abc}\n";
            await writeFile(stackFile(environment, stack), filled);
            await restoreStackFile(environment, stack);
            assert.equal(
                await readFile(stackFile(environment, stack), "utf8"),
                filled,
                "a file with values in it is left alone",
            );
        } finally {
            await rm(stackFile(environment, stack), { force: true });
        }
    });

    it("does not keep the salt of a platform that was taken down from another clone", async () => {
        const other = "local-hometest2";
        await writeFile(stackFile(environment, other), "encryptionsalt: v1:old=\n");
        try {
            await restoreStackFile(environment, other);
            assert.ok(!existsSync(stackFile(environment, other)), "there is no such stack any more");
            const state = join(root, "local", "state", ".pulumi", "stacks", "tidegate");
            const next = { secrets_providers: { type: "passphrase", state: { salt: "v1:new=" } } };
            await writeFile(join(state, `${other}.json`), JSON.stringify({ checkpoint: { latest: next } }));
            await writeFile(stackFile(environment, other), "encryptionsalt: v1:old=\n");
            await restoreStackFile(environment, other);
            assert.deepEqual(parse(await readFile(stackFile(environment, other), "utf8")), {
                encryptionsalt: "v1:new=",
            });
        } finally {
            await rm(stackFile(environment, other), { force: true });
        }
    });

    it("refuses a state or a ledger that a rehearsal has written, at any depth", async () => {
        const rehearsal = join(root, "rehearsals", "local");
        writeRehearsal(rehearsal, { environment: "local" });
        const simulated = { code: "state-simulated", exitCode: 2 };
        const real = { ...environment, dataDirectory: join(root, "other") };
        for (const folder of [rehearsal, join(rehearsal, "state"), join(rehearsal, "state", "deep", "er")]) {
            const backend = { ...real, backendUrl: `file://${folder}` };
            const ledger = { ...real, state: { ...environment.state, ledger: `file://${folder}` } };
            for (const wrong of [backend, ledger]) {
                await assert.rejects(prepareHome(wrong), simulated);
                assert.throws(() => ledgerOf(wrong), simulated, "its history is not listed");
                assert.throws(
                    () => new LakehouseHome(wrong, [], {} as EngineTools),
                    simulated,
                    "nor is it asked for its state",
                );
            }
        }
        assert.ok(!existsSync(real.dataDirectory), "nothing was made before it was refused");
        const played = {
            ...environment,
            rehearsal,
            dataDirectory: rehearsal,
            backendUrl: `file://${rehearsal}/state`,
        };
        await prepareHome(played);
        assert.equal(ledgerOf(played), `file://${rehearsal}/state/.tidegate`);
    });

    it("of a rehearsal keeps stack files and plugins to itself", async () => {
        const rehearsal = join(root, "rehearsals", "local");
        const played = { ...environment, rehearsal, dataDirectory: rehearsal };
        assert.equal(stackFile(played, stack), join(rehearsal, "stacks", `Pulumi.${stack}.yaml`));
        const named = async (of: Environment): Promise<string[]> => {
            const text = await readFile(join(await prepareWorkDirectory(of, stack), "Pulumi.yaml"), "utf8");
            const { plugins } = parse(text) as { plugins: { providers: { name: string; path: string }[] } };
            for (const { name, path } of plugins.providers)
                assert.ok(existsSync(join(path, `pulumi-resource-${name}`)), `no plugin for ${name}`);
            return plugins.providers.map(({ name }) => name).sort();
        };
        assert.deepEqual(await named(environment), ["tidegate"]);
        assert.deepEqual(await named(played), [...simulated].sort());
    });
});
