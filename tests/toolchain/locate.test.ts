import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { inspectTools, locateTools, toolEnvironment } from "../../automation/toolchain";
import { pins } from "../../automation/toolchain/bootstrap.mjs";
import { Layout } from "../../automation/toolchain/layout";
import { javaMajor } from "../../automation/toolchain/survey";

describe("locating the tools", () => {
    let folder: string;
    let cache: string;
    let layout: Layout;
    const before = { ...process.env };

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-locate-"));
        cache = join(folder, "cache");
        layout = new Layout(cache);
        process.env["TIDEGATE_CACHE"] = cache;
        // The shell, and no tools of this machine.
        process.env["PATH"] = [join(folder, "bin"), "/bin"].join(delimiter);
        delete process.env["JAVA_HOME"];
        program(join(folder, "bin", "java"), 'openjdk version "17.0.15" 2025-04-15');
    });

    afterEach(() => {
        for (const name of ["TIDEGATE_CACHE", "PATH", "JAVA_HOME"]) {
            if (before[name] === undefined) delete process.env[name];
            else process.env[name] = before[name];
        }
        rmSync(folder, { recursive: true });
    });

    /** A program that answers any question with `output` and keeps count of how often it was asked. */
    function program(path: string, output: string): string {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, `#!/bin/sh\necho x >> '${join(folder, "asked")}'\necho '${output}'\n`, { mode: 0o755 });
        return path;
    }

    const asked = () =>
        existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8").length / 2 : 0;

    function fillCache(): void {
        program(join(layout.pulumiBuilt, "pulumi"), `v${pins.pulumi}`);
        program(layout.weed, "");
        for (const name of ["python", "dbt"]) program(join(layout.data("3.11"), "bin", name), "");
        for (const path of [layout.jars("kafka"), layout.jars("flink"), layout.duckdbExtensions]) mkdirSync(path);
    }

    it("finds what is in the cache and on PATH", async () => {
        fillCache();
        const tools = await locateTools();
        assert.deepEqual(tools.pulumi, {
            path: join(layout.pulumiBuilt, "pulumi"),
            version: pins.pulumi,
            origin: "built",
        });
        assert.deepEqual(tools.java, { path: join(folder, "bin", "java"), version: 17 });
        assert.equal(tools.dbt, join(layout.data("3.11"), "bin", "dbt"));
        assert.equal(tools.kafka.libs, layout.jars("kafka"));
        assert.equal(tools.node, process.execPath);
    });

    it("asks no program again for what it has recorded", async () => {
        fillCache();
        const first = await locateTools();
        const count = asked();
        assert.ok(count > 0);
        assert.deepEqual(await locateTools(), first);
        assert.equal(asked(), count);
    });

    it("names what is missing and what to do", async () => {
        fillCache();
        rmSync(layout.jars("kafka"), { recursive: true });
        program(join(folder, "bin", "java"), 'java version "1.8.0_292"');
        await assert.rejects(locateTools(), {
            code: "toolchain-incomplete",
            exitCode: 3,
            message: `Tools are missing: Java (${join(folder, "bin", "java")} is Java 8; Java 17 or newer is needed); Kafka.`,
            hint: /npx tidegate doctor --fix.*npm start/,
        });
    });

    it("sees that something recorded has gone", async () => {
        fillCache();
        await locateTools();
        rmSync(layout.weed);
        await assert.rejects(locateTools(), { code: "toolchain-incomplete", message: /SeaweedFS/ });
    });

    it("sees another JAVA_HOME, and one whose Java was replaced", async () => {
        fillCache();
        assert.equal((await locateTools()).java.version, 17);
        const home = join(folder, "jdk");
        program(join(home, "bin", "java"), 'openjdk version "21.0.8"');
        process.env["JAVA_HOME"] = home;
        assert.deepEqual((await locateTools()).java, { path: join(home, "bin", "java"), version: 21 });
        program(join(home, "bin", "java"), 'openjdk version "25.0.1" 2025-10-21');
        assert.equal((await locateTools()).java.version, 25);
    });

    it("prefers a new enough Pulumi on PATH, with its own language host", async () => {
        fillCache();
        program(join(folder, "bin", "pulumi"), "v3.999.0");
        program(join(folder, "bin", "pulumi-language-nodejs"), "");
        const tools = await locateTools();
        assert.deepEqual(tools.pulumi, { path: join(folder, "bin", "pulumi"), version: "3.999.0", origin: "path" });
        assert.equal(tools.pathEntries.length, 1);
    });

    it("puts the stand-in language host on PATH for a Pulumi on PATH that has none", async () => {
        fillCache();
        program(join(folder, "bin", "pulumi"), "v3.999.0");
        const { pathEntries } = await locateTools();
        assert.ok(pathEntries.some((entry) => existsSync(join(entry, "pulumi-language-nodejs"))));
    });

    for (const version of ["v3.249.9", "v4.0.0"])
        it(`passes over a Pulumi ${version} on PATH`, async () => {
            fillCache();
            program(join(folder, "bin", "pulumi"), version);
            assert.equal((await locateTools()).pulumi.origin, "built");
        });

    it("does not take what it put on PATH itself for the user's", async () => {
        fillCache();
        const tools = await locateTools();
        process.env["PATH"] = toolEnvironment(tools)["PATH"];
        assert.deepEqual((await locateTools()).pulumi, tools.pulumi);
        assert.equal(readdirSync(join(cache, "tools")).length, 1);
    });

    it("takes a record that cannot be read for none", async () => {
        fillCache();
        const tools = await locateTools();
        const [record] = readdirSync(join(cache, "tools"));
        for (const text of ["", "{}", '{"pulumi": 1}']) {
            writeFileSync(join(cache, "tools", record ?? ""), text);
            assert.deepEqual(await locateTools(), tools);
        }
    });

    it("gives an environment in which node is this Node, first on PATH, and Pulumi downloads no plugin", async () => {
        fillCache();
        const tools = await locateTools();
        const environment = toolEnvironment(tools);
        const entries = (environment["PATH"] ?? "").split(delimiter);
        assert.ok(existsSync(join(entries[0] ?? "", "node")));
        assert.equal(readdirSync(entries[0] ?? "").includes("pulumi"), false);
        assert.equal(entries[1], layout.pulumiBuilt);
        assert.equal(environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"], "true");
        assert.ok(existsSync(environment["TIDEGATE_LANGUAGE_HOST"] ?? ""));
        assert.equal(toolEnvironment(tools, { PATH: environment["PATH"] })["PATH"], environment["PATH"]);
    });

    it("tells the doctor what is there and what a start would do about the rest", async () => {
        program(join(folder, "bin", "pulumi"), "v3.100.0");
        const reports = new Map((await inspectTools()).map((report) => [report.tool, report]));
        assert.deepEqual(reports.get("Java"), {
            tool: "Java",
            state: "ready",
            version: "17",
            where: join(folder, "bin", "java"),
        });
        const pulumi = reports.get("Pulumi");
        assert.ok(pulumi?.state === "missing");
        assert.match(pulumi.reason ?? "", /is version 3\.100\.0, 3\.250\.0 or newer/);
        assert.match(pulumi.plan, /official release.*Go module/);
        const flink = reports.get("Flink");
        assert.ok(flink?.state === "missing");
        assert.match(flink.plan, /299 MB .* Maven Central/);
    });
});

describe("the version in what java -version prints", () => {
    const cases: [string, number | undefined][] = [
        ['openjdk version "17.0.15" 2025-04-15', 17],
        ['openjdk version "21" 2023-09-19', 21],
        ['java version "1.8.0_292"', 8],
        ["Unable to locate a Java Runtime.", undefined],
    ];
    for (const [text, version] of cases) it(`${text} is ${version}`, () => assert.equal(javaMajor(text), version));
});
