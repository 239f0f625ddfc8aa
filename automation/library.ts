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
import { loadGraphFile } from "./graph/load";
import type { Graph } from "./graph/graph";
import { select, type Filter } from "./graph/selection";
import type { EventSink } from "./rollout/events";
import { givenDecisions } from "./rollout/lookups";
import type { DownResult, PreviewResult, RolloutResult } from "./rollout/rollout";
import { demandConfirmed } from "./rollout/budget";
import { demandUnneeded } from "./rollout/destroy";
import { environmentGraph } from "./rollout/environmentGraph";
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
export type { PropertyChange, ResourceChange, StackChanges } from "./rollout/changes";
export type { Left } from "./rollout/destroy";
export type { DownResult, PreviewResult, RolloutResult } from "./rollout/rollout";

export interface RolloutRequest {
    /** The graph's file. @default the nearest `tidegate.yaml` from the working directory upward */
    readonly graph?: string;
    readonly environment: string;
    /** Everything that happens, as it happens; secrets are redacted. @default nobody is told */
    readonly onEvent?: EventSink;
    /** Aborting it ends what runs in order. @default never */
    readonly signal?: AbortSignal;
    /** What is known of resources whose creation was cut off, by URN: an id, or `absent`. @default nothing */
    readonly pending?: Readonly<Record<string, string>>;
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
    /** Resources that may be changed whatever the budget says, by URN or as `stack/type/name`. @default none */
    readonly approve?: readonly string[];
}

export type PreviewRequest = Filter & Pick<UpRequest, "parallel" | "approve">;

export interface DownRequest extends Filter {
    /** Stacks that are destroyed at one time. @default 2 */
    readonly parallel?: number;
    /** The environment's name once more, where stacks that are protected are to go. @default they do not */
    readonly confirm?: string;
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
        return new Rollout(
            request,
            file,
            (await environmentGraph(request.environment, await loadGraphFile(file))).graph,
        );
    }

    /** Rolls out. What fails is in the result; @throws TidegateError where it could not even begin. */
    up(request: UpRequest = {}): Promise<RolloutResult> {
        const { parallel, failFast, exercise, all, approve, ...filter } = request;
        const choices = select(this.graph, filter);
        const stacks = choices.filter(({ selected }) => selected).map(({ name }) => name);
        return this.run("up", async (session, watch) => {
            const known = await session.snapshots(session.leftOut(choices), watch.signal);
            const driver = await session.recordedDriver(watch, { operation: "up", stacks, options: { ...request } });
            return driver.up({
                choices,
                known,
                ...(parallel === undefined ? {} : { parallel }),
                ...(failFast === undefined ? {} : { failFast }),
                ...(exercise === undefined ? {} : { exercise }),
                ...(all === undefined ? {} : { all }),
                ...(approve === undefined ? {} : { approve }),
            });
        });
    }

    /** What the next `up` would change, by stack, resource and property. */
    preview({ parallel, approve, ...filter }: PreviewRequest = {}): Promise<PreviewResult> {
        return this.run(undefined, (session, watch) =>
            session.driver(watch).preview({
                choices: select(this.graph, filter),
                ...(parallel === undefined ? {} : { parallel }),
                ...(approve === undefined ? {} : { approve }),
            }),
        );
    }

    /**
     * Destroys stacks, each before what it stands on. What a module keeps beside them stays: that is `tidegate down`'s.
     * @throws TidegateError `protected`, or `stack-needed` where a stack that is left out stands on one of them
     */
    down({ parallel, confirm, ...filter }: DownRequest = {}): Promise<DownResult> {
        const selected = select(this.graph, filter).filter((choice) => choice.selected);
        return this.run("down", async (session, watch) => {
            const there = await session.snapshots(this.graph.order, watch.signal);
            const existing = await session.existing(selected.map(({ name }) => name));
            const staying = [...there.keys()].filter((name) => !existing.includes(name));
            demandUnneeded(this.graph, existing, staying);
            demandConfirmed(session.rules, existing, confirm);
            const options = { ...filter, ...(confirm === undefined ? {} : { confirm }) };
            const driver = await session.recordedDriver(watch, { operation: "down", stacks: existing, options });
            return driver.down(existing, { known: there, ...(parallel === undefined ? {} : { parallel }) });
        });
    }

    /** `doing`: what the lock is held for; undefined of what changes nothing, and needs none. */
    private async run<R extends RolloutResult>(
        doing: string | undefined,
        work: (session: Session, watch: Watch) => Promise<R>,
    ): Promise<R> {
        const { environment, options = {}, onEvent = () => {}, signal = new AbortController().signal } = this.request;
        const graph = await environmentGraph(environment, await loadGraphFile(this.file));
        const known = Object.entries(this.request.pending ?? {}).map(([urn, id]) => `${urn}=${id}`);
        const session = await Session.open(environment, { graph, options, signal, pending: givenDecisions(known) });
        try {
            const lost = new AbortController();
            const prepared = async (): Promise<R> => {
                await session.home.prepare();
                session.expect(this.graph.order.length);
                return work(session, { onEvent, signal: AbortSignal.any([signal, lost.signal]) });
            };
            if (doing === undefined) return await prepared();
            return await session.holding(doing, { onLost: () => lost.abort(), signal }, prepared);
        } finally {
            session.close();
        }
    }
}
