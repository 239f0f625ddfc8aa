/**
 * Which stack runs next. A pure state machine: it knows no engine and no clock, it only answers what may start now and
 * takes what happened. Invariants: a stack starts only when all that it depends on succeeded; none runs twice; when
 * one fails, everything that stands on it is blocked; with `failFast` nothing new starts after a failure.
 */
import type { Graph } from "./graph";

export const layerStates = [
    "pending",
    "blocked",
    "preflight",
    "deploying",
    "exercising",
    "validating",
    "succeeded",
    "failed",
    "interrupted",
] as const;
export type LayerState = (typeof layerStates)[number];

const ended: readonly LayerState[] = ["blocked", "succeeded", "failed", "interrupted"];

export interface SchedulerOptions {
    /** Stacks that may run at one time. @default 2 */
    readonly parallel?: number;
    /** Whether nothing new starts after the first failure. @default true */
    readonly failFast?: boolean;
}

export class Scheduler {
    private readonly states = new Map<string, LayerState>();
    private readonly reasons = new Map<string, string>();
    private readonly parallel: number;
    private readonly failFast: boolean;
    private stopped = false;

    constructor(
        private readonly graph: Graph,
        selected: readonly string[] = graph.order,
        options: SchedulerOptions = {},
    ) {
        this.parallel = options.parallel ?? 2;
        this.failFast = options.failFast ?? true;
        for (const name of selected) this.states.set(name, "pending");
    }

    /** Takes what may start now, in order, and marks it as started. */
    start(): string[] {
        const running = [...this.states.values()].filter(
            (state) => state !== "pending" && !ended.includes(state),
        ).length;
        const ready = this.stopped
            ? []
            : this.graph.order.filter(
                  (name) =>
                      this.states.get(name) === "pending" &&
                      this.upstream(name).every((up) => this.states.get(up) === "succeeded"),
              );
        const started = ready.slice(0, Math.max(0, this.parallel - running));
        for (const name of started) this.states.set(name, "preflight");
        return started;
    }

    /** Takes that a running stack is in another phase now, or has ended. */
    report(name: string, state: Exclude<LayerState, "pending" | "blocked">): void {
        const before = this.states.get(name);
        if (before === undefined || before === "pending" || ended.includes(before))
            throw new Error(`'${name}' is ${before ?? "not selected"}: it cannot become ${state}`);
        this.states.set(name, state);
        if (state !== "failed" && state !== "interrupted") return;
        if (this.failFast || state === "interrupted") this.stopped = true;
        for (const other of this.graph.order) {
            if (this.states.get(other) !== "pending") continue;
            const cause = this.upstream(other).find((up) =>
                ["failed", "interrupted", "blocked"].includes(this.states.get(up) ?? ""),
            );
            if (cause !== undefined)
                this.block(
                    other,
                    `stands on ${cause}, which ${this.states.get(cause) === "blocked" ? "is blocked" : state}`,
                );
            else if (this.stopped) this.block(other, `${name} ${state}`);
        }
    }

    /** Starts nothing more; what runs may end. */
    stop(reason: string): void {
        this.stopped = true;
        for (const name of this.graph.order) if (this.states.get(name) === "pending") this.block(name, reason);
    }

    get finished(): boolean {
        return [...this.states.values()].every((state) => ended.includes(state));
    }

    state(name: string): LayerState {
        return this.states.get(name) ?? "pending";
    }

    /** Why a stack is blocked. */
    reason(name: string): string | undefined {
        return this.reasons.get(name);
    }

    private upstream(name: string): string[] {
        return this.graph.node(name).dependsOn.filter((up) => this.states.has(up));
    }

    private block(name: string, reason: string): void {
        this.states.set(name, "blocked");
        this.reasons.set(name, reason);
    }
}
