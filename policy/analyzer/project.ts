/** The project that a pack is run for, on disk: its stack files say what the engine does not. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { stackFileName } from "../../automation/core/stackFile";
import type { Context } from "./pack";

export interface ProjectFolder {
    /** Holds the Pulumi.yaml that is deployed from. */
    readonly directory: string;
    /** Holds the program: what its author keeps beside it. */
    readonly source: string;
    /** Holds the stacks' files. */
    readonly stacks: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function* above(directory: string): Generator<string> {
    for (let folder = directory; ; folder = dirname(folder)) {
        yield folder;
        if (folder === dirname(folder)) return;
    }
}

/**
 * The engine tells a pack its project's folder only through some language hosts. Else somebody says it, or it is where
 * `pulumi` was called. Each is taken only where its Pulumi.yaml is of the project's name.
 */
export function projectFolder(
    { directory, project }: Pick<Context, "directory" | "project">,
    places: readonly (string | undefined)[] = [
        process.env["TIDEGATE_PROJECT_DIRECTORY"],
        process.env["PWD"],
        process.cwd(),
    ],
): ProjectFolder | undefined {
    for (const place of [directory, ...places]) {
        if (place === undefined || place === "") continue;
        for (const folder of above(place)) {
            const file = join(folder, "Pulumi.yaml");
            if (!existsSync(file)) continue;
            const described = read(file);
            if (described?.["name"] !== project) continue;
            const main = resolve(folder, text(described["main"]) ?? ".");
            return {
                directory: folder,
                source: /\.\w+$/.test(main) ? dirname(main) : main,
                stacks: resolve(folder, text(described["stackConfigDir"]) ?? "."),
            };
        }
    }
    return undefined;
}

/** What a policy says that could not look: silence would be a pass. */
export const projectUnseen = ({ project }: Pick<Context, "project">): string =>
    `its files were not looked at, for no Pulumi.yaml of the project '${project}' is where pulumi was called or above; call it there, or name the folder by TIDEGATE_PROJECT_DIRECTORY.`;

function read(file: string): Record<string, unknown> | undefined {
    try {
        const content: unknown = parse(readFileSync(file, "utf8"));
        return isRecord(content) ? content : undefined;
    } catch {
        return undefined;
    }
}

export interface StackFile {
    readonly path: string;
    readonly content: string;
    /** `passphrase`, or the URL of a key. */
    readonly secretsProvider: string;
}

/** Undefined where there is none. */
export function readStackFile({ stacks }: ProjectFolder, stack: string): StackFile | undefined {
    const path = join(stacks, stackFileName(stack));
    if (!existsSync(path)) return undefined;
    const named = text(read(path)?.["secretsprovider"]);
    return { path, content: readFileSync(path, "utf8"), secretsProvider: named ?? "passphrase" };
}
