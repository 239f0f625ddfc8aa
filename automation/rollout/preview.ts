/**
 * What the next up would change, of many stacks in one go. All that it finds is advisory: a stack is asked with what its
 * upstreams are now, not with what they will be. So each says what it stands on that is not deployed, or would change
 * before it; and a stack that cannot be asked without that is not previewable, which is no failure.
 */
import pLimit from "p-limit";
import { TidegateError } from "../core/errors";
import { isDeployed, type StackSnapshot } from "../engine/snapshot";
import type { EngineFact } from "../engine/facts";
import { changesAnything, changesOf, tellable, type StackChanges } from "./changes";
import type { HookRunner } from "./hooks";
import type { RolloutDependencies } from "./rollout";
import { interrupted, type Teller } from "./teller";

export type Previewed =
    | {
          readonly kind: "changes";
          readonly changes: StackChanges;
          /** Why it may come otherwise; empty where nothing speaks for that. */
          readonly advisory: readonly string[];
      }
    | { readonly kind: "not-previewable"; readonly why: string }
    | { readonly kind: "failed"; readonly error: unknown };

/** Takes what becomes of each stack, as it does. */
export interface PreviewWatch {
    started(stack: string): void;
    ended(stack: string, previewed: Previewed): Promise<void>;
}

type Dependencies = Pick<RolloutDependencies, "graph" | "operate" | "read" | "signal" | "lacksUpstream">;

export class Previewer {
    constructor(
        private readonly deps: Dependencies,
        private readonly teller: Teller,
        private readonly hooks: HookRunner,
    ) {}

    /**
     * What is deployed of these stacks and of all that they stand on. Their secrets are kept out of everything that is told
     * from here on. One that cannot be read is left out here; its own preview says why.
     */
    async deployed(stacks: readonly string[], parallel: number): Promise<ReadonlyMap<string, StackSnapshot>> {
        const { graph, read } = this.deps;
        const wanted = new Set(stacks.flatMap((stack) => graph.upTo(stack)));
        const limit = pLimit(parallel);
        const found = new Map<string, StackSnapshot>();
        const look = async (stack: string): Promise<void> => {
            const snapshot = await read?.(stack).catch(() => undefined);
            if (snapshot === undefined) return;
            this.teller.redactor.add(snapshot.secrets);
            if (isDeployed(snapshot)) found.set(stack, snapshot);
        };
        await Promise.all(graph.order.filter((one) => wanted.has(one)).map((stack) => limit(() => look(stack))));
        return found;
    }

    /** What one stack would change now; between its hooks. */
    async of(stack: string, deployed: (stack: string) => boolean): Promise<StackChanges> {
        const { operate, signal } = this.deps;
        if (signal.aborted) throw interrupted(stack);
        const facts: EngineFact[] = [];
        await this.hooks.between("Preview", stack, async () => {
            await operate(stack, "preview", {
                standIns: this.missing(stack, deployed),
                // As the up does: what is gone is made again, and what was changed by hand is changed back.
                refresh: true,
                signal,
                onFact: (fact) => {
                    if (fact.kind === "resource" || fact.kind === "outputs") facts.push(fact);
                    this.teller.tell(stack, fact, true);
                },
            });
        });
        return tellable(changesOf(stack, facts), (value) => this.teller.redactor.deep(value));
    }

    /** Side by side: nothing waits for anything, for nothing is changed. A failure keeps no other from being asked. */
    async all(
        stacks: readonly string[],
        deployed: (stack: string) => boolean,
        parallel: number,
        watch: PreviewWatch = { started: () => undefined, ended: () => Promise.resolve() },
    ): Promise<ReadonlyMap<string, Previewed>> {
        const limit = pLimit(parallel);
        const asked = new Map<string, Promise<Previewed>>();
        // In rollout order: what a stack stands on is asked no later than itself.
        for (const stack of this.deps.graph.order.filter((one) => stacks.includes(one))) {
            const answer = limit(async (): Promise<StackChanges | { readonly error: unknown }> => {
                watch.started(stack);
                return this.of(stack, deployed).catch((error: unknown) => ({ error }));
            });
            asked.set(stack, this.judged(stack, answer, asked, deployed, watch));
        }
        const found = new Map<string, Previewed>();
        for (const [stack, answer] of asked) found.set(stack, await answer);
        return found;
    }

    private async judged(
        stack: string,
        answer: Promise<StackChanges | { readonly error: unknown }>,
        asked: ReadonlyMap<string, Promise<Previewed>>,
        deployed: (stack: string) => boolean,
        watch: PreviewWatch,
    ): Promise<Previewed> {
        const found = await answer;
        const ahead: string[] = [];
        for (const up of this.deps.graph.upTo(stack)) {
            const upstream = up === stack ? undefined : await asked.get(up);
            if (upstream !== undefined && deployed(up)) ahead.push(...wouldChange(up, upstream));
        }
        const missing = this.missing(stack, deployed);
        const notThere = missing.length === 0 ? [] : [`${missing.join(", ")} ${is(missing)} not deployed yet`];
        const reasons = [...notThere, ...ahead];
        const previewed: Previewed =
            "resources" in found
                ? { kind: "changes", changes: found, advisory: reasons }
                : this.lacksUpstream(found.error) && reasons.length > 0
                  ? { kind: "not-previewable", why: reasons.join(", ") }
                  : { kind: "failed", error: found.error };
        await watch.ended(stack, previewed);
        return previewed;
    }

    private lacksUpstream(error: unknown): boolean {
        if (!TidegateError.is(error) || error.code !== "program-failed") return false;
        return noUpstream.test(error.message) || (this.deps.lacksUpstream?.(error.message) ?? false);
    }

    private missing(stack: string, deployed: (stack: string) => boolean): string[] {
        return this.deps.graph.upTo(stack).filter((up) => up !== stack && !deployed(up));
    }
}

const is = (names: readonly string[]): string => (names.length === 1 ? "is" : "are");

function wouldChange(stack: string, previewed: Previewed): string[] {
    if (previewed.kind !== "changes") return [`its upstream ${stack} could not be previewed`];
    const { changes } = previewed;
    if (!changesAnything(changes)) return [];
    const outputs = changes.outputs.length === 0 ? "" : ` (${changes.outputs.join(", ")})`;
    return [`its upstream ${stack} would change${outputs}`];
}

/** How Pulumi and its SDK say that another stack, or an output of it, is not there. */
const noUpstream = /unknown stack "|Required output '.*' does not exist on stack/;
