/**
 * One rollout of an environment at a time: Pulumi's own locks are of one stack each, never expire, and exercises have none.
 *
 * The lock is a row of numbered objects beside the ledger, `lock/<number>.json`, of which the last one tells who holds it.
 * Whoever takes it, keeps it or gives it back creates the next number; a store that creates an object only where there is
 * none lets one of them have it. So the lock needs no more of a store than the ledger does. Older numbers are taken away:
 * whoever was slow enough to create one of those again finds a later one, and has not got the lock.
 *
 * A holder says every ten seconds that it is there. No clock is compared with another machine's beyond a first guess: a
 * holder that looks silent is watched for the whole lease by the clock of this process before its lock is taken over.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { exitCodes, interruptedCode, messageOf, TidegateError } from "../core/errors";
import { parseJson } from "../core/json";
import type { LedgerStore } from "./store";

/** How long a holder may be silent, in seconds. */
export const leaseSeconds = 30;
const beatSeconds = leaseSeconds / 3;
const pollSeconds = 1;

const folder = "lock";

export const holderSchema = z.object({
    host: z.string(),
    /** What process ids are of: a boot of a machine, and in it a namespace. */
    machine: z.string(),
    pid: z.number().int(),
    /** Tells a process from another that has got its pid later. */
    started: z.string(),
    user: z.string(),
    /** What it does, for people: `up`. */
    doing: z.string(),
});
/** Who holds the lock of an environment. */
export type Holder = z.infer<typeof holderSchema>;

const recordSchema = z.object({
    version: z.literal(1),
    state: z.enum(["held", "free"]),
    /** Of one holding, from taking it to giving it back. */
    lease: z.string(),
    holder: holderSchema,
    /** When it was taken, and when this was written, by the holder's clock: ISO 8601, UTC. */
    since: z.string(),
    time: z.string(),
});
type LockRecord = z.infer<typeof recordSchema>;

/** Whose lock was taken over, and why that was right. */
export interface TakenOver {
    readonly holder: Holder | undefined;
    /** `gone`: its process of this machine is no more; `silent`: it did not speak for a lease; `forced`: a person said so. */
    readonly why: "gone" | "silent" | "forced";
}

export interface LockClock {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Milliseconds, monotonic. */
    monotonic(): number;
    /** Resolves earlier where `signal` is aborted. */
    sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface LockDependencies {
    /** For messages. */
    readonly environment: string;
    readonly store: LedgerStore;
    readonly holder: Holder;
    readonly clock: LockClock;
    /** Whether a process of this machine is no more; false where that cannot be told from here. */
    isGone(holder: Holder): Promise<boolean>;
}

export interface LockOptions {
    /** Takes it whoever holds it. @default false */
    readonly force?: boolean;
    /** How long to wait for it. @default 0 */
    readonly waitSeconds?: number;
    /** Lines for people, while it waits. @default nobody is told */
    readonly say?: (text: string) => void;
    /** The lock is not this process's any more: what it protects has to end. */
    readonly onLost: (error: TidegateError) => void;
    readonly signal?: AbortSignal;
}

/** What has become of a sign of life. */
type Answer =
    | { readonly kind: "spoken" }
    | { readonly kind: "taken"; readonly by: Holder | undefined }
    | { readonly kind: "failed"; readonly error: unknown };

type Found = { readonly number: number; readonly record: LockRecord | undefined };

const nameOf = (number: number): string => `${folder}/${String(number).padStart(10, "0")}.json`;

/** For people: "up by me on build-7 (process 4711)". */
export const holderText = ({ doing, user, host, pid }: Holder): string =>
    `${doing} by ${user} on ${host} (process ${pid})`;

/** The lock, held. */
export class Lease {
    private beating: Promise<void> | undefined;
    private readonly over = new AbortController();
    private lost: TidegateError | undefined;

    private constructor(
        private readonly deps: LockDependencies,
        private number: number,
        private readonly record: LockRecord,
        readonly takenOver: TakenOver | undefined,
        private readonly onLost: (error: TidegateError) => void,
    ) {}

    /** @throws TidegateError `environment-busy` with its holder */
    static async take(deps: LockDependencies, options: LockOptions): Promise<Lease> {
        const { store, clock, holder } = deps;
        const { force = false, waitSeconds = 0, say = () => {}, onLost, signal } = options;
        const since = new Date(clock.now()).toISOString();
        const mine: LockRecord = { version: 1, state: "held", lease: randomUUID(), holder, since, time: since };
        const deadline = clock.monotonic() + waitSeconds * 1000;
        let told: string | undefined;
        let forced = force;
        for (;;) {
            if (signal?.aborted === true)
                throw new TidegateError(`Interrupted while it waited for the lock of ${deps.environment}.`, {
                    code: interruptedCode,
                    hint: "Nothing was touched: run the same command again.",
                });
            const last = await lastOf(store);
            let takenOver: TakenOver | undefined;
            if (last.number > 0 && last.record?.state !== "free") {
                const why = forced ? "forced" : await whyFree(deps, last, options);
                if (why === undefined) {
                    if (last.record === undefined) continue;
                    if (clock.monotonic() >= deadline) throw busy(deps, last.record);
                    if (told !== last.record.lease)
                        say(
                            `waiting up to ${waitSeconds} s for the lock of ${deps.environment}: ${holderText(last.record.holder)} holds it`,
                        );
                    told = last.record.lease;
                    await clock.sleep(pollSeconds * 1000, signal);
                    continue;
                }
                takenOver = { holder: last.record?.holder, why };
            }
            const number = last.number + 1;
            const record = { ...mine, time: new Date(clock.now()).toISOString() };
            if (!(await store.create(nameOf(number), JSON.stringify(record)))) {
                // Whoever else was forced in at the same moment holds it by the same right.
                forced = false;
                continue;
            }
            if ((await lastOf(store)).number !== number) {
                await store.remove(nameOf(number));
                forced = false;
                continue;
            }
            const lease = new Lease(deps, number, mine, takenOver, onLost);
            await lease.tidy();
            lease.beating = lease.beat();
            return lease;
        }
    }

    /** Says no more that it is there: for the last moments, in which what holds the lock itself goes. */
    async rest(): Promise<void> {
        this.over.abort();
        await this.beating;
    }

    /** Gives the lock back. What cannot be written expires. @throws TidegateError `lock-lost` where it was lost meanwhile */
    async release(): Promise<void> {
        await this.rest();
        if (this.lost !== undefined) throw this.lost;
        const { store, clock } = this.deps;
        try {
            // Where its place is gone with all that it protected, nothing is written there again.
            if ((await store.read(nameOf(this.number))) === undefined) return;
            const record: LockRecord = { ...this.record, state: "free", time: new Date(clock.now()).toISOString() };
            this.number += 1;
            await store.create(nameOf(this.number), JSON.stringify(record));
            await this.tidy();
        } catch {
            return;
        }
    }

    private async beat(): Promise<void> {
        const { clock, environment, store } = this.deps;
        const { signal } = this.over;
        for (let spoken = clock.monotonic(); ;) {
            await clock.sleep(beatSeconds * 1000, signal);
            if (signal.aborted) return;
            const patience = (leaseSeconds - beatSeconds) * 1000 - (clock.monotonic() - spoken);
            const answer = await this.within(patience, this.speak());
            if (answer?.kind === "spoken") spoken = clock.monotonic();
            else if (answer?.kind === "taken")
                return this.lose(
                    `The lock of ${environment} was taken over${answer.by === undefined ? "" : `: ${holderText(answer.by)} holds it`}.`,
                    "Where that was not on purpose, look at `npx tidegate history`. Then run the same command again: it goes on from what is there.",
                );
            else if (clock.monotonic() - spoken >= (leaseSeconds - beatSeconds) * 1000)
                return this.lose(
                    `The lock of ${environment} could not be kept for ${leaseSeconds} s, for ${store.where} does not answer${answer === undefined ? "" : `: ${messageOf(answer.error)}`}`,
                    "See to the place of the ledger, then run the same command again: it goes on from what is there.",
                );
        }
    }

    /** Says that it is there; else who holds the lock by now, or why that is not known. */
    private async speak(): Promise<Answer> {
        const { store, clock } = this.deps;
        const record: LockRecord = { ...this.record, time: new Date(clock.now()).toISOString() };
        try {
            if (await store.create(nameOf(this.number + 1), JSON.stringify(record))) {
                this.number += 1;
                await this.tidy();
                return { kind: "spoken" };
            }
            const { record: other } = await lastOf(store);
            if (other?.lease !== this.record.lease) return { kind: "taken", by: other?.holder };
            // A write that was answered with an error has come there all the same.
            this.number += 1;
            return { kind: "spoken" };
        } catch (error) {
            return { kind: "failed", error };
        }
    }

    /** A store may take longer to give up than a lease lasts. Undefined where there was no answer in time. */
    private async within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
        const done = new AbortController();
        const late = this.deps.clock.sleep(Math.max(0, milliseconds), done.signal).then(() => undefined);
        return Promise.race([work, late]).finally(() => done.abort());
    }

    private lose(message: string, hint: string): void {
        this.lost = new TidegateError(message, {
            code: "lock-lost",
            hint,
            retryable: true,
            exitCode: exitCodes.busy,
        });
        this.onLost(this.lost);
    }

    /** Takes the numbers before the last one away. What stays does no harm. */
    private async tidy(): Promise<void> {
        const { store } = this.deps;
        const names = await store.list(folder).catch(() => []);
        const old = names.map((name) => `${folder}/${name}`).filter((name) => name < nameOf(this.number));
        await Promise.all(old.map((name) => store.remove(name).catch(() => undefined)));
    }
}

/** Runs `work` while this process holds the lock. `signal` of the work is aborted where the lock is lost. */
export async function holding<T>(
    deps: LockDependencies,
    options: LockOptions,
    work: (lease: Lease) => Promise<T>,
): Promise<T> {
    const lease = await Lease.take(deps, options);
    let result: T;
    try {
        result = await work(lease);
    } catch (error) {
        // What has made the work fail is told before what the failure says.
        await lease.release();
        throw error;
    }
    await lease.release();
    return result;
}

/** Why the lock of a holder is nobody's any more; undefined where it is held. */
async function whyFree(
    { clock, environment, store, isGone }: LockDependencies,
    { number, record }: Found,
    { say = () => {}, signal }: LockOptions,
): Promise<"gone" | "silent" | undefined> {
    if (record !== undefined) {
        if (await isGone(record.holder)) return "gone";
        if (Math.abs(clock.now() - Date.parse(record.time)) <= leaseSeconds * 1000) return undefined;
        say(
            `${holderText(record.holder)} holds ${environment} and last spoke at ${record.time}: listening ${leaseSeconds} s for it`,
        );
    }
    for (const begun = clock.monotonic(); clock.monotonic() - begun < leaseSeconds * 1000;) {
        await clock.sleep(pollSeconds * 1000, signal);
        if (signal?.aborted === true || (await lastOf(store)).number !== number) return undefined;
    }
    return "silent";
}

/** Who holds the lock, for whoever only looks; `speaks`: its last word is no older than two leases. Undefined: nobody. */
export async function holderNow(
    store: LedgerStore,
    now: number,
): Promise<{ readonly holder: Holder; readonly since: string; readonly speaks: boolean } | undefined> {
    const { record } = await lastOf(store);
    if (record?.state !== "held") return undefined;
    const { holder, since, time } = record;
    return { holder, since, speaks: Math.abs(now - Date.parse(time)) <= 2 * leaseSeconds * 1000 };
}

async function lastOf(store: LedgerStore): Promise<Found> {
    const name = (await store.list(folder)).at(-1);
    if (name === undefined) return { number: 0, record: undefined };
    const text = await store.read(`${folder}/${name}`);
    // None of what a crash has torn.
    return { number: Number.parseInt(name, 10), record: recordSchema.safeParse(parseJson(text)).data };
}

function busy({ environment }: LockDependencies, { holder, since, time }: LockRecord): TidegateError {
    return new TidegateError(
        `${environment} is held: ${holderText(holder)}, since ${since}, last heard of at ${time}.`,
        {
            code: "environment-busy",
            hint: "Wait for its end (`--lock-timeout SECONDS` does), or interrupt it. Where it is dead for certain, `--force-unlock` takes the lock.",
            retryable: true,
            exitCode: exitCodes.busy,
        },
    );
}
