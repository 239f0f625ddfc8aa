/** The lakehouse as the driver opens it. */
import { Redactor } from "../../automation/core/redactor";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "../../automation/core/progress";
import { loadGraphFile, ownGraphFile } from "../../automation/graph/load";
import { module as lakehouse } from "../../automation/lakehouse/module";
import { environmentGraph } from "../../automation/rollout/environmentGraph";
import type { EngineTools } from "../../automation/toolchain";
import { environmentFile } from "../../stacks/environment";

/** Nothing of the data plane is in it. */
const engine: EngineTools = {
    cache: "/nowhere",
    node: process.execPath,
    pulumi: { path: "/nowhere/pulumi", version: "3.250.0", origin: "path" },
    pathEntries: [],
};

/** Variables of this process, for a while. */
function set(variables: Readonly<Record<string, string>>) {
    const kept = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    return {
        begin: () => void Object.assign(process.env, variables),
        end: () => {
            for (const [name, value] of kept)
                if (value === undefined) delete process.env[name];
                else process.env[name] = value;
        },
    };
}

describe("a lakehouse whose jobs run on a cluster", () => {
    const data = mkdtempSync(join(tmpdir(), "tidegate-module-"));
    const restore = set({
        TIDEGATE_ENVIRONMENT_FILE: environmentFile("prod"),
        TIDEGATE_DATA: data,
        // Where no tool is, and none may be fetched.
        TIDEGATE_CACHE: join(data, "cache"),
    });
    before(restore.begin);
    after(() => {
        restore.end();
        rmSync(data, { recursive: true, force: true });
    });

    const open = async () =>
        lakehouse.open({
            environment: "prod",
            graph: await environmentGraph("prod", await loadGraphFile(ownGraphFile)),
            tools: engine,
            options: {},
            redactor: new Redactor(),
            startedMs: 0,
        });
    const { signal } = new AbortController();

    it("needs Pulumi alone on this machine", async () => {
        await lakehouse.ensure?.("prod", silent, signal);
        const parts = await open();
        const results = (await parts.preflight?.(signal)) ?? [];
        assert.deepEqual(
            results.filter(({ id }) => ["preflight.tools", "preflight.memory"].includes(id)),
            [],
        );
        assert.ok(results.some(({ id }) => id === "preflight.environment"));
    });

    it("has exercises that leave events, jobs and dbt to the cluster", async () => {
        const { exercises = {} } = await open();
        for (const name of ["produce", "flink", "dbt"])
            assert.match(
                (await exercises[name]?.({
                    environment: "prod",
                    stack: "runtime",
                    outputs: new Map(),
                    progress: silent,
                    signal,
                })) ?? "",
                /nothing to do from here/,
            );
    });
});

describe("a lakehouse in containers of this machine", () => {
    const data = mkdtempSync(join(tmpdir(), "tidegate-module-"));
    const restore = set({
        TIDEGATE_ENVIRONMENT_FILE: environmentFile("docker"),
        TIDEGATE_DATA: data,
        TIDEGATE_CACHE: join(data, "cache"),
    });
    before(restore.begin);
    after(() => {
        restore.end();
        rmSync(data, { recursive: true, force: true });
    });

    it("needs the tools with which Flink and dbt are driven from here", async () => {
        const graph = await environmentGraph("docker", await loadGraphFile(ownGraphFile));
        const opened = {
            environment: "docker",
            graph,
            tools: engine,
            options: {},
            redactor: new Redactor(),
            startedMs: 0,
        };
        await assert.rejects(async () => lakehouse.open(opened), { code: "toolchain-incomplete", message: /dbt/ });
    });
});
