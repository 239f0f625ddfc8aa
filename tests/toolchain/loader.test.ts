import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loaderFile, repositoryRoot } from "../../automation/core/repository";

/** As @pulumi/pulumi/cmd/run requires it. */
const registerFile = require.resolve("source-map-support/register", {
    paths: [join(repositoryRoot, "node_modules", "@pulumi", "pulumi")],
});

describe("the loader", () => {
    let folder: string;
    let cache: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-loader-"));
        cache = join(folder, "cache");
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
    };
    const run = (main: string, variables: Readonly<Record<string, string>> = {}, required = loaderFile): string =>
        execFileSync(process.execPath, ["--require", required, main], {
            encoding: "utf8",
            env: { ...process.env, TIDEGATE_CACHE: cache, ...variables },
            stdio: ["ignore", "pipe", "pipe"],
        }).trim();
    const kept = (): string[] =>
        readdirSync(join(cache, "javascript"), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map(({ parentPath, name }) => join(parentPath, name));

    it("finds what an import means: a file, a folder's index, and the .js of a dynamic import", () => {
        mkdirSync(join(folder, "inner"));
        file("inner/index.ts", `export const inner: string = "folder";`);
        file("late.ts", `export const late: string = "dynamic";`);
        file("one.ts", `export class One { constructor(readonly value: string) {} }`);
        const main = file(
            "main.ts",
            `import { One } from "./one";
             import { inner } from "./inner";
             void (async () => console.log(new One("file").value, inner, (await import("./late.js")).late))();`,
        );
        assert.equal(run(main), "file folder dynamic");
    });

    it("leaves an ES module as it is whose name is that of one of the SDK's", () => {
        mkdirSync(join(folder, "node_modules", "execa"), { recursive: true });
        file("node_modules/execa/package.json", JSON.stringify({ name: "execa", type: "module", main: "index.js" }));
        file("node_modules/execa/index.js", `import { sep } from "node:path"; export const found = sep;`);
        assert.equal(run(file("main.ts", `import { found } from "execa"; console.log(found);`)), "/");
    });

    it("translates a file once, and anew when it changes", () => {
        const main = file("main.ts", `const word: string = "first"; console.log(word);`);
        assert.equal(run(main), "first");
        const [first] = kept();
        assert.ok(first !== undefined && kept().length === 1);
        // What is kept is what runs.
        writeFileSync(first, readFileSync(first, "utf8").replace(/"first"/, `"kept"`));
        assert.equal(run(main), "kept");
        file("main.ts", `const word: string = "second"; console.log(word);`);
        assert.equal(run(main), "second");
        assert.equal(kept().length, 2);
    });

    it("works where nothing can be kept", () => {
        const main = file("main.ts", `const word: string = "there"; console.log(word);`);
        assert.equal(run(main, { TIDEGATE_CACHE: file("no-folder", "") }), "there");
    });

    it("tells lines of the source in a stack trace", () => {
        const main = file(
            "main.ts",
            `interface Gone {\n    readonly a: string;\n}\n\nconst x: Gone | undefined = undefined as never;\nconsole.log(new Error("here").stack);`,
        );
        assert.ok(run(main).includes(`${main}:6:13`), run(main));
    });

    const sdk = JSON.stringify(join(repositoryRoot, "node_modules", "@pulumi", "pulumi"));
    const big = `Object.keys(require.cache).filter((file) => /typescript\\.js$|arborist.lib.arborist.index/.test(file)).length`;

    it("leaves TypeScript and npm's reader of packages unread until a function is serialised, which works", () => {
        const main = file(
            "main.ts",
            `const { runtime } = require(${sdk});
             console.log(${big});
             const value: number = 41;
             runtime.serializeFunction(() => value + 1).then(({ text }: { text: string }) => {
                 console.log(text.includes("() => value + 1"), ${big});
             });`,
        );
        // Which of the SDK's own files are read is the SDK's business: the reader only of code paths outside of a workspace.
        const [before, after] = run(main).split("\n");
        assert.equal(before, "0");
        assert.match(after ?? "", /^true [12]$/);
    });

    it("leaves what most processes never use unread until something of it is asked for, which is as ever", () => {
        const loads = (text: string): string =>
            `Object.keys(require.cache).some((file) => file.includes(${JSON.stringify(text)}))`;
        const main = file(
            "main.ts",
            `const pulumi = require(${sdk});
             const { z } = require(${JSON.stringify(require.resolve("zod"))});
             const semver = require(${JSON.stringify(require.resolve("semver"))});
             const unread = () => [${["pulumi/automation/stack.js", "locales/de.cjs", "semver/classes", "js-yaml/lib"].map(loads).join()}];
             const before = unread();
             const star: Record<string, unknown> = {};
             for (const key in semver) star[key] = semver[key];
             console.log(JSON.stringify({
                 before,
                 stack: typeof pulumi.automation.LocalWorkspace.createOrSelectStack,
                 whole: Object.keys(pulumi.automation).includes("Stack"),
                 text: z.locales.de().localeError({ code: "not_multiple_of", divisor: 2 }),
                 newer: semver.gt("1.2.3", "1.2.2") && (star["gt"] as typeof semver.gt)("2.0.0", "1.0.0"),
                 after: unread(),
             }));`,
        );
        assert.deepEqual(JSON.parse(run(main)), {
            before: [false, false, false, false],
            stack: "function",
            whole: true,
            text: "Ungültige Zahl: muss ein Vielfaches von 2 sein",
            newer: true,
            after: [true, true, true, false],
        });
    });

    it("defers of the SDK alone where the program is somebody else's", () => {
        const main = file(
            "main.cjs",
            `const { output } = require(${sdk});
             const semver = require(${JSON.stringify(require.resolve("semver"))});
             console.log(${big}, typeof output, typeof semver, require.extensions[".ts"]);`,
        );
        assert.equal(run(main, {}, join(dirname(loaderFile), "deferred.cjs")), "0 function object undefined");
    });

    it("gives a deferred module that is a function as Node does: called, and as a default import", () => {
        const normalize = require.resolve("normalize-package-data", {
            paths: [join(repositoryRoot, "node_modules", "@pulumi", "pulumi")],
        });
        const main = file(
            "main.ts",
            `import normalize from ${JSON.stringify(normalize)};
             const data = { name: " a ", version: "1.0" };
             normalize({ ...data, version: "1.0.0" });
             console.log(typeof normalize, typeof require(${JSON.stringify(normalize)}).default);`,
        );
        assert.equal(run(main), "function function");
    });

    it("loads a heavy package of an import where it is used, by its names and by its default", () => {
        const packages = ["sshpk", "ajv/dist/2020", "packageurl-js"].map((name) =>
            JSON.stringify(require.resolve(name)),
        );
        // As a file here imports them, which lies beside the packages.
        mkdirSync(join(folder, "node_modules"));
        for (const name of ["sshpk", "ajv", "packageurl-js"])
            symlinkSync(join(repositoryRoot, "node_modules", name), join(folder, "node_modules", name));
        const main = file(
            "main.ts",
            `import { parseKey } from "sshpk";
             import Ajv, { type ErrorObject } from "ajv/dist/2020";
             import * as urls from "packageurl-js";
             const read = () => [${packages.join()}].map((one) => one in require.cache);
             console.log(read().join());
             const errors: ErrorObject[] = [];
             console.log(typeof parseKey, new Ajv().validate({ type: "string" }, 1), errors.length);
             console.log(Object.keys(urls).includes("PackageURL"), new urls.PackageURL("npm", null, "a").toString());
             console.log(read().join(), new Error("here").stack?.split("\\n")[1]);`,
        );
        const lines = run(main).split("\n");
        assert.deepEqual(lines.slice(0, 3), ["false,false,false", "function false 0", "true pkg:npm/a"]);
        assert.match(lines[3] ?? "", /^true,true,true .*main\.ts:9:\d+\)$/);
    });

    it("tells lines of the source where the SDK has put its own reader of source maps in place", () => {
        const main = file(
            "main.ts",
            `interface Gone {\n    readonly a: string;\n}\n\nrequire(${JSON.stringify(registerFile)});\nconsole.log(new Error("here").stack);`,
        );
        assert.ok(run(main).includes(`${main}:6:13`), run(main));
    });

    it("says what to do under a Node that is too old", () => {
        const old = file(
            "old.cjs",
            `require("node:module").registerHooks = undefined; require(${JSON.stringify(loaderFile)});`,
        );
        assert.throws(
            () => execFileSync(process.execPath, [old], { stdio: "pipe" }),
            (error: { status: number; stderr: Buffer }) => {
                assert.equal(error.status, 3);
                assert.match(String(error.stderr), /is too old for Tidegate\.\n.*npx tidegate env local/);
                return true;
            },
        );
    });
});
