/**
 * Which stack runs next. A pure state machine: it knows no engine and no clock, it only answers what may start now and
 * takes what happened.
 *
 * A stack is `pending` until all that it depends on has succeeded, then `ready` until there is room for it, then it runs
 * (`preflight` to `validating`) to one of its ends. What was not selected is `skipped` from the start, and nobody waits
 * for it. Invariants: a stack starts only when all of its selected upstreams succeeded; none starts twice; ties break by
 * the graph's order; where one fails, everything that stands on it is blocked while the rest goes on, or, with
 * `failFast`, nothing new starts; every stack that did not run has a reason.
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
}

export class Scheduler {
    private readonly states = new Map<string, LayerState>();
    private readonly reasons = new Map<string, string>();
    private readonly parallel: number;
    private readonly failFast: boolean;

    constructor(
        private readonly graph: Graph,
        choices: readonly Choice[],
        options: SchedulerOptions = {},
    ) {
        this.parallel = options.parallel ?? 2;
        this.failFast = options.failFast ?? false;
        for (const name of graph.order) {
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
            if (this.failFast) this.stop(`${name} failed (--fail-fast)`);
            else this.blockBehind(name);
        } else if (state === "interrupted") this.stop("interrupted");
    }

    /** Starts nothing more; what runs may end. */
    stop(reason: string): void {
        // First what could not have started anyway, with its own reason; whatever waits after that waits for this one.
        for (const failed of this.in("failed")) this.blockBehind(failed);
        for (const name of this.graph.order) if (this.waits(name)) this.end(name, "blocked", reason);
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

    /** Stacks in this state, in rollout order. */
    in(state: LayerState): string[] {
        return this.graph.order.filter((name) => this.states.get(name) === state);
    }

    private waits(name: string): boolean {
        return this.states.get(name) === "pending" || this.states.get(name) === "ready";
    }

    private promote(): void {
        for (const name of this.in("pending"))
            if (this.upstream(name).every((up) => this.state(up) === "succeeded")) this.states.set(name, "ready");
    }

    /** In rollout order, so that each stack is blocked after what it stands on. */
    private blockBehind(failed: string): void {
        for (const name of this.graph.downFrom(failed)) {
            if (!this.waits(name)) continue;
            const cause = this.upstream(name).find((up) => ["failed", "blocked"].includes(this.state(up)));
            if (cause !== undefined) this.end(name, "blocked", this.because(cause));
        }
    }

    private because(cause: string): string {
        return `stands on ${cause}, which ${this.state(cause) === "blocked" ? "is blocked" : this.state(cause)}`;
    }

    /** What it waits for: stacks that were not selected are as they are. */
    private upstream(name: string): string[] {
        return this.graph.node(name).dependsOn.filter((up) => this.states.get(up) !== "skipped");
    }

    private end(name: string, state: "blocked" | "skipped", reason: string): void {
        this.states.set(name, state);
        this.reasons.set(name, reason);
    }
}
