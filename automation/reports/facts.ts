/** What the reports of one run are made from: its events, gathered. */
import type { CheckResult } from "../gates";
import { workingStates, type LayerState } from "../graph/scheduler";
import type { EventSink, RolloutEvent } from "../rollout/events";

export interface LayerFacts {
    readonly name: string;
    readonly state: LayerState;
    /** Seconds since the run began; undefined where it never started. */
    readonly startedAt: number | undefined;
    readonly endedAt: number | undefined;
    readonly phases: readonly { readonly state: LayerState; readonly from: number; readonly to: number }[];
    readonly resources: readonly { readonly op: string; readonly type: string; readonly name: string }[];
    readonly exercises: readonly { readonly name: string; readonly summary: string; readonly seconds: number }[];
    readonly checks: readonly CheckResult[];
    readonly notes: readonly string[];
}

export interface RunFacts {
    readonly version: 1;
    readonly operation: string;
    readonly environment: string;
    /** ISO 8601, UTC. */
    readonly startedAt: string;
    readonly seconds: number;
    readonly ok: boolean;
    readonly preflight: readonly CheckResult[];
    readonly layers: readonly LayerFacts[];
    readonly problem:
        | { readonly layer?: string; readonly code: string; readonly message: string; readonly hint?: string }
        | undefined;
    /** Where to look: name → URL or path. */
    readonly places: Readonly<Record<string, string>>;
}

interface Growing {
    name: string;
    state: LayerState;
    startedAt: number | undefined;
    endedAt: number | undefined;
    phases: { state: LayerState; from: number; to: number }[];
    resources: { op: string; type: string; name: string }[];
    exercises: { name: string; summary: string; seconds: number }[];
    checks: CheckResult[];
    notes: string[];
}

/** Gathers the facts of one run while it goes. `now` is in milliseconds since the epoch. */
export class FactsCollector {
    private readonly layers = new Map<string, Growing>();
    private readonly preflight: CheckResult[] = [];
    private begun = 0;
    private ended = 0;
    private started: Extract<RolloutEvent, { type: "run-started" }> | undefined;
    private ok = false;
    private problem: RunFacts["problem"];

    constructor(private readonly now: () => number) {}

    readonly sink: EventSink = (event) => {
        const at = this.now();
        switch (event.type) {
            case "run-started":
                this.begun = at;
                this.started = event;
                for (const name of event.layers) this.layers.set(name, empty(name));
                break;
            case "layer":
                this.enter(event.layer, event.state, (at - this.begun) / 1000);
                break;
            case "resource":
                this.layers
                    .get(event.layer)
                    ?.resources.push({ op: event.op, type: event.resourceType, name: event.name });
                break;
            case "exercise":
                this.layers
                    .get(event.layer)
                    ?.exercises.push({ name: event.exercise, summary: event.summary, seconds: event.seconds });
                break;
            case "check":
                (this.layers.get(event.layer)?.checks ?? this.preflight).push(event.result);
                break;
            case "hook":
                if (!event.ok) this.layers.get(event.layer)?.notes.push(`${event.point} ${event.name}: ${event.text}`);
                break;
            case "note":
                if (event.layer !== undefined) this.layers.get(event.layer)?.notes.push(event.text);
                break;
            case "problem": {
                const { type: _type, ...problem } = event;
                this.problem ??= problem;
                break;
            }
            case "run-finished":
                this.ended = at;
                this.ok = event.ok;
                break;
            case "preview":
            case "activity":
                break;
        }
    };

    facts(places: Readonly<Record<string, string>> = {}): RunFacts {
        return {
            version: 1,
            operation: this.started?.operation ?? "up",
            environment: this.started?.environment ?? "",
            startedAt: new Date(this.begun).toISOString(),
            seconds: ((this.ended || this.now()) - this.begun) / 1000,
            ok: this.ok,
            preflight: this.preflight,
            layers: [...this.layers.values()],
            problem: this.problem,
            places,
        };
    }

    private enter(name: string, state: LayerState, at: number): void {
        const layer = this.layers.get(name);
        if (!layer) return;
        // What was looked at instead of a deployment, and was red, is done again.
        if (state === "deploying") {
            layer.checks = layer.checks.filter(({ stage }) => stage === "preflight");
            layer.exercises = [];
        }
        const last = layer.phases.at(-1);
        if (last) last.to = at;
        const ends = state === "succeeded" || state === "failed" || state === "interrupted";
        if (ends) layer.endedAt = at;
        else if (workingStates.includes(state)) {
            layer.startedAt ??= at;
            layer.phases.push({ state, from: at, to: at });
        }
        layer.state = state;
    }
}

const empty = (name: string): Growing => ({
    name,
    state: "pending",
    startedAt: undefined,
    endedAt: undefined,
    phases: [],
    resources: [],
    exercises: [],
    checks: [],
    notes: [],
});
