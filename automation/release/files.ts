/** The files of a release as they are gathered: which part each is of, and whose deployments are made of it. */
import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { exitCodes, TidegateError } from "../core/errors";
import { filesIn } from "../rollout/inputs";
import type { PartName, ReleaseFile } from "./manifest";

const run = promisify(execFile);

/** `.env`, `.env.local`, `prod.env`: of whoever works here, and where secrets are; git need not know that it is to ignore them. */
const variablesFile = /(^|\/)(\.env(\.[^/]+)?|[^/]+\.env)$/;
/** `.env.example`: what such a file is to hold. */
const exampleFile = /\.(example|sample|template|dist)$/;

interface Entry {
    part: PartName;
    readonly stacks: Set<string>;
    /** Undefined: that of the file. */
    readonly content?: Buffer;
}

export class ReleaseFiles {
    private readonly entries = new Map<string, Entry>();
    private known: ReadonlySet<string> | undefined;

    private constructor(
        /** Absolute; what lies outside cannot be in a release. */
        readonly root: string,
        /** Folders that are passed over: state, what a rollout writes. */
        private readonly without: readonly string[],
    ) {}

    static async of(root: string, without: readonly string[] = []): Promise<ReleaseFiles> {
        const files = new ReleaseFiles(root, without);
        files.known = await gitFiles(root);
        return files;
    }

    /**
     * A file, or a folder with all that is in it and that git does not ignore, where there is git, without files of variables
     * (`.env`): those are taken where they are named themselves. What is named twice is of
     * the part that it was given first, and of all stacks.
     * @throws TidegateError `release-file-outside`, `release-file-missing`
     */
    async add(path: string, part: PartName, stacks: readonly string[] = []): Promise<void> {
        if ((await stat(path).catch(() => undefined)) === undefined)
            throw new TidegateError(`${path} is named as a part of the release, and is not there.`, {
                code: "release-file-missing",
                hint: "Correct what names it in the graph's file.",
                exitCode: exitCodes.usage,
            });
        for (const file of await filesIn(path)) {
            if (file !== path && this.passedOver(file)) continue;
            this.keep(this.nameOf(file), { part, stacks: new Set(stacks) });
        }
    }

    /** Something that is no file, or not as it lies there. */
    put(name: string, content: string, part: PartName, stacks: readonly string[] = []): void {
        const before = this.entries.get(name);
        this.entries.set(name, {
            part,
            stacks: new Set([...(before?.stacks ?? []), ...stacks]),
            content: Buffer.from(content),
        });
    }

    has(path: string): boolean {
        return this.entries.has(this.nameOf(path));
    }

    isInside(path: string): boolean {
        const name = relative(this.root, path);
        return name !== ".." && !name.startsWith(`..${sep}`);
    }

    async read(): Promise<ReleaseFile[]> {
        return Promise.all(
            [...this.entries].map(async ([path, { part, stacks, content }]) => {
                if (content !== undefined) return { path, part, content, executable: false, stacks: [...stacks] };
                const file = join(this.root, path);
                const [{ mode }, read] = await Promise.all([stat(file), readFile(file)]);
                return { path, part, content: read, executable: (mode & 0o100) !== 0, stacks: [...stacks] };
            }),
        );
    }

    private keep(name: string, entry: Entry): void {
        const before = this.entries.get(name);
        if (before === undefined) this.entries.set(name, entry);
        else for (const stack of entry.stacks) before.stacks.add(stack);
    }

    private passedOver(file: string): boolean {
        if (this.without.some((folder) => file === folder || file.startsWith(folder + sep))) return true;
        if (variablesFile.test(file) && !exampleFile.test(file)) return true;
        return this.known !== undefined && this.isInside(file) && !this.known.has(this.nameOf(file));
    }

    private nameOf(file: string): string {
        if (this.isInside(file)) return relative(this.root, file).split(sep).join("/");
        throw new TidegateError(`${file} is a part of the release, and lies outside of ${this.root}.`, {
            code: "release-file-outside",
            hint: "A release holds what is below the graph's file: move that file up, or the other one below it.",
            exitCode: exitCodes.usage,
        });
    }
}

/** What git has of a folder, or would take; undefined where it is in no repository. */
async function gitFiles(root: string): Promise<ReadonlySet<string> | undefined> {
    try {
        const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
        const { stdout } = await run("git", ["ls-files", "-co", "--exclude-standard", "-z"], options);
        return new Set(stdout.split("\0"));
    } catch {
        return undefined;
    }
}

/** Where the files come from, as git tells it; empty where they are in no repository. */
export async function originOf(root: string): Promise<{ readonly commit?: string; readonly dirty?: boolean }> {
    try {
        const commit = (await run("git", ["rev-parse", "HEAD"], { cwd: root })).stdout.trim();
        const { stdout } = await run("git", ["status", "--porcelain", "--", "."], { cwd: root });
        return { commit, dirty: stdout.trim() !== "" };
    } catch {
        return {};
    }
}
