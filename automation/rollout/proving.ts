/**
 * What an environment leaves beside the releases, where the graph has a way of promotion: a mark before anything of it is
 * changed, and a proof once a release is green there as a whole.
 */
import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import type { CheckResult } from "../gates";
import type { GraphFile } from "../graph/load";
import type { Ledger, RunStarted } from "../ledger/ledger";
import { openReleases, signingKey } from "../release/open";
import type { Mark } from "../release/proof";
import { Proofs, settingsDigest } from "../release/proofs";
import type { SigningKey } from "../release/signature";
import { loadModule } from "./module";

export interface ProveRequest {
    readonly release: string;
    /** Name of the run in the ledger. */
    readonly run: string;
    readonly ledger: Ledger;
    readonly stacks: readonly string[];
    readonly gates: readonly { readonly stack: string; readonly result: CheckResult }[];
    readonly versions: RunStarted["versions"];
}

export class Proving {
    private mark: string | undefined;
    private key: SigningKey | undefined;

    private constructor(
        private readonly environment: string,
        private readonly simulated: boolean,
        private readonly proofs: Proofs,
        private readonly keyFor: () => Promise<SigningKey | undefined>,
        private readonly settings: () => Promise<string>,
    ) {}

    /** Undefined where the graph's promotion says nothing of the environment. `simulated`: it is a rehearsal. */
    static async open(graph: GraphFile, environment: string, simulated: boolean): Promise<Proving | undefined> {
        if (graph.promotion?.[environment] === undefined) return undefined;
        const { objects, trust } = await openReleases(graph);
        return new Proving(
            environment,
            simulated,
            new Proofs(objects, trust, simulated),
            () => signingKey(undefined, trust),
            () => settingsOfEnvironment(graph, environment),
        );
    }

    /**
     * Before anything is changed.
     * @throws TidegateError `signing-key-missing` where a proof would have to be signed, and nobody could
     */
    async begin(operation: Mark["operation"], release: RunStarted["release"]): Promise<void> {
        if (release !== undefined) this.key = await this.keyFor();
        this.mark = await this.proofs.mark({
            environment: this.environment,
            operation,
            ...(release === undefined ? {} : { release: release.id }),
            ...(release?.from === undefined ? {} : { from: release.from.environment }),
            time: new Date().toISOString(),
            user: userInfo().username,
            host: hostname(),
        });
    }

    /** Once all is green. False where the ledger does not know the checkpoint of each stack: then it proves nothing. */
    async prove({ release, run, ledger, stacks, gates, versions }: ProveRequest): Promise<boolean> {
        const { records } = await ledger.run(run);
        const checkpoints = Object.fromEntries(
            records.flatMap(({ entry }) => (entry.type === "stack-succeeded" ? [[entry.stack, entry.checkpoint]] : [])),
        );
        if (this.mark === undefined || stacks.some((stack) => checkpoints[stack] === undefined)) return false;
        await this.proofs.write(
            {
                version: 1,
                release,
                environment: this.environment,
                simulated: this.simulated,
                mark: this.mark,
                run,
                time: new Date().toISOString(),
                settings: await this.settings(),
                checkpoints,
                gates: gates.map(({ stack, result }) => ({ ...result, stack })),
                versions,
                user: userInfo().username,
                host: hostname(),
            },
            this.key,
        );
        return true;
    }
}

/** SHA-256 of what is of an environment alone: its own file, else its settings in the graph's. */
export async function settingsOfEnvironment(graph: GraphFile, environment: string): Promise<string> {
    const file = graph.module === undefined ? undefined : await loadModule(graph).file?.(environment);
    return settingsDigest(
        file === undefined ? (graph.environments?.[environment] ?? {}) : await readFile(file, "utf8"),
    );
}
