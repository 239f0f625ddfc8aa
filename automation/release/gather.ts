/**
 * What a release of a graph is made of: its projects with what they import, its policy packs, its locks, its module, and
 * the graph itself without what is of its environments. A graph with a module of its own may say it all otherwise.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { isMap, parseDocument } from "yaml";
import { z } from "zod";
import { fileBackend } from "../engine/state";
import type { GraphFile } from "../graph/load";
import { locks, pluginFolders } from "../rollout/inputs";
import { loadModule } from "../rollout/module";
import { closureOf } from "../rollout/programFiles";
import { ReleaseFiles } from "./files";
import { byText, type Ingredients, type ReleaseVersion } from "./manifest";
import { sbomOf, sbomPath, type OtherComponent } from "./sbom";

/** All of it but the bill of materials. */
export interface Gathered extends Ingredients {
    /** Of the bill of materials, beside what its locks name. @default none */
    readonly others?: readonly OtherComponent[];
}

/** Of a graph's file, for whoever names its other parts. */
export interface GatherRequest {
    readonly graph: GraphFile;
    /** Version of Pulumi. */
    readonly engine: string;
}

/** Keys that say how things are in one environment, not what is rolled out. They are read where it is rolled out from. */
const ofEnvironments = ["environments", "releases", "promotion"];

/** Of `graph` as a whole: a release is of no single environment. */
export async function gather(request: GatherRequest): Promise<Ingredients> {
    const { graph } = request;
    const module = graph.module === undefined ? undefined : loadModule(graph);
    const { others = [], ...gathered } = await (module?.release?.(request) ?? gatherProjects(request));
    const sbom = sbomOf({ graph: gathered.graph, files: gathered.files, versions: gathered.versions, others });
    const content = Buffer.from(sbom);
    return {
        ...gathered,
        files: [...gathered.files, { path: sbomPath, part: "sbom", content, executable: false, stacks: [] }],
    };
}

async function gatherProjects({ graph: source, engine }: GatherRequest): Promise<Gathered> {
    const { graph, directory, module, environments = {}, releases } = source;
    const stacks = graph.order;
    const files = await ReleaseFiles.of(directory, statesOf(source));
    const plugins = new Map<string, ReleaseVersion>();
    for (const { policyPacks } of Object.values(environments))
        for (const { path, config } of policyPacks)
            for (const one of [path, ...(config === undefined ? [] : [config])])
                await files.add(resolve(directory, one), "policies", stacks);
    for (const stack of stacks) {
        const { project, inputs, outputs } = source.definition(stack);
        for (const lock of locks(project)) if (files.isInside(lock)) await files.add(lock, "locks", [stack]);
        if (typeof outputs === "string") await files.add(resolve(directory, outputs), "contracts", [stack]);
        await files.add(project, "program", [stack]);
        for (const folder of await pluginFolders(project)) await files.add(folder, "program", [stack]);
        for (const file of inputs.files) await files.add(file, "program", [stack]);
        const main = await nodeProgram(project);
        if (main === undefined) continue;
        const closure = await closureOf([main]);
        for (const file of closure.files) await files.add(file, "program", [stack]);
        for (const plugin of pluginsOf(project, closure.packages)) {
            const key = `${plugin.name}@${plugin.version}`;
            plugins.set(key, { ...plugin, stacks: [...(plugins.get(key)?.stacks ?? []), stack] });
        }
    }
    if (module !== undefined) for (const file of (await closureOf([module])).files) await files.add(file, "driver");
    for (const file of releases.files) await files.add(file, "program", stacks);
    files.put(basename(source.file), await graphText(source.file), "graph");
    return {
        graph: graph.name,
        stacks,
        files: await files.read(),
        versions: [{ kind: "engine", name: "pulumi", version: engine, stacks }, ...distinct([...plugins.values()])],
    };
}

/** The graph's file as a release has it. */
export async function graphText(file: string): Promise<string> {
    const document = parseDocument(await readFile(file, "utf8"));
    if (isMap(document.contents)) for (const key of ofEnvironments) document.delete(key);
    return document.toString({ lineWidth: 0 });
}

/** Folders in which state lies, or a ledger. */
function statesOf({ directory, environments = {}, releases }: GraphFile): string[] {
    const urls = Object.values(environments).flatMap(({ backend, ledger }) => [backend, ledger]);
    return [...urls, releases.store]
        .map((url) => (url === undefined ? null : fileBackend(url, directory)))
        .filter((folder): folder is string => folder !== null && folder !== directory);
}

const projectSchema = z.looseObject({
    runtime: z.union([z.string(), z.looseObject({ name: z.string() })]),
    main: z.string().optional(),
});

/** The program of a project in Node; undefined of any other language: its folder and its locks are all that is known of it. */
async function nodeProgram(project: string): Promise<string | undefined> {
    const document = parseDocument(await readFile(join(project, "Pulumi.yaml"), "utf8"));
    const { runtime, main = "." } = projectSchema.parse(document.toJS());
    return (typeof runtime === "string" ? runtime : runtime.name) === "nodejs" ? resolve(project, main) : undefined;
}

const packageSchema = z.looseObject({
    version: z.string(),
    pulumi: z.looseObject({ resource: z.boolean().optional() }).optional(),
});

/** Pulumi's SDK and the providers among the packages that a program imports, as it finds them. */
export function pluginsOf(project: string, packages: readonly string[]): Omit<ReleaseVersion, "stacks">[] {
    const require = createRequire(join(project, "index.js"));
    return packages.flatMap((name) => {
        try {
            const { version, pulumi } = packageSchema.parse(require(`${name}/package.json`));
            const counts = name === "@pulumi/pulumi" || pulumi?.resource === true;
            return counts ? [{ kind: "plugin" as const, name, version }] : [];
        } catch {
            // What does not tell its version is told by its lock.
            return [];
        }
    });
}

/** Projects with packages of their own may have two versions of one plugin: then each is told with its number. */
function distinct(plugins: readonly ReleaseVersion[]): ReleaseVersion[] {
    const sorted = plugins.toSorted((a, b) => byText(a.name, b.name) || byText(a.version, b.version));
    return sorted.map((one) => {
        const several = sorted.filter(({ name }) => name === one.name).length > 1;
        return several ? { ...one, name: `${one.name}@${one.version}` } : one;
    });
}
