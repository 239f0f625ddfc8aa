/**
 * A release unpacked into a folder of its own, from which it is rolled out: its programs, its policy packs, its graph. What is
 * of an environment — backend, budgets, settings of single stacks — stays where it is, in the checkout.
 */
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { randomBytes } from "node:crypto";
import { parseDocument } from "yaml";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { repositoryRoot } from "../core/repository";
import { stackFileName } from "../core/stackFile";
import { loadGraphFile, pulumiStackName, type GraphFile } from "../graph/load";
import { ensureModules, modulesAreCurrent } from "../toolchain/node.mjs";
import { diffReleases } from "./diff";
import { gather } from "./gather";
import { manifestOf, sha256, shortId, type Manifest } from "./manifest";
import type { VerifiedRelease } from "./store";

/** The command line that a release brings along: where it has one, that one rolls it out. */
export const driverFile = "automation/cli/tidegate.mjs";

export interface Unpacked {
    /** Absolute. */
    readonly directory: string;
    /** The release's graph, with the environments of the checkout's. */
    readonly graph: GraphFile;
    /** Whether it brings its own driver. */
    readonly driver: boolean;
}

/** Where a release is unpacked. `graph`: of the checkout. */
export const unpackedIn = ({ home, directory }: GraphFile, environment: string, id: string): string =>
    join(home ?? directory, ".tidegate", environment, "releases", id);

/** Whether this driver is the one that the release has brought along. `root`: where the driver lies. */
export const isDriverOf = (graph: GraphFile, environment: string, id: string, root = repositoryRoot): boolean =>
    root === unpackedIn(graph, environment, id);

/** `graph`: of the checkout. `say`: lines for people. */
export async function unpackRelease(
    release: VerifiedRelease,
    graph: GraphFile,
    environment: string,
    say: (text: string) => void,
): Promise<Unpacked> {
    const { id, manifest } = release;
    const root = graph.home ?? graph.directory;
    const directory = unpackedIn(graph, environment, id);
    if (!(await isWhole(directory, manifest))) await write(directory, release);
    await writeFile(join(root, ".tidegate", ".gitignore"), "*\n");
    await linkModules(directory, root, manifest, say);
    const name = manifest.files.find(({ part }) => part === "graph")?.path ?? basename(graph.file);
    const own = await loadGraphFile(join(directory, name));
    const { environments, promotion } = graph;
    // Further files are in it: where they lie in the checkout says nothing of it.
    const releases = { ...graph.releases, files: own.releases.files };
    const released: GraphFile = { ...own, environments, releases, promotion, home: root };
    await linkStackFiles(released, directory, root, environment);
    return { directory, graph: released, driver: manifest.files.some(({ path }) => path === driverFile) };
}

async function isWhole(directory: string, { files }: Manifest): Promise<boolean> {
    const same = await Promise.all(
        files.map(async ({ path, sha256: digest, executable }) => {
            const file = join(directory, path);
            const content = await readFile(file).catch(() => undefined);
            if (content === undefined || sha256(content) !== digest) return false;
            return (((await lstat(file)).mode & 0o100) !== 0) === executable;
        }),
    );
    return same.every((one) => one);
}

/** Whole, or not at all: another process may look. */
async function write(directory: string, { manifest, files }: VerifiedRelease): Promise<void> {
    const draft = `${directory}.${randomBytes(4).toString("hex")}.part`;
    try {
        for (const { path, executable } of manifest.files) {
            const file = join(draft, path);
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, files.get(path)?.content ?? "");
            await chmod(file, executable ? 0o755 : 0o644);
        }
        try {
            await rename(draft, directory);
        } catch (error) {
            if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
            // Another process was first, and may roll it out from there by now; what is damaged goes.
            if (await isWhole(directory, manifest)) return;
            await rm(directory, { recursive: true, force: true });
            await rename(draft, directory);
        }
    } finally {
        await rm(draft, { recursive: true, force: true });
    }
}

/** Packages are those of the checkout where its lock is the release's, else they are installed by the release's. */
async function linkModules(
    directory: string,
    root: string,
    { files }: Manifest,
    say: (text: string) => void,
): Promise<void> {
    for (const { path } of files.filter((file) => basename(file.path) === "package.json")) {
        const folder = dirname(path);
        const [own, checkout] = [join(directory, folder), join(root, folder)];
        const [wanted, here] = await Promise.all([own, checkout].map(lockOf));
        const modules = join(own, "node_modules");
        const there = await lstat(modules).catch(() => undefined);
        if (wanted === undefined ? existsSync(modules) : modulesAreCurrent(own)) continue;
        // The packages of the checkout, which may be others by now: `npm ci` must not take those away.
        if (there?.isSymbolicLink()) await rm(modules, { force: true });
        const installed = join(checkout, "node_modules");
        const fitting = wanted === undefined ? existsSync(installed) : wanted === here && modulesAreCurrent(checkout);
        if (wanted === here && fitting) await symlink(installed, modules).catch(unlessThere);
        else if (wanted !== undefined) await ensureModules(say, own);
    }
}

const lockOf = (folder: string): Promise<string | undefined> =>
    readFile(join(folder, "package-lock.json"), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
    });

/** Another process, which unpacks the same, was first. */
const unlessThere = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EEXIST") throw error;
};

const projectSchema = z.looseObject({ stackConfigDir: z.string().optional() });

/** Encryption settings and `secure:` values of each stack: a link, which may name a file that Pulumi is about to write. */
async function linkStackFiles(graph: GraphFile, directory: string, root: string, environment: string): Promise<void> {
    for (const stack of graph.graph.order) {
        const { project, stack: template } = graph.definition(stack);
        const document = parseDocument(await readFile(join(project, "Pulumi.yaml"), "utf8"));
        const { stackConfigDir = "." } = projectSchema.parse(document.toJS());
        const file = stackFileName(pulumiStackName(template, environment, stack));
        const link = resolve(project, stackConfigDir, file);
        if ((await lstat(link).catch(() => undefined)) !== undefined) continue;
        await symlink(join(root, relative(directory, link)), link).catch(unlessThere);
    }
}

/**
 * Holds the engine and the plugins that would be used against those of the release.
 * @throws TidegateError `release-versions-differ`
 */
export async function demandVersions({ graph }: Unpacked, manifest: Manifest, engine: string): Promise<void> {
    const here = manifestOf(await gather({ graph: { ...graph, environments: {} }, engine }));
    const { versions } = diffReleases(manifest, { ...here, files: manifest.files });
    if (versions.length === 0) return;
    const lines = versions.map(
        ({ kind, name, from, to }) => `  ${kind} ${name} is ${from ?? "none"}, here ${to ?? "none"}`,
    );
    throw new TidegateError(
        `${manifest.graph} would be rolled out with other versions than its release has:\n${lines.join("\n")}`,
        {
            code: "release-versions-differ",
            hint: "Install those of the release: `npm ci`, and its Pulumi. Nothing was touched.",
            exitCode: exitCodes.refused,
        },
    );
}

/** For people. */
export const releaseText = (id: string): string => `release ${shortId(id)}`;
