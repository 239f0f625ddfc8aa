import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { filesOf, readSource, stagedSources } from "../../automation/secrets/files";
import { textMax } from "../../policy/secrets";
import { scanProject } from "../../automation/secrets/project";

describe("the files of a scan", () => {
    let root: string;
    const write = (file: string, text: string | Buffer): void => {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
    };
    const git = (...args: string[]): void => void execFileSync("git", ["-C", root, ...args], { stdio: "ignore" });

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "tidegate-scan-"));
    });
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    it("are those that git knows or would take, and settings that it ignores", async () => {
        git("init", "-q");
        write(".gitignore", "*.log\n.env\nPulumi.*.yaml\n");
        for (const file of ["a.yaml", "b/c.sql", "d.log", ".env", "Pulumi.dev.yaml", "node_modules/x/.env"])
            write(file, "a: 1\n");
        git("add", "a.yaml");
        assert.deepEqual(await filesOf(root, []), [".env", ".gitignore", "Pulumi.dev.yaml", "a.yaml", "b/c.sql"]);
        assert.deepEqual(await filesOf(root, ["b"]), ["b/c.sql"]);
        assert.deepEqual(await filesOf(root, ["d.log"]), ["d.log"]);
        await assert.rejects(filesOf(root, ["nowhere"]), { code: "secrets-path-missing" });
    });

    it("are those of a folder that is named, though git ignores it", async () => {
        git("init", "-q");
        write(".gitignore", "generated/\n");
        write("generated/deep/values.yaml", "password: hunter2\n");
        assert.deepEqual(await filesOf(root, []), [".gitignore"]);
        assert.deepEqual(await filesOf(root, ["generated"]), ["generated/deep/values.yaml"]);
        const { findings } = await scanProject(root, { paths: ["generated"], today: "2026-01-01" });
        assert.equal(findings.length, 1);
    });

    it("are all of them without git", async () => {
        for (const file of ["a.yaml", "b/c.sql", "node_modules/x/y.yaml"]) write(file, "a: 1\n");
        assert.deepEqual(await filesOf(root, []), ["a.yaml", "b/c.sql"]);
        await assert.rejects(stagedSources(root), { code: "secrets-no-git" });
    });

    it("are read where they are texts, and named where they are too large", async () => {
        write("bytes", Buffer.from([1, 0, 2]));
        write("large", Buffer.alloc(textMax + 1, 97));
        assert.equal((await readSource(root, "bytes"))?.text, undefined);
        assert.equal((await readSource(root, "large"))?.skipped, "too large");
        assert.deepEqual((await scanProject(root, { today: "2026-01-01" })).skipped, ["large"]);
    });

    it("are what the index has with --staged, whatever the file is now", async () => {
        git("init", "-q");
        write("a.yaml", "password: hunter2\n");
        write("b.yaml", "password: hunter2\n");
        git("add", "a.yaml");
        write("a.yaml", "password: ${PASSWORD}\n");
        const { findings, scanned } = await scanProject(root, { staged: true, today: "2026-01-01" });
        assert.equal(scanned, 1);
        assert.deepEqual(
            findings.map(({ file, line }) => `${file}:${line}`),
            ["a.yaml:1"],
        );
    });
});
