/**
 * What a deployment of a stack is made of, as digests: equal ones, and a checkpoint that nobody has touched since, give
 * the same deployment. Rather too much than too little: what is in it without need costs a deployment that changes nothing.
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { stackFileName } from "../core/stackFile";
import type { PolicyPack } from "../engine/target";
import type { LedgerStore } from "../ledger/store";
import { programFiles, type Loads } from "./programFiles";

/** What of a stack is not in its project's folder. */
export interface MoreInputs {
    /** Files, or folders with all that is in them, that a program reads beside its imports. */
    readonly files: readonly string[];
    /** Programs in Node whose imports count: a provider plugin. */
    readonly programs: readonly string[];
    /** Of modules that load one of several, which it is: see `programFiles`. @default all that they could load */
    readonly loads?: Loads;
    /** Anything else, by name. */
    readonly values: Readonly<Record<string, string>>;
}

export interface InputsRequest {
    /** Holds the Pulumi.yaml that is deployed from. */
    readonly workDirectory: string;
    /** The project as its author keeps it. */
    readonly project: string;
    readonly stack: string;
    /** What files are named by, so that two clones agree. */
    readonly root: string;
    /** Environment variables that the programs are given on purpose. */
    readonly variables: Readonly<Record<string, string>>;
    /** Keyed digests of the outputs of what it stands on, by name. */
    readonly upstream: ReadonlyMap<string, string>;
    readonly versions: Readonly<Record<string, string>>;
    /** What it has to pass. */
    readonly policyPacks: readonly PolicyPack[];
    readonly more: MoreInputs;
}

const projectSchema = z.looseObject({
    runtime: z.union([z.string(), z.looseObject({ name: z.string() })]),
    main: z.string().optional(),
    stackConfigDir: z.string().optional(),
    config: z.unknown().optional(),
    plugins: z
        .looseObject({
            providers: z.array(z.looseObject({ path: z.string() })).optional(),
            languages: z.array(z.looseObject({ path: z.string() })).optional(),
            analyzers: z.array(z.looseObject({ path: z.string() })).optional(),
        })
        .optional(),
});

const keyName = "digest.key";
const keyBytes = 32;

/** Of a key that never leaves the ledger: digests of secrets tell nothing without it. */
export class DigestKey {
    private constructor(private readonly key: Buffer) {}

    /**
     * An object of the ledger's store, made by whoever comes first: one key for all who roll the environment out. Another
     * key makes every digest another: nothing is skipped.
     * @throws TidegateError `ledger-refused` where what is there is no key, `ledger-unfit` where a name is given twice
     */
    static async open(store: LedgerStore): Promise<DigestKey> {
        const kept = (await store.read(keyName)) ?? (await DigestKey.make(store));
        const key = Buffer.from(kept?.trim() ?? "", "hex");
        if (key.length === keyBytes) return new DigestKey(key);
        throw new TidegateError(
            `${keyName} in ${store.where} is no key: it has to be ${keyBytes} bytes in hexadecimal.`,
            {
                code: "ledger-refused",
                hint: "Delete it: another one is made, and everything is deployed once more.",
            },
        );
    }

    /** The first object of a ledger, and so the one by which it is seen whether its store keeps what a ledger stands on. */
    private static async make(store: LedgerStore): Promise<string | undefined> {
        const [key, other] = [randomBytes(keyBytes), randomBytes(keyBytes)].map((bytes) => bytes.toString("hex"));
        if (!(await store.create(keyName, key ?? ""))) return store.read(keyName);
        if (!(await store.create(keyName, other ?? ""))) return key;
        await store.remove(keyName);
        throw new TidegateError(`${store.where} lets an object be made twice, so it cannot keep a ledger.`, {
            code: "ledger-unfit",
            hint: "Its server has to know `If-None-Match: *`. Let `ledger` of the environment name another place.",
        });
    }

    digest(value: unknown): string {
        return createHmac("sha256", this.key).update(stable(value)).digest("hex");
    }
}

/** Digests by part, so that it can be told what has changed. */
export type Inputs = Readonly<
    Record<"program" | "project" | "configuration" | "variables" | "upstream" | "policies" | "versions", string>
>;

/** Where to look for what a stack is made of. */
export type SourcesRequest = Pick<InputsRequest, "workDirectory" | "project" | "more">;

/** Absolute files and folders of a stack's program, with what else its `Pulumi.yaml` says. */
async function described({ workDirectory, project, more }: SourcesRequest) {
    const projectFile = join(workDirectory, "Pulumi.yaml");
    const { stackConfigDir, main, runtime, plugins, ...rest } = projectSchema.parse(
        parse(await readFile(projectFile, "utf8")),
    );
    const runtimeName = typeof runtime === "string" ? runtime : runtime.name;
    const entry = resolve(workDirectory, main ?? ".");
    const own = await programFiles(runtimeName === "nodejs" ? [entry, ...more.programs] : more.programs, more.loads);
    return {
        sources: [...own, ...foldersOf(plugins, workDirectory), ...locks(project), ...more.files],
        projectFile,
        configuration: resolve(workDirectory, stackConfigDir ?? "."),
        rest: { ...rest, runtime: runtimeName },
    };
}

/** Absolute files and folders: a stack is made of them, and of what is in the folders. */
export async function sourcesOf({
    stack,
    policyPacks,
    ...request
}: SourcesRequest & Pick<InputsRequest, "stack" | "policyPacks">): Promise<string[]> {
    const { sources, projectFile, configuration } = await described(request);
    const packs = policyPacks.flatMap(({ path, config }) => (typeof config === "string" ? [path, config] : [path]));
    return [...sources, projectFile, join(configuration, stackFileName(stack)), ...packs];
}

export async function inputsOf(request: InputsRequest, key: DigestKey): Promise<Inputs> {
    const { project, stack, root, variables, upstream, versions, more } = request;
    const { sources, configuration, rest } = await described(request);
    const files = new Map<string, string>();
    for (const path of sources)
        for (const file of await filesIn(path)) files.set(relative(root, file), await fileDigest(file));
    const parts = {
        program: { format: 1, files: Object.fromEntries(files) },
        project: rest,
        configuration: await stackConfiguration(configuration, stack),
        variables: { ...variables, ...more.values },
        upstream: Object.fromEntries(upstream),
        versions: { ...versions, sdk: sdkVersion(project) },
    };
    return {
        program: key.digest(parts.program),
        project: key.digest(parts.project),
        configuration: key.digest(parts.configuration),
        variables: key.digest(parts.variables),
        upstream: key.digest(parts.upstream),
        policies: key.digest(await policies(request)),
        versions: key.digest(parts.versions),
    };
}

async function policies({ policyPacks, root }: InputsRequest): Promise<unknown> {
    const packs = policyPacks.map(async ({ path, config }) => {
        const files = [...(await filesIn(path)), ...locks(path), ...(typeof config === "string" ? [config] : [])];
        const digests = files.map(async (file) => [relative(root, file), await fileDigest(file)] as const);
        return {
            files: Object.fromEntries(await Promise.all(digests)),
            config: typeof config === "string" ? {} : config,
        };
    });
    return Promise.all(packs);
}

type Plugins = z.infer<typeof projectSchema>["plugins"];

const foldersOf = (plugins: Plugins, project: string): string[] =>
    Object.values(plugins ?? {})
        .flat()
        .flatMap((one) => (isPlugin(one) ? [resolve(project, one.path)] : []));

/** Absolute folders of the plugins that a project's `Pulumi.yaml` names by theirs. */
export async function pluginFolders(project: string): Promise<string[]> {
    const { plugins } = projectSchema.parse(parse(await readFile(join(project, "Pulumi.yaml"), "utf8")));
    return foldersOf(plugins, project);
}

const isPlugin = (value: unknown): value is { path: string } =>
    typeof value === "object" && value !== null && "path" in value && typeof value.path === "string";

/** Configuration and encryption of a stack; of the salts nothing, for they come with the first deployment. */
async function stackConfiguration(directory: string, stack: string): Promise<unknown> {
    const file = join(directory, stackFileName(stack));
    if (!existsSync(file)) return {};
    const content = z.looseObject({}).safeParse(parse(await readFile(file, "utf8")));
    const { encryptionsalt: _salt, encryptedkey: _key, ...rest } = content.success ? content.data : {};
    return rest;
}

const lockNames = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"];
const otherLocks = ["requirements.txt", "poetry.lock", "uv.lock", "go.mod", "go.sum"];

/** The nearest locks of packages, from the project upward. */
export function locks(project: string): string[] {
    for (let folder = project; ; folder = dirname(folder)) {
        const found = [...lockNames, ...otherLocks]
            .map((name) => join(folder, name))
            .filter((file) => existsSync(file));
        if (found.length > 0 || folder === dirname(folder)) return found;
    }
}

function sdkVersion(project: string): string {
    try {
        const manifest = createRequire(join(project, "index.js"))("@pulumi/pulumi/package.json") as unknown;
        return z.looseObject({ version: z.string() }).parse(manifest).version;
    } catch {
        return "none";
    }
}

/** Never of a program: what others have made, and what Pulumi and this driver write. */
const passedOver = new Set(["node_modules", ".git", ".tidegate", ".pulumi", "__pycache__", ".venv", "venv"]);

/** All that is in a folder, or the file itself; settings of single stacks are not of the program. */
export async function filesIn(path: string): Promise<string[]> {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.isFile()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    const inside = await Promise.all(
        entries
            .filter(({ name }) => !passedOver.has(name) && !/^Pulumi\..+\.yaml$/.test(name))
            .map((entry) => (entry.isDirectory() || entry.isFile() ? filesIn(join(path, entry.name)) : [])),
    );
    return inside.flat();
}

async function fileDigest(file: string): Promise<string> {
    const content = await readFile(file).catch(() => undefined);
    return content === undefined ? "none" : createHash("sha256").update(content).digest("hex");
}

/** JSON with sorted keys. */
function stable(value: unknown): string {
    return JSON.stringify(value, (_key, part: unknown) =>
        typeof part === "object" && part !== null && !Array.isArray(part)
            ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
            : part,
    );
}
