/** The state of stacks in Pulumi's file backend, read beside the CLI: what it tells too late, too slowly or not at all. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { pulumi } from "./cli";
import type { StackTarget } from "./target";

/** A stack in a file backend. */
export interface FileState {
    /** Of the backend: it holds `.pulumi`. Null for any other backend. */
    readonly directory: string | null;
    readonly project: string;
    readonly stack: string;
}

/**
 * The folder of a `file://` URL, of which `~` is the home directory and the rest is relative to `base`, as Pulumi reads
 * it (pkg/backend/diy, `massageBlobPath`); null for any other backend.
 */
export function fileBackend(url: string | undefined, base = process.cwd()): string | null {
    if (!url?.startsWith("file://")) return null;
    const path = url.slice("file://".length);
    return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(base, path);
}

const checkpointFile = (directory: string, { project, stack }: FileState): string =>
    join(directory, ".pulumi", "stacks", project, `${stack}.json`);

const locksFolder = (directory: string, { project, stack }: FileState): string =>
    join(directory, ".pulumi", "locks", "organization", project, stack);

/** The file of a stack's state; undefined for other backends. */
export const stateFile = (state: FileState): string | undefined =>
    state.directory === null ? undefined : checkpointFile(state.directory, state);

/** Whether the file backend knows this stack; undefined where only Pulumi can tell. */
export function stackExists(state: FileState): boolean | undefined {
    return state.directory === null ? undefined : existsSync(checkpointFile(state.directory, state));
}

/** Names of the stacks of a project that a file backend holds. */
export async function stacksIn(directory: string | null, project: string): Promise<string[]> {
    if (directory === null) return [];
    const names = await readdir(join(directory, ".pulumi", "stacks", project)).catch(() => []);
    return names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
}

/**
 * The checkpoint of a stack in the file backend; undefined where there is none, and for other backends.
 * @throws TidegateError `state-unreadable`: Pulumi would only say that it could not deserialize something
 */
export async function readCheckpoint(
    state: FileState,
    lastResort = "Where no copy is left, `pulumi stack export` of a backup and `pulumi stack import` put one back.",
): Promise<unknown> {
    if (state.directory === null || stackExists(state) !== true) return undefined;
    const file = checkpointFile(state.directory, state);
    try {
        return JSON.parse(await readFile(file, "utf8"));
    } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        const backup = existsSync(`${file}.bak`) ? `Pulumi keeps the one before it in ${file}.bak: copy it over.` : "";
        throw new TidegateError(`The state of ${state.stack}, ${file}, cannot be read: it is no JSON.`, {
            code: "state-unreadable",
            hint: `${backup} ${lastResort}`.trim(),
            cause: error,
            exitCode: exitCodes.usage,
        });
    }
}

/**
 * Tells one state of a stack from another, whoever has written it; undefined where there is none, or where somebody is
 * writing it. Of the file backend the file, of any other what the CLI exports, with its secrets encrypted.
 */
export async function checkpointVersion(
    state: FileState,
    target: Pick<StackTarget, "stack" | "fullName" | "workDirectory" | "variables">,
): Promise<string | undefined> {
    let content: string | Buffer;
    if (state.directory === null) {
        const { code, stdout } = await pulumi(["stack", "export"], target);
        if (code !== 0) return undefined;
        content = stdout;
    } else {
        if (stackExists(state) !== true) return undefined;
        const locks = await readdir(locksFolder(state.directory, state)).catch(() => []);
        // An older Tidegate, or somebody's hand, has taken a lock away and left its attributes.
        if (locks.some((name) => !name.endsWith(".attrs"))) return undefined;
        content = await readFile(checkpointFile(state.directory, state));
    }
    return createHash("sha256").update(content).digest("hex");
}

const pendingSchema = z.looseObject({
    checkpoint: z.looseObject({
        latest: z.looseObject({ pending_operations: z.array(z.unknown()).nullish() }).nullish(),
    }),
});

/** Whether operations on resources of a stack were begun and never ended; undefined where only Pulumi can tell. */
export async function hasPending(state: FileState): Promise<boolean | undefined> {
    if (state.directory === null) return undefined;
    const parsed = pendingSchema.safeParse(await readCheckpoint(state));
    return parsed.success && (parsed.data.checkpoint.latest?.pending_operations ?? []).length > 0;
}
