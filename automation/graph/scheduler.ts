/**
 * Which stack runs next. A pure state machine: it knows no engine and no clock, it only answers what may start now and
 * takes what happened.
 *
 * A stack is `pending` until all that it depends on has succeeded, then `ready` until there is room for it, then it runs
 * (`preflight` to `validating`) to one of its ends. What was not selected is `skipped` from the start, and nobody waits
 * for it. Invariants: a stack starts only when all of its selected upstreams succeeded; none starts twice; ties break by
 * the graph's order; where one fails, everything that stands on it is blocked while the rest goes on, or, with
 * `failFast`, nothing new starts; every stack that did not run has a reason.
 *
 * In `reverse`, to destroy, a stack waits for all that stands on it, and is held up by the failure of one of them.
 */
import type { Graph } from "./graph";
import type { Choice } from "./selection";

export const layerStates = [
    "pending",
    "ready",
    "preflight",
    "deploying",
    "exercising",
    "validating",
    "succeeded",
    "failed",
    "interrupted",
    "blocked",
    "skipped",
] as const;
export type LayerState = (typeof layerStates)[number];

export type WorkingState = "preflight" | "deploying" | "exercising" | "validating";
export type EndState = "succeeded" | "failed" | "interrupted";

export const workingStates: readonly LayerState[] = ["preflight", "deploying", "exercising", "validating"];
const endStates: readonly LayerState[] = ["succeeded", "failed", "interrupted", "blocked", "skipped"];

export interface SchedulerOptions {
    /** Stacks that may run at one time. @default 2 */
    readonly parallel?: number;
    /** Whether nothing new starts after the first failure, even what does not stand on it. @default false */
    readonly failFast?: boolean;
    /** Whether a stack runs before what it stands on, not after it. @default false */
    readonly reverse?: boolean;
}

export class Scheduler {
    private readonly states = new Map<string, LayerState>();
    private readonly reasons = new Map<string, string>();
    private readonly parallel: number;
    private readonly failFast: boolean;
    private readonly reverse: boolean;
    /** Names in the order in which they are begun. */
    private readonly order: readonly string[];

    constructor(
        private readonly graph: Graph,
        choices: readonly Choice[],
        options: SchedulerOptions = {},
    ) {
        this.parallel = options.parallel ?? 2;
        this.failFast = options.failFast ?? false;
        this.reverse = options.reverse ?? false;
        this.order = this.reverse ? [...graph.order].reverse() : graph.order;
        for (const name of this.order) {
            const choice = choices.find((one) => one.name === name);
            if (choice?.selected) this.states.set(name, "pending");
            else this.end(name, "skipped", choice?.why ?? "not selected");
        }
        this.promote();
    }

    /** Takes what may start now, in order, and marks it as started. */
    start(): string[] {
        const running = [...this.states.values()].filter((state) => workingStates.includes(state)).length;
        const started = this.in("ready").slice(0, Math.max(0, this.parallel - running));
        for (const name of started) this.states.set(name, "preflight");
        return started;
    }

    /** Takes that a running stack is in another phase now, or has ended. */
    report(name: string, state: WorkingState | EndState): void {
        const before = this.state(name);
        if (!workingStates.includes(before)) throw new Error(`'${name}' is ${before}: it cannot become ${state}`);
        this.states.set(name, state);
        if (state === "succeeded") this.promote();
        else if (state === "failed") {
            if (this.failFast) this.stop(`${name} failed${this.reverse ? "" : " (--fail-fast)"}`);
            else this.blockBehind(name);
        } else if (state === "interrupted") this.stop("interrupted");
    }

    /** Starts nothing more; what runs may end. */
    stop(reason: string): void {
        // First what could not have started anyway, with its own reason; whatever waits after that waits for this one.
        for (const failed of this.in("failed")) this.blockBehind(failed);
        for (const name of this.order) if (this.waits(name)) this.end(name, "blocked", reason);
    }

    get finished(): boolean {
        return [...this.states.values()].every((state) => endStates.includes(state));
    }

    /** @throws where the graph has no such stack */
    state(name: string): LayerState {
        const state = this.states.get(name);
        if (state === undefined) throw new Error(`the graph has no stack '${name}'`);
        return state;
    }

    /** Why a stack is blocked or skipped. */
    reason(name: string): string | undefined {
        return this.reasons.get(name);
    }

    /** Stacks in this state, in the order in which they are begun. */
    in(state: LayerState): string[] {
        return this.order.filter((name) => this.states.get(name) === state);
    }

    private waits(name: string): boolean {
        return this.states.get(name) === "pending" || this.states.get(name) === "ready";
    }

    private promote(): void {
        for (const name of this.in("pending"))
            if (this.before(name).every((up) => this.state(up) === "succeeded")) this.states.set(name, "ready");
    }

    /** In order, so that each stack is blocked after what it waits for. */
    private blockBehind(failed: string): void {
        const behind = this.reverse ? this.graph.upTo(failed).reverse() : this.graph.downFrom(failed);
        for (const name of behind) {
            if (!this.waits(name)) continue;
            const cause = this.before(name).find((up) => ["failed", "blocked"].includes(this.state(up)));
            if (cause !== undefined) this.end(name, "blocked", this.because(cause));
        }
    }

    private because(cause: string): string {
        const is = this.state(cause) === "blocked" ? "is blocked" : this.state(cause);
        return this.reverse ? `${cause}, which stands on it, ${is}` : `stands on ${cause}, which ${is}`;
    }

    /** What it waits for: stacks that were not selected are as they are. */
    private before(name: string): string[] {
        const all = this.reverse ? this.graph.dependents(name) : this.graph.node(name).dependsOn;
        return all.filter((other) => this.states.get(other) !== "skipped");
    }

    private end(name: string, state: "blocked" | "skipped", reason: string): void {
        this.states.set(name, state);
        this.reasons.set(name, reason);
    }
}
