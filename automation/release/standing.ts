/** How an environment stands: what it runs, how that went, and what may come next. Pure: what is known in, what it means out. */
import type { PromotionRule } from "../graph/promotion";
import type { DriftSeen } from "../ledger/driftSeen";
import type { RunGlance } from "../ledger/ledger";
import type { HoldRecord } from "./holds";
import { eligibleAt, judgePromotion, othersOf, type SourceSeen } from "./promotion";
import type { Mark, NamedMark, Proof } from "./proof";

/** A run as its ledger tells it. */
export interface RunSeen {
    readonly id: string;
    readonly operation: Mark["operation"];
    /** `running`: it has not ended, and whoever does it speaks. */
    readonly state: RunGlance["state"] | "running";
    /** When it began: ISO 8601, UTC. */
    readonly time: string;
    readonly user: string;
    readonly host: string;
    readonly release: string | undefined;
    /** Of a promotion: where it came from. */
    readonly from: string | undefined;
    /** Stacks that failed. */
    readonly failed: readonly string[];
}

/** What is in the ledger, the newest run first. */
export interface LedgerSeen {
    readonly runs: readonly RunSeen[];
    readonly drift: DriftSeen | undefined;
}

/** What is in the store of releases, of one environment: marks in their order, proofs of green releases the newest first. */
export interface StoreSeen {
    readonly marks: readonly NamedMark[];
    readonly greens: readonly Proof[];
    /** Of promotion to it. */
    readonly hold?: HoldRecord | undefined;
}

/** What was read, or why it could not be. */
export type Read<T> = { readonly value: T } | { readonly why: string };

export interface StandingQuestion {
    readonly environment: string;
    /** Undefined: the graph's promotion says nothing of it. */
    readonly rule: PromotionRule | undefined;
    readonly wave?: number | undefined;
    readonly ledger: Read<LedgerSeen>;
    /** By environment: its own, and those that it takes releases from. */
    readonly stores: ReadonlyMap<string, Read<StoreSeen>>;
    readonly simulated: boolean;
    /** Milliseconds since the epoch. */
    readonly now: number;
}

export type Health = "green" | "red" | "running" | "interrupted" | "cut off" | "taken down" | "never" | "unknown";

export interface Next {
    readonly source: string;
    /** Undefined: there is none that the environment does not run already. */
    readonly release: string | undefined;
    /** When it may go: ISO 8601, UTC; undefined where that is not a matter of time. */
    readonly at: string | undefined;
    /** What it waits for; empty: nothing. */
    readonly waits: readonly string[];
    /** Whether a person decides, once it may go. */
    readonly pause: boolean;
}

export interface Standing {
    readonly environment: string;
    readonly takesFrom: readonly string[];
    /** How many promotions lie before it; undefined: the graph's promotion does not lead to it. */
    readonly wave: number | undefined;
    /** What was green there last, and since when it has been. */
    readonly release: string | undefined;
    readonly since: string | undefined;
    /** What was begun there after it, and has not become green; without a release: what is none. */
    readonly begun:
        | {
              readonly operation: RunSeen["operation"];
              readonly release: string | undefined;
              readonly time: string;
              readonly user: string;
              readonly host: string;
          }
        | undefined;
    readonly health: Health;
    /** What says so. */
    readonly by: "ledger" | "proof" | undefined;
    /** Of a proof of what runs: how many were green. */
    readonly checks: number | undefined;
    readonly failed: readonly string[];
    readonly drift: DriftSeen | undefined;
    /** Whether something was rolled out since it was looked for. */
    readonly driftBefore: boolean;
    /** `from` is undefined where only an older mark is known. */
    readonly promotion:
        | {
              readonly release: string | undefined;
              readonly from: string | undefined;
              readonly time: string;
              readonly user: string;
              readonly host: string;
          }
        | undefined;
    readonly next: readonly Next[];
    /** What holds promotion to it. */
    readonly hold: HoldRecord | undefined;
    /** What could not be read, and why. */
    readonly unread: readonly string[];
}

export function standingOf(question: StandingQuestion): Standing {
    const { environment, rule, stores } = question;
    const unread: string[] = [];
    const store = stores.get(environment);
    if (store !== undefined && "why" in store) unread.push(`proofs: ${store.why}`);
    const { marks, greens } = store !== undefined && "value" in store ? store.value : { marks: [], greens: [] };
    // A folder of another machine is as one that is empty.
    const elsewhere = marks.length > 0 && "value" in question.ledger && question.ledger.value.runs.length === 0;
    const ledger: Read<LedgerSeen> = elsewhere
        ? { why: "it is not here, and releases were rolled out" }
        : question.ledger;
    if ("why" in ledger) unread.push(`ledger: ${ledger.why}`);
    const seen = "value" in ledger ? ledger.value : undefined;
    const release = releaseThere(marks, greens, seen?.runs ?? []);
    const up = seen?.runs.find(({ operation }) => operation !== "down");
    const drift = seen?.drift;
    return {
        environment,
        takesFrom: rule?.from ?? [],
        wave: question.wave,
        ...release,
        ...healthOf(marks, greens, seen),
        drift,
        driftBefore: drift !== undefined && up !== undefined && up.time > drift.time,
        promotion: lastPromotion(marks, seen, rule),
        next: (rule?.from ?? []).map((source) => nextFrom(source, release, question)),
        hold: store !== undefined && "value" in store ? store.value.hold : undefined,
        unread,
    };
}

function releaseThere(
    marks: readonly NamedMark[],
    greens: readonly Proof[],
    runs: readonly RunSeen[],
): Pick<Standing, "release" | "since" | "begun"> {
    const nothing = { release: undefined, since: undefined, begun: undefined };
    if (marks.length === 0) {
        const [last] = runs;
        const green = runs.find(({ operation, state }) => operation !== "refresh" && state === "green");
        if (green === undefined || green.operation === "down")
            return { ...nothing, begun: last === undefined || last.operation === "down" ? undefined : begunOf(last) };
        const { release, time } = green;
        return { release, since: time, begun: last === undefined || last === green ? undefined : begunOf(last) };
    }
    const proofOf = (name: string): Proof | undefined => greens.find(({ mark }) => mark === name);
    const at = marks.findLastIndex(([name]) => proofOf(name) !== undefined);
    const [, last] = marks.at(-1) ?? [];
    // What comes after the last green one; a platform that was taken down has nothing of before.
    const gone = marks.slice(at + 1).some(([, { operation }]) => operation === "down");
    const begun = last === undefined || at === marks.length - 1 ? undefined : begunOf(last);
    const proof = marks[at] === undefined ? undefined : proofOf(marks[at][0]);
    if (proof === undefined || gone) return { ...nothing, begun };
    let since = proof.time;
    for (const [name] of marks.slice(0, at).toReversed()) {
        const before = proofOf(name);
        if (before?.release !== proof.release) break;
        since = before.time;
    }
    return { release: proof.release, since, begun };
}

const begunOf = ({ operation, release, time, user, host }: RunSeen | Mark): Standing["begun"] => ({
    ...{ operation, release, time, user, host },
});

function healthOf(
    marks: readonly NamedMark[],
    greens: readonly Proof[],
    ledger: LedgerSeen | undefined,
): Pick<Standing, "health" | "by" | "checks" | "failed"> {
    const proof = greens.find(({ mark }) => mark === marks.at(-1)?.[0]);
    const checks = proof?.gates.length;
    if (ledger === undefined)
        return proof === undefined
            ? { health: "unknown", by: undefined, checks, failed: [] }
            : { health: "green", by: "proof", checks, failed: [] };
    // A refresh asks no gate: what it leaves is judged by the run before it.
    const run = ledger.runs.find(({ operation, state }) => operation !== "refresh" || state === "running");
    if (run === undefined) return { health: "never", by: "ledger", checks: undefined, failed: [] };
    const { operation, state, failed } = run;
    const health = operation === "down" && state === "green" ? "taken down" : state;
    return { health, by: "ledger", checks: health === "green" ? checks : undefined, failed };
}

function lastPromotion(
    marks: readonly NamedMark[],
    ledger: LedgerSeen | undefined,
    rule: PromotionRule | undefined,
): Standing["promotion"] {
    const run = ledger?.runs.find(({ from }) => from !== undefined);
    if (run !== undefined) {
        const { release, from, time, user, host } = run;
        return { release, from, time, user, host };
    }
    if (rule === undefined || rule.from.length === 0) return undefined;
    const [, mark] =
        marks.findLast(([, { from }]) => from !== undefined) ??
        // Older ones do not say it.
        marks.findLast(([, { operation, release }]) => operation === "up" && release !== undefined) ??
        [];
    if (mark === undefined) return undefined;
    const { release, from, time, user, host } = mark;
    return { release, from, time, user, host };
}

/** Of the release that was green last where it comes from. */
function nextFrom(
    source: string,
    there: Pick<Standing, "release" | "begun">,
    { environment, rule, stores, simulated, now }: StandingQuestion,
): Next {
    const nothing = { source, release: undefined, at: undefined, pause: rule?.pause ?? false };
    const unread = [source, ...othersOf(source, rule)].flatMap((one) => {
        const store = stores.get(one);
        if (store !== undefined && "value" in store) return [];
        return [`the proofs of ${one} cannot be read: ${store?.why ?? "not looked for"}`];
    });
    if (unread.length > 0) return { ...nothing, waits: unread };
    const storeOf = (one: string): StoreSeen | undefined => {
        const store = stores.get(one);
        return store !== undefined && "value" in store ? store.value : undefined;
    };
    const release = storeOf(source)?.greens[0]?.release;
    if (release === undefined) return { ...nothing, waits: [`nothing was green in ${source} yet`] };
    if (release === there.release && there.begun === undefined) return { ...nothing, waits: [] };
    const seenIn = (one: string): SourceSeen => {
        const { marks = [], greens = [] } = storeOf(one) ?? {};
        return { source: one, marks, proofs: greens.filter((proof) => proof.release === release).toReversed() };
    };
    const question = {
        ...{ ...seenIn(source), hold: storeOf(environment)?.hold, release, target: environment, rule, simulated, now },
        others: othersOf(source, rule).map(seenIn),
    };
    const answer = judgePromotion(question);
    const at = eligibleAt(question, answer);
    return {
        ...{ ...nothing, release, waits: answer.refusals.map(({ why }) => why) },
        at: at === undefined ? undefined : new Date(at).toISOString(),
    };
}
