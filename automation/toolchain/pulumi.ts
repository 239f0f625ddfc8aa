import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tar from "tar";
import { messageOf, TidegateError } from "../core/errors";
import { artifact, pins } from "./bootstrap.mjs";
import type { Board, BoardLine } from "./board";
import { fetchFile } from "./download";
import { buildPrograms, findGo } from "./goModule";
import { engineFolder, launcher, Layout } from "./layout";
import type { PythonPackages } from "./python";

/** Where Pulumi publishes its releases. */
const releases = "https://get.pulumi.com/releases/sdk";

/** How long the release site may take to answer at all, in milliseconds, before the engine is built instead. */
const answerTimeout = 5_000;

/** How many packages `go build -v` names for a cold build of 3.250.0: only for telling how far it is. */
const packagesToCompile = 1_640;

const modulePath = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

export interface PulumiOptions {
    readonly root: string;
    readonly board: Board;
    readonly python: PythonPackages;
    readonly signal?: AbortSignal | undefined;
    /** Base URL of the release archives. @default TIDEGATE_PULUMI_RELEASES, else Pulumi's own */
    readonly releases?: string | undefined;
}

/** The archive's name; undefined on a platform that Pulumi publishes none for. */
function archiveName(): string | undefined {
    const system = { linux: "linux", darwin: "darwin" }[process.platform as string];
    const machine = { x64: "x64", arm64: "arm64" }[process.arch as string];
    return system && machine ? `pulumi-v${pins.pulumi}-${system}-${machine}.tar.gz` : undefined;
}

/** The published SHA-256 of a file, in the format of sha256sum: `<hex>  <name>`. */
export function publishedChecksum(checksums: string, name: string): string | undefined {
    for (const line of checksums.split(/\r?\n/)) {
        const [digest, file] = line.trim().split(/\s+\*?/);
        if (file === name && digest !== undefined && /^[0-9a-f]{64}$/.test(digest)) return digest;
    }
    return undefined;
}

/** @returns the SHA-256 of the archive, or why the site cannot be used from here */
async function askForChecksum(base: string, name: string, signal?: AbortSignal): Promise<{ sha256: string } | string> {
    try {
        const timeout = AbortSignal.timeout(answerTimeout);
        // The checksum file's name, unlike the archive's, has no "v" before the version.
        const response = await fetch(`${base}/pulumi-${pins.pulumi}-checksums.txt`, {
            signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        });
        if (!response.ok) return `HTTP status ${response.status}`;
        const sha256 = publishedChecksum(await response.text(), name);
        return sha256 === undefined ? `it publishes no checksum of ${name}` : { sha256 };
    } catch (error) {
        signal?.throwIfAborted();
        return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
    }
}

/** The engine and the language host for Node from the official archive. @returns whether there is one to be had */
async function fromArchive({ root, board, signal, ...options }: PulumiOptions, line: BoardLine): Promise<boolean> {
    const base = options.releases ?? process.env["TIDEGATE_PULUMI_RELEASES"] ?? releases;
    const name = archiveName();
    if (name === undefined) return false;
    line.say("asking for the official release");
    const checksum = await askForChecksum(base, name, signal);
    if (typeof checksum === "string") {
        board.note(
            `Pulumi's release site cannot be used from here (${checksum}): building the engine from its Go module.`,
        );
        return false;
    }
    const fill = async (partial: string) => {
        const archive = join(partial, name);
        let come = 0;
        const onBytes = (difference: number) =>
            line.say(`fetching the official release, ${Math.round((come += difference) / 1e6)} MB`);
        await fetchFile({
            url: `${base}/${name}`,
            file: archive,
            ...checksum,
            registry: "Pulumi's release site",
            onBytes,
            signal,
        });
        line.say("unpacking");
        // Hosts for other languages make up most of the archive.
        const wanted = /^pulumi\/(pulumi|pulumi-(language|analyzer|resource)-.*nodejs.*)$/;
        await tar.extract({ file: archive, cwd: partial, strip: 1, filter: (path) => wanted.test(path) });
        await rm(archive);
        if (!existsSync(join(partial, "pulumi")))
            throw new TidegateError(`The archive ${name} holds no pulumi.`, {
                code: "archive-unexpected",
                hint: `Tidegate expects pulumi/pulumi in it. Install Pulumi ${pins.pulumiMinimum} or newer yourself, on PATH.`,
            });
    };
    await artifact(new Layout(root).pulumiArchive, fill, {
        root,
        keepPartial: true,
        signal,
        waiting: (pid) => line.waitFor(pid),
    });
    return true;
}

/** Builds the engine from its Go module. Takes some minutes of every core. */
async function fromGoModule({ root, python, signal }: PulumiOptions, line: BoardLine): Promise<void> {
    const go = await findGo(root, python);
    const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pins.pulumi}`;
    const fill = async (target: string) => {
        await buildPrograms({
            what: "Building the Pulumi engine with Go",
            module: engineFolder,
            programs: [{ path: modulePath, name: "pulumi", ldflags: `-s -w ${version}` }],
            ...{ packagesToCompile, target, go, line, signal },
        });
        await writeFile(join(target, "pulumi-language-nodejs"), launcher, { mode: 0o755 });
    };
    const { pulumiBuilt } = new Layout(root);
    await artifact(pulumiBuilt, fill, { root, keepPartial: true, signal, waiting: (pid) => line.waitFor(pid) });
}

/** Puts a Pulumi into the cache: the official release where it can be had, else one built from source. */
export async function ensurePulumi(options: PulumiOptions): Promise<void> {
    const line = options.board.line("Pulumi");
    if (!(await fromArchive(options, line))) await fromGoModule(options, line);
    line.done();
}
