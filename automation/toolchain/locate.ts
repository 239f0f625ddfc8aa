import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    realpathSync,
    renameSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { cacheRoot, checkout, digestOf, which } from "./bootstrap.mjs";
import { dynamicFolder, hostsFolder, isOurs, stamp } from "./layout";
import type { EngineTools, Survey, Tools } from "./tools";

const Located = z.strictObject({
    pulumi: z.strictObject({ path: z.string(), version: z.string(), origin: z.enum(["path", "archive", "built"]) }),
    java: z.strictObject({ path: z.string(), version: z.int() }),
    kafka: z.strictObject({ version: z.string(), libs: z.string(), classes: z.string() }),
    flink: z.strictObject({ version: z.string(), lib: z.string(), classes: z.string() }),
    weed: z.string(),
    python: z.string(),
    dbt: z.string(),
    duckdbExtensions: z.string(),
    languageHost: z.enum(["official", "stand-in"]),
});
type Located = z.infer<typeof Located>;

/**
 * Everything that an answer depends on: the pins and locks, and the programs of this environment that go before ours.
 * The record's name is its digest, so processes with different environments do not invalidate each other's records.
 */
function recordFile(root: string, environment: NodeJS.ProcessEnv): string {
    const locks = ["pins.json", "jars", "requirements", "engine"].flatMap((name) => {
        const path = join(__dirname, name);
        return name === "pins.json" ? [path] : readdirSync(path).map((file) => join(path, file));
    });
    const path = environment["PATH"] ?? "";
    const outside = (folder: string) => isOurs(folder, root);
    const javaHome = environment["JAVA_HOME"];
    const programs = ["pulumi", "java", "pulumi-language-nodejs"].map((name) => stamp(which(name, path, outside)));
    if (javaHome) programs.push(stamp(join(javaHome, "bin", "java")));
    return join(root, "tools", `${digestOf(checkout, ...programs, ...locks.map((file) => readFileSync(file)))}.json`);
}

function readRecord(file: string): Located | undefined {
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
    // A record that cannot be read, say of a Tidegate of another version, is as good as none.
    const parsed = Located.safeParse(parseJson(text));
    if (!parsed.success) return undefined;
    const { pulumi, java, kafka, flink, weed, python, dbt, duckdbExtensions } = parsed.data;
    const paths = [pulumi.path, java.path, kafka.libs, flink.lib, weed, python, dbt, duckdbExtensions];
    return paths.every((path) => existsSync(path)) ? parsed.data : undefined;
}

/** A folder with nothing but this Node and its npm in it, for the front of PATH: it shadows no other program. */
function nodeFolder(root: string): string {
    const own = dirname(process.execPath);
    if (own.startsWith(join(root, "node-"))) return own;
    const folder = join(root, "node-links", digestOf(process.execPath));
    if (existsSync(join(folder, "node"))) return folder;
    const draft = `${folder}.${process.pid}`;
    mkdirSync(draft, { recursive: true });
    symlinkSync(process.execPath, join(draft, "node"));
    for (const name of ["npm", "npx"]) {
        const cli = join(realpathSync(own), "..", "lib", "node_modules", "npm", "bin", `${name}-cli.js`);
        if (existsSync(cli)) symlinkSync(cli, join(draft, name));
    }
    try {
        renameSync(draft, folder);
    } catch (error) {
        // Another process may have made it at the same time: either is as good.
        if (!existsSync(join(folder, "node"))) throw error;
        rmSync(draft, { recursive: true });
    }
    return folder;
}

function pathEntries(root: string, located: Pick<Located, "pulumi" | "languageHost">): string[] {
    const entries = [nodeFolder(root)];
    if (located.pulumi.origin !== "path") entries.push(dirname(located.pulumi.path));
    if (located.languageHost === "stand-in" && located.pulumi.origin !== "built") entries.push(hostsFolder);
    if (located.languageHost === "stand-in") entries.push(dynamicFolder);
    return entries;
}

function complete(root: string, located: Located): Tools {
    const { languageHost: _, ...tools } = located;
    return { cache: root, node: process.execPath, ...tools, pathEntries: pathEntries(root, located) };
}

/** The tools, where all of them were found. */
export function toolsOf({ found, languageHost, missing }: Survey, root: string): Tools | undefined {
    if (missing.length > 0) return undefined;
    return complete(root, Located.parse({ ...found, languageHost }));
}

/** The engine alone, where it was found. */
export function engineOf({ found: { pulumi }, languageHost }: Survey, root: string): EngineTools | undefined {
    if (pulumi === undefined) return undefined;
    return { cache: root, node: process.execPath, pulumi, pathEntries: pathEntries(root, { pulumi, languageHost }) };
}

/** Keeps the answer for the next process, so that it need not ask every program for its version. */
export function writeRecord({ found, languageHost }: Survey, root: string, environment = process.env): void {
    const file = recordFile(root, environment);
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify({ ...found, languageHost }, undefined, 4)}\n`);
    renameSync(draft, file);
}

export function incomplete({ missing, reasons }: Survey): TidegateError {
    const lines = missing.map((name) => (reasons[name] === undefined ? name : `${name} (${reasons[name]})`));
    return new TidegateError(`Tools are missing: ${lines.join("; ")}.`, {
        code: "toolchain-incomplete",
        hint: "`npx tidegate doctor --fix` fetches them, and so does `npm start`.",
        exitCode: exitCodes.toolchain,
    });
}

/**
 * The tools, from the cache and this machine; never fetches and needs no network.
 * @throws TidegateError `toolchain-incomplete` that names what is missing.
 */
export async function locateTools(options: { environment?: NodeJS.ProcessEnv } = {}): Promise<Tools> {
    const environment = options.environment ?? process.env;
    const root = cacheRoot(environment);
    const record = readRecord(recordFile(root, environment));
    if (record !== undefined) return complete(root, record);
    const { survey } = await import("./survey.js");
    const seen = await survey(root, environment);
    const tools = toolsOf(seen, root);
    if (tools === undefined) throw incomplete(seen);
    writeRecord(seen, root, environment);
    return tools;
}

/** Pulumi, from the cache and this machine; undefined where there is none. Never fetches. */
export async function locateEngine(): Promise<EngineTools | undefined> {
    const root = cacheRoot();
    const record = readRecord(recordFile(root, process.env));
    if (record !== undefined) return complete(root, record);
    const { survey } = await import("./survey.js");
    return engineOf(await survey(root), root);
}

/**
 * The variables under which plain `pulumi` and every other tool work: PATH, with `pathEntries` first, and what Pulumi needs. No
 * plugin is ever downloaded: package.json names five cloud providers, which a purely local stack does not use.
 */
export function toolEnvironment(
    tools: EngineTools,
    environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
    const rest = (environment["PATH"] ?? "").split(delimiter).filter((entry) => !tools.pathEntries.includes(entry));
    return {
        PATH: [...tools.pathEntries, ...rest].join(delimiter),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        TIDEGATE_LANGUAGE_HOST: join(hostsFolder, "pulumi-language-nodejs"),
        TSX_DISABLE_CACHE: "1",
        NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] ?? join(tools.cache, "compile-cache"),
        ...(environment["TIDEGATE_CACHE"] === undefined ? {} : { TIDEGATE_CACHE: tools.cache }),
    };
}
