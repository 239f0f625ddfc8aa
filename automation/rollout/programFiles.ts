/** The files that programs in Node are made of: what they import of their own. Packages are told by their lock. */
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { z } from "zod";

/**
 * Absolute modules that choose at run time, by `require()` or `import()`, which other module they load, with those that
 * they do load. What they import in any other way is followed as ever.
 */
export type Loads = Readonly<Record<string, readonly string[]>>;

export interface Closure {
    /** Absolute; a folder where a program cannot be followed. */
    readonly files: readonly string[];
    /** Packages that the files import, without paths in them: `@pulumi/aws`. */
    readonly packages: readonly string[];
}

export const programFiles = async (entries: readonly string[], loads: Loads = {}): Promise<readonly string[]> =>
    (await closureOf(entries, loads)).files;

export async function closureOf(entries: readonly string[], loads: Loads = {}): Promise<Closure> {
    const found = new Set<string>();
    const packages = new Set<string>();
    const plugins = await following(loads);
    for (const entry of entries) {
        const point = await entryPoint(entry);
        if (point === undefined) {
            // What cannot be followed counts as a whole.
            found.add(entry);
            continue;
        }
        const result = await build({
            entryPoints: [point],
            bundle: true,
            write: false,
            metafile: true,
            packages: "external",
            platform: "node",
            logLevel: "silent",
            absWorkingDir: dirname(point),
            plugins,
        }).catch((error: unknown) => {
            // What its errors are about cannot be followed. Anything else is no answer, and would pass for one.
            if (error instanceof Error && "errors" in error) return undefined;
            throw error;
        });
        if (result === undefined) {
            found.add(dirname(point));
            continue;
        }
        for (const [input, { imports }] of Object.entries(result.metafile.inputs)) {
            found.add(resolve(dirname(point), input));
            for (const { path, external } of imports)
                if (external === true && !/^(\.|node:)/.test(path)) packages.add(packageOf(path));
        }
    }
    return { files: [...found], packages: [...packages] };
}

const packageOf = (path: string): string =>
    path
        .split("/")
        .slice(0, path.startsWith("@") ? 2 : 1)
        .join("/");

const lazily = new Set(["require-call", "dynamic-import"]);
/** Marks what the plugin itself has asked for, which would come back to it. */
const asked = Symbol("asked");

/** Is called for what stands in the modules that choose alone: hundreds of files import, and each call comes over a pipe. */
async function following(loads: Loads): Promise<Plugin[]> {
    const texts = await Promise.all(Object.keys(loads).map((file) => readFile(file, "utf8").catch(() => "")));
    const named = texts.flatMap((text) => [...text.matchAll(/["'`](\.[^"'`]*)["'`]/g)].map(([, path = ""]) => path));
    if (named.length === 0) return [];
    const filter = new RegExp(`^(${[...new Set(named)].map((path) => path.replace(/[^\w/]/g, "\\$&")).join("|")})$`);
    return [
        {
            name: "what a module chooses",
            setup: (bundle) =>
                bundle.onResolve({ filter }, async ({ path, importer, kind, resolveDir, pluginData }) => {
                    const loaded = loads[importer];
                    if (loaded === undefined || !lazily.has(kind) || pluginData === asked) return undefined;
                    const found = await bundle.resolve(path, { importer, kind, resolveDir, pluginData: asked });
                    return found.errors.length > 0 || loaded.includes(found.path) ? found : { path, external: true };
                }),
        },
    ];
}

/** As Node finds the program of a folder; undefined where there is none to be found. */
async function entryPoint(path: string): Promise<string | undefined> {
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
    const manifest = join(path, "package.json");
    const named = existsSync(manifest)
        ? z.looseObject({ main: z.string().optional() }).safeParse(JSON.parse(await readFile(manifest, "utf8")))
        : undefined;
    const main = named?.success ? named.data.main : undefined;
    return [main, "index.ts", "index.js", "index.mjs", "index.cjs"]
        .filter((name) => name !== undefined)
        .map((name) => resolve(path, name))
        .find((file) => existsSync(file));
}
