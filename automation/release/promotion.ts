/** Whether a release may go from one environment to the next. Pure: what is known in, why not out. */
import { isRed } from "../gates/check";
import { frozenBy, type PromotionRule } from "../graph/promotion";
import { holdText, type HoldRecord } from "./holds";
import type { NamedMark, Proof } from "./proof";

export interface PromotionQuestion {
    readonly release: string;
    readonly source: string;
    readonly target: string;
    /** Of the target; undefined: the graph says nothing of it. */
    readonly rule: PromotionRule | undefined;
    /** Of the release in the source, the newest last. */
    readonly proofs: readonly Proof[];
    /** What holds the target. */
    readonly hold: HoldRecord | undefined;
    /** Of the source, in their order. */
    readonly marks: readonly NamedMark[];
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
    readonly refusals: readonly { readonly code: Refusal; readonly why: string }[];
    /** The one that counts. */
    readonly proof: Proof | undefined;
    /** How long it has stayed in the source, in minutes. */
    readonly soakedMinutes: number;
    /** Whether it is in the source yet: nothing was begun there since. */
    readonly current: boolean;
}

export function judgePromotion(question: PromotionQuestion): PromotionAnswer {
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
            why: `its proof is ${Math.floor(hours)} hours old, and may be ${rule.maxAgeHours}`,
        });
    return { refusals, proof: newest, soakedMinutes: minutes, current };
}

/** From its proof until now, or until something else was begun there; the same again, and green, ends nothing. */
function stayOf(proof: Proof, marks: readonly NamedMark[], proofs: readonly Proof[], now: number) {
    const green = (name: string): boolean => proofs.some(({ mark }) => mark === name);
    const next = marks.find(([name]) => name > proof.mark && !green(name))?.[1];
    const until = next === undefined ? now : Math.min(now, Date.parse(next.time));
    const minutes = Math.max(0, (until - Date.parse(proof.time)) / 60_000);
    return { proof, minutes, end: next, current: next === undefined };
}
