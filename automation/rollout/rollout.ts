/**
 * Rolls the stacks of one environment out, in the order of the graph: preflight, up, exercises, validation, and only
 * then what stands on it. What stands on a failure is blocked; the rest goes on. Everything is told as events.
 */
import { explained, messageOf, TidegateError } from "../core/errors";
import type { Redactor } from "../core/redactor";
import pLimit from "p-limit";
import type { EngineFact } from "../engine/facts";
import type { Operation, OperationResult } from "../engine/protocol";
import type { Outputs, StackSnapshot } from "../engine/snapshot";
import type { CheckResult } from "../gates";
import type { Graph } from "../graph/graph";
import { Scheduler, type LayerState, type WorkingState } from "../graph/scheduler";
import { select, type Choice } from "../graph/selection";
import type { RunLedger } from "../ledger/ledger";
import type { EventSink, RolloutOperation } from "./events";
import type { ChangeRules } from "./budget";
import type { StackChanges } from "./changes";
import { Destroyer, type Left } from "./destroy";
import { askForDrift } from "./drift";
import { ChangeGuard } from "./guard";
import { HookRunner } from "./hooks";
import { refresh } from "./refresh";
import type { Judgement, Memory } from "./memory";
import { LookAhead } from "./lookAhead";
import { Previewer } from "./preview";
import { demandGreen, StackUp, type StackUpContext } from "./stackUp";
import { outputsOf, type Snapshots, type Surroundings } from "./surroundings";
import { Teller } from "./teller";

export interface RolloutDependencies {
    /** Name of the environment. */
    readonly environment: string;
    /** Whether it is a rehearsal. @default false */
    readonly simulated?: boolean;
    readonly graph: Graph;
    readonly surroundings: Surroundings;
    /** Runs one operation of a stack of the graph. */
    operate(stack: string, operation: Operation, options: OperateOptions): Promise<OperationResult>;
    readonly onEvent: EventSink;
    /** Milliseconds, monotonic. */
    readonly now: () => number;
    /** Aborting ends the run in order. */
    readonly signal: AbortSignal;
    /** Learns the secrets among the outputs; everything that is told passes through it. @default one of its own */
    readonly redactor?: Redactor;
    /** What was before, so that what has not changed need not be deployed. @default nothing is remembered */
    readonly memory?: Memory;
    /** Written before anything is done. @default none */
    readonly journal?: Pick<RunLedger, "record"> & Partial<Pick<RunLedger, "id">>;
    /** What the environment allows to be changed. @default anything */
    readonly rules?: ChangeRules;
    /** Whether a program says by this that an upstream, or an output of it, is not there. @default Pulumi's own words */
    lacksUpstream?(message: string): boolean;
    /** Reads a stack as it is, for those that look at it. */
    read?(stack: string): Promise<StackSnapshot>;
}

export interface OperateOptions {
    readonly refresh?: boolean;
    readonly remove?: boolean;
    /** Stacks whose contracts have to be stood in for. */
    readonly standIns?: readonly string[];
    readonly onFact: (fact: EngineFact) => void;
    readonly signal: AbortSignal;
}

export interface UpOptions {
    /** Which stacks, of `select`. @default all */
    readonly choices?: readonly Choice[];
    /** Stacks that are not selected and were deployed before: what stands on them reads their outputs. @default none */
    readonly known?: Snapshots;
    /** @default true */
    readonly exercise?: boolean;
    /** @default 2 */
    readonly parallel?: number;
    /** Whether nothing new starts after the first failure. @default false */
    readonly failFast?: boolean;
    /** Deploys what has not changed too. @default false */
    readonly all?: boolean;
    /** Resources that may be changed whatever the rules say, by URN or as `stack/type/name`. @default none */
    readonly approve?: readonly string[];
}

export interface PreviewOptions extends Pick<UpOptions, "choices" | "parallel" | "approve"> {}

export interface PreviewResult extends RolloutResult {
    /** Of every stack that could be previewed, by its name; secrets are redacted. */
    readonly changes: ReadonlyMap<string, StackChanges>;
    /** Why a stack could not be previewed yet. */
    readonly notPreviewable: ReadonlyMap<string, string>;
}

export interface DownOptions {
    /** What is deployed, for hooks to read. @default none */
    readonly known?: Snapshots;
    /** Stacks that are destroyed at one time. @default 2 */
    readonly parallel?: number;
}

export interface DownResult extends RolloutResult {
    /** What still stands of what was to go. */
    readonly left: readonly Left[];
}

export interface ExerciseResult {
    readonly exercise: string;
    readonly summary: string;
    readonly seconds: number;
}

export interface RolloutResult {
    readonly ok: boolean;
    readonly seconds: number;
    readonly states: ReadonlyMap<string, LayerState>;
    /** Secrets in clear. */
    readonly outputs: ReadonlyMap<string, Outputs>;
    readonly checks: readonly CheckResult[];
    readonly exercises: readonly ExerciseResult[];
    /** The first problem; undefined where everything is green. */
    readonly problem: TidegateError | undefined;
}

export class Rollout {
    private readonly seen = new Map<string, StackSnapshot>();
    private readonly teller: Teller;
    private readonly hooks: HookRunner;
    private readonly previewer: Previewer;
    private preflight: readonly CheckResult[] = [];
    /** Of an `up`, the stacks that were begun. */
    private readonly parts: StackUp[] = [];

    constructor(private readonly deps: RolloutDependencies) {
        const { onEvent, signal, redactor, surroundings } = deps;
        this.teller = new Teller({ onEvent, signal, ...(redactor === undefined ? {} : { redactor }) });
        this.hooks = new HookRunner(surroundings, this.seen, this.teller, signal);
        this.previewer = new Previewer(deps, this.teller, this.hooks);
    }

    async up(options: UpOptions = {}): Promise<RolloutResult> {
        const { graph, signal, surroundings } = this.deps;
        const choices = options.choices ?? select(graph);
        const { parallel = 2, failFast = false } = options;
        const scheduler = new Scheduler(graph, choices, { parallel, failFast });
        const selected = choices.filter((choice) => choice.selected).map(({ name }) => name);
        for (const [layer, snapshot] of options.known ?? []) this.learn(layer, snapshot);
        return this.running("up", selected, scheduler, async () => {
            for (const layer of scheduler.in("skipped")) this.tellWhy(layer, "skipped", scheduler);
            this.preflight = await surroundings.preflight(signal);
            for (const result of this.preflight) this.teller.emit({ type: "check", layer: "preflight", result });
            demandGreen("preflight", this.preflight, signal);
            const { approve = [], all = false } = options;
            const guard = new ChangeGuard(this.deps, this.teller, this.previewer, { approve, parallel, all });
            await guard.all(selected);
            const { deps, teller, hooks, seen } = this;
            const learn = this.learn.bind(this);
            const context: StackUpContext = { deps, teller, hooks, guard, seen, options, learn };
            signal.addEventListener("abort", () => scheduler.stop("interrupted"), { once: true });
            const running = new Map<string, Promise<void>>();
            for (;;) {
                for (const layer of scheduler.start()) {
                    const part = new StackUp(layer, context, (state) => this.enter(layer, scheduler, state));
                    this.parts.push(part);
                    running.set(
                        layer,
                        this.rollOut(part, layer, scheduler).finally(() => running.delete(layer)),
                    );
                }
                if (running.size === 0) break;
                await Promise.race(running.values());
            }
            for (const layer of scheduler.in("blocked")) this.tellWhy(layer, "blocked", scheduler);
        });
    }

    /** What the next up would change, stack by stack; a stack that cannot be asked yet is no failure. */
    async preview(options: PreviewOptions = {}): Promise<PreviewResult> {
        const { graph } = this.deps;
        const { choices = select(graph), parallel = 2, approve = [] } = options;
        const scheduler = new Scheduler(graph, choices);
        const selected = choices.filter((choice) => choice.selected).map(({ name }) => name);
        const ahead = new LookAhead(this.deps, this.teller, this.hooks, this.previewer);
        const result = await this.running("preview", selected, ahead, async () => {
            for (const layer of scheduler.in("skipped")) this.tellWhy(layer, "skipped", scheduler);
            const deployed = await this.previewer.deployed(selected, parallel);
            for (const [layer, snapshot] of deployed) this.seen.set(layer, snapshot);
            await ahead.run(selected, (layer) => deployed.has(layer), { parallel, approve });
        });
        const { changes, notPreviewable } = ahead;
        return { ...result, changes, notPreviewable };
    }

    /**
     * What a refresh of each stack would find, side by side: nothing stands on anything here, for nothing is changed. A
     * stack that cannot be asked does not keep the others from being asked.
     */
    async drift(
        stacks: readonly string[],
        parallel = 2,
    ): Promise<RolloutResult & { readonly drifted: readonly string[] }> {
        const limit = pLimit(parallel);
        const drifted = new Set<string>();
        const result = await this.running("drift", stacks, undefined, async () => {
            const ask = async (layer: string): Promise<void> => {
                if (await askForDrift(this.deps, this.teller, layer)) drifted.add(layer);
            };
            await Promise.all(stacks.map((layer) => limit(() => ask(layer))));
        });
        return { ...result, drifted: stacks.filter((layer) => drifted.has(layer)) };
    }

    /** Takes what is really there into the states of these stacks, one after the other, in rollout order; stops at a failure. */
    async refresh(stacks: readonly string[]): Promise<RolloutResult> {
        const { graph } = this.deps;
        const choices = graph.order.map((name) => ({
            name,
            selected: stacks.includes(name),
            why: "it has not drifted",
        }));
        const scheduler = new Scheduler(graph, choices, { parallel: 1, failFast: true });
        const selected = graph.order.filter((name) => stacks.includes(name));
        return this.running("refresh", selected, scheduler, async () => {
            for (let [layer] = scheduler.start(); layer !== undefined; [layer] = scheduler.start()) {
                const current = layer;
                const begun = this.deps.now();
                await this.guarded(current, scheduler, async () => {
                    this.enter(current, scheduler, "deploying");
                    await refresh(this.deps, this.teller, this.hooks, current);
                    await this.leave(current, scheduler, begun);
                });
                if (this.deps.signal.aborted) scheduler.stop("interrupted");
            }
            for (const layer of scheduler.in("blocked")) this.tellWhy(layer, "blocked", scheduler);
        });
    }

    /** Destroys these stacks, each before what it stands on, and stops at a failure. */
    async down(stacks: readonly string[], { known, parallel = 2 }: DownOptions = {}): Promise<DownResult> {
        const { graph } = this.deps;
        const choices = graph.order.map((name) => ({ name, selected: stacks.includes(name), why: "it stays" }));
        const scheduler = new Scheduler(graph, choices, { parallel, failFast: true, reverse: true });
        const selected = [...graph.order].reverse().filter((name) => stacks.includes(name));
        for (const [layer, snapshot] of known ?? []) this.learn(layer, snapshot);
        let left: readonly Left[] = [];
        const result = await this.running("down", selected, scheduler, async () => {
            const jotDown = this.jotDown.bind(this);
            left = await new Destroyer(this.deps, this.teller, this.hooks, jotDown).all(scheduler);
        });
        return { ...result, left };
    }

    private async running(
        operation: RolloutOperation,
        selected: readonly string[],
        scheduler: Pick<Scheduler, "state"> | undefined,
        work: () => Promise<void>,
    ): Promise<RolloutResult> {
        const { environment, graph, journal } = this.deps;
        const begun = this.deps.now();
        this.teller.emit({
            type: "run-started",
            operation,
            environment,
            layers: selected,
            graph: graph.name,
            stacks: graph.order.map((name) => {
                const { dependsOn, exercises } = graph.node(name);
                return { name, dependsOn, exercises };
            }),
            ...(this.deps.simulated === true ? { simulated: true as const } : {}),
            ...(journal?.id === undefined ? {} : { run: journal.id }),
        });
        try {
            await work();
        } catch (error) {
            this.teller.fail(undefined, error);
        }
        const interrupted = this.deps.signal.aborted;
        const seconds = this.since(begun);
        const ended = this.teller.problem === undefined && !interrupted;
        await this.deps.journal
            ?.record({ type: "run-finished", ok: ended, interrupted, seconds })
            .catch((error: unknown) => this.teller.fail(undefined, error));
        const ok = this.teller.problem === undefined && !interrupted;
        this.teller.emit({ type: "run-finished", operation, ok, seconds });
        return {
            ok,
            seconds,
            states: new Map(selected.map((layer) => [layer, scheduler?.state(layer) ?? "pending"])),
            outputs: outputsOf(this.seen),
            checks: [...this.preflight, ...this.parts.flatMap(({ checks }) => checks)],
            exercises: this.parts.flatMap(({ exercises }) => exercises),
            problem: this.teller.problem,
        };
    }

    private async rollOut(part: StackUp, layer: string, scheduler: Scheduler): Promise<void> {
        const begun = this.deps.now();
        await this.guarded(layer, scheduler, async () => {
            const { judgement, skipped } = await part.run();
            await this.leave(layer, scheduler, begun, judgement, skipped);
        });
    }

    /** The end of a stack, for the ledger. It is told to the person in any case: a full disk must not hide it. */
    private async jotDown(layer: string, state: "failed" | "interrupted", thrown: unknown): Promise<void> {
        const error = explained(thrown);
        const code = TidegateError.is(error) ? error.code : "internal";
        const message = this.teller.redactor.text(messageOf(error));
        await this.deps.journal
            ?.record(
                state === "interrupted"
                    ? { type: "stack-interrupted", stack: layer }
                    : { type: "stack-failed", stack: layer, code, message },
            )
            .catch((late: unknown) =>
                this.teller.emit({ type: "note", layer, text: `this is not in the ledger: ${messageOf(late)}` }),
            );
    }

    /** Its secrets are kept out of everything that is told from here on. */
    private learn(layer: string, snapshot: StackSnapshot): void {
        this.teller.redactor.add(snapshot.secrets);
        this.seen.set(layer, snapshot);
        this.deps.memory?.learn(layer, snapshot.outputs);
    }

    /** Runs the work on one layer; whatever it throws becomes this layer's end. */
    private async guarded(layer: string, scheduler: Scheduler, work: () => Promise<void>): Promise<void> {
        const begun = this.deps.now();
        try {
            await work();
        } catch (error) {
            const state = this.deps.signal.aborted ? "interrupted" : "failed";
            this.teller.fail(layer, error);
            await this.hooks.onFailure(layer);
            await this.jotDown(layer, state, error);
            scheduler.report(layer, state);
            this.teller.emit({ type: "layer", layer, state, seconds: this.since(begun) });
        }
    }

    private tellWhy(layer: string, state: "blocked" | "skipped", scheduler: Scheduler): void {
        this.teller.emit({ type: "layer", layer, state, reason: scheduler.reason(layer) ?? state });
    }

    private enter(layer: string, scheduler: Scheduler, state: WorkingState): void {
        if (scheduler.state(layer) === state) return;
        scheduler.report(layer, state);
        this.teller.emit({ type: "layer", layer, state });
    }

    private async leave(
        layer: string,
        scheduler: Scheduler,
        begun: number,
        judgement?: Judgement,
        skipped = false,
    ): Promise<void> {
        const { memory, journal } = this.deps;
        const success = judgement === undefined ? undefined : await memory?.success(layer, judgement, skipped);
        if (success !== undefined) await journal?.record(success);
        scheduler.report(layer, "succeeded");
        this.teller.emit({ type: "layer", layer, state: "succeeded", seconds: this.since(begun) });
    }

    private since(begun: number): number {
        return Math.round(this.deps.now() - begun) / 1000;
    }
}
