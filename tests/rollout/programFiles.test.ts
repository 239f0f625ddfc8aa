import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { loaderFile, repositoryRoot } from "../../automation/core/repository";
import { programFiles, type Loads } from "../../automation/rollout/programFiles";

describe("the files of a program", () => {
    let root: string;
    beforeEach(() => {
        root = realpathSync(mkdtempSync(join(tmpdir(), "tidegate-program-")));
        write("index.ts", 'import "./always"; const one = process.argv[2]; void import(`./never-${one}`);');
        write("always.ts", 'export const load = { a: () => import("./a.js"), b: () => require("./b") };');
        write("a.ts", 'import "./shared"; import "@pulumi/pulumi";');
        write("b.ts", 'import "./shared"; import "./onlyB";');
        write("shared.ts", "");
        write("onlyB.ts", "");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    const at = (file: string): string => join(root, file);
    const write = (file: string, content: string): void => {
        mkdirSync(dirname(at(file)), { recursive: true });
        writeFileSync(at(file), content);
    };
    const files = async (loads: Loads = {}, entry = "index.ts"): Promise<string[]> =>
        (await programFiles([at(entry)], loads)).map((file) => relative(root, file)).sort();

    it("are all that it imports, now or later", async () =>
        assert.deepEqual(await files(), ["a.ts", "always.ts", "b.ts", "index.ts", "onlyB.ts", "shared.ts"]));

    it("are an error where whoever follows imports is gone, and not the folder, which would be a part for the whole", () => {
        const module = join(repositoryRoot, "automation", "rollout", "programFiles.ts");
        const script = `(async () => {
            const { programFiles } = require(${JSON.stringify(module)});
            const of = () => programFiles([${JSON.stringify(at("index.ts"))}]);
            const found = await of();
            const { readdirSync, readFileSync } = require("node:fs");
            const text = (pid, name) => { try { return readFileSync("/proc/" + pid + "/" + name, "utf8"); } catch { return ""; } };
            for (const pid of readdirSync("/proc").filter((name) => /^\\d+$/.test(name)))
                if (text(pid, "status").includes("PPid:\\t" + process.pid + "\\n") && text(pid, "cmdline").includes("--service="))
                    process.kill(Number(pid), "SIGKILL");
            console.log(found.length, await of().catch((error) => error.message));
        })()`;
        const ran = execFileSync(process.execPath, ["--require", loaderFile, "--eval", script], { encoding: "utf8" });
        assert.match(ran, /^6 .*(service|stopped)/);
    });

    it("are without what a module does not choose", async () =>
        assert.deepEqual(await files({ [at("always.ts")]: [at("a.ts")] }), [
            "a.ts",
            "always.ts",
            "index.ts",
            "shared.ts",
        ]));

    it("are with what it chooses not, where another module imports it", async () => {
        write("a.ts", 'import "./onlyB";');
        assert.ok((await files({ [at("always.ts")]: [at("a.ts")] })).includes("onlyB.ts"));
    });

    it("are with what it imports in any case, chosen or not", async () => {
        write("always.ts", 'import "./b"; export const load = () => import("./a.js");');
        assert.ok((await files({ [at("always.ts")]: [at("a.ts")] })).includes("onlyB.ts"));
    });

    it("are the whole folder of a program that cannot be followed", async () => {
        write("index.ts", 'import "./nowhere";');
        assert.deepEqual(await files(), [""]);
    });
});
