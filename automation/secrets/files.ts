/** Which files a scan looks at, and their texts: of the working tree, or of git's index. */
import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { textMax } from "../../policy/secrets";
import { exitCodes, messageOf, TidegateError } from "../core/errors";

const run = promisify(execFile);
const outputMax = 256 * 1024 * 1024;

/** Never part of a project's own text. */
const passed = new Set([".git", "node_modules", ".venv", "__pycache__", "target", "dist"]);

export interface SourceFile {
    /** Relative to the root, with slashes. */
    readonly file: string;
    /** Undefined where it is too large, or no text. */
    readonly text: string | undefined;
    readonly skipped?: "too large";
}

async function git(root: string, args: readonly string[]): Promise<string | undefined> {
    try {
        return (await run("git", ["-C", root, ...args], { maxBuffer: outputMax, encoding: "utf8" })).stdout;
    } catch {
        return undefined;
    }
}

const listed = (output: string): string[] => output.split("\0").filter((file) => file !== "");

/**
 * All files that git knows or would take, and those that it ignores where they are named like settings: what is not
 * committed is read by somebody all the same. Without git, all files.
 * @throws TidegateError `secrets-path-missing`
 */
export async function filesOf(root: string, paths: readonly string[]): Promise<readonly string[]> {
    for (const path of paths)
        await stat(resolve(root, path)).catch(() => {
            throw new TidegateError(`There is no ${path} to scan.`, {
                code: "secrets-path-missing",
                hint: "Paths are files and folders, from where the command runs.",
                exitCode: exitCodes.usage,
            });
        });
    const wanted = paths.map((path) => relative(root, resolve(root, path)).split(sep).join("/"));
    const spec = wanted.length === 0 ? [] : ["--", ...wanted.map((path) => (path === "" ? "." : path))];
    const known = await git(root, ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...spec]);
    const ignored =
        known === undefined
            ? undefined
            : await git(root, ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", ...spec]);
    if (known !== undefined && ignored === undefined)
        throw new TidegateError("git lists the files that it knows, and not those that it ignores.", {
            code: "secrets-unreadable",
            hint: "`git ls-files --others --ignored --exclude-standard` tells why; without it settings would be passed over.",
        });
    const settings = listed(ignored ?? "").filter(
        (file) =>
            /(^|\/)(\.env[^/]*|[^/]+\.env|Pulumi\.[^/]+\.ya?ml|profiles\.ya?ml)$/.test(file) &&
            !file.split("/").some((part) => passed.has(part)),
    );
    if (known === undefined) return walked(root, wanted.length === 0 ? [""] : wanted);
    const found = [...listed(known), ...settings];
    // Whoever names a file or a folder wants it read, though git ignores it.
    const passedOver = wanted.filter(
        (path) => path !== "" && !listed(known).some((file) => file === path || file.startsWith(`${path}/`)),
    );
    return [...new Set([...found, ...(await walked(root, passedOver))])].sort();
}

async function walked(root: string, from: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const start of from) {
        if (start !== "" && (await stat(join(root, start))).isFile()) {
            found.push(start);
            continue;
        }
        for (const entry of await readdir(join(root, start), { withFileTypes: true })) {
            const path = start === "" ? entry.name : `${start}/${entry.name}`;
            if (entry.isDirectory() && !passed.has(entry.name)) found.push(...(await walked(root, [path])));
            else if (entry.isFile()) found.push(path);
        }
    }
    return found;
}

/** @throws TidegateError `secrets-unreadable` */
export async function readSource(root: string, file: string): Promise<SourceFile | undefined> {
    try {
        const found = await stat(join(root, file));
        if (!found.isFile()) return undefined;
        if (found.size > textMax) return { file, text: undefined, skipped: "too large" };
        return { file, text: asText(await readFile(join(root, file))) };
    } catch (error) {
        // Deleted, and git does not know it yet.
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new TidegateError(`${file} cannot be read: ${messageOf(error)}.`, {
            code: "secrets-unreadable",
            hint: "A scan that leaves a file out is none: see to it that this user may read it.",
            cause: error,
            exitCode: exitCodes.usage,
        });
    }
}

/**
 * What the next commit would have, by its content in git's index.
 * @throws TidegateError `secrets-no-git`
 */
export async function stagedSources(root: string): Promise<readonly SourceFile[]> {
    const names = await git(root, ["diff", "--cached", "--name-only", "-z", "--diff-filter=ACMR", "--relative"]);
    if (names === undefined)
        throw new TidegateError(`${root} is in no git repository, so that nothing is staged.`, {
            code: "secrets-no-git",
            hint: "Without --staged the files themselves are scanned.",
            exitCode: exitCodes.usage,
        });
    const sources: SourceFile[] = [];
    for (const file of listed(names)) {
        const { stdout } = await run("git", ["-C", root, "show", `:./${file}`], {
            maxBuffer: outputMax,
            encoding: "buffer",
        });
        sources.push(
            stdout.length > textMax ? { file, text: undefined, skipped: "too large" } : { file, text: asText(stdout) },
        );
    }
    return sources;
}

/** Undefined for what is no text: a byte 0 among the first thousands, as git tells it. */
const asText = (bytes: Buffer): string | undefined =>
    bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString("utf8");
