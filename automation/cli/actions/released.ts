/** Opens a release for a rollout: found, verified, unpacked, and where it brings its own driver, handed over to that. */
import { join } from "node:path";
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import { shortId, type Manifest } from "../../release/manifest";
import { openReleases } from "../../release/open";
import { demandVersions, driverFile, isDriverOf, releaseText, unpackRelease } from "../../release/unpacked";
import { loadModule } from "../../rollout/module";
import { ensureEngine } from "../../toolchain";
import { runThrough } from "../child";
import { remark } from "../output";
import { stderrProgress } from "../progress";
import { unsignedText } from "./release";

export interface OpenedRelease {
    readonly id: string;
    readonly manifest: Manifest;
    /** The release's, with the environments of the checkout's. */
    readonly graph: GraphFile;
}

/** How a release's own driver is called. */
export interface OpeningCommand {
    /** Its arguments, once the release is found. @default those of this process, with `--release` */
    readonly args?: (id: string) => readonly string[];
    /** A file that a driver has which knows the command; undefined: every driver that knows releases does. */
    readonly known?: string;
    /** What to do where its driver does not. @default the `up` that does it */
    readonly instead?: string;
}

/** The arguments of this process, with an option that names the very release that was found. */
export const sameWith =
    (option: string) =>
    (id: string): string[] =>
        withRelease(process.argv.slice(2), id, option);

/** The arguments of this process, which say enough. */
export const sameArguments = (): string[] => process.argv.slice(2);

/**
 * Undefined where the release's own driver has done all of it: this process then only passes its exit code on.
 * @param wanted name of the release, or the beginning of it
 * @throws TidegateError `command-unknown` where the release's own driver does not know the command
 */
export async function openRelease(
    environment: string,
    wanted: string,
    { args: argsFor = sameWith("--release"), known, instead }: OpeningCommand = {},
): Promise<OpenedRelease | undefined> {
    const say = (text: string): void => remark(pc.dim(text));
    const graph = await loadGraphFile();
    const { store, trust } = await openReleases(graph);
    const id = await store.find(wanted);
    const release = await store.open(id, trust);
    say(`${releaseText(id)}: ${release.signer === undefined ? unsignedText : `signed by ${release.signer.name}`}`);
    if (known !== undefined) demandKnown(release, environment, known, instead);
    const unpacked = await unpackRelease(release, graph, environment, say);
    if (unpacked.driver && !isDriverOf(graph, environment, id)) {
        const file = await loadModule(graph).file?.(environment);
        const variables = {
            ...process.env,
            TIDEGATE_GRAPH: graph.file,
            ...(file === undefined ? {} : { TIDEGATE_ENVIRONMENT_FILE: file }),
        };
        const args = [join(unpacked.directory, driverFile), ...argsFor(id)];
        process.exitCode = await runThrough(process.execPath, args, variables);
        return undefined;
    }
    const progress = stderrProgress();
    const tools = await ensureEngine(progress, new AbortController().signal).finally(() => progress.close());
    await demandVersions(unpacked, release.manifest, tools.pulumi.version);
    return { id, manifest: release.manifest, graph: unpacked.graph };
}

/**
 * A release that brings no driver of its own is rolled out by this one.
 * @param known file that a driver has which knows the command
 * @throws TidegateError `command-unknown`
 */
export function demandKnown(
    { id, manifest }: Pick<OpenedRelease, "id"> & { readonly manifest: Pick<Manifest, "files"> },
    environment: string,
    known: string,
    instead = `\`npx tidegate up ${environment} --release ${shortId(id)}\` rolls it out; then \`npx tidegate release-hold ${environment} --why WHY\` holds what would replace it.`,
): void {
    const has = (file: string): boolean => manifest.files.some(({ path }) => path === file);
    if (!has(driverFile) || has(known)) return;
    throw new TidegateError(
        `The driver of ${releaseText(id)} is older than this command, and only it rolls that release out. Nothing was touched.`,
        {
            code: "command-unknown",
            hint: instead,
            exitCode: exitCodes.refused,
        },
    );
}

function withRelease(args: readonly string[], id: string, option: string): string[] {
    const at = args.findIndex((one) => one === option || one.startsWith(`${option}=`));
    if (at < 0) return [...args, option, id];
    return [...args.slice(0, at), option, id, ...args.slice(args[at] === option ? at + 2 : at + 1)];
}
