/** What every operation stands on: the graph, the home of one of its environments, the engine, the secrets known so far. */
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { refusePrintedSecrets } from "../engine/debugFlags";
import { Redactor } from "../core/redactor";
import { packageFile } from "../core/repository";
import { PulumiEngine } from "../engine/engine";
import { patiently } from "../engine/patience";
import { ProjectHome } from "../engine/projectHome";
import { nameOf, type EngineFact } from "../engine/facts";
import type { UnansweredCreate } from "../engine/unanswered";
import { operationVariable } from "../engine/leftovers";
import type { Operation, OperationResult } from "../engine/protocol";
import { StackReads } from "../engine/reads";
import { isDeployed, nothing, readSnapshot, type StackSnapshot } from "../engine/snapshot";
import type { Home } from "../engine/target";
import { settingsOf, type GraphFile } from "../graph/load";
import { refuseReal } from "../rehearsal/place";
import { environmentGraph } from "./environmentGraph";
import { loadModule, type ModuleParts } from "./module";
import type { Choice } from "../graph/selection";
import type { EventSink } from "./events";
import { rulesOf, type ChangeRules } from "./budget";
import { DigestKey } from "./inputs";
import { LedgerMemory } from "./memory";
import { Proving, type ProveRequest } from "./proving";
import { CutOff, markOf } from "./cutOff";
import type { GivenDecisions } from "./lookups";
import { secretsOfVariables } from "../secrets/variables";
import { StackSecrets } from "./stackSecrets";
import { Rollout, type OperateOptions, type RolloutDependencies } from "./rollout";
import { GraphSurroundings } from "./surroundings";
import { silent, type Progress } from "../core/progress";
import { ensureEngine, type EngineTools } from "../toolchain";
import { lockOf } from "../ledger/holder";
import { Ledger, type RunLedger, type RunStarted } from "../ledger/ledger";
import { holding, type Lease, type LockOptions, type TakenOver } from "../ledger/lock";
import { ledgerStore } from "../ledger/place";
import type { LedgerStore } from "../ledger/store";
import { UnansweredCreates } from "../ledger/unanswered";

export interface SessionRequest {
    /** @default the one that is found from here */
    readonly graph?: GraphFile;
    /** Options of the command line that are the module's. @default none */
    readonly options?: Readonly<Record<string, unknown>>;
    /** What is known of resources whose creation was cut off. @default nothing */
    readonly pending?: GivenDecisions;
    /** Whether nobody is there who could be asked: see `ChangeRules`. @default false */
    readonly unattended?: boolean;
    /** Of fetching Pulumi, where it is missing. @default silent */
    readonly progress?: Progress;
    readonly signal?: AbortSignal;
}

/** Who watches a run, and ends it. */
export interface Watch {
    readonly onEvent: EventSink;
    /** Aborting it ends what runs in order. */
    readonly signal: AbortSignal;
    /** Aborting it kills what does not end in order. */
    readonly forceSignal?: AbortSignal;
}

/** What a run is, for its first record. */
export type RunAbout = Pick<RunStarted, "operation" | "stacks" | "options" | "resumes" | "release" | "afterRed">;

const packageVersion = (): string =>
    z.looseObject({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, "utf8"))).version;

/** The failure, with what became of nobody knows. */
function withUnanswered(error: unknown, lost: readonly UnansweredCreate[]): unknown {
    if (!TidegateError.is(error)) return error;
    const names = lost.map(({ urn }) => nameOf(urn)).join(", ");
    const { code, hint, retryable, exitCode, cause } = error;
    return new TidegateError(
        `${error.message}\nWhether ${names} is there is not known: the answer never came. The next run looks for it.`,
        { code, ...(hint === undefined ? {} : { hint }), retryable, exitCode, cause },
    );
}

/** A graph with one of its environments, opened. */
export class Session {
    private constructor(
        readonly graph: GraphFile,
        readonly home: Home,
        readonly parts: ModuleParts,
        private readonly engine: PulumiEngine,
        private readonly reads: StackReads,
        private readonly redactor: Redactor,
        private readonly tools: EngineTools,
        given: GivenDecisions,
        unattended: boolean,
    ) {
        this.store = ledgerStore(home.ledger, () => home.variables());
        this.ledger = new Ledger(this.store);
        this.cutOff = new CutOff({ graph, home, parts, given, unanswered: new UnansweredCreates(this.store) });
        this.rules = { ...rulesOf(graph, home.environment), unattended };
        this.secrets = new StackSecrets(home, redactor, reads);
    }

    /** Where the ledger is, and what else all who work on the environment have to see. */
    readonly store: LedgerStore;
    readonly ledger: Ledger;
    private readonly cutOff: CutOff;
    private readonly secrets: StackSecrets;
    private takenOver: TakenOver | undefined;
    /** Of the run that is written down. */
    private journal: RunLedger | undefined;
    private proving: Proving | undefined;
    /** What may be changed. */
    readonly rules: ChangeRules;

    static async open(environment: string, request: SessionRequest = {}): Promise<Session> {
        refusePrintedSecrets(process.env);
        const { progress = silent, signal = new AbortController().signal, options = {} } = request;
        const graph = request.graph ?? (await environmentGraph(environment));
        const tools = await ensureEngine(progress, signal);
        const startedMs = Date.now();
        const redactor = new Redactor();
        const parts = await loadModule(graph).open({ environment, graph, tools, options, startedMs, redactor });
        const home: Home = parts.home ?? new ProjectHome(environment, graph, settingsOf(graph, environment), tools);
        if (home.simulated !== true) refuseReal(environment, graph.file);
        const variables = await home.variables();
        redactor.add(secretsOfVariables({ ...process.env, ...variables }));
        const reads = new StackReads();
        const engine = new PulumiEngine(variables, reads);
        const { pending = new Map(), unattended = false } = request;
        return new Session(graph, home, parts, engine, reads, redactor, tools, pending, unattended);
    }

    /**
     * Runs `work` while this process holds the lock of the environment. `doing`: the command, for whoever finds it held.
     * @throws TidegateError `environment-busy`, `lock-lost`, `pending-unknown`, `pending-refused`
     */
    async holding<T>(doing: string, options: LockOptions, work: (lease: Lease) => Promise<T>): Promise<T> {
        return holding(await lockOf(this.home.environment, this.store, doing), options, async (lease) => {
            this.takenOver = lease.takenOver;
            const { say = () => {}, signal = new AbortController().signal } = options;
            await this.cutOff.demandGiven(say, signal);
            return work(lease);
        });
    }

    /** Says how many operations will come: see `PulumiEngine.expect`. */
    expect(operations: number): void {
        this.engine.expect(operations);
    }

    /** Runs one Pulumi operation on a stack of the graph. */
    async operate(
        stack: string,
        operation: Operation,
        options: OperateOptions & { readonly forceSignal?: AbortSignal },
    ): Promise<OperationResult> {
        const target = await this.home.target(stack);
        const warn = (message: string): void =>
            options.onFact({ kind: "diagnostic", severity: "warning", message, urn: undefined });
        const changes = operation === "up" || operation === "refresh" || operation === "destroy";
        const mark = markOf(target);
        const quiet = changes ? this.cutOff.quiet(stack, target) : this.home.unlock(stack);
        for (const message of await quiet) warn(message);
        const settled = changes ? await this.cutOff.settle(stack, target, this.journal, options.signal) : [];
        for (const message of settled) warn(message);
        const { standIns, refresh = false, remove = false } = options;
        const variables = {
            ...target.variables,
            // One that only looks may run beside another: it is not to be taken for what that one has left.
            [operationVariable]: changes ? mark : `${mark}-${randomUUID()}`,
            ...(standIns === undefined ? {} : { TIDEGATE_STAND_INS: standIns.join(",") }),
        };
        const pulumiVersion = this.tools.pulumi.version;
        const request = { ...target, variables, operation, refresh, remove, pulumiVersion };
        const { timeoutSeconds } = this.graph.definition(stack);
        let lost: readonly UnansweredCreate[] = [];
        // A program may print, and a provider say of a failure, what is secret: nothing is passed on before it is known. Not
        // asked before the first fact, when a new stack is there too.
        let known: Promise<void> | undefined;
        const onFact = (fact: EngineFact): void => {
            if (fact.kind === "unanswered") lost = fact.creates;
            known ??= this.secrets.all(stack);
            void known.then(
                () => options.onFact(fact),
                // The operation ends with why it failed.
                () => undefined,
            );
        };
        try {
            return await patiently(this.engine, request, { ...options, onFact, timeoutSeconds, warn }).finally(
                () => known,
            );
        } catch (error) {
            await this.cutOff.keep(stack, lost);
            // What the operation itself has made until then, and has failed at, is in the state.
            await this.secrets.all(stack);
            throw lost.length === 0 ? error : withUnanswered(error, lost);
        }
    }

    /** Those of `stacks` that are there. */
    async existing(stacks: readonly string[]): Promise<string[]> {
        const there = await Promise.all(stacks.map(async (stack) => (await this.home.exists(stack)) ?? true));
        return stacks.filter((_, index) => there[index]);
    }

    /** What each of `stacks` is that is deployed, by its name in the graph. */
    async snapshots(stacks: readonly string[], signal?: AbortSignal): Promise<Map<string, StackSnapshot>> {
        const read = await Promise.all(
            (await this.existing(stacks)).map(
                async (stack) =>
                    [stack, await readSnapshot(await this.home.target(stack), this.reads, signal)] as const,
            ),
        );
        return new Map(read.filter(([, snapshot]) => isDeployed(snapshot)));
    }

    /** What is not selected, but stood on by what is. */
    leftOut(choices: readonly Choice[]): string[] {
        const { graph } = this.graph;
        const selected = choices.filter((choice) => choice.selected).map(({ name }) => name);
        const read = new Set(selected.flatMap((name) => graph.upTo(name)));
        return graph.order.filter((name) => read.has(name) && !selected.includes(name));
    }

    /** For a look ahead: nothing is remembered and nothing written. */
    driver(watch: Watch): Rollout {
        return new Rollout(this.dependencies(watch));
    }

    /** For a run that changes something: it is written down, and what has not changed is known. */
    async recordedDriver(watch: Watch, about: RunAbout): Promise<Rollout> {
        const { home, graph, parts, takenOver } = this;
        const { versions } = this;
        this.proving = await Proving.open(graph, home.environment, home.simulated ?? false);
        await this.proving?.begin(about.operation, about.release);
        const [key, successes] = await Promise.all([
            DigestKey.open(this.store),
            this.ledger.successes(graph.graph.order),
        ]);
        const journal = await this.ledger.begin({
            ...about,
            known: Object.fromEntries(successes),
            environment: home.environment,
            graph: graph.file,
            holder: { host: hostname(), pid: process.pid, user: userInfo().username },
            ...(takenOver === undefined ? {} : { tookOver: takenOver }),
            versions,
        });
        this.journal = journal;
        const memory = new LedgerMemory({
            home,
            graph,
            parts,
            key,
            versions: { pulumi: versions.pulumi },
            successes,
            environment: process.env,
        });
        return new Rollout({ ...this.dependencies(watch), journal, memory });
    }

    /** What rolls out. */
    get versions(): RunStarted["versions"] {
        return { tidegate: packageVersion(), pulumi: this.tools.pulumi.version, node: process.versions.node };
    }

    /**
     * After a run that was green as a whole: leaves a proof of the release, where the graph has a way of promotion. Undefined
     * where it has none, false where there is too little to prove it by.
     */
    async prove(release: string, gates: ProveRequest["gates"]): Promise<boolean | undefined> {
        const { proving, journal, ledger, graph, versions } = this;
        if (proving === undefined || journal === undefined) return undefined;
        const stacks = graph.graph.order;
        return proving.prove({ release, run: journal.id, ledger, stacks, gates, versions });
    }

    private dependencies({ onEvent, signal, forceSignal }: Watch): RolloutDependencies {
        const { home, graph, parts, redactor, reads } = this;
        return {
            environment: home.environment,
            simulated: home.simulated ?? false,
            graph: graph.graph,
            surroundings: new GraphSurroundings(graph, home, parts, redactor, (stack) => this.secrets.all(stack)),
            operate: (stack, operation, options) =>
                this.operate(stack, operation, { ...options, ...(forceSignal === undefined ? {} : { forceSignal }) }),
            onEvent,
            now: () => performance.now(),
            signal,
            redactor,
            rules: this.rules,
            ...(parts.lacksUpstream === undefined ? {} : { lacksUpstream: parts.lacksUpstream.bind(parts) }),
            read: async (stack) =>
                (await home.exists(stack)) === false ? nothing : readSnapshot(await home.target(stack), reads, signal),
        };
    }

    close(): void {
        this.engine.close();
    }
}
