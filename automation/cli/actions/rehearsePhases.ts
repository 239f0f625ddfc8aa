/** The phases of a rehearsal: create, again, update, drift, heal, release, destroy. */
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import pc from "picocolors";
import { parseDocument, type Document } from "yaml";
import { z } from "zod";
import { interruptedCode, type TidegateError } from "../../core/errors";
import { projectName } from "../../core/repository";
import { readCheckpoint } from "../../engine/state";
import { loadGraphFile, ownGraphFile } from "../../graph/load";
import type { Choice } from "../../graph/selection";
import { stackName, stateDirectory } from "../../lakehouse/home";
import { FactsCollector } from "../../reports/facts";
import { SimulatedCloud } from "../../rehearsal/cloud";
import { disturb } from "../../rehearsal/disturb";
import { applyEdits, dayTwoEdits } from "../../rehearsal/edits";
import { forecast, type Forecast, type Made } from "../../rehearsal/forecast";
import { cloudOf } from "../../rehearsal/place";
import { useRows } from "../../rehearsal/relations";
import { allTables } from "../../rehearsal/tables";
import { environmentGraph } from "../../rollout/environmentGraph";
import type { EventSink } from "../../rollout/events";
import type { Rollout, RolloutResult } from "../../rollout/rollout";
import type { Session } from "../../rollout/session";
import { isStateful } from "../../rollout/stateful";
import type { Environment } from "../../../stacks/environment";
import type { FilterFlags } from "../filter";
import type { Interrupts } from "../interrupts";
import { report } from "../reports";
import { say } from "../output";
import { open, run } from "./rollout";

export interface RehearseFlags extends FilterFlags {
    readonly faults?: string;
    readonly chaos?: number;
    /** What `update` rolls out: another version of the environment's file. Default: one with day-two edits. */
    readonly update?: string;
    /** Kubeconfig of a real API server. */
    readonly apiServer?: string;
    readonly latency: "none" | "realistic";
    /** Seconds of the cloud in a second of this machine. */
    readonly speed: number;
    readonly parallel: number;
    readonly keep?: true;
    readonly shell?: true;
    readonly json?: true;
}

/** How often a phase is gone on with that faults stop, and nothing but faults. */
const attemptsAtMost = 100;

export interface PhaseResult {
    readonly phase: "create" | "again" | "update" | "drift" | "heal" | "release" | "destroy";
    readonly ok: boolean;
    readonly seconds: number;
    /** Resources by what was done to them. */
    readonly changes: Readonly<Record<string, number>>;
    /** Of a phase that faults have stopped: how often it was gone on with. */
    readonly attempts: number;
    /** Of `update`: what the environment's file says now, as `key: value`. */
    readonly edited?: readonly string[];
    /** Of `drift`: what was changed behind the states' backs, by stack. */
    readonly disturbed?: Readonly<Record<string, string>>;
    readonly problem?: { readonly code: string; readonly message: string };
}

/** One after the other; stops at the first that does not come out. */
export class Rehearsal {
    forecast: Forecast | undefined;
    report: string | undefined;
    private readonly cloud: SimulatedCloud;
    private readonly phases: PhaseResult[] = [];
    private disturbed: ReadonlyMap<string, string> = new Map();
    private edited: readonly string[] = [];
    /** What holds data, and was deleted or made anew by the phase that runs. */
    private readonly lost = new Set<string>();
    private readonly rows = new Map(
        [...allTables().values()].flatMap((one) => one.rows).map((row) => [row.token, row]),
    );

    constructor(
        private readonly environment: Environment,
        private readonly choices: readonly Choice[],
        private readonly flags: RehearseFlags,
        private readonly interrupts: Interrupts,
    ) {
        this.cloud = new SimulatedCloud(cloudOf(environment.dataDirectory));
        useRows([...this.rows.values()]);
    }

    async run(): Promise<readonly PhaseResult[]> {
        const all = { choices: this.choices, parallel: this.flags.parallel, exercise: false };
        const created = await this.phase("create", (driver) => driver.up(all), undefined, true);
        if (!created) return this.phases;
        this.forecast = await this.foretell();
        const same = await this.phase("again", (driver) => driver.up({ ...all, all: true }), changedNothing);
        // One that is kept begins again with the file as it is: no cloud would take the update back.
        if (!same || !(this.flags.keep || (await this.update(all)))) return this.phases;
        if (!(await this.driftAndHeal(all)) || this.flags.keep) return this.phases;
        // As for real: what protects data has to go before the data can.
        await this.rewrite((document) => {
            document.set("protectData", false);
            // What goes is not to be had back, and a last snapshot would stay and be paid for.
            for (const policy of ["deletion-protection", "recoverable-data"])
                document.setIn(["policies", "levels", policy], "disabled");
        });
        const freed = await this.phase("release", (driver) => driver.up({ ...all, all: true }), undefined, true);
        if (freed)
            await this.phase(
                "destroy",
                (driver) => driver.down(this.selected().reverse()),
                () => this.nothingLeft(),
                true,
            );
        return this.phases;
    }

    private selected(): string[] {
        return this.choices.filter(({ selected }) => selected).map(({ name }) => name);
    }

    /** A newer version, a bigger class, more partitions: in place, and nothing that holds data is made anew. */
    private async update(all: Parameters<Rollout["up"]>[0]): Promise<boolean> {
        const { update } = this.flags;
        if (update === undefined) {
            const edits = dayTwoEdits(this.environment).filter(({ path: [layer] }) =>
                this.selected().includes(layer ?? ""),
            );
            await this.rewrite((document) => applyEdits(document, this.environment, edits));
            this.edited = edits.map(
                ({ path, to }) => `${path.join(".")}: ${typeof to === "object" ? JSON.stringify(to) : to}`,
            );
        } else {
            await this.rewrite((_, file) => readFile(resolve(update), "utf8").then((text) => writeFile(file, text)));
            this.edited = [update];
        }
        return this.phase(
            "update",
            (driver) => driver.up({ ...all, all: true }),
            (changes) => {
                if (this.lost.size > 0)
                    return `what holds data was deleted or made anew, and would be empty: ${[...this.lost].join(", ")}`;
                return this.edited.length > 0 && (changes["update"] ?? 0) === 0
                    ? `nothing was updated, though the environment's file says now ${this.edited.join(", ")}`
                    : undefined;
            },
            true,
        );
    }

    private async driftAndHeal(all: Parameters<Rollout["up"]>[0]): Promise<boolean> {
        const disturbed = (this.disturbed = disturb(
            this.cloud,
            this.selected().map((stack) => stackName(this.environment, stack)),
            this.rows,
        ));
        let drifted: readonly string[] = [];
        const seen = await this.phase(
            "drift",
            async (driver) => {
                const answer = await driver.drift(this.selected(), this.flags.parallel);
                ({ drifted } = answer);
                return answer;
            },
            () => {
                const missed = [...disturbed.keys()].filter(
                    (stack) => !drifted.some((one) => stackName(this.environment, one) === stack),
                );
                return missed.length === 0
                    ? undefined
                    : `what was changed behind its back was not seen in ${missed.join(", ")}: ${missed.map((stack) => disturbed.get(stack)).join(", ")}`;
            },
        );
        if (!seen) return false;
        const healed = await this.phase("heal", (driver) => driver.up({ ...all, all: true }), undefined, true);
        return healed;
    }

    /** As a person would edit the environment's file, here in a copy of it. */
    private async rewrite(edit: (document: Document, file: string) => void | Promise<void>): Promise<void> {
        const file = join(this.environment.dataDirectory, "environment.yaml");
        const document = parseDocument(
            await readFile(process.env["TIDEGATE_ENVIRONMENT_FILE"] ?? this.environment.file, "utf8"),
        );
        const written = edit(document, file);
        if (written === undefined) await writeFile(file, String(document));
        else await written;
        process.env["TIDEGATE_ENVIRONMENT_FILE"] = file;
    }

    /** `wrong`: what is wrong though the run is green. */
    private async phase(
        phase: PhaseResult["phase"],
        operation: (driver: Rollout) => Promise<RolloutResult>,
        wrong: (changes: Readonly<Record<string, number>>) => string | undefined = () => undefined,
        again = false,
    ): Promise<boolean> {
        const begun = performance.now();
        if (!this.flags.json) say(`\n${pc.bold(phase)}${pc.yellow(" (simulated)")}`);
        const changes: Record<string, number> = {};
        this.lost.clear();
        let result: RolloutResult | undefined;
        let attempt = 0;
        for (let goOn = true; goOn && !this.interrupts.orderly.signal.aborted;) {
            attempt += 1;
            const before = { faults: this.faultsSoFar(), message: result?.problem?.message };
            result = await this.once(phase, operation, (event) => {
                if (event.type !== "resource") return;
                changes[event.op] = (changes[event.op] ?? 0) + 1;
                if (/replace|^delete$/.test(event.op) && isStateful(event.resourceType))
                    this.lost.add(`${event.resourceType} '${event.name}'`);
            });
            // One that no fault has stopped, and that says the same again, would say it for ever.
            const hopeless = this.faultsSoFar() === before.faults && result.problem?.message === before.message;
            goOn = !result.ok && again && this.faulty() && !hopeless && attempt < attemptsAtMost;
        }
        const reason = result?.ok === true ? wrong(changes) : undefined;
        const problem =
            reason !== undefined
                ? { code: "rehearsal-failed", message: reason }
                : result === undefined || result.ok
                  ? undefined
                  : {
                        code: result.problem?.code ?? interruptedCode,
                        message: result.problem?.message ?? "It was interrupted.",
                    };
        const ok = result?.ok === true && reason === undefined;
        const seconds = (performance.now() - begun) / 1000;
        this.phases.push({
            phase,
            ok,
            seconds,
            changes,
            attempts: attempt,
            ...(phase === "update" ? { edited: this.edited } : {}),
            ...(phase === "drift" ? { disturbed: Object.fromEntries(this.disturbed) } : {}),
            ...(problem === undefined ? {} : { problem }),
        });
        return ok;
    }

    private faultsSoFar(): number {
        return this.cloud.history().filter(({ outcome }) => outcome === "fault").length;
    }

    private faulty(): boolean {
        return this.flags.faults !== undefined || this.flags.chaos !== undefined;
    }

    private async once(
        phase: PhaseResult["phase"],
        operation: (driver: Rollout) => Promise<RolloutResult>,
        sink: EventSink,
    ): Promise<RolloutResult> {
        const graph = await environmentGraph(this.environment.name, await loadGraphFile(ownGraphFile));
        const session = await open(this.environment.name, this.interrupts, { graph });
        const { signal } = this.interrupts.orderly;
        const lock = { onLost: (error: TidegateError) => this.interrupts.lose(error.message), signal };
        return session.holding("rehearse", lock, async () => {
            await session.home.prepare();
            const collector = new FactsCollector(() => Date.now());
            const both: EventSink = (event) => {
                collector.sink(event);
                sink(event);
            };
            const result = await run(
                session,
                this.interrupts,
                // The one object of --json comes at the end.
                false,
                async (watch) => operation(await this.driver(session, phase, watch)),
                both,
                this.flags.json === true,
            );
            const files = await report(
                join(session.home.directory, "phases", phase),
                collector.facts(session.parts.places?.(result.outputs)),
            );
            if (phase === "create") this.report = files.html;
            return result;
        });
    }

    private driver(
        session: Session,
        phase: PhaseResult["phase"],
        watch: Parameters<Session["driver"]>[0],
    ): Promise<Rollout> {
        if (phase === "drift") return Promise.resolve(session.driver(watch));
        const operation = phase === "destroy" ? "down" : "up";
        return session.recordedDriver(watch, { operation, stacks: this.selected(), options: { rehearsal: phase } });
    }

    private nothingLeft(): string | undefined {
        const left = this.cloud.all();
        return left.length === 0
            ? undefined
            : `${left.length} resources are still there: ${left.map(({ type, id }) => `${type} ${id}`).join(", ")}`;
    }

    private async foretell(): Promise<Forecast> {
        const graph = await environmentGraph(this.environment.name, await loadGraphFile(ownGraphFile));
        const states = new Map<string, readonly Made[]>();
        for (const stack of this.selected()) states.set(stack, await madeOf(this.environment, stack));
        return forecast(graph.graph, states, this.rows);
    }
}

const checkpointSchema = z.object({
    checkpoint: z.object({
        latest: z.object({
            resources: z
                .array(
                    z.object({
                        urn: z.string(),
                        type: z.string(),
                        parent: z.string().optional(),
                        provider: z.string().optional(),
                        dependencies: z.array(z.string()).default([]),
                    }),
                )
                .default([]),
        }),
    }),
});

async function madeOf(environment: Environment, layer: string): Promise<readonly Made[]> {
    const state = { directory: stateDirectory(environment), project: projectName };
    const checkpoint = await readCheckpoint({ ...state, stack: stackName(environment, layer) });
    return checkpointSchema.parse(checkpoint).checkpoint.latest.resources;
}

const changedNothing = (changes: Readonly<Record<string, number>>): string | undefined => {
    const changed = Object.entries(changes).filter(([op]) => op !== "same" && op !== "read");
    return changed.length === 0
        ? undefined
        : `a second rollout of the same changed ${changed.map(([op, count]) => `${count} (${op})`).join(", ")}`;
};
