/**
 * Tidegate as a library: the same rollouts as the command line's, with nothing printed.
 *
 *     import { Rollout } from "tidegate";
 *
 *     const rollout = await Rollout.open({ graph: "tidegate.yaml", environment: "dev", onEvent: console.log });
 *     const result = await rollout.up({ until: ["database"] });
 *     if (!result.ok) throw result.problem;
 */
import { resolve } from "node:path";
import { holding } from "./engine/environmentLock";
import { loadGraphFile } from "./graph/load";
import type { Graph } from "./graph/graph";
import { select, type Filter } from "./graph/selection";
import type { EventSink } from "./rollout/events";
import type { RolloutResult } from "./rollout/rollout";
import { Session, type Watch } from "./rollout/session";

export { exitCodes, TidegateError, type ExitCode } from "./core/errors";
export type { Progress } from "./core/progress";
export type { Outputs, StackSnapshot } from "./engine/snapshot";
export type { Home, StackTarget } from "./engine/target";
export { failing, pass, type CheckResult, type Evidence, type Failure, type Pass, type Verdict } from "./gates/check";
export type { Graph, GraphNode } from "./graph/graph";
export type { GraphFile } from "./graph/load";
export type { Filter } from "./graph/selection";
export { FactsCollector, type LayerFacts, type RunFacts } from "./reports/facts";
export { writeReports, type ReportFiles } from "./reports/files";
export { eventsVersion, rolloutEventSchema, type EventSink, type RolloutEvent } from "./rollout/events";
export type {
    Dismantled,
    DriverModule,
    Exercise,
    ModuleCheck,
    ModuleParts,
    OpenRequest,
    StepContext,
} from "./rollout/module";
export type { RolloutResult } from "./rollout/rollout";

export interface RolloutRequest {
    /** The graph's file. @default the nearest `tidegate.yaml` from the working directory upward */
    readonly graph?: string;
    readonly environment: string;
    /** Everything that happens, as it happens; secrets are redacted. @default nobody is told */
    readonly onEvent?: EventSink;
    /** Aborting it ends what runs in order. @default never */
    readonly signal?: AbortSignal;
    /** What the graph's module takes. @default none */
    readonly options?: Readonly<Record<string, unknown>>;
}

export interface UpRequest extends Filter {
    /** Stacks that are worked on at one time. @default 2 */
    readonly parallel?: number;
    /** Whether nothing new starts after the first failure. @default false */
    readonly failFast?: boolean;
    /** Whether exercises run. @default true */
    readonly exercise?: boolean;
    /** Whether what has not changed is deployed too. @default false */
    readonly all?: boolean;
}

/** One environment of a graph. Each operation opens it anew, holds its lock and lets it go. */
export class Rollout {
    private constructor(
        private readonly request: RolloutRequest,
        private readonly file: string | undefined,
        /** The stacks and their order. */
        readonly graph: Graph,
    ) {}

    /** @throws TidegateError `graph-invalid` */
    static async open(request: RolloutRequest): Promise<Rollout> {
        const file = request.graph === undefined ? undefined : resolve(request.graph);
        return new Rollout(request, file, (await loadGraphFile(file)).graph);
    }

    /** Rolls out. What fails is in the result; @throws TidegateError where it could not even begin. */
    up(request: UpRequest = {}): Promise<RolloutResult> {
        const { parallel, failFast, exercise, all, ...filter } = request;
        const choices = select(this.graph, filter);
        const stacks = choices.filter(({ selected }) => selected).map(({ name }) => name);
        return this.run(async (session, watch) => {
            const known = await session.snapshots(session.leftOut(choices), watch.signal);
            const driver = await session.recordedDriver(watch, { operation: "up", stacks, options: { ...request } });
            return driver.up({
                choices,
                known,
                ...(parallel === undefined ? {} : { parallel }),
                ...(failFast === undefined ? {} : { failFast }),
                ...(exercise === undefined ? {} : { exercise }),
                ...(all === undefined ? {} : { all }),
            });
        });
    }

    /** What the next `up` would change. */
    preview(): Promise<RolloutResult> {
        return this.run(async (session, watch) => {
            const there = await session.existing(this.graph.order);
            return session.driver(watch).preview((stack) => there.includes(stack));
        });
    }

    /** Destroys all stacks, in reverse. What a module keeps beside them stays: that is `tidegate down`'s. */
    down(): Promise<RolloutResult> {
        return this.run(async (session, watch) => {
            const there = await session.existing(this.graph.order);
            const known = await session.snapshots(there, watch.signal);
            const driver = await session.recordedDriver(watch, { operation: "down", stacks: there, options: {} });
            return driver.down((stack) => there.includes(stack), known);
        });
    }

    private async run(work: (session: Session, watch: Watch) => Promise<RolloutResult>): Promise<RolloutResult> {
        const { environment, options = {}, onEvent = () => {}, signal = new AbortController().signal } = this.request;
        const session = await Session.open(environment, { graph: await loadGraphFile(this.file), options, signal });
        try {
            return await holding(environment, session.home.directory, async () => {
                await session.home.prepare();
                session.expect(this.graph.order.length);
                return work(session, { onEvent, signal });
            });
        } finally {
            session.close();
        }
    }
}
