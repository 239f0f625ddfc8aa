"use strict";
// Lets Node run the TypeScript of this checkout: `node --require ./automation/toolchain/loader.cjs FILE.ts`.
//
// esbuild translates each file once; what it makes is kept in the cache directory under the digest of the source, so
// nothing can be stale and there is no build step. tsx does the same, but has each process start esbuild's service and
// look at every import: `tidegate --help` took 3.2 s under it, 1.4 s with its cache on, and 0.85 s like this, with the
// same modules loaded; and a rollout starts some twenty processes.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { registerHooks, setSourceMapsSupport } = require("node:module");
const { basename, join } = require("node:path");
const { fileURLToPath, pathToFileURL } = require("node:url");

if (registerHooks === undefined) {
    process.stderr.write(
        `Node ${process.version} at ${process.execPath} is too old for Tidegate.\n` +
            'Run `eval "$(npx tidegate env local)"` in this shell, which puts a newer one first on PATH, or install Node 24.\n',
    );
    process.exit(3);
}

const { defer, proxy } = require("./deferred.cjs");
const { cacheRoot } = require("./bootstrap.mjs");
const { version } = require("esbuild/package.json");

const options = { loader: "ts", format: "cjs", platform: "node", target: "node22", sourcemap: "inline" };
const folder = join(cacheRoot(), "javascript", version);

/**
 * Packages that a file here loads where it uses them for the first time, not where it imports them: they take from 0.01 to
 * 0.7 s of a processor (Kafka's compiles its schemas), and most processes import them for nothing.
 */
const onDemand = [
    "@aws-sdk/",
    "@azure/",
    "@cyclonedx/",
    "@dagrejs/",
    "@duckdb/",
    "@google-cloud/",
    "@kubernetes/",
    "@platformatic/",
    "ajv",
    "google-auth-library",
    "log-update",
    "mvn-artifact-url",
    "packageurl-js",
    "selfsigned",
    "slice-ansi",
    "sshpk",
    "tar",
];
const imported = new RegExp(`^var (\\w+) = (.*\\brequire\\("(?:${onDemand.join("|")})[^"]*"\\).*);$`, "gm");
const whereUsed = (code) =>
    code.replace(
        imported,
        (_, name, loading) =>
            `var ${name} = ((load) => { let loaded; const real = () => (loaded ??= load()); return ${proxy}; })(() => ${loading});`,
    );

/** What a kept translation was made by. */
const settings = JSON.stringify([options, String(imported), String(whereUsed), proxy]);

function translated(file) {
    const source = readFileSync(file, "utf8");
    // Its name stands in the source map, without its folder: so every clone takes what one has kept.
    const sourcefile = basename(file);
    const digest = createHash("sha256").update(`${settings}\0${sourcefile}\0`).update(source).digest("hex");
    const kept = join(folder, `${digest}.js`);
    try {
        return readFileSync(kept, "utf8");
    } catch {
        const made = require("esbuild").transformSync(source, { ...options, sourcefile, sourcesContent: false });
        const code = whereUsed(made.code);
        keep(kept, code);
        return code;
    }
}

/** Under another name first: two processes may translate the same file. Without a cache each start translates anew. */
function keep(file, code) {
    const draft = `${file}.${process.pid}`;
    try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(draft, code);
        renameSync(draft, file);
    } catch {
        try {
            rmSync(draft, { force: true });
        } catch {
            // It was not there.
        }
    }
}

/** The TypeScript file that an import of a TypeScript file means: `./x`, `./x.js` or a folder with an index. */
function sourceOf(specifier, parent) {
    const base = new URL(specifier, parent).href.replace(/\.js$|\/$/, "");
    return [`${base}.ts`, `${base}/index.ts`].find((url) => existsSync(fileURLToPath(url)));
}

/** A graph's module gets the library of the driver that loads it, wherever it lies and whatever is installed there. */
const library = pathToFileURL(join(__dirname, "..", "library.ts")).href;

/**
 * The SDK's own reader of source maps. It looks for one in every file of every resource's stack, 0.3 s of a processor for
 * each program, and finds none for TypeScript that this loader has translated. Node's does both.
 */
const otherMaps = /\/source-map-support\/register\.js$/;

// For the files of this checkout alone: a program of somebody else may import these packages itself, and gets them as they are.
defer([/\/zod\/v4\/locales\/index\.cjs$/, /\/node_modules\/(js-yaml|semver|execa)\/index\.js$/]);
registerHooks({
    resolve(specifier, context, next) {
        if (specifier === "tidegate") return { url: library, format: "commonjs", shortCircuit: true };
        const relative = /^\.{1,2}(\/|$)/.test(specifier) && context.parentURL?.endsWith(".ts");
        const url = relative ? sourceOf(specifier, context.parentURL) : undefined;
        return url === undefined ? next(specifier, context) : { url, format: "commonjs", shortCircuit: true };
    },
    load(url, context, next) {
        if (!url.endsWith(".ts")) {
            return otherMaps.test(url) ? { format: "commonjs", source: "", shortCircuit: true } : next(url, context);
        }
        return { format: "commonjs", source: translated(fileURLToPath(url)), shortCircuit: true };
    },
});
// Of packages none are read: there are 1,500 files.
setSourceMapsSupport(true, { nodeModules: false });
