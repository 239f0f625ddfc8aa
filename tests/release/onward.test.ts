import assert from "node:assert/strict";
import fc from "fast-check";
import { promotionSchema } from "../../automation/graph/promotion";
import type { HoldRecord } from "../../automation/release/holds";
import { planOnward, type OnwardQuestion, type OnwardTarget, type SeenThere } from "../../automation/release/onward";
import { at, gate, markOf, me, numbered, proofOf, start } from "./examples";

const [one, other] = ["a".repeat(64), "b".repeat(64)];
const shop = {
    dev: {},
    staging: { from: ["dev"] },
    canary: { from: ["staging"] },
    eu: { from: ["canary"] },
    us: { from: ["canary"] },
};
const now = start + 60 * 60_000;

/** What was rolled out in an environment, one a minute: green, or red with a leading `!`. */
const seenOf = (environment: string, rolledOut: readonly string[], more: Partial<SeenThere> = {}): SeenThere => {
    const runs = rolledOut.map((text, index) => ({
        release: text.replace("!", ""),
        green: !text.startsWith("!"),
        index,
    }));
    return {
        marks: runs.map(({ release, index }) => markOf(environment, release, index + 1, index)),
        proofs: runs
            .filter(({ release, green }) => green && release === one)
            .map(({ release, index }) => proofOf(environment, release, index, numbered(index + 1))),
        hold: undefined,
        ...more,
    };
};
const hold = (environment: string): HoldRecord => ({
    ...{ version: 1, environment, held: true, why: "it burns", time: at(1), ...me },
});

interface Given extends Partial<Omit<OnwardQuestion, "promotion" | "seen">> {
    readonly rules?: Record<string, object>;
    /** By environment; where it begins it is green. */
    readonly there?: Record<string, SeenThere | readonly string[]>;
}
function plan({ rules = shop, there = {}, ...more }: Given = {}): OnwardTarget[] {
    const promotion = promotionSchema.parse(rules);
    const source = more.source ?? "dev";
    const seen = Object.entries({ [source]: [one], ...there }).map(
        ([name, value]) => [name, "marks" in value ? value : seenOf(name, value)] as const,
    );
    const rest = { release: one, source, simulated: false, now, promoted: new Set<string>(), ...more };
    return planOnward({ ...rest, promotion, seen: new Map(seen) });
}
const states = (given?: Given): string[] => plan(given).map(({ environment, state }) => `${environment} ${state}`);
const of = (name: string, given?: Given): OnwardTarget => {
    const found = plan(given).find(({ environment }) => environment === name);
    assert.ok(found, name);
    return found;
};

describe("a release that goes onward", () => {
    it("goes to what takes from where it is green, and the rest is behind that", () => {
        assert.deepEqual(states(), ["staging may-go", "canary behind", "eu behind", "us behind"]);
        assert.deepEqual(of("eu").why, ["canary"]);
        assert.deepEqual(states({ there: { staging: [one], canary: [one] }, promoted: new Set(["canary"]) }), [
            "staging runs-it",
            "canary promoted",
            "eu may-go",
            "us may-go",
        ]);
    });

    it("is passed over where it runs, and goes again where it was red, cut off, or touched since", () => {
        const there = { staging: [one], canary: [one], eu: [one], us: [one] };
        assert.deepEqual(new Set(plan({ there }).map(({ state }) => state)), new Set(["runs-it"]));
        assert.equal(of("eu", { there: { ...there, eu: [`!${one}`] } }).state, "may-go");
        assert.equal(of("eu", { there: { ...there, eu: [one, `!${one}`] } }).state, "may-go");
        assert.equal(of("eu", { there: { ...there, eu: [other] } }).state, "may-go");
        const healed = seenOf("eu", [one]);
        const [name, mark] = markOf("eu", one, 9, 9);
        const marks = [...healed.marks, [name, { ...mark, operation: "refresh" }] as const];
        assert.equal(of("eu", { there: { ...there, eu: { ...healed, marks } } }).state, "may-go");
    });

    it("never goes by itself over what came after it, nor on from there", () => {
        const there = { staging: [one], canary: [one, other], eu: [other] };
        const { state, why, source } = of("canary", { there });
        assert.deepEqual([state, source], ["person", "staging"]);
        assert.deepEqual(why, ["it was green there before, and bbbbbbbbbbbb came after that"]);
        assert.deepEqual(states({ there }).slice(2), ["eu behind", "us behind"]);
        assert.equal(of("canary", { there: { ...there, canary: [one, `!${other}`] } }).state, "person");
        // Where it begins other things have begun since: it is as with one promotion.
        assert.equal(of("staging", { there: { dev: [one, other] } }).state, "may-go");
    });

    it("waits for a person where the way pauses, before that for its time, and goes on behind it", () => {
        const rules = { ...shop, canary: { from: ["staging"], pause: true } };
        const there = { staging: [one] };
        assert.deepEqual(states({ rules, there }), ["staging runs-it", "canary person", "eu behind", "us behind"]);
        assert.equal(of("canary", { rules, there }).source, "staging");
        const soaks = { ...rules, canary: { ...rules.canary, soakMinutes: 90 } };
        const { state, at: when, pause } = of("canary", { rules: soaks, there });
        assert.deepEqual([state, when, pause], ["waits", at(90), true]);
        assert.equal(of("eu", { rules, there: { ...there, canary: [one] } }).state, "may-go");
    });

    it("waits for a soak and for the end of a freeze, to the second, and stops nothing else", () => {
        const freeze = [{ from: at(0), until: at(120), why: "the fair" }];
        const rules = {
            ...shop,
            eu: { from: ["canary"], soakMinutes: 90, freeze },
            us: { from: ["canary"], soakMinutes: 10 },
        };
        const there = { staging: [one], canary: [one] };
        const eu = of("eu", { rules, there });
        assert.deepEqual([eu.state, eu.at, eu.why.length], ["waits", at(120), 2]);
        assert.equal(of("us", { rules, there }).state, "may-go");
        assert.equal(of("eu", { rules, there, now: start + 120 * 60_000 }).state, "may-go");
    });

    it("stops before what comes after one that is held, too old or red, and passes over what runs it", () => {
        const there = { staging: [one], canary: seenOf("canary", [], { hold: hold("canary") }), us: [one] };
        assert.deepEqual(states({ there }), ["staging runs-it", "canary stopped", "eu not-begun", "us runs-it"]);
        assert.equal(of("canary", { there }).code, "environment-held");
        assert.deepEqual(of("eu", { there }).why, ["canary is stopped"]);
        // One that is held and not come to yet stops nothing.
        const far = { us: seenOf("us", [], { hold: hold("us") }) };
        assert.deepEqual(states({ there: far }), ["staging may-go", "canary behind", "eu behind", "us behind"]);
        const old = { ...shop, staging: { from: ["dev"], maxAgeHours: 0.5 } };
        assert.deepEqual(
            [of("staging", { rules: old }).state, of("staging", { rules: old }).code],
            ["stopped", "proof-stale"],
        );
        const red = { there: { staging: [one], canary: [one] }, red: { environment: "eu", exitCode: 1 } };
        assert.deepEqual(states(red), ["staging runs-it", "canary runs-it", "eu stopped", "us not-begun"]);
        assert.match(of("eu", red).why[0] ?? "", /exit code 1/);
    });

    it("does not go where it begins with no proof, with one of a rehearsal, or with a red one", () => {
        const from = (proofs: SeenThere["proofs"]) =>
            of("staging", { there: { dev: { ...seenOf("dev", [one]), proofs } } });
        assert.deepEqual([from([]).state, from([]).code], ["stopped", "release-unproved"]);
        assert.equal(from([proofOf("dev", one, 1, numbered(1), { simulated: true })]).code, "proof-simulated");
        const red = proofOf("dev", one, 1, numbered(1), { gates: [{ ...gate, status: "fail" }] });
        assert.equal(from([red]).code, "release-unproved");
    });

    it("says so where a target was promoted to and left no proof, instead of trying it for ever", () => {
        assert.equal(of("staging", { promoted: new Set(["staging"]) }).state, "stopped");
    });

    it("comes from any that it may come from, else from the one that lets it go first", () => {
        const rules = {
            dev: {},
            a: { from: ["dev"] },
            b: { from: ["dev"] },
            prod: { from: ["a", "b"], soakMinutes: 58 },
        };
        const late = seenOf("a", [other, other, other, other, one]);
        assert.equal(of("prod", { rules, there: { a: late, b: [one] } }).source, "b");
        const soaks = { ...rules, prod: { from: ["a", "b"], soakMinutes: 90 } };
        const { source, at: when } = of("prod", { rules: soaks, there: { a: late, b: [one] } });
        assert.deepEqual([source, when], ["b", at(90)]);
        assert.equal(of("prod", { rules, there: { a: [one] } }).source, "a");
        assert.deepEqual(of("prod", { rules }).why, ["a", "b"]);
    });

    it("waits for all of them where all count, each with its soak", () => {
        const rules = {
            dev: {},
            a: { from: ["dev"] },
            b: { from: ["dev"] },
            prod: { from: ["a", "b"], every: true, soakMinutes: 58 },
        };
        assert.deepEqual(
            [of("prod", { rules, there: { a: [one] } }).state, of("prod", { rules, there: { a: [one] } }).why],
            ["behind", ["b"]],
        );
        const late = seenOf("b", [other, other, other, other, one]);
        const { state, at: when } = of("prod", { rules, there: { a: [one], b: late } });
        assert.deepEqual([state, when], ["waits", at(62)]);
        assert.equal(of("prod", { rules, there: { a: [one], b: [one] } }).state, "may-go");
        const held = { a: [one], b: [one], prod: seenOf("prod", [], { hold: hold("prod") }) };
        assert.equal(of("prod", { rules, there: held }).why.length, 1, "a hold is told once");
    });

    it("may go nowhere that a single promotion would not, whatever was rolled out where", () => {
        const rolledOut = fc.array(fc.constantFrom(one, `!${one}`, other), { maxLength: 4 });
        const names = ["staging", "canary", "eu", "us"] as const;
        fc.assert(
            fc.property(
                fc.tuple(rolledOut, rolledOut, rolledOut, rolledOut),
                fc.integer({ min: 0, max: 3 }),
                (runs, red) => {
                    const there = Object.fromEntries(names.map((name, index) => [name, runs[index] ?? []]));
                    const targets = plan({ there, red: { environment: names[red] ?? "us", exitCode: 1 } });
                    const stopped = targets.findIndex(({ state }) => state === "stopped");
                    for (const [index, { environment, state, source }] of targets.entries()) {
                        if (state !== "may-go") continue;
                        assert.ok(stopped < 0 || index < stopped, "it comes after one that is stopped");
                        assert.ok(source === "dev" || there[source]?.includes(one), "it was never green there");
                        assert.notEqual(there[environment]?.at(-1), one, "it runs there");
                    }
                },
            ),
        );
    });
});
