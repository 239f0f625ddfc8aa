/** Whether a release may go from one environment to the next. Pure: what is known in, why not out. */
import { isRed } from "../gates/check";
import { frozenBy, thawedAt, type PromotionRule } from "../graph/promotion";
import { holdText, type HoldRecord } from "./holds";
import type { NamedMark, Proof } from "./proof";

/** What is known of a release in an environment that it may come from. */
export interface SourceSeen {
    readonly source: string;
    /** Of the release there, the newest last. */
    readonly proofs: readonly Proof[];
    /** What was begun there, in order. */
    readonly marks: readonly NamedMark[];
}

export interface PromotionQuestion extends SourceSeen {
    readonly release: string;
    readonly target: string;
    /** Of the target; undefined: the graph says nothing of it. */
    readonly rule: PromotionRule | undefined;
    /** What holds the target. */
    readonly hold: HoldRecord | undefined;
    /** Where the target wants every source: the others. */
    readonly others?: readonly SourceSeen[];
    /** Whether the target is a rehearsal. */
    readonly simulated: boolean;
    /** Milliseconds since the epoch. */
    readonly now: number;
    /** Why a freeze does not hold this one up. */
    readonly despiteFreeze?: string | undefined;
}

export type Refusal =
    | "promotion-undeclared"
    | "release-unproved"
    | "proof-simulated"
    | "proof-stale"
    | "soak-too-short"
    | "environment-frozen"
    | "environment-held";

export interface PromotionAnswer {
    /** Empty: it may go. The first is told as the error. */
    readonly refusals: readonly {
        readonly code: Refusal;
        readonly why: string;
        /** Where it is another than the one that was asked for. */
        readonly source?: string;
    }[];
    /** The one that counts. */
    readonly proof: Proof | undefined;
    /** How long it has stayed in the source, in minutes; where every source counts, in the one where that is shortest. */
    readonly soakedMinutes: number;
    /** Whether it is in the source yet: nothing was begun there since. */
    readonly current: boolean;
}

/** Which more have to let a release go that comes from one. */
export const othersOf = (source: string, rule: PromotionRule | undefined): readonly string[] =>
    rule?.every && rule.from.includes(source) ? rule.from.filter((one) => one !== source) : [];

export function judgePromotion({ others = [], ...question }: PromotionQuestion): PromotionAnswer {
    const answer = judgeSource(question);
    const { rule } = question;
    if (rule === undefined) return answer;
    // What is of the target alone has been told once.
    const ruleOfSource = { ...rule, freeze: [] };
    const also = others.map((one) => {
        const judged = judgeSource({ ...question, ...one, hold: undefined, rule: ruleOfSource });
        return { ...judged, refusals: judged.refusals.map((refusal) => ({ ...refusal, source: one.source })) };
    });
    return {
        ...answer,
        refusals: [answer, ...also].flatMap(({ refusals }) => refusals),
        soakedMinutes: Math.min(...[answer, ...also].map(({ soakedMinutes }) => soakedMinutes)),
    };
}

function judgeSource(question: PromotionQuestion): PromotionAnswer {
    const { release, source, target, rule, hold, proofs, marks, simulated, now, despiteFreeze } = question;
    const refusals: { code: Refusal; why: string }[] = [];
    const refuse = (refusal: { code: Refusal; why: string }): void => void refusals.push(refusal);
    if (rule === undefined)
        refuse({ code: "promotion-undeclared", why: `the graph says nothing of promotions to ${target}` });
    else if (!rule.from.includes(source))
        refuse({
            code: "promotion-undeclared",
            why: `${target} takes releases from ${rule.from.join(", ") || "nowhere"}, not from ${source}`,
        });
    if (hold !== undefined) refuse({ code: "environment-held", why: `${target} is held ${holdText(hold)}` });
    const freeze = rule === undefined ? undefined : frozenBy(rule, now);
    if (freeze !== undefined && despiteFreeze === undefined)
        refuse({ code: "environment-frozen", why: `${target} is frozen: ${freeze.why}` });

    const fitting = proofs.filter(
        (one) => one.release === release && one.environment === source && one.gates.every((gate) => !isRed(gate)),
    );
    const real = fitting.filter((one) => one.simulated === simulated);
    const nothing = { refusals, proof: undefined, soakedMinutes: 0, current: false };
    if (real.length === 0) {
        if (fitting.length === 0) refuse({ code: "release-unproved", why: `it was never green in ${source}` });
        else
            refuse({
                code: "proof-simulated",
                why: simulated
                    ? `its proof is real, and ${target} is a rehearsal`
                    : `its proof is of a rehearsal: it opens no real gate`,
            });
        return nothing;
    }
    // The longest stay counts: it may have been there before, and come back. Of proofs of one stay the newest does.
    const stays = real.map((proof) => stayOf(proof, marks, real, now));
    const best = stays.reduce((a, b) => (b.minutes > a.minutes ? b : a));
    const newest = stays.findLast(({ end }) => end === best.end)?.proof ?? best.proof;
    const { minutes, current } = best;
    if (rule !== undefined && minutes < rule.soakMinutes)
        refuse({
            code: "soak-too-short",
            why: `it has stayed in ${source} for ${Math.floor(minutes)} of ${rule.soakMinutes} minutes${current ? "" : ", and something else was begun there since"}`,
        });
    const hours = (now - Date.parse(newest.time)) / 3_600_000;
    if (rule?.maxAgeHours !== undefined && hours > rule.maxAgeHours)
        refuse({
            code: "proof-stale",
            why: `its proof in ${source} is ${Math.floor(hours)} hours old, and may be ${rule.maxAgeHours}`,
        });
    return { refusals, proof: newest, soakedMinutes: minutes, current };
}

/**
 * When it may go, in milliseconds since the epoch, to the full second: now, or once its soak and the windows of the target
 * have ended. Undefined where time alone does not mend it.
 */
export function eligibleAt(
    question: PromotionQuestion,
    { refusals, soakedMinutes }: PromotionAnswer,
): number | undefined {
    const { rule, now } = question;
    if (refusals.length === 0) return now;
    if (rule === undefined) return undefined;
    const soaks = refusals.some(({ code }) => code === "soak-too-short");
    const left = soaks ? (rule.soakMinutes - soakedMinutes) * 60_000 : 0;
    const at = thawedAt(rule, Math.ceil((now + left) / 1000) * 1000);
    return at === undefined || judgePromotion({ ...question, now: at }).refusals.length > 0 ? undefined : at;
}

/** From its proof until now, or until something else was begun there; the same again, and green, ends nothing. */
function stayOf(proof: Proof, marks: readonly NamedMark[], proofs: readonly Proof[], now: number) {
    const green = (name: string): boolean => proofs.some(({ mark }) => mark === name);
    const next = marks.find(([name]) => name > proof.mark && !green(name))?.[1];
    const until = next === undefined ? now : Math.min(now, Date.parse(next.time));
    const minutes = Math.max(0, (until - Date.parse(proof.time)) / 60_000);
    return { proof, minutes, end: next, current: next === undefined };
}
