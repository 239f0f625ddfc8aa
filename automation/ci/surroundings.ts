/** Which CI runs this process, and what it says of the change that it is about. */
import { existsSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { z } from "zod";

export interface CiSurroundings {
    /** `github`, `gitlab`, `jenkins`, or another that env-ci knows. */
    readonly service: string;
    /** For people. */
    readonly name: string;
    readonly commit: string | null;
    /** Number of the pull or merge request. */
    readonly pullRequest: string | null;
    /** Branch that it is to be merged into; null where there is no pull request. */
    readonly base: string | null;
    /** Of the run, for people. */
    readonly url: string | null;
    /** Who has started it, as the CI knows them. */
    readonly actor: string | null;
}

const text = z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => (value === undefined || value === null || value === "" ? null : String(value)));
const described = z.looseObject({
    isCi: z.boolean(),
    service: z.string().optional(),
    name: z.string().optional(),
    commit: text,
    branch: text,
    pr: text,
    isPr: z.boolean().optional(),
    buildUrl: text,
    jobUrl: text,
});

/** Who has started the run, of those that say it; the build-user plugin of Jenkins sets the last one. */
const actors = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID"];

/** Undefined in a shell, and where nothing but `CI` is known: then there is nothing to be said of it. */
export function ciSurroundings(variables: Readonly<NodeJS.ProcessEnv> = process.env): CiSurroundings | undefined {
    if (!variables["CI"] && !variables["JENKINS_URL"] && !variables["TF_BUILD"]) return undefined;
    const envCi = (require("env-ci") as { default: (options: object) => unknown }).default;
    const parsed = described.safeParse(envCi({ env: variables, cwd: process.cwd() }));
    if (!parsed.success || parsed.data.service === undefined || parsed.data.service === "git") return undefined;
    const { service, name = service, commit, branch, pr, isPr, buildUrl, jobUrl } = parsed.data;
    return {
        service,
        name,
        commit,
        pullRequest: pr,
        base: isPr === true ? branch : null,
        url: jobUrl ?? buildUrl,
        actor: actors.map((key) => variables[key]).find((value) => value) ?? null,
    };
}

/** Since which commit a pull request, or else the last commit of a branch, has changed something. */
export const changedSinceIn = ({ base }: Pick<CiSurroundings, "base">): string =>
    base === null ? "HEAD~1" : `origin/${base}`;

/** A place in a file of the checkout that a message names: `stacks/dev.yaml:12:3`. */
export interface Place {
    readonly file: string;
    readonly line: number;
    readonly column: number | undefined;
}

/** The first that is told; one outside the checkout is none that a CI could show. */
export function placeIn(message: string, root: string): Place | undefined {
    for (const [, file = "", line, column] of message.matchAll(
        /(?:^|[\s('"])([^\s('":]+\.[A-Za-z]+):(\d+)(?::(\d+))?/g,
    )) {
        const path = isAbsolute(file) ? relative(root, file) : file;
        // `kafka.example.com:9092` looks the same.
        if (path.startsWith("..") || !existsSync(join(root, path))) continue;
        return { file: path, line: Number(line), column: column === undefined ? undefined : Number(column) };
    }
    return undefined;
}
