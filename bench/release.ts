/**
 * The lakehouse's release in a store of files: gathering its files, making the bundle, keeping it, reading all of it
 * back, and comparing two. Prints JSON: milliseconds, the median of N runs.
 *
 *     npx tidegate exec -- npm run ts -- bench/release.ts --runs 5
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadGraphFile, ownGraphFile } from "../automation/graph/load";
import { FileStore } from "../automation/ledger/store";
import { compress, makeBundle } from "../automation/release/bundle";
import { diffReleases } from "../automation/release/diff";
import { gather } from "../automation/release/gather";
import { ReleaseStore } from "../automation/release/store";
import { locateEngine } from "../automation/toolchain";

const steps = ["gather", "bundle", "compress", "keep", "verify", "diff"] as const;

const median = (values: readonly number[]): number =>
    Math.round(values.toSorted((a, b) => a - b).at(Math.floor(values.length / 2)) ?? 0);

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { runs: { type: "string", default: "5" } } });
    const graph = await loadGraphFile(ownGraphFile);
    const engine = (await locateEngine())?.pulumi.version ?? "none";
    const took = new Map<string, number[]>(steps.map((step) => [step, []]));
    let about: Readonly<Record<string, unknown>> = {};
    const timed = async <T>(step: (typeof steps)[number], work: () => T | Promise<T>): Promise<T> => {
        const begun = performance.now();
        const result = await work();
        took.get(step)?.push(performance.now() - begun);
        return result;
    };
    for (let run = 0; run < Number(values.runs); run++) {
        const folder = mkdtempSync(join(tmpdir(), "tidegate-bench-release-"));
        try {
            const store = new ReleaseStore(new FileStore(folder));
            const ingredients = await timed("gather", () => gather({ graph, engine }));
            const bundle = await timed("bundle", () => makeBundle(ingredients));
            const compressed = await timed("compress", () => compress(bundle.tar));
            const created = { time: new Date().toISOString(), user: "bench", host: "bench" };
            await timed("keep", () => store.put(bundle, created));
            const opened = await timed("verify", () => store.open(bundle.id, undefined));
            await timed("diff", () => diffReleases(opened.manifest, { ...bundle.manifest, files: [] }));
            about = {
                release: bundle.id,
                files: bundle.manifest.files.length,
                tarBytes: bundle.tar.length,
                compressedBytes: compressed.length,
            };
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    }
    const milliseconds = Object.fromEntries([...took].map(([step, all]) => [step, median(all)]));
    process.stdout.write(`${JSON.stringify({ runs: Number(values.runs), ...about, milliseconds }, null, 2)}\n`);
}

void main();
