/** What the reports of one run are made from: its events, gathered. */
import { interruptedCode } from "../core/errors";
import type { CheckResult } from "../gates";
import { workingStates, type LayerState } from "../graph/scheduler";
import { comesTo } from "../rollout/changes";
import type { EventSink, RolloutEvent, RolloutOperation } from "../rollout/events";

type Told<Type extends RolloutEvent["type"]> = Extract<RolloutEvent, { type: Type }>;

export type HookFacts = Omit<Told<"hook">, "type" | "layer">;
export type ProblemFacts = Omit<Told<"problem">, "type">;

export interface ResourceFacts {
    readonly op: string;
    readonly type: string;
    readonly name: string;
    /** Paths of the properties that differ; never a value. */
    readonly diffs: readonly string[];
}

export interface LayerFacts {
    readonly name: string;
    /** Stacks that it stands on directly. */
    readonly dependsOn: readonly string[];
    /** Names of its exercises, whether they ran or not. */
    readonly wanted: readonly string[];
    readonly state: LayerState;
    /** Why it is blocked or skipped. */
    readonly reason: string | undefined;
    /** Seconds since the run began; undefined where it never started. */
    readonly startedAt: number | undefined;
    readonly endedAt: number | undefined;
    readonly phases: readonly { readonly state: LayerState; readonly from: number; readonly to: number }[];
    readonly resources: readonly ResourceFacts[];
    readonly exercises: readonly { readonly name: string; readonly summary: string; readonly seconds: number }[];
    readonly hooks: readonly HookFacts[];
    readonly checks: readonly CheckResult[];
    readonly notes: readonly string[];
    /** The first that it had. */
    readonly problem: ProblemFacts | undefined;
}

/** `drifted`: all were asked, and something differs. */
export type RunVerdict = "green" | "red" | "interrupted" | "drifted";

export interface RunFacts {
    readonly version: 1;
    readonly operation: RolloutOperation;
    readonly environment: string;
    /** Of a rehearsal: nothing of it is real. */
    readonly simulated: boolean;
    /** Name of the graph. */
    readonly graph: string;
    /** Name of the run in the ledger; undefined where the operation is not written there. */
    readonly run: string | undefined;
    /** ISO 8601, UTC. */
    readonly startedAt: string;
    readonly seconds: number;
    readonly ok: boolean;
    readonly verdict: RunVerdict;
    readonly preflight: readonly CheckResult[];
    /** The whole graph in rollout order; what the run left out is `skipped`. */
    readonly layers: readonly LayerFacts[];
    /** The first of the run. */
    readonly problem: ProblemFacts | undefined;
    /** Where to look: name → URL or path. */
    readonly places: Readonly<Record<string, string>>;
}

/** `tidegate up prod (simulated)` */
export const runTitle = ({ operation, environment, simulated }: RunFacts): string =>
    `tidegate ${operation} ${environment}${simulated ? " (simulated)" : ""}`;

/** While it is gathered. */
type Growing = {
    -readonly [Key in keyof LayerFacts]: LayerFacts[Key] extends readonly (infer Item)[]
        ? { -readonly [Part in keyof Item]: Item[Part] }[]
        : LayerFacts[Key];
};

/** Gathers the facts of one run while it goes. `now` is in milliseconds since the epoch. */
export class FactsCollector {
    private readonly layers = new Map<string, Growing>();
    private readonly preflight: CheckResult[] = [];
    private begun = 0;
    private ended = 0;
    private started: Told<"run-started"> | undefined;
    private ok = false;
    private problem: ProblemFacts | undefined;

    constructor(private readonly now: () => number) {}

    readonly sink: EventSink = (event) => {
        const at = this.now();
        const layer = "layer" in event && event.layer !== undefined ? this.layers.get(event.layer) : undefined;
        switch (event.type) {
            case "run-started":
                this.begin(event, at);
                break;
            case "layer":
                if (layer !== undefined) enter(layer, event, (at - this.begun) / 1000);
                break;
            case "resource": {
                const { op, resourceType: type, name, diffs } = event;
                layer?.resources.push({ op, type, name, diffs });
                break;
            }
            case "exercise":
                layer?.exercises.push({ name: event.exercise, summary: event.summary, seconds: event.seconds });
                break;
            case "check":
                (layer?.checks ?? this.preflight).push(event.result);
                break;
            case "hook": {
                const { type: _type, layer: _layer, ...hook } = event;
                layer?.hooks.push(hook);
                break;
            }
            case "note":
                layer?.notes.push(event.text);
                break;
            case "problem": {
                const { type: _type, ...problem } = event;
                this.problem ??= problem;
                if (layer !== undefined) layer.problem ??= problem;
                break;
            }
            case "run-finished":
                this.ended = at;
                this.ok = event.ok;
                break;
            case "preview":
                layer?.notes.push(...event.advisory);
                break;
            case "activity":
                break;
        }
    };

    /** As far as they are known: of a run that has not ended, until this moment. */
    facts(places: Readonly<Record<string, string>> = {}): RunFacts {
        const layers = [...this.layers.values()];
        return {
            version: 1,
            operation: this.started?.operation ?? "up",
            environment: this.started?.environment ?? "",
            simulated: this.started?.simulated ?? false,
            graph: this.started?.graph ?? "graph",
            run: this.started?.run,
            startedAt: new Date(this.begun).toISOString(),
            seconds: ((this.ended || this.now()) - this.begun) / 1000,
            ok: this.ok,
            verdict: this.verdict(layers),
            preflight: this.preflight,
            layers,
            problem: this.problem,
            places,
        };
    }

    private begin(event: Told<"run-started">, at: number): void {
        this.begun = at;
        this.started = event;
        const stacks = event.stacks ?? event.layers.map((name) => ({ name, dependsOn: [], exercises: [] }));
        for (const { name, dependsOn, exercises } of stacks)
            this.layers.set(name, {
                ...untouched,
                name,
                dependsOn: [...dependsOn],
                wanted: [...exercises],
                ...(event.layers.includes(name) ? {} : { state: "skipped", reason: "not a part of this run" }),
                phases: [],
                resources: [],
                exercises: [],
                hooks: [],
                checks: [],
                notes: [],
            });
    }

    private verdict(layers: readonly LayerFacts[]): RunVerdict {
        if (!this.ok)
            return this.problem === undefined || this.problem.code === interruptedCode ? "interrupted" : "red";
        const drifted = this.started?.operation === "drift" && layers.some(({ resources }) => resources.length > 0);
        return drifted ? "drifted" : "green";
    }
}

const untouched = {
    state: "pending" as LayerState,
    reason: undefined,
    startedAt: undefined,
    endedAt: undefined,
    problem: undefined,
};

function enter(layer: Growing, { state, reason }: Told<"layer">, at: number): void {
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
    layer.reason = reason;
}

/** How long a stack took, in seconds; undefined where it did not start, or has not ended. */
export const secondsOf = ({ startedAt, endedAt }: LayerFacts): number | undefined =>
    startedAt === undefined || endedAt === undefined ? undefined : endedAt - startedAt;

/** The phase in which a stack ended, as the operation calls it; undefined where it never started. */
export const lastPhase = (layer: LayerFacts): LayerState | undefined => layer.phases.at(-1)?.state;

/** Whether a stack is green without having been deployed, for nothing of it had changed. */
export const isUnchanged = (layer: LayerFacts, operation: RolloutOperation): boolean =>
    operation === "up" && layer.state === "succeeded" && !layer.phases.some(({ state }) => state === "deploying");

/** What became of a resource, or would. */
export interface Change extends Omit<ResourceFacts, "op"> {
    /** "created"; of a preview "create". */
    readonly word: string;
    /** Whether something that was there goes, or is gone. */
    readonly loss: boolean;
}

/** What became of each resource, once. What is lost stands before what is made. */
export function resourceChanges({ resources }: LayerFacts, operation: RolloutOperation): readonly Change[] {
    const found = new Map<string, Omit<ResourceFacts, "op"> & { readonly ops: readonly string[] }>();
    for (const { op, type, name, diffs } of resources) {
        const key = `${type}\0${name}`;
        const { ops = [], diffs: before = [] } = found.get(key) ?? {};
        found.set(key, { ops: [...ops, op], type, name, diffs: [...new Set([...before, ...diffs])] });
    }
    return [...found.values()]
        .map(({ ops, ...resource }) => {
            const kind = comesTo(ops);
            const word = operation === "preview" ? kind : (done.get(kind) ?? kind);
            return { ...resource, word, loss: losses.has(kind) };
        })
        .toSorted((a, b) => Number(b.loss) - Number(a.loss));
}

const losses: ReadonlySet<string> = new Set(["delete", "replace", "missing"]);
const done: ReadonlyMap<string, string> = new Map([
    ["create", "created"],
    ["update", "updated"],
    ["delete", "deleted"],
    ["replace", "replaced"],
    ["import", "imported"],
]);

/** "1 deleted, 3 created"; of a preview "1 to delete, 3 to create". Empty where nothing was changed. */
export function changesSummary(changes: readonly Change[], operation: RolloutOperation): string {
    const counts = new Map<string, number>();
    for (const { word } of changes) counts.set(word, (counts.get(word) ?? 0) + 1);
    const to = operation === "preview" ? "to " : "";
    return [...counts].map(([word, count]) => `${count} ${to}${word}`).join(", ");
}

export const allChecks = (facts: RunFacts): readonly CheckResult[] => [
    ...facts.preflight,
    ...facts.layers.flatMap(({ checks }) => checks),
];
