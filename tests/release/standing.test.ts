import assert from "node:assert/strict";
import { thawedAt, type PromotionRule } from "../../automation/graph/promotion";
import type { DriftSeen } from "../../automation/ledger/driftSeen";
import type { HoldRecord } from "../../automation/release/holds";
import type { NamedMark, Proof } from "../../automation/release/proof";
import {
    standingOf,
    type LedgerSeen,
    type Read,
    type RunSeen,
    type Standing,
    type StoreSeen,
} from "../../automation/release/standing";
import { renderStatusPage } from "../../automation/reports/statusPage";
import { standingCells, standingColumns } from "../../automation/reports/standingText";
import { at, markOf, me, numbered, proofOf, ruleOf, start } from "./examples";

const [first, second] = ["a".repeat(64), "b".repeat(64)];
const now = start + 60 * 60_000;
const proof = (environment: string, number: number, minutes: number, release = first): Proof =>
    proofOf(environment, release, minutes, numbered(number));
const mark = (environment: string, number: number, minutes: number, release: string | undefined = first): NamedMark =>
    markOf(environment, release, number, minutes);
const ran = (minutes: number, more: Partial<RunSeen> = {}): RunSeen => ({
    ...{ id: `run${minutes}`, operation: "up", state: "green", time: at(minutes), release: first, from: undefined },
    ...{ failed: [], ...me, ...more },
});
const staging: StoreSeen = { marks: [mark("staging", 1, 0)], greens: [proof("staging", 1, 1)] };
const nothing: StoreSeen = { marks: [], greens: [] };

const cell = (column: (typeof standingColumns)[number], standing: Standing): string | undefined =>
    standingCells(standing, now)[standingColumns.indexOf(column)];

interface Given {
    readonly rule?: PromotionRule | undefined;
    readonly ledger?: Read<LedgerSeen>;
    readonly prod?: Read<StoreSeen>;
    readonly staging?: Read<StoreSeen>;
}
const stand = (given: Given = {}) =>
    standingOf({
        environment: "prod",
        rule: "rule" in given ? given.rule : ruleOf(),
        ledger: given.ledger ?? { value: { runs: [], drift: undefined } },
        stores: new Map([
            ["staging", given.staging ?? { value: staging }],
            ["prod", given.prod ?? { value: nothing }],
        ]),
        simulated: false,
        now,
    });

describe("how an environment stands", () => {
    it("runs what was green last, since it was first, and what comes next is said", () => {
        const { release, since, health, by, next } = stand({
            prod: {
                value: {
                    marks: [mark("prod", 1, 5, second), mark("prod", 2, 10), mark("prod", 3, 20)],
                    greens: [proof("prod", 3, 21), proof("prod", 2, 11), proof("prod", 1, 6, second)],
                },
            },
            ledger: { value: { runs: [ran(20)], drift: undefined } },
        });
        assert.deepEqual(
            { release, since, health, by },
            { release: first, since: at(11), health: "green", by: "ledger" },
        );
        assert.deepEqual(next, [{ source: "staging", release: undefined, at: undefined, waits: [], pause: false }]);
    });

    it("names both while another is being rolled out, or was and did not become green", () => {
        const prod = {
            value: {
                marks: [mark("prod", 1, 5), mark("prod", 2, 30, second)],
                greens: [proof("prod", 1, 6)],
            },
        };
        const of = (state: RunSeen["state"], failed: string[] = []) =>
            stand({ prod, ledger: { value: { runs: [ran(30, { state, failed }), ran(5)], drift: undefined } } });
        const running = of("running");
        assert.equal(running.release, first);
        assert.equal(running.begun?.release, second);
        assert.equal(running.health, "running");
        assert.match(cell("runs", running) ?? "", /^a{12}, then b{12} was begun$/);
        assert.match(cell("health", of("red", ["app [gate-red]"])) ?? "", /✗ red: app \[gate-red\]/);
    });

    it("says by the proof what a ledger that is elsewhere does not, and unknown where that is not enough", () => {
        const away = { why: "denied" };
        const proved = { value: { marks: [mark("prod", 1, 5)], greens: [proof("prod", 1, 6)] } };
        for (const ledger of [away, { value: { runs: [], drift: undefined } }]) {
            const found = stand({ ledger, prod: proved });
            assert.deepEqual([found.health, found.by, found.unread.length], ["green", "proof", 1]);
            assert.deepEqual([found.promotion?.user, found.promotion?.from], ["me", undefined]);
        }
        const begun = { value: { marks: [mark("prod", 1, 5)], greens: [] } };
        assert.equal(stand({ ledger: away, prod: begun }).health, "unknown");
        assert.deepEqual(stand({ ledger: away, prod: { why: "gone" } }).unread, ["proofs: gone", "ledger: denied"]);
        assert.equal(stand({ ledger: { value: { runs: [], drift: undefined } } }).health, "never");
    });

    it("names a rollback as one, and does not take it for the last promotion", () => {
        const as = ([name, one]: NamedMark, more: object): NamedMark => [name, { ...one, ...more }];
        const marks = [
            as(mark("prod", 1, 5), { from: "staging" }),
            as(mark("prod", 2, 10, second), { from: "staging", user: "ci" }),
            as(mark("prod", 3, 15), { operation: "rollback" }),
        ];
        const begun = stand({ ledger: { why: "denied" }, prod: { value: { marks, greens: [proof("prod", 1, 6)] } } });
        assert.match(cell("runs", begun) ?? "", /^a{12}, then a rollback to a{12} was begun$/);
        assert.deepEqual([begun.promotion?.release, begun.promotion?.from], [second, "staging"]);
        assert.equal(begun.promotion?.user, "ci");
        const back = { marks, greens: [proof("prod", 3, 16), proof("prod", 1, 6)] };
        const { release, since, health, by, begun: more } = stand({ ledger: { why: "denied" }, prod: { value: back } });
        assert.deepEqual([release, since, health, by, more], [first, at(16), "green", "proof", undefined]);
        // Older ones did not say where they came from.
        const before = [mark("prod", 1, 5), as(mark("prod", 2, 9, second), { operation: "rollback" })];
        const older = stand({ ledger: { why: "denied" }, prod: { value: { marks: before, greens: [] } } });
        assert.deepEqual([older.promotion?.release, older.promotion?.from], [first, undefined]);
    });

    it("does not take what was taken down for what runs", () => {
        const down: NamedMark = [
            "00000002",
            { version: 1, environment: "prod", operation: "down", time: at(9), ...me },
        ];
        const found = stand({
            prod: { value: { marks: [mark("prod", 1, 5), down], greens: [proof("prod", 1, 6)] } },
            ledger: { value: { runs: [ran(9, { operation: "down", release: undefined }), ran(5)], drift: undefined } },
        });
        assert.deepEqual([found.release, found.health], [undefined, "taken down"]);
    });

    it("is told by the ledger alone where there is no way of promotion", () => {
        const found = stand({
            rule: undefined,
            ledger: { value: { runs: [ran(8, { state: "red", release: second }), ran(5)], drift: undefined } },
        });
        assert.deepEqual([found.release, found.begun?.release, found.health, found.next], [first, second, "red", []]);
    });

    it("says whether anything was rolled out since drift was looked for, and who promoted last from where", () => {
        const drift: DriftSeen = { version: 1, time: at(7), stacks: ["app"], drifted: ["app"], ...me };
        const runs = [ran(8), ran(5, { from: "staging" })];
        const found = stand({ ledger: { value: { runs, drift } } });
        assert.equal(found.driftBefore, true);
        assert.deepEqual([found.promotion?.from, found.promotion?.time], ["staging", at(5)]);
        assert.equal(cell("drift", found), "app, 53 min ago, before the last run");
    });

    it("says when the soak and the freeze let the next one in, and where no time does", () => {
        assert.equal(stand().next[0]?.at, new Date(now).toISOString());
        assert.equal(stand({ rule: ruleOf({ soakMinutes: 90 }) }).next[0]?.at, at(91));
        const freeze = [{ from: at(80), until: at(200), why: "the end of the year" }];
        assert.equal(stand({ rule: ruleOf({ soakMinutes: 90, freeze }) }).next[0]?.at, at(200));
        const late = stand({ rule: ruleOf({ soakMinutes: 90, freeze, maxAgeHours: 2 }) }).next[0];
        assert.equal(late?.at, undefined);
        assert.match(late?.waits.join() ?? "", /59 of 90 minutes/);
        const moved = { value: { ...staging, marks: [...staging.marks, mark("staging", 2, 30, second)] } };
        const over = stand({ rule: ruleOf({ soakMinutes: 90 }), staging: moved }).next[0];
        assert.deepEqual([over?.release, over?.at], [first, undefined]);
        assert.match(stand({ staging: { why: "denied" } }).next[0]?.waits[0] ?? "", /denied/);
        assert.match(stand({ staging: { value: nothing } }).next[0]?.waits[0] ?? "", /nothing was green in staging/);
    });

    it("says who holds promotion to it, and that no time ends that", () => {
        const hold: HoldRecord = {
            version: 1,
            environment: "prod",
            held: true,
            why: "rolled back",
            time: at(3),
            ...me,
        };
        const found = stand({ prod: { value: { ...nothing, hold } } });
        assert.equal(found.next[0]?.at, undefined);
        assert.match(found.next[0]?.waits[0] ?? "", /held/);
        assert.match(cell("hold", found) ?? "", /by me@here .*: rolled back/);
    });

    it("leaves it to a person where promotion pauses, at once or once its time has come", () => {
        const now = stand({ rule: ruleOf({ pause: true }) });
        assert.deepEqual([now.next[0]?.waits, now.next[0]?.pause], [[], true]);
        assert.equal(cell("next eligible", now), "aaaaaaaaaaaa from staging: a person decides");
        const soaks = stand({ rule: ruleOf({ pause: true, soakMinutes: 90 }) });
        assert.match(cell("next eligible", soaks) ?? "", /in 31 min, then a person decides \(it has stayed/);
        assert.equal(cell("next eligible", stand()), "aaaaaaaaaaaa from staging: now");
    });

    it("waits for every source where all of them count", () => {
        const rule = ruleOf({ from: ["staging", "canary"], every: true });
        const of = (canary: StoreSeen) =>
            standingOf({
                ...{ environment: "prod", rule, wave: 2, ledger: { value: { runs: [], drift: undefined } } },
                stores: new Map([
                    ["staging", { value: staging }],
                    ["canary", { value: canary }],
                    ["prod", { value: nothing }],
                ]),
                ...{ simulated: false, now },
            });
        assert.deepEqual(of(nothing).next[0]?.waits, ["it was never green in canary"]);
        const both = of({ marks: [mark("canary", 1, 5)], greens: [proof("canary", 1, 6)] });
        assert.deepEqual(
            both.next.map(({ waits }) => waits),
            [[], []],
        );
        assert.equal(cell("wave", both), "2");
    });

    it("finds the minute at which weekly windows end, also where they touch", () => {
        const days = (freeze: object[]) => ruleOf({ freeze });
        const friday = Date.parse("2026-03-06T16:20:30Z");
        const weekend = [
            { days: ["fri"], from: "16:00", timezone: "Europe/Berlin", why: "w" },
            { days: ["sat", "sun"], timezone: "Europe/Berlin", why: "w" },
            { days: ["mon"], until: "07:10", timezone: "Europe/Berlin", why: "w" },
        ];
        assert.equal(thawedAt(days(weekend), friday), Date.parse("2026-03-09T06:10:00Z"));
        assert.equal(thawedAt(days([]), friday), friday);
        const always = [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], why: "w" }];
        assert.equal(thawedAt(days(always), friday), undefined);
    });
});

describe("the page of all environments", () => {
    const page = renderStatusPage(
        "shop",
        [{ ...stand({ rule: undefined }), environment: "staging" }, stand({ rule: ruleOf({ soakMinutes: 90 }) })],
        now,
    );

    it("draws the way of releases, a line that waits with gaps, and asks nobody for anything", () => {
        assert.equal(page.split(`<g class="box `).length - 1, 2);
        assert.equal(page.split(`<path class="line stopped"`).length - 1, 1);
        assert.match(page, /default-src 'none'/);
        assert.doesNotMatch(page, /<script|<link|<img|\ssrc=/i);
    });

    it("draws a line with gaps too where a person decides, and says so", () => {
        const there = { ...stand({ rule: undefined }), environment: "staging" };
        const lines = (rule: object): number =>
            renderStatusPage("shop", [there, stand({ rule: ruleOf(rule) })], now).split(`<path class="line stopped"`)
                .length - 1;
        assert.deepEqual([lines({}), lines({ pause: true })], [0, 1]);
        const paused = renderStatusPage("shop", [there, stand({ rule: ruleOf({ pause: true }) })], now);
        assert.match(paused, /a person decides<\/title>/);
    });

    it("is not markup, whatever a store tells", () => {
        const nasty = stand({ ledger: { why: `<script>alert("x")</script>` } });
        assert.doesNotMatch(renderStatusPage("<b>", [nasty], now), /<script|<b>/);
    });
});
