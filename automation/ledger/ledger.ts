/**
 * The journal of rollouts: one object per event under `runs/<run>/<number>.json`, created and never changed. What is
 * about to be done is written down first, so that a run that was cut off says how far it had come; a number is taken by
 * one writer alone. Records hold names, digests and counts; no output of a stack, and no secret.
 */
import { randomBytes } from "node:crypto";
import pLimit from "p-limit";
import { z } from "zod";
import { exitCodes, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import { holderSchema } from "./lock";
import type { LedgerStore } from "./store";

const ledgerVersion = 1;

const stack = z.string();

/** Deployed and green, or unchanged and green. What `unchanged` compares is here. */
const succeeded = z.object({
    type: z.literal("stack-succeeded"),
    stack,
    /** Whether its deployment was skipped. */
    skipped: z.boolean(),
    /** Digests of everything that a deployment is made of, by part (automation/rollout/inputs.ts). */
    inputs: z.record(z.string(), z.string()),
    /** Of the checkpoint after it. */
    checkpoint: z.string(),
    /** Keyed digest of the outputs. */
    outputs: z.string(),
});
export type StackSucceeded = z.infer<typeof succeeded>;

/** A success, and the run that holds it. */
const known = succeeded.extend({ run: z.string() });
export type KnownSuccess = Readonly<z.infer<typeof known>>;

/** What one event says. */
const entrySchema = z.discriminatedUnion("type", [
    z.object({
        type: z.literal("run-started"),
        /** Before there was `rollback`, one was an `up`. */
        operation: z.enum(["up", "rollback", "refresh", "down"]),
        environment: z.string(),
        /** Absolute path of the graph's file, for people. */
        graph: z.string(),
        /** Stacks that were selected, in rollout order. */
        stacks: z.array(stack),
        /** What `resume` gives again. */
        options: z.record(z.string(), z.unknown()),
        /** The run that this one resumes. */
        resumes: z.string().optional(),
        /** The run that ended red, and by that had this rollback begun by itself. */
        afterRed: z.string().optional(),
        holder: z.object({ host: z.string(), pid: z.number(), user: z.string() }),
        /** What is rolled out, where it is a release. */
        release: z
            .object({
                id: z.string(),
                /** Of a promotion: the environment that it was proved in, and the run there. */
                from: z.object({ environment: z.string(), run: z.string() }).optional(),
                /** SHA-256 of what is of the environment alone. */
                settings: z.string(),
                /** Why it was promoted although the environment was frozen. */
                despiteFreeze: z.string().optional(),
            })
            .optional(),
        /** Whose lock of the environment it took over, and by which right. */
        tookOver: z.object({ holder: holderSchema.optional(), why: z.enum(["gone", "silent", "forced"]) }).optional(),
        versions: z.object({ tidegate: z.string(), pulumi: z.string(), node: z.string() }),
        /** The last success of each stack before this run, so that nobody has to look further back than here. */
        known: z.record(stack, known).optional(),
    }),
    /** The engine is about to change a stack. */
    z.object({
        type: z.literal("operation-started"),
        stack,
        operation: z.enum(["up", "refresh", "destroy"]),
        why: z.string(),
    }),
    /** Resources whose creation a crash had cut off, and what was decided of each before the stack was changed. */
    z.object({
        type: z.literal("pending-settled"),
        stack,
        resources: z.array(
            z.object({
                urn: z.string(),
                decision: z.enum(["import", "create"]),
                /** Of what was found. */
                id: z.string().optional(),
                by: z.string(),
            }),
        ),
    }),
    z.object({
        type: z.literal("operation-finished"),
        stack,
        operation: z.enum(["up", "refresh", "destroy"]),
        changes: z.record(z.string(), z.number()),
    }),
    /** Changes of these resources, by URN, were over what is allowed and were approved by name. */
    z.object({ type: z.literal("approved"), stack, resources: z.array(z.string()) }),
    succeeded,
    z.object({ type: z.literal("stack-failed"), stack, code: z.string(), message: z.string() }),
    z.object({ type: z.literal("stack-interrupted"), stack }),
    z.object({ type: z.literal("run-finished"), ok: z.boolean(), interrupted: z.boolean(), seconds: z.number() }),
]);
export type Entry = z.infer<typeof entrySchema>;
export type RunStarted = Extract<Entry, { type: "run-started" }>;

const recordSchema = z.object({
    version: z.literal(ledgerVersion),
    run: z.string(),
    number: z.number().int(),
    /** ISO 8601, UTC. */
    time: z.string(),
    entry: entrySchema,
});
export type LedgerRecord = z.infer<typeof recordSchema>;

/** A run as its first and its last record tell it. */
export interface RunGlance {
    readonly id: string;
    readonly started: RunStarted | undefined;
    /** Names of objects that cannot be read: the last write of a run that was cut off, at most. */
    readonly torn: readonly string[];
    /** `cut off`: its process ended without a word. */
    readonly state: "green" | "red" | "interrupted" | "cut off";
    readonly seconds: number | undefined;
}

/** A run as all of its records tell it. */
export interface Run extends RunGlance {
    readonly records: readonly LedgerRecord[];
}

const folder = "runs";
/** Objects that are read at once: each is a round trip, where the ledger is in a bucket. */
const together = 16;

/** `20261125T212719123Z` */
const timeText = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/[-:.]/g, "");

/** When a run of this name began, in milliseconds since the epoch; 0 where its name does not say. */
export function begunMs(run: string): number {
    const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})?Z-/.exec(run);
    if (parts === null) return 0;
    const [, year, month, day, hour, minute, second, millisecond = "999"] = parts;
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
}

export class Ledger {
    private readonly limit = pLimit(together);

    constructor(
        private readonly store: LedgerStore,
        /** Milliseconds since the epoch. */
        private readonly now: () => number = Date.now,
    ) {}

    get where(): string {
        return this.store.where;
    }

    /**
     * Begins a run. Its name sorts after that of every other, though two begin in one millisecond, or the clock of the
     * machine that began the last one is ahead.
     */
    async begin(started: Omit<RunStarted, "type">): Promise<RunLedger> {
        const [last] = await this.runs();
        const time = Math.max(this.now(), last === undefined ? 0 : begunMs(last) + 1);
        const run = new RunLedger(this.store, `${timeText(time)}-${randomBytes(3).toString("hex")}`, this.now);
        await run.record({ type: "run-started", ...started });
        return run;
    }

    /** Names of runs, the newest first. */
    async runs(): Promise<string[]> {
        return (await this.store.list(folder)).reverse();
    }

    /** @throws TidegateError `run-unknown` */
    async run(id: string): Promise<Run> {
        return this.told(id, await this.objects(id));
    }

    /** As `run`, of a list: two objects are read, however many there are. */
    async glance(id: string): Promise<RunGlance> {
        const names = await this.objects(id);
        const { records: _some, ...glance } = await this.told(id, [
            ...new Set([...names.slice(0, 1), ...names.slice(-1)]),
        ]);
        return glance;
    }

    /** The last success of each stack. Looks no further back than it has to: no further than one run that knows them. */
    async successes(stacks: readonly string[]): Promise<ReadonlyMap<string, KnownSuccess>> {
        const found = new Map<string, KnownSuccess>();
        const gone = new Set<string>();
        const take = (success: KnownSuccess): void => {
            if (!found.has(success.stack) && !gone.has(success.stack)) found.set(success.stack, success);
        };
        for (const id of await this.runs()) {
            const { records, started } = await this.run(id);
            for (const { entry } of records.toReversed()) {
                if (entry.type === "operation-finished" && entry.operation === "destroy") gone.add(entry.stack);
                if (entry.type === "stack-succeeded") take({ ...entry, run: id });
            }
            if (started?.known !== undefined) {
                Object.values(started.known).forEach(take);
                break;
            }
            if (stacks.every((name) => found.has(name) || gone.has(name))) break;
        }
        return found;
    }

    private async objects(id: string): Promise<string[]> {
        const names = await this.limit(() => this.store.list(`${folder}/${id}`));
        if (names.length > 0) return names;
        throw new TidegateError(`The ledger ${this.where} has no run '${id}'.`, {
            code: "run-unknown",
            hint: "`npx tidegate history` lists them.",
            exitCode: exitCodes.usage,
        });
    }

    private async told(id: string, names: readonly string[]): Promise<Run> {
        const read = await Promise.all(
            names.map((name) =>
                this.limit(async () => {
                    const text = await this.store.read(`${folder}/${id}/${name}`);
                    return [name, recordSchema.safeParse(parseJson(text)).data] as const;
                }),
            ),
        );
        const records = read.flatMap(([, record]) => record ?? []).toSorted((a, b) => a.number - b.number);
        const torn = read.filter(([, record]) => record === undefined).map(([name]) => name);
        const started = records.map(({ entry }) => entry).find((entry) => entry.type === "run-started");
        const finished = records.map(({ entry }) => entry).find((entry) => entry.type === "run-finished");
        return {
            id,
            started,
            records,
            torn,
            state:
                finished === undefined
                    ? "cut off"
                    : finished.ok
                      ? "green"
                      : finished.interrupted
                        ? "interrupted"
                        : "red",
            seconds: finished?.seconds,
        };
    }
}

/** The records of one run, written by the process that does it. */
export class RunLedger {
    private number = 0;

    constructor(
        private readonly store: LedgerStore,
        readonly id: string,
        private readonly now: () => number,
    ) {}

    /**
     * Resolves once it lasts: whoever is about to do what it says waits for it. Others need not: numbers are given in the
     * order of the calls, and of those that nobody has waited for any may be missing after a crash.
     */
    async record(entry: Entry): Promise<void> {
        this.number += 1;
        const name = `${folder}/${this.id}/${String(this.number).padStart(5, "0")}.json`;
        const record: LedgerRecord = {
            version: ledgerVersion,
            run: this.id,
            number: this.number,
            time: new Date(this.now()).toISOString(),
            entry,
        };
        if (await this.store.create(name, `${JSON.stringify(record)}\n`)) return;
        throw new TidegateError(
            `Somebody else writes the run ${this.id} too: there is ${name} in ${this.store.where}.`,
            {
                code: "ledger-conflict",
                hint: "Two processes work on one environment: end one of them, and run the same command again.",
            },
        );
    }
}
