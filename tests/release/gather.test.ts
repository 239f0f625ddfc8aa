import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import { loadGraphFile, ownGraphFile } from "../../automation/graph/load";
import { makeBundle } from "../../automation/release/bundle";
import { gather } from "../../automation/release/gather";
import { sbomPath } from "../../automation/release/sbom";
import { Example } from "../_helpers/example";

const engine = "3.250.0";

describe("a release of somebody's projects", () => {
    let example: Example;
    const gathered = async () =>
        gather({ graph: await loadGraphFile(join(example.directory, "tidegate.yaml")), engine });
    const write = (path: string, content: string): void => {
        mkdirSync(join(example.directory, path, ".."), { recursive: true });
        writeFileSync(join(example.directory, path), content);
    };
    beforeEach(() => {
        example = Example.create("services");
    });
    afterEach(() => example.remove());

    it("is their folders and what they import, each with the stacks that are made of it", async () => {
        const { files, versions, stacks } = await gathered();
        assert.deepEqual(stacks, ["network", "database", "app"]);
        const found = new Map(files.map(({ path, part, stacks: of }) => [path, [part, ...of]]));
        assert.deepEqual([...found.keys()].sort(), [
            "app/Pulumi.yaml",
            "app/index.js",
            "database/Pulumi.yaml",
            "database/index.js",
            "file.js",
            "network/Pulumi.yaml",
            "network/index.js",
            sbomPath,
            "tidegate.yaml",
        ]);
        assert.deepEqual(found.get("app/index.js"), ["program", "app"]);
        assert.deepEqual(found.get("file.js")?.toSorted(), ["app", "database", "network", "program"]);
        assert.deepEqual(found.get("tidegate.yaml"), ["graph"]);
        const plugins = versions.filter(({ kind }) => kind === "plugin");
        assert.deepEqual(
            plugins.map(({ name, stacks: of }) => [name, ...of]),
            [["@pulumi/pulumi", "network", "database", "app"]],
        );
    });

    it("has nothing of an environment: neither its settings, nor its state, nor the settings of its stacks", async () => {
        const before = await makeBundle(await gathered());
        write("state/.pulumi/stacks/network/dev.json", "{}");
        write(".tidegate/dev/lock", "x");
        write("network/Pulumi.dev.yaml", "encryptionsalt: x\n");
        write("network/node_modules/x/index.js", "");
        example.edit(
            "tidegate.yaml",
            'dev: { backend: "file://state" }',
            'dev: { backend: "file://state", variables: { A: b } }',
        );
        assert.equal((await makeBundle(await gathered())).id, before.id);
        example.edit("app/index.js", "app on", "App on");
        assert.notEqual((await makeBundle(await gathered())).id, before.id);
    });

    it("has locks, policy packs, schemas and further files where there are any", async () => {
        write("package-lock.json", JSON.stringify({ packages: { "node_modules/yaml": { version: "2.9.1" } } }));
        write("policy/PulumiPolicy.yaml", "runtime: nodejs\n");
        write("schema.json", "{}");
        write("scripts/backup.sh", "#!/bin/sh\n");
        write("provider/pulumi-resource-own", "#!/bin/sh\n");
        write(
            "app/Pulumi.yaml",
            "name: app\nruntime: nodejs\nplugins: { providers: [{ name: own, path: ../provider }] }\n",
        );
        example.edit("tidegate.yaml", 'prod: { backend: "file://state" }', "prod: { policyPacks: [policy] }");
        example.edit("tidegate.yaml", /^stacks:/m, "releases: { files: [scripts] }\nstacks:");
        example.edit("tidegate.yaml", "labels: [stateful]", "outputs: schema.json");
        const { files } = await gathered();
        const partOf = (path: string) => files.find((file) => file.path === path)?.part;
        assert.equal(partOf("package-lock.json"), "locks");
        assert.equal(partOf("policy/PulumiPolicy.yaml"), "policies");
        assert.equal(partOf("schema.json"), "contracts");
        assert.equal(partOf("scripts/backup.sh"), "program");
        const plugin = files.find(({ path }) => path === "provider/pulumi-resource-own");
        assert.deepEqual([plugin?.part, plugin?.stacks], ["program", ["app"]]);
        assert.match(files.find(({ path }) => path === sbomPath)?.content.toString() ?? "", /pkg:npm\/yaml@2.9.1/);
    });

    it("has no file of variables, with git or without, unless it is named itself or an example", async () => {
        for (const name of ["app/.env", "app/.env.local", "network/prod.env", "app/.env.example", "app/environment.js"])
            write(name, "PASSWORD=x");
        const of = async (): Promise<string[]> =>
            (await gathered()).files.map(({ path }) => path).filter((path) => path.includes("env"));
        assert.deepEqual(await of(), ["app/.env.example", "app/environment.js"]);
        execFileSync("git", ["init", "-q"], { cwd: example.directory });
        assert.deepEqual((await of()).sort(), ["app/.env.example", "app/environment.js"]);
        example.edit("tidegate.yaml", "stacks:", "releases: { files: [network/prod.env] }\nstacks:");
        assert.deepEqual((await of()).sort(), ["app/.env.example", "app/environment.js", "network/prod.env"]);
    });

    it("has no file that git ignores", async () => {
        write("app/notes.txt", "mine");
        write(".gitignore", "notes.txt\n");
        execFileSync("git", ["init", "-q"], { cwd: example.directory });
        assert.ok(!(await gathered()).files.some(({ path }) => path.includes("notes")));
    });

    it("refuses a file outside of the graph's folder, and one that is not there", async () => {
        const refused = (code: string) => (error: unknown) => TidegateError.is(error) && error.code === code;
        example.edit("tidegate.yaml", /^stacks:/m, "releases: { files: [missing.sh] }\nstacks:");
        await assert.rejects(gathered(), refused("release-file-missing"));
        example.edit("tidegate.yaml", "missing.sh", "../outside.sh");
        write("../outside.sh", "");
        await assert.rejects(gathered(), refused("release-file-outside"));
    });

    it("says what it is itself where it has a module: the graph `release` of the examples", async () => {
        const other = Example.create("release");
        try {
            const graph = await loadGraphFile(join(other.directory, "tidegate.yaml"));
            const { files } = await gather({ graph, engine });
            assert.equal(files.find(({ path }) => path === "module.ts")?.part, "driver");
        } finally {
            other.remove();
        }
    });
});

describe("a release of the lakehouse", () => {
    let files: Awaited<ReturnType<typeof gather>>["files"];
    let versions: Awaited<ReturnType<typeof gather>>["versions"];
    before(async () => {
        ({ files, versions } = await gather({ graph: await loadGraphFile(ownGraphFile), engine }));
    });
    const of = (path: string) => files.find((file) => file.path === path);

    it("has all that its rollout needs, and nothing of an environment", () => {
        for (const path of [
            "index.ts",
            "Pulumi.yaml",
            "package-lock.json",
            "automation/cli/tidegate.mjs",
            "automation/toolchain/pins.json",
            "components/provider/pulumi-resource-tidegate",
            "stacks/environment.ts",
            "sql/templates/silver.sql",
            "sql/datasets/taxi.yaml",
            "dbt/dbt_project.yml",
            "tidegate.secrets.yaml",
            "contracts/storage.schema.json",
            sbomPath,
        ])
            assert.ok(of(path) !== undefined, path);
        assert.equal(of("stacks/local.yaml"), undefined);
        assert.ok(!files.some(({ path }) => /^(tests|docs|bench|node_modules)\//.test(path)));
        assert.equal(of("components/provider/pulumi-resource-tidegate")?.executable, true);
    });

    it("knows which layer a file is of, as its program imports it", () => {
        assert.deepEqual(of("sql/templates/silver.sql")?.stacks, ["runtime"]);
        assert.deepEqual(of("components/storage/s3.ts")?.stacks, ["storage"]);
        // Every layer but the foundation may run an image of somebody else's.
        const images = of("images/pulled.json")?.stacks.filter((stack) => stack !== "foundation");
        assert.deepEqual(images?.toSorted(), ["broker", "catalog", "observability", "runtime", "storage"]);
        assert.deepEqual(of("automation/cli/main.ts")?.stacks, []);
        assert.equal(of("index.ts")?.stacks.length, 6);
    });

    it("knows engine, providers, charts and tools by their versions", () => {
        const kinds = new Set(versions.map(({ kind }) => kind));
        for (const kind of ["engine", "plugin", "chart", "tool"] as const) assert.ok(kinds.has(kind), kind);
        assert.ok(versions.every(({ version }) => version !== "undefined"));
        assert.match(of(sbomPath)?.content.toString() ?? "", /pkg:maven\/org\.apache\.flink/);
    });
});
