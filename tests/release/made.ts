/** Releases and their proofs as the commands leave them, made in this process: for tests in which the engine has no part in that. */
import { silent } from "../../automation/core/progress";
import { loadGraphFile, type GraphFile } from "../../automation/graph/load";
import type { Bundle } from "../../automation/release/bundle";
import { Holds } from "../../automation/release/holds";
import { bundleOf, creationOf, openReleases } from "../../automation/release/open";
import { Proofs } from "../../automation/release/proofs";
import { ensureEngine } from "../../automation/toolchain";
import { me, proofOf } from "./examples";

/** What a graph's folder is as a release, without keeping it. */
export async function bundleIn(graph: GraphFile): Promise<Bundle> {
    const { pulumi } = await ensureEngine(silent, new AbortController().signal);
    return bundleOf({ graph, engine: pulumi.version });
}

/** What a graph is now is a release, and was green in an environment, of whose state nothing is said. Answers with its id. */
export async function provedIn(environment: string, graphFile: string): Promise<string> {
    const graph = await loadGraphFile(graphFile);
    const { store, objects, trust } = await openReleases(graph);
    const bundle = await bundleIn(graph);
    await store.put(bundle, await creationOf(graph));
    const proofs = new Proofs(objects, trust, false);
    const time = new Date().toISOString();
    const mark = await proofs.mark({ environment, operation: "up", release: bundle.id, time, ...me });
    await proofs.write(proofOf(environment, bundle.id, 0, mark, { time, checkpoints: {} }), undefined);
    return bundle.id;
}

/** What holds and lifts as `release-hold` does. */
export const holdsOf = async (graphFile: string): Promise<Holds> =>
    new Holds((await openReleases(await loadGraphFile(graphFile))).objects, false);
