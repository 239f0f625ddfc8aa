/**
 * How far a release has come on its way from one environment through all that the graph leads to, and what comes next. Pure:
 * what is known in, the state of each target out. Everything is read from proofs, marks and holds, so it may be asked again
 * at any time: a second call goes on where the first has ended.
 */
import { isRed } from "../gates/check";
import type { Promotion, PromotionRule } from "../graph/promotion";
import { stepsFrom, type WaveStep } from "../graph/waves";
import type { HoldRecord } from "./holds";
import { shortId } from "./manifest";
import type { NamedMark, Proof } from "./proof";
import { eligibleAt, judgePromotion, othersOf, type PromotionAnswer, type Refusal } from "./promotion";

/** What the store of releases knows of a release in an environment. */
export interface SeenThere {
    /** What was begun there, in order. */
    readonly marks: readonly NamedMark[];
    /** Of the release, the newest last. */
    readonly proofs: readonly Proof[];
    readonly hold: HoldRecord | undefined;
}

export interface OnwardQuestion {
    readonly release: string;
    readonly source: string;
    readonly promotion: Promotion;
    /** Of the source, of each target, and of each that a target takes from. */
    readonly seen: ReadonlyMap<string, SeenThere>;
    readonly simulated: boolean;
    /** Milliseconds since the epoch. */
    readonly now: number;
    /** Targets to which it was promoted since this began. */
    readonly promoted: ReadonlySet<string>;
    /** The target that did not become green: nothing goes on after it. */
    readonly red?: { readonly environment: string; readonly exitCode: number } | undefined;
}

const onwardStates = [
    "runs-it",
    "promoted",
    "may-go",
    /** For a time that is known. */
    "waits",
    "person",
    /** It has not come to any that this one takes from; where all count, not to all. */
    "behind",
    "stopped",
    /** It comes after one that is stopped. */
    "not-begun",
] as const;
export type OnwardState = (typeof onwardStates)[number];

export interface OnwardTarget {
    readonly environment: string;
    readonly wave: number;
    readonly state: OnwardState;
    /** Where it would come from, or wherever it may come from first. */
    readonly source: string;
    /** Of what waits: when it may go. ISO 8601, UTC. */
    readonly at: string | undefined;
    /** What it waits for, or why it does not go. */
    readonly why: readonly string[];
    /** Whether a person decides, once it may go. */
    readonly pause: boolean;
    /** Of what is refused. */
    readonly code: Refusal | undefined;
}

/** In the order in which they are gone through: wave by wave, in each in the order of the file. */
export function planOnward(question: OnwardQuestion): OnwardTarget[] {
    let stopped: string | undefined;
    return stepsFrom(question.promotion, question.source).map((step) => {
        const target = targetOf(step, question);
        if (stopped !== undefined && target.state !== "runs-it" && target.state !== "promoted")
            return { ...target, state: "not-begun", at: undefined, code: undefined, why: [`${stopped} is stopped`] };
        if (target.state === "stopped") stopped ??= target.environment;
        return target;
    });
}

function targetOf({ environment, wave, sources }: WaveStep, question: OnwardQuestion): OnwardTarget {
    const { source: beginning, promotion, promoted, red } = question;
    const rule = promotion[environment];
    const [first = beginning] = sources;
    const pause = rule?.pause ?? false;
    const as = (state: OnwardState, why: readonly string[] = [], more: Partial<OnwardTarget> = {}): OnwardTarget => ({
        ...{ environment, wave, state, source: first, at: undefined, why, pause, code: undefined, ...more },
    });
    if (red?.environment === environment)
        return as("stopped", [`its promotion ended with exit code ${red.exitCode}, as its lines say`]);
    const green = greenIn(environment, question).length > 0;
    if (promoted.has(environment) && green) return as("promoted");
    if (promoted.has(environment)) return as("stopped", ["it was rolled out and left no proof, as its run says"]);
    if (runsIt(environment, question)) return as("runs-it");

    const leads = (one: string): boolean =>
        one === beginning || (greenIn(one, question).length > 0 && !isReplaced(one, question));
    const open = rule?.every && !rule.from.every(leads) ? [] : sources.filter(leads);
    if (rule === undefined || open.length === 0)
        return as("behind", rule?.every ? rule.from.filter((one) => !leads(one)) : sources);

    const judged = open.map((source) => ({ source, ...judge(source, environment, rule, question) }));
    const soonest = judged.reduce((a, b) => ((b.at ?? Infinity) < (a.at ?? Infinity) ? b : a));
    const { source, answer, at } = soonest;
    const why = answer.refusals.map((one) => one.why);
    const [refused] = answer.refusals;
    if (at === undefined) return as("stopped", why, { source: refused?.source ?? source, code: refused?.code });
    if (isReplaced(environment, question)) return as("person", [replacedText(environment, question)], { source });
    if (answer.refusals.length > 0) return as("waits", why, { source, at: new Date(at).toISOString() });
    return as(pause ? "person" : "may-go", [], { source });
}

function judge(
    source: string,
    target: string,
    rule: PromotionRule,
    { release, simulated, now, seen }: OnwardQuestion,
): { readonly answer: PromotionAnswer; readonly at: number | undefined } {
    const seenIn = (one: string) => {
        const { marks = [], proofs = [] } = seen.get(one) ?? {};
        return { source: one, marks, proofs };
    };
    const question = {
        ...{ ...seenIn(source), others: othersOf(source, rule).map(seenIn) },
        ...{ release, target, rule, hold: seen.get(target)?.hold, simulated, now },
    };
    const answer = judgePromotion(question);
    return { answer, at: eligibleAt(question, answer) };
}

const greenIn = (environment: string, { seen, release, simulated }: OnwardQuestion): readonly Proof[] =>
    (seen.get(environment)?.proofs ?? []).filter(
        (proof) => proof.release === release && proof.simulated === simulated && !proof.gates.some(isRed),
    );

/** What was begun there last was green, and of it. */
function runsIt(environment: string, question: OnwardQuestion): boolean {
    const last = question.seen.get(environment)?.marks.at(-1)?.[0];
    return greenIn(environment, question).some(({ mark }) => mark === last);
}

const rolledOutLast = (environment: string, { seen }: OnwardQuestion): NamedMark[1] | undefined =>
    seen.get(environment)?.marks.findLast(([, { operation }]) => operation !== "refresh")?.[1];

/**
 * It was green there, and whatever came after was rolled out on purpose: a fix past this way, a way back, an end. What runs
 * by itself never undoes that.
 */
const isReplaced = (environment: string, question: OnwardQuestion): boolean =>
    greenIn(environment, question).length > 0 && rolledOutLast(environment, question)?.release !== question.release;

function replacedText(environment: string, question: OnwardQuestion): string {
    const { release, operation } = rolledOutLast(environment, question) ?? {};
    const what =
        operation === "down"
            ? "it was taken down"
            : `${release === undefined ? "what is no release" : shortId(release)} came`;
    return `it was green there before, and ${what} after that`;
}
