/** Opens a release for a rollout: found, verified, unpacked, and where it brings its own driver, handed over to that. */
import { join } from "node:path";
import pc from "picocolors";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import type { Manifest } from "../../release/manifest";
import { openReleases } from "../../release/open";
import { demandVersions, driverFile, isDriverOf, releaseText, unpackRelease } from "../../release/unpacked";
import { loadModule } from "../../rollout/module";
import { ensureEngine } from "../../toolchain";
import { runThrough } from "../child";
import { stderrProgress } from "../progress";
import { unsignedText } from "./release";

export interface OpenedRelease {
    readonly id: string;
    readonly manifest: Manifest;
    /** The release's, with the environments of the checkout's. */
    readonly graph: GraphFile;
}

/**
 * Undefined where the release's own driver has done all of it: this process then only passes its exit code on.
 * @param wanted name of the release, or the beginning of it
 */
export async function openRelease(environment: string, wanted: string): Promise<OpenedRelease | undefined> {
    const say = (text: string): void => void process.stderr.write(`${pc.dim(text)}\n`);
    const graph = await loadGraphFile();
    const { store, trust } = await openReleases(graph);
    const id = await store.find(wanted);
    const release = await store.open(id, trust);
    say(`${releaseText(id)}: ${release.signer === undefined ? unsignedText : `signed by ${release.signer.name}`}`);
    const unpacked = await unpackRelease(release, graph, environment, say);
    if (unpacked.driver && !isDriverOf(graph, environment, id)) {
        const file = await loadModule(graph).file?.(environment);
        const variables = {
            ...process.env,
            TIDEGATE_GRAPH: graph.file,
            ...(file === undefined ? {} : { TIDEGATE_ENVIRONMENT_FILE: file }),
        };
        const args = [join(unpacked.directory, driverFile), ...withRelease(process.argv.slice(2), id)];
        process.exitCode = await runThrough(process.execPath, args, variables);
        return undefined;
    }
    const progress = stderrProgress();
    const tools = await ensureEngine(progress, new AbortController().signal).finally(() => progress.close());
    await demandVersions(unpacked, release.manifest, tools.pulumi.version);
    return { id, manifest: release.manifest, graph: unpacked.graph };
}

/** The same command, of the very release that was found. */
function withRelease(args: readonly string[], id: string): string[] {
    const at = args.findIndex((one) => one === "--release" || one.startsWith("--release="));
    if (at < 0) return [...args, "--release", id];
    return [...args.slice(0, at), "--release", id, ...args.slice(args[at] === "--release" ? at + 2 : at + 1)];
}
