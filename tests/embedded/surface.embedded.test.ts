import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { Rollout, sharedPlatform } from "../_helpers/platform";
import { allProcesses, listenersOf, processesOf } from "../_helpers/processes";

describe("a part of the graph", () => {
    it("is rolled out alone, over what is left out and deployed, and says why the rest is", async () => {
        const { local } = sharedPlatform();
        const { code, stdout } = await local.run(["up", "--only", "observability", "--json"]);
        assert.equal(code, 0, stdout);
        const rollout = new Rollout(stdout);
        assert.deepEqual(rollout.of("run-started")[0]?.layers, ["observability"]);
        const skipped = rollout.of("layer").filter(({ state }) => state === "skipped");
        assert.deepEqual(
            skipped.map(({ layer }) => layer),
            ["broker", "storage", "catalog", "runtime"],
        );
        assert.ok(rollout.checks.some(({ id, status }) => id === "infra.metrics" && status === "pass"));
    });
});

/** What of a platform others on this machine can see. */
describe("a platform that runs", () => {
    it("listens on 127.0.0.1 only, on the ports of its contracts among others", () => {
        const { local, storage, broker, runtime } = sharedPlatform();
        const listeners = listenersOf(processesOf(local.dataDirectory));
        assert.deepEqual(
            listeners.filter(({ loopback }) => !loopback),
            [],
        );
        const ports = new Set(listeners.map(({ port }) => port));
        const promised = [
            storage.endpoint,
            `kafka://${broker.bootstrapServers}`,
            runtime.flinkRest,
            runtime.sqlGateway,
        ];
        for (const url of promised) assert.ok(ports.has(Number(new URL(url).port)), `nothing listens on ${url}`);
    });

    it("shows its credentials to its owner alone", () => {
        const { local, storage, broker } = sharedPlatform();
        const passphrase = readFileSync(join(local.dataDirectory, "passphrase"), "utf8").trim();
        const { accessKeyId, secretAccessKey } = storage.credentials;
        const secrets = [accessKeyId, secretAccessKey, broker.credentials?.password, passphrase].filter(
            (secret) => secret !== undefined,
        );
        assert.ok(secrets.every((secret) => secret.length >= 16));
        const holding: string[] = [];
        const shown: string[] = [];
        for (const root of [local.dataDirectory, join(local.directory, "stacks"), join(local.directory, "dbt")])
            for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
                if (!entry.isFile()) continue;
                const file = join(entry.parentPath, entry.name);
                const content = readFileSync(file);
                if (!secrets.some((secret) => content.includes(secret))) continue;
                holding.push(relative(root, file));
                const mode = statSync(file).mode & 0o777;
                if ((mode & 0o077) !== 0) shown.push(`${relative(root, file)} has mode ${mode.toString(8)}`);
            }
        assert.ok(holding.includes("passphrase"), `found only ${holding.join(", ")}`);
        assert.deepEqual(shown, []);
        assert.equal(statSync(local.dataDirectory).mode & 0o777, 0o700);
        const inCommandLines = allProcesses().filter(({ command }) => secrets.some((one) => command.includes(one)));
        assert.deepEqual(
            inCommandLines.map(({ command }) => command.slice(0, 120)),
            [],
        );
    });

    it("keeps no secret in clear in Pulumi's state", () => {
        const { local, storage } = sharedPlatform();
        const stacks = join(local.dataDirectory, "state", ".pulumi");
        const files = readdirSync(stacks, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
        assert.ok(files.some(({ name }) => name === "local-storage.json"));
        for (const { parentPath, name } of files)
            assert.ok(
                !readFileSync(join(parentPath, name), "utf8").includes(storage.credentials.secretAccessKey),
                `${name} holds the secret key in clear`,
            );
    });
});
