/** What git knows of a checkout: which files differ from a commit, and how a file was at it. */
import { execFile } from "node:child_process";
import { relative, resolve } from "node:path";
import { promisify } from "node:util";
import { exitCodes, messageOf, TidegateError } from "./errors";

const limitSeconds = 60;
/** Of what git prints, bytes: a diff of names of some hundred thousand files. */
const maxBuffer = 64 * 1024 * 1024;

export interface Since {
    /** The commit that both have in common: what came after it elsewhere is no change of ours. */
    readonly commit: string;
    /** Absolute files that differ from it, deleted and new ones too, committed or not; sorted. */
    readonly files: readonly string[];
    /** A file as it was then, by its absolute path; undefined where it was not. */
    fileAt(file: string): Promise<string | undefined>;
}

/**
 * What has changed in the checkout that holds `directory` since `revision`: a branch, a tag, a commit.
 * @throws TidegateError `git-failed` where there is no git, no checkout, no such revision or nothing in common with it
 */
export async function changedSince(directory: string, revision: string): Promise<Since> {
    const git = (...args: string[]): Promise<string> => run(directory, args);
    const root = (await git("rev-parse", "--show-toplevel")).trim();
    const named = (await git("rev-parse", "--verify", "--end-of-options", `${revision}^{commit}`)).trim();
    const commit = (await git("merge-base", named, "HEAD")).trim();
    const [differing, untracked] = await Promise.all([
        // A renamed file is one that is gone and one that is new.
        git("diff", "--name-only", "--no-renames", "-z", commit),
        git("-C", root, "ls-files", "--others", "--exclude-standard", "-z"),
    ]);
    const files = [...split(differing), ...split(untracked)].map((file) => resolve(root, file));
    return {
        commit,
        files: [...new Set(files)].sort(),
        fileAt: async (file) => {
            const path = relative(root, file);
            if ((await git("-C", root, "ls-tree", "--name-only", commit, "--", path)).trim() === "") return undefined;
            return git("show", `${commit}:${path}`);
        },
    };
}

const split = (text: string): string[] => text.split("\0").filter((name) => name !== "");

async function run(cwd: string, args: readonly string[]): Promise<string> {
    try {
        const { stdout } = await promisify(execFile)("git", args, { cwd, maxBuffer, timeout: limitSeconds * 1000 });
        return stdout;
    } catch (error) {
        const said = (error as { stderr?: string }).stderr?.trim();
        throw new TidegateError(`git ${args[0] ?? ""} failed in ${cwd}: ${said || messageOf(error)}`, {
            code: "git-failed",
            hint: "It needs a checkout with its history: in CI, fetch all of it (`fetch-depth: 0`) and the branch to compare with.",
            exitCode: exitCodes.usage,
            cause: error,
        });
    }
}
