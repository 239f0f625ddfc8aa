/**
 * One stack's part of an `up`: its gate before, its deployment where anything has changed, its exercises, and its gate
 * after. What it throws is the stack's end.
 */
import { messageOf, TidegateError } from "../core/errors";
import type { StackSnapshot } from "../engine/snapshot";
import type { CheckResult } from "../gates";
import { isRed } from "../gates/check";
import type { WorkingState } from "../graph/scheduler";
import type { ChangeGuard } from "./guard";
import type { HookRunner } from "./hooks";
import type { Judgement } from "./memory";
import { change } from "./operation";
import type { ExerciseResult, RolloutDependencies, UpOptions } from "./rollout";
import type { Snapshots } from "./surroundings";
import { interrupted, type Teller } from "./teller";

/** What the stacks of one rollout share. */
export interface StackUpContext {
    readonly deps: RolloutDependencies;
    readonly teller: Teller;
    readonly hooks: HookRunner;
    readonly guard: ChangeGuard;
    /** What is known of the stacks by now. */
    readonly seen: Snapshots;
    readonly options: Pick<UpOptions, "exercise" | "all">;
    learn(layer: string, snapshot: StackSnapshot): void;
}

/** How it has ended well. */
export interface StackUpEnd {
    readonly judgement: Judgement | undefined;
    /** Whether its deployment was skipped. */
    readonly skipped: boolean;
}

export class StackUp {
    checks: readonly CheckResult[] = [];
    exercises: readonly ExerciseResult[] = [];

    constructor(
        private readonly layer: string,
        private readonly context: StackUpContext,
        /** Tells of another state of the stack. */
        private readonly enter: (state: WorkingState) => void,
    ) {}

    async run(): Promise<StackUpEnd> {
        const { layer } = this;
        const { deps, teller, seen, options } = this.context;
        teller.emit({ type: "layer", layer, state: "preflight" });
        const before = await deps.surroundings.preflightStack(layer, seen, teller.stepRun(layer, "preflight"));
        this.checks = before;
        for (const result of before) teller.emit({ type: "check", layer, result });
        demandGreen(layer, before, deps.signal);
        const judgement = await deps.memory?.judge(layer);
        if (judgement?.unchanged !== undefined && options.all !== true && (await this.standsAsItIs(judgement)))
            return { judgement, skipped: true };
        if (judgement?.unchanged === undefined && judgement?.known)
            teller.emit({ type: "note", layer, text: judgement.why });
        await this.deploy(judgement?.unchanged === undefined ? judgement?.why : undefined);
        demandGreen(layer, await this.look(), deps.signal);
        return { judgement, skipped: false };
    }

    private async deploy(why = "asked for, or not green"): Promise<void> {
        const { layer } = this;
        const { deps, teller, hooks, guard, learn } = this.context;
        this.enter("deploying");
        await hooks.between("Up", layer, async () => {
            await guard.before(layer);
            await change(deps, teller, layer, {
                operation: "up",
                why,
                refresh: true,
                learn: (snapshot) => learn(layer, snapshot),
            });
        });
    }

    /** Exercises and validation; answers with the results of the checks. */
    private async look(): Promise<readonly CheckResult[]> {
        const { layer } = this;
        const { deps, teller, seen, options } = this.context;
        const { graph, signal, surroundings } = deps;
        if (options.exercise ?? true) {
            for (const exercise of graph.node(layer).exercises) {
                if (signal.aborted) throw interrupted(layer);
                this.enter("exercising");
                await this.exercise(exercise);
            }
        }
        if (signal.aborted) throw interrupted(layer);
        this.enter("validating");
        const results = await surroundings.validate(
            layer,
            seen,
            (result) => teller.emit({ type: "check", layer, result }),
            teller.stepRun(layer, "validating"),
        );
        this.checks = [...this.checks, ...results];
        return results;
    }

    /**
     * Looks at a stack that has not changed instead of deploying it. Where that is not green, whatever the reason, it is
     * refreshed and deployed after all.
     */
    private async standsAsItIs({ why }: Judgement): Promise<boolean> {
        const { layer, checks, exercises } = this;
        const { deps, teller, learn } = this.context;
        const { read, signal, surroundings } = deps;
        teller.emit({ type: "note", layer, text: `${why}: its deployment is skipped` });
        if (!surroundings.looksAt(layer) || read === undefined) return true;
        let reason: string;
        try {
            learn(layer, await read(layer));
            const red = (await this.look()).filter(isRed);
            if (red.length === 0) return true;
            reason = `${red[0]?.id} is red`;
        } catch (error) {
            if (signal.aborted) throw error;
            reason = messageOf(error).split("\n")[0] ?? "";
        }
        if (signal.aborted) throw interrupted(layer);
        // All of it is done again.
        this.checks = checks;
        this.exercises = exercises;
        teller.emit({
            type: "note",
            layer,
            text: `not green (${reason}): it is refreshed and deployed after all`,
        });
        return false;
    }

    private async exercise(exercise: string): Promise<void> {
        const { layer } = this;
        const { deps, teller, seen } = this.context;
        const begun = deps.now();
        const run = teller.stepRun(layer, exercise);
        run.progress.update(exercise);
        const said = await deps.surroundings.exercise(layer, exercise, seen, run);
        const summary = teller.redactor.text(said);
        const seconds = Math.round(deps.now() - begun) / 1000;
        this.exercises = [...this.exercises, { exercise, summary, seconds }];
        teller.emit({ type: "exercise", layer, exercise, summary, seconds });
    }
}

/** @throws TidegateError `gate-red` with the first that is red */
export function demandGreen(where: string, results: readonly CheckResult[], signal: AbortSignal): void {
    const red = results.filter(isRed);
    const first = red[0];
    if (first === undefined) return;
    // What was cut off says nothing about the platform.
    if (signal.aborted) throw interrupted(where);
    throw new TidegateError(
        `${where}: ${red.length} of ${results.length} checks are red, first ${first.id}: ${first.message ?? first.title}`,
        {
            code: "gate-red",
            ...(first.hint === undefined ? {} : { hint: first.hint }),
        },
    );
}
