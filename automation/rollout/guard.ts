/**
 * Holds a rollout to the rules of its environment (budget.ts): all that it would change is known before anything is
 * touched, and each stack is looked at again just before its up, for what it stands on may have changed it. Where there are
 * no rules, nothing is previewed.
 */
import { counted } from "../core/words";
import { approvalsOf, isGuarded, noRules, overBudget, overLimits, type ChangeRules } from "./budget";
import { changesAnything, type StackChanges } from "./changes";
import type { Previewer } from "./preview";
import type { RolloutDependencies } from "./rollout";
import type { Teller } from "./teller";

type Dependencies = Pick<RolloutDependencies, "environment" | "rules" | "journal" | "memory">;

export interface GuardOptions {
    /** Resources that may be changed whatever the rules say. */
    readonly approve: readonly string[];
    readonly parallel: number;
    /** Whether what has not changed is deployed too. */
    readonly all: boolean;
}

export class ChangeGuard {
    /** What each stack would change, by the last look at it. */
    private readonly changes = new Map<string, StackChanges>();
    private readonly rules: ChangeRules;

    constructor(
        private readonly deps: Dependencies,
        private readonly teller: Teller,
        private readonly previewer: Previewer,
        private readonly options: GuardOptions,
    ) {
        this.rules = deps.rules ?? noRules(deps.environment);
    }

    /**
     * Before anything is touched, of the stacks that are to be deployed.
     * @throws TidegateError `over-budget`, or why a stack could not be previewed
     */
    async all(stacks: readonly string[]): Promise<void> {
        const { approve, parallel } = this.options;
        const guarded = stacks.filter((stack) => isGuarded(this.rules, stack));
        if (guarded.length === 0) {
            if (approve.length > 0)
                this.note(
                    `--approve is not needed: ${this.rules.environment} has no changeBudget, and none of these stacks is protected`,
                );
            return;
        }
        const due = await this.due(stacks, guarded);
        if (due.length > 0) this.note(`looking at what would change of ${due.join(", ")} before anything is touched`);
        const deployed = await this.previewer.deployed(due, parallel);
        const found = await this.previewer.all(due, (stack) => deployed.has(stack), parallel);
        for (const [stack, previewed] of found) {
            if (previewed.kind === "failed") throw previewed.error;
            if (previewed.kind === "changes") this.changes.set(stack, previewed.changes);
            else this.note(`not previewable: ${previewed.why}; it is looked at before its up`, stack);
        }
        const { approved, unused } = approvalsOf(approve, this.known());
        for (const { given, guess } of unused)
            this.note(`--approve '${given}': no such resource would change${guess === "" ? "" : `; ${guess}`}`);
        const over = overLimits(this.rules, this.known(), approved);
        if (over.length > 0) throw overBudget(this.rules, over);
        const changing = this.known().filter(changesAnything).length;
        if (due.length > 0)
            this.note(`${counted(changing, "stack")} would change, within what is allowed${approvedText(approved)}`);
    }

    /**
     * Just before a stack's up.
     * @throws TidegateError `over-budget` where it would change more than is left by now
     */
    async before(stack: string): Promise<void> {
        if (!isGuarded(this.rules, stack)) return;
        this.changes.set(stack, await this.previewer.of(stack, () => true));
        const { approved } = approvalsOf(this.options.approve, this.known());
        const over = overLimits(this.rules, this.known(), approved).filter(({ resources }) =>
            resources.some((one) => one.stack === stack),
        );
        if (over.length > 0) throw overBudget(this.rules, over, stack);
        const own = this.changes.get(stack)?.resources ?? [];
        const used = own.map(({ urn }) => urn).filter((urn) => approved.has(urn));
        if (used.length > 0) await this.deps.journal?.record({ type: "approved", stack, resources: used });
    }

    /** What has not changed is not deployed: nothing of it can be over. */
    private async due(stacks: readonly string[], guarded: readonly string[]): Promise<string[]> {
        const unchanged = new Set<string>();
        if (!this.options.all)
            for (const stack of stacks)
                if ((await this.deps.memory?.judge(stack))?.unchanged !== undefined) unchanged.add(stack);
        return guarded.filter((stack) => !unchanged.has(stack));
    }

    private known(): StackChanges[] {
        return [...this.changes.values()];
    }

    private note(text: string, layer?: string): void {
        this.teller.emit({ type: "note", ...(layer === undefined ? {} : { layer }), text });
    }
}

const approvedText = (approved: ReadonlySet<string>): string =>
    approved.size === 0 ? "" : `; approved by name: ${counted(approved.size, "resource")}`;
