/**
 * Rolls the stacks of one environment out, in the order of the graph: preflight, up, exercises, validation, and only
 * then what stands on it. What stands on a failure is blocked; the rest goes on. Everything is told as events.
 */
import type { Layer } from "../../stacks/contracts";
import type { Environment } from "../../stacks/environment";
import { exitCodes, explained, messageOf, TidegateError } from "../core/errors";
import type { Progress } from "../core/progress";
import type { Engine } from "../engine/engine";
import type { EngineFact } from "../engine/facts";
import type { Operation, OperationResult, Outputs } from "../engine/protocol";
import type { CheckResult } from "../gates";
import type { Graph } from "../graph/graph";
import { Scheduler, type LayerState, type WorkingState } from "../graph/scheduler";
import { select, type Choice } from "../graph/selection";
import type { EventSink, RolloutOperation } from "./events";

/** What the driver does around Pulumi's operations; the lakehouse's is `automation/lakehouse/surroundings.ts`. */
export interface Surroundings {
    /** Checks before anything of this run is touched. */
    preflight(signal: AbortSignal): Promise<readonly CheckResult[]>;
    /** Checks before one layer is deployed. */
    preflightLayer(
        layer: Layer,
        outputs: ReadonlyMap<string, Outputs>,
        signal: AbortSignal,
    ): Promise<readonly CheckResult[]>;
    /** Runs one exercise; the answer is a line for people. */
    exercise(
        name: string,
        outputs: ReadonlyMap<string, Outputs>,
        progress: Progress,
        signal: AbortSignal,
    ): Promise<string>;
    /** Checks after a layer was deployed and exercised. */
    validate(
        layer: Layer,
        outputs: ReadonlyMap<string, Outputs>,
        onResult: (result: CheckResult) => void,
        signal: AbortSignal,
    ): Promise<readonly CheckResult[]>;
}

export interface RolloutDependencies {
    readonly environment: Environment;
    readonly graph: Graph;
    readonly engine: Engine;
    readonly surroundings: Surroundings;
    /** Runs one operation of the stack of a layer. */
    operate(layer: string, operation: Operation, options: OperateOptions): Promise<OperationResult>;
    readonly onEvent: EventSink;
    /** Milliseconds, monotonic. */
    readonly now: () => number;
    /** Aborting ends the run in order. */
    readonly signal: AbortSignal;
}

export interface OperateOptions {
    readonly refresh?: boolean;
    readonly remove?: boolean;
    /** Layers whose contracts have to be stood in for. */
    readonly standIns?: readonly string[];
    readonly onFact: (fact: EngineFact) => void;
    readonly signal: AbortSignal;
}

export interface UpOptions {
    /** Which stacks, of `select`. @default all */
    readonly choices?: readonly Choice[];
    /** Outputs of stacks that are not selected and were deployed before: what stands on them reads these. @default none */
    readonly known?: ReadonlyMap<string, Outputs>;
    /** @default true */
    readonly exercise?: boolean;
    /** @default 2 */
    readonly parallel?: number;
    /** Whether nothing new starts after the first failure. @default false */
    readonly failFast?: boolean;
}

export interface RolloutResult {
    readonly ok: boolean;
    readonly seconds: number;
    readonly states: ReadonlyMap<string, LayerState>;
    readonly outputs: ReadonlyMap<string, Outputs>;
    readonly checks: readonly CheckResult[];
    readonly exercises: readonly { readonly exercise: string; readonly summary: string; readonly seconds: number }[];
    /** The first problem; undefined where everything is green. */
    readonly problem: TidegateError | undefined;
}

export class Rollout {
    private readonly outputs = new Map<string, Outputs>();
    private readonly checks: CheckResult[] = [];
    private readonly exercises: { exercise: string; summary: string; seconds: number }[] = [];
    private problem: TidegateError | undefined;

    constructor(private readonly deps: RolloutDependencies) {}

    async up(options: UpOptions = {}): Promise<RolloutResult> {
        const { graph, signal, surroundings } = this.deps;
        const choices = options.choices ?? select(graph);
        const { parallel = 2, failFast = false } = options;
        const scheduler = new Scheduler(graph, choices, { parallel, failFast });
        const selected = choices.filter((choice) => choice.selected).map(({ name }) => name);
        for (const [layer, outputs] of options.known ?? []) this.outputs.set(layer, outputs);
        return this.running("up", selected, scheduler, async () => {
            for (const layer of scheduler.in("skipped")) this.tellWhy(layer, "skipped", scheduler);
            this.demand("preflight", await surroundings.preflight(signal));
            signal.addEventListener("abort", () => scheduler.stop("interrupted"), { once: true });
            const running = new Map<string, Promise<void>>();
            for (;;) {
                for (const layer of scheduler.start()) {
                    running.set(
                        layer,
                        this.rollOut(layer as Layer, scheduler, options).finally(() => running.delete(layer)),
                    );
                }
                if (running.size === 0) break;
                await Promise.race(running.values());
            }
            for (const layer of scheduler.in("blocked")) this.tellWhy(layer, "blocked", scheduler);
        });
    }

    /** Previews every stack in order; a stack whose upstream was never deployed sees stand-ins, and says so. */
    async preview(exists: (layer: string) => boolean): Promise<RolloutResult> {
        const { graph, onEvent, operate, signal } = this.deps;
        const scheduler = new Scheduler(graph, select(graph), { parallel: 1 });
        return this.running("preview", graph.order, scheduler, async () => {
            for (let [layer] = scheduler.start(); layer !== undefined; [layer] = scheduler.start()) {
                const current = layer;
                const standIns = graph.upTo(current).filter((upstream) => upstream !== current && !exists(upstream));
                const begun = this.deps.now();
                await this.guarded(current, scheduler, async () => {
                    this.enter(current, scheduler, "deploying");
                    if (standIns.length > 0)
                        onEvent({
                            type: "note",
                            layer: current,
                            text: `advisory: ${standIns.join(", ")} ${standIns.length === 1 ? "is" : "are"} not deployed, stand-ins are read`,
                        });
                    const result = await operate(current, "preview", {
                        standIns,
                        signal,
                        onFact: (fact) => this.tell(current, fact, true),
                    });
                    onEvent({ type: "note", layer: current, text: changesText(result.changes, "would") });
                    this.leave(current, scheduler, begun);
                });
            }
        });
    }

    /** Destroys in reverse order and stops at the first failure. */
    async down(exists: (layer: string) => boolean): Promise<RolloutResult> {
        const { graph, onEvent, operate, signal } = this.deps;
        const selected = [...graph.order].reverse().filter(exists);
        return this.running("down", selected, undefined, async () => {
            for (const layer of selected) {
                const begun = this.deps.now();
                onEvent({ type: "layer", layer, state: "deploying" });
                try {
                    const result = await operate(layer, "destroy", {
                        remove: true,
                        signal,
                        onFact: (fact) => this.tell(layer, fact),
                    });
                    onEvent({ type: "note", layer, text: changesText(result.changes, "did") });
                    onEvent({ type: "layer", layer, state: "succeeded", seconds: this.since(begun) });
                } catch (error) {
                    this.fail(layer, error);
                    onEvent({
                        type: "layer",
                        layer,
                        state: signal.aborted ? "interrupted" : "failed",
                        seconds: this.since(begun),
                    });
                    return;
                }
            }
        });
    }

    private async running(
        operation: RolloutOperation,
        selected: readonly string[],
        scheduler: Scheduler | undefined,
        work: () => Promise<void>,
    ): Promise<RolloutResult> {
        const { environment, onEvent } = this.deps;
        const begun = this.deps.now();
        onEvent({ type: "run-started", operation, environment: environment.name, layers: selected });
        try {
            await work();
        } catch (error) {
            this.fail(undefined, error);
        }
        const ok = this.problem === undefined && !this.deps.signal.aborted;
        const seconds = this.since(begun);
        onEvent({ type: "run-finished", operation, ok, seconds });
        return {
            ok,
            seconds,
            states: new Map(selected.map((layer) => [layer, scheduler?.state(layer) ?? "pending"])),
            outputs: this.outputs,
            checks: this.checks,
            exercises: this.exercises,
            problem: this.problem,
        };
    }

    private async rollOut(layer: Layer, scheduler: Scheduler, options: UpOptions): Promise<void> {
        const { graph, onEvent, operate, signal, surroundings } = this.deps;
        const begun = this.deps.now();
        await this.guarded(layer, scheduler, async () => {
            onEvent({ type: "layer", layer, state: "preflight" });
            this.demand(layer, await surroundings.preflightLayer(layer, this.outputs, signal));
            this.enter(layer, scheduler, "deploying");
            const result = await operate(layer, "up", {
                refresh: true,
                signal,
                onFact: (fact) => this.tell(layer, fact),
            });
            this.outputs.set(layer, result.outputs);
            onEvent({ type: "note", layer, text: changesText(result.changes, "did") });
            if (options.exercise ?? true) {
                for (const exercise of graph.node(layer).exercises) {
                    if (signal.aborted) throw interrupted(layer);
                    this.enter(layer, scheduler, "exercising");
                    await this.exercise(layer, exercise);
                }
            }
            if (signal.aborted) throw interrupted(layer);
            this.enter(layer, scheduler, "validating");
            const results = await surroundings.validate(
                layer,
                this.outputs,
                (check) => onEvent({ type: "check", layer, result: check }),
                signal,
            );
            this.checks.push(...results);
            this.demandAll(layer, results);
            this.leave(layer, scheduler, begun);
        });
    }

    private async exercise(layer: string, exercise: string): Promise<void> {
        const { onEvent, signal, surroundings } = this.deps;
        const begun = this.deps.now();
        const progress: Progress = {
            update: (text) => onEvent({ type: "activity", layer, text }),
            advance: (done, total, unit) =>
                onEvent({
                    type: "activity",
                    layer,
                    text: exercise,
                    done,
                    ...(total === undefined ? {} : { total }),
                    unit,
                }),
            note: (text) => onEvent({ type: "note", layer, text }),
        };
        progress.update(exercise);
        const summary = await surroundings.exercise(exercise, this.outputs, progress, signal);
        const seconds = this.since(begun);
        this.exercises.push({ exercise, summary, seconds });
        onEvent({ type: "exercise", layer, exercise, summary, seconds });
    }

    /** Runs the work on one layer; whatever it throws becomes this layer's end. */
    private async guarded(layer: string, scheduler: Scheduler, work: () => Promise<void>): Promise<void> {
        const begun = this.deps.now();
        try {
            await work();
        } catch (error) {
            const state = this.deps.signal.aborted ? "interrupted" : "failed";
            this.fail(layer, error);
            scheduler.report(layer, state);
            this.deps.onEvent({ type: "layer", layer, state, seconds: this.since(begun) });
        }
    }

    private tellWhy(layer: string, state: "blocked" | "skipped", scheduler: Scheduler): void {
        this.deps.onEvent({ type: "layer", layer, state, reason: scheduler.reason(layer) ?? state });
    }

    private enter(layer: string, scheduler: Scheduler, state: WorkingState): void {
        if (scheduler.state(layer) === state) return;
        scheduler.report(layer, state);
        this.deps.onEvent({ type: "layer", layer, state });
    }

    private leave(layer: string, scheduler: Scheduler, begun: number): void {
        scheduler.report(layer, "succeeded");
        this.deps.onEvent({ type: "layer", layer, state: "succeeded", seconds: this.since(begun) });
    }

    private demand(where: string, results: readonly CheckResult[]): void {
        this.checks.push(...results);
        for (const result of results) this.deps.onEvent({ type: "check", layer: where, result });
        this.demandAll(where, results);
    }

    private demandAll(where: string, results: readonly CheckResult[]): void {
        const red = results.filter((result) => result.status !== "pass");
        const first = red[0];
        if (first === undefined) return;
        // What was cut off says nothing about the platform.
        if (this.deps.signal.aborted) throw interrupted(where);
        throw new TidegateError(
            `${where}: ${red.length} of ${results.length} checks are red, first ${first.id}: ${first.message ?? first.title}`,
            {
                code: "gate-red",
                ...(first.hint === undefined ? {} : { hint: first.hint }),
            },
        );
    }

    private tell(layer: string, fact: EngineFact, preview = false): void {
        const { onEvent } = this.deps;
        if (fact.kind === "resource") {
            // Of the engine's own: the stack itself, its providers and its references.
            const own = fact.type.startsWith("pulumi:");
            const shown = !own && fact.op !== "same" && fact.op !== "refresh" && fact.op !== "read";
            if (fact.phase === "started" && shown)
                onEvent({ type: "activity", layer, text: `${fact.op} ${fact.type.split(":").pop()} ${fact.name}` });
            if (shown && (preview ? fact.phase === "started" : fact.phase === "done"))
                onEvent({
                    type: "resource",
                    layer,
                    op: fact.op,
                    resourceType: fact.type,
                    name: fact.name,
                    diffs: fact.diffs,
                });
        } else if (fact.kind === "diagnostic" && fact.severity === "warning")
            onEvent({ type: "note", layer, text: fact.message });
        else if (fact.kind === "diagnostic" && fact.severity === "info" && fact.urn !== undefined)
            onEvent({ type: "activity", layer, text: fact.message.split("\n")[0] ?? "" });
    }

    private fail(layer: string | undefined, thrown: unknown): void {
        const error = this.deps.signal.aborted && isAbort(thrown) ? interrupted(layer) : explained(thrown);
        const problem = TidegateError.is(error)
            ? error
            : new TidegateError(messageOf(error), {
                  code: "internal",
                  cause: error,
                  exitCode: exitCodes.internal,
                  hint: "This is a fault of Tidegate: please report it with the lines above.",
              });
        this.problem ??= problem;
        this.deps.onEvent({
            type: "problem",
            ...(layer === undefined ? {} : { layer }),
            code: problem.code,
            message: problem.message,
            ...(problem.hint === undefined ? {} : { hint: problem.hint }),
        });
    }

    private since(begun: number): number {
        return Math.round(this.deps.now() - begun) / 1000;
    }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

function interrupted(where = "the rollout"): TidegateError {
    return new TidegateError(`${where}: interrupted.`, {
        code: "interrupted",
        hint: "Run the same command again: it goes on from what is there.",
    });
}

/** "3 created, 1 updated", or that there was nothing to do. */
export function changesText(changes: Readonly<Record<string, number>>, tense: "did" | "would"): string {
    const words: Record<string, string> = {
        create: "created",
        update: "updated",
        delete: "deleted",
        replace: "replaced",
    };
    const parts = Object.entries(words)
        .map(([op, word]) => [changes[op] ?? 0, word] as const)
        .filter(([count]) => count > 0)
        .map(([count, word]) => `${count} ${word}`);
    if (parts.length === 0) return "no change";
    return tense === "did" ? parts.join(", ") : `${parts.join(", ")} at the next up`;
}
