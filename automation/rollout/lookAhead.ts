/** A preview as a run of its own: told stack by stack, and held against what the environment allows. */
import type { LayerState } from "../graph/scheduler";
import { approvalsOf, noRules, overLimits, overText } from "./budget";
import { countsOf, type StackChanges } from "./changes";
import type { HookRunner } from "./hooks";
import type { Previewed, Previewer, PreviewWatch } from "./preview";
import type { RolloutDependencies } from "./rollout";
import type { Teller } from "./teller";

export class LookAhead implements PreviewWatch {
    /** Of every stack that could be previewed, by its name; secrets are redacted. */
    readonly changes = new Map<string, StackChanges>();
    /** Why a stack could not be previewed yet. */
    readonly notPreviewable = new Map<string, string>();
    private readonly states = new Map<string, LayerState>();
    private readonly begun = new Map<string, number>();

    constructor(
        private readonly deps: Pick<RolloutDependencies, "environment" | "rules" | "now" | "signal">,
        private readonly teller: Teller,
        private readonly hooks: HookRunner,
        private readonly previewer: Previewer,
    ) {}

    state(stack: string): LayerState {
        return this.states.get(stack) ?? "pending";
    }

    /** Whatever fails is told. */
    async run(
        stacks: readonly string[],
        deployed: (stack: string) => boolean,
        { parallel, approve }: { readonly parallel: number; readonly approve: readonly string[] },
    ): Promise<void> {
        const { environment, rules = noRules(environment) } = this.deps;
        await this.previewer.all(stacks, deployed, parallel, this);
        const all = [...this.changes.values()];
        const over = overLimits(rules, all, approvalsOf(approve, all).approved);
        if (over.length > 0)
            this.teller.emit({ type: "note", text: `an up would be refused, over-budget:\n${overText(over)}` });
    }

    started(layer: string): void {
        this.begun.set(layer, this.deps.now());
        this.enter(layer, "deploying");
    }

    async ended(layer: string, previewed: Previewed): Promise<void> {
        switch (previewed.kind) {
            case "failed":
                this.teller.fail(layer, previewed.error);
                await this.hooks.onFailure(layer);
                return this.enter(layer, this.deps.signal.aborted ? "interrupted" : "failed");
            case "not-previewable":
                this.notPreviewable.set(layer, previewed.why);
                return this.enter(layer, "skipped", `not previewable: ${previewed.why}`);
            case "changes": {
                const { changes, advisory } = previewed;
                this.changes.set(layer, changes);
                for (const change of changes.resources) this.teller.tellChange(layer, change);
                const { outputs } = changes;
                this.teller.emit({ type: "preview", layer, changes: countsOf(changes), outputs, advisory });
                return this.enter(layer, "succeeded");
            }
        }
    }

    private enter(layer: string, state: LayerState, reason?: string): void {
        this.states.set(layer, state);
        const seconds = Math.round(this.deps.now() - (this.begun.get(layer) ?? 0)) / 1000;
        this.teller.emit({
            type: "layer",
            layer,
            state,
            ...(reason === undefined ? (state === "deploying" ? {} : { seconds }) : { reason }),
        });
    }
}
