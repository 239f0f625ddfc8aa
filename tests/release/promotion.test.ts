import assert from "node:assert/strict";
import fc from "fast-check";
import { frozenBy, promotionMistake, promotionSchema, type PromotionRule } from "../../automation/graph/promotion";
import { judgePromotion, type PromotionQuestion } from "../../automation/release/promotion";
import type { NamedMark, Proof } from "../../automation/release/proof";
import { at, gate, markOf, proofOf, ruleOf, start } from "./examples";

const [one, other] = ["a".repeat(64), "b".repeat(64)];
const proof = (minutes: number, mark = "00000001", more: Partial<Proof> = {}): Proof =>
    proofOf("staging", one, minutes, mark, more);
const mark = (number: number, minutes: number, release: string | undefined = one): NamedMark =>
    markOf("staging", release, number, minutes);
const judge = (more: Partial<PromotionQuestion> = {}) =>
    judgePromotion({
        release: one,
        source: "staging",
        target: "prod",
        hold: undefined,
        rule: ruleOf(),
        proofs: [proof(1)],
        marks: [mark(1, 0)],
        simulated: false,
        now: start + 3_600_000,
        ...more,
    });
const codes = (more: Partial<PromotionQuestion>): string[] => judge(more).refusals.map(({ code }) => code);

describe("whether a release may be promoted", () => {
    it("says yes to one that was green where it comes from", () => {
        const { refusals, proof: found, soakedMinutes, current } = judge();
        assert.deepEqual(refusals, []);
        assert.equal(found?.run, "run-00000001");
        assert.equal(soakedMinutes, 59);
        assert.equal(current, true);
    });

    it("says no while the target is held, and by whom, when and why", () => {
        const hold = {
            version: 1,
            environment: "prod",
            held: true,
            why: "it burns",
            time: at(30),
            user: "ann",
            host: "desk",
        } as const;
        const { refusals } = judge({ hold });
        assert.deepEqual(refusals, [
            { code: "environment-held", why: `prod is held by ann@desk at ${at(30)}: it burns` },
        ]);
    });

    it("says no to any other, to a way that nobody has declared, and to a red proof", () => {
        assert.deepEqual(codes({ release: other }), ["release-unproved"]);
        assert.deepEqual(codes({ proofs: [] }), ["release-unproved"]);
        assert.deepEqual(codes({ proofs: [proof(1, "00000001", { environment: "dev" })] }), ["release-unproved"]);
        assert.deepEqual(codes({ proofs: [proof(1, "00000001", { gates: [{ ...gate, status: "fail" }] })] }), [
            "release-unproved",
        ]);
        assert.deepEqual(codes({ rule: undefined }), ["promotion-undeclared"]);
        assert.deepEqual(codes({ rule: ruleOf({ from: ["dev"] }) }), ["promotion-undeclared"]);
        assert.deepEqual(codes({ rule: ruleOf({ from: [] }) }), ["promotion-undeclared"]);
    });

    it("says no to a proof of a rehearsal, and in a rehearsal to a real one", () => {
        const simulated = proof(1, "00000001", { simulated: true });
        assert.deepEqual(codes({ proofs: [simulated] }), ["proof-simulated"]);
        assert.deepEqual(codes({ simulated: true }), ["proof-simulated"]);
        assert.deepEqual(codes({ proofs: [simulated], simulated: true }), []);
        assert.deepEqual(codes({ proofs: [simulated, proof(2)] }), []);
    });

    it("waits until it has stayed long enough, and does not count what came after something else", () => {
        const soak = ruleOf({ soakMinutes: 60 });
        assert.deepEqual(codes({ rule: soak }), ["soak-too-short"]);
        assert.deepEqual(codes({ rule: soak, now: start + 61 * 60_000 }), []);
        const replaced = [mark(1, 0), mark(2, 30, other)];
        const later = { rule: soak, marks: replaced, now: start + 600 * 60_000 };
        assert.deepEqual(codes(later), ["soak-too-short"]);
        assert.equal(judge(later).soakedMinutes, 29);
        assert.equal(judge(later).current, false);
        assert.deepEqual(codes({ ...later, marks: [mark(1, 0), mark(2, 90, other)] }), [], "it had soaked before");
        assert.deepEqual(codes({ ...later, marks: [mark(1, 0), mark(2, 30, undefined)] }), ["soak-too-short"]);
    });

    it("goes on counting where the same was rolled out again and was green, not where it was red", () => {
        const marks = [mark(1, 0), mark(2, 30)];
        const question = { rule: ruleOf({ soakMinutes: 100 }), marks, now: start + 120 * 60_000 };
        assert.deepEqual(codes({ ...question, proofs: [proof(1), proof(31, "00000002")] }), []);
        assert.deepEqual(codes(question), ["soak-too-short"], "the second one is red, or runs yet");
    });

    it("says no to a proof that is too old, of one stay by its newest", () => {
        const now = start + 50 * 3_600_000;
        assert.deepEqual(codes({ rule: ruleOf({ maxAgeHours: 48 }), now }), ["proof-stale"]);
        const again = { marks: [mark(1, 0), mark(2, 600)], proofs: [proof(1), proof(601, "00000002")] };
        const { refusals, proof: found } = judge({ rule: ruleOf({ maxAgeHours: 48 }), now, ...again });
        assert.deepEqual(refusals, []);
        assert.equal(found?.mark, "00000002");
    });

    it("says no until every source lets it go where all of them count, and which does not", () => {
        const rule = ruleOf({ from: ["staging", "canary"], every: true, soakMinutes: 30 });
        const canary = { source: "canary", marks: [markOf("canary", one, 1, 40)] };
        const green = proofOf("canary", one, 41, "00000001");
        const none = judge({ rule, others: [{ ...canary, proofs: [] }] });
        assert.deepEqual(none.refusals, [
            { code: "release-unproved", why: "it was never green in canary", source: "canary" },
        ]);
        const soaks = judge({ rule, others: [{ ...canary, proofs: [green] }] });
        assert.deepEqual([soaks.refusals.map(({ code }) => code), soaks.soakedMinutes], [["soak-too-short"], 19]);
        assert.equal(soaks.proof?.environment, "staging");
        const later = { rule, others: [{ ...canary, proofs: [green] }], now: start + 80 * 60_000 };
        assert.deepEqual(codes(later), []);
    });

    it("never lets through what has not soaked, whatever was rolled out when", () => {
        const steps = fc.array(fc.record({ release: fc.constantFrom(one, other, undefined), green: fc.boolean() }), {
            maxLength: 8,
        });
        fc.assert(
            fc.property(steps, fc.integer({ min: 0, max: 200 }), (history, soakMinutes) => {
                // One rollout each 20 minutes, green a minute later; now is 20 minutes after the last.
                const marks = history.map(({ release }, index) => mark(index + 1, index * 20, release));
                const proofs = history.flatMap(({ release, green }, index) =>
                    green && release === one ? [proof(index * 20 + 1, String(index + 1).padStart(8, "0"))] : [],
                );
                const end = history.length * 20;
                const { refusals } = judge({ marks, proofs, rule: ruleOf({ soakMinutes }), now: start + end * 60_000 });
                // The longest run of green rollouts of it, one after the other.
                let [best, run] = [-1, 0];
                for (const { release, green } of history) {
                    run = release === one && green ? run + 1 : 0;
                    if (run > 0) best = Math.max(best, run * 20 - 1);
                }
                assert.equal(refusals.length === 0, best >= 0 && best >= soakMinutes);
            }),
        );
    });
});

describe("a freeze", () => {
    it("holds up from its beginning until its end, and may be overruled with a reason", () => {
        const freeze = [{ from: "2026-03-01T00:00:00Z", until: "2026-03-03T00:00:00+01:00", why: "the fair" }];
        const frozen = ruleOf({ freeze });
        assert.equal(frozenBy(frozen, Date.parse("2026-02-28T23:59:59Z")), undefined);
        assert.equal(frozenBy(frozen, Date.parse("2026-03-01T00:00:00Z"))?.why, "the fair");
        assert.equal(frozenBy(frozen, Date.parse("2026-03-02T23:00:00Z")), undefined);
        assert.deepEqual(codes({ rule: frozen }), ["environment-frozen"]);
        assert.deepEqual(codes({ rule: frozen, despiteFreeze: "it burns" }), []);
    });

    it("is of days and hours where it is, through the change of the clocks", () => {
        const freeze = [{ days: ["fri", "sat"], from: "16:00", timezone: "Europe/Berlin", why: "weekend" }];
        const frozen = (time: string): boolean => frozenBy(ruleOf({ freeze }), Date.parse(time)) !== undefined;
        // Friday, 27 March 2026, is before the clocks change; 3 April after.
        assert.equal(frozen("2026-03-27T14:59:00Z"), false);
        assert.equal(frozen("2026-03-27T15:00:00Z"), true);
        assert.equal(frozen("2026-04-03T13:59:00Z"), false);
        assert.equal(frozen("2026-04-03T14:00:00Z"), true);
        assert.equal(frozen("2026-03-26T17:00:00Z"), false, "Thursday");
        assert.equal(frozen("2026-03-28T22:59:00Z"), true, "Saturday, one minute before midnight");
        assert.equal(frozen("2026-03-28T23:00:00Z"), false, "Sunday there");
    });

    it("is refused where its words are none", () => {
        const takes = (freeze: object): boolean => promotionSchema.safeParse({ prod: { freeze: [freeze] } }).success;
        assert.ok(takes({ days: ["sun"], why: "x" }));
        assert.ok(!takes({ days: ["sunday"], why: "x" }));
        assert.ok(!takes({ days: ["sun"], timezone: "Europe/Nowhere", why: "x" }));
        assert.ok(!takes({ days: ["sun"], from: "25:00", why: "x" }));
        assert.ok(!takes({ days: ["sun"] }));
        assert.ok(!takes({ from: "2026-03-01", until: "2026-03-03T00:00:00Z", why: "x" }));
    });
});

describe("the way of promotion", () => {
    const way = (rules: Record<string, readonly string[]>): Record<string, PromotionRule> =>
        Object.fromEntries(Object.entries(rules).map(([target, from]) => [target, ruleOf({ from: [...from] })]));

    it("leads from environments that there are to others, and never in a circle", () => {
        const good = way({ dev: [], staging: ["dev"], "prod-eu": ["staging"], "prod-us": ["prod-eu"] });
        assert.equal(promotionMistake(good, ["dev", "staging", "prod-eu", "prod-us"]), undefined);
        assert.equal(promotionMistake(good, undefined), undefined);
        assert.match(promotionMistake(good, ["dev", "staging", "prod-eu"]) ?? "", /'prod-us', which is no environment/);
        assert.match(promotionMistake(way({ prod: ["staging"] }), undefined) ?? "", /promotion says nothing/);
        assert.match(promotionMistake(way({ a: ["b"], b: ["a"] }), undefined) ?? "", /cycle: a → b → a/);
        assert.match(promotionMistake(way({ a: ["a"] }), undefined) ?? "", /cycle: a → a/);
    });

    it("has nothing that could be rolled back where it begins", () => {
        const rules = { dev: ruleOf({ from: [], onRed: "rollback" }), prod: ruleOf({ from: ["dev"] }) };
        assert.match(promotionMistake(rules, undefined) ?? "", /promotion\.dev takes releases from nowhere/);
        const { dev, prod } = way({ dev: [], prod: ["dev"] });
        assert.equal(
            promotionMistake({ dev: dev ?? ruleOf(), prod: ruleOf({ from: ["dev"], onRed: "rollback" }) }, undefined),
            undefined,
        );
        assert.equal(prod?.onRed, "stop");
    });
});
