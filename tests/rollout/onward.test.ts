import assert from "node:assert/strict";
import { promotionSchema } from "../../automation/graph/promotion";
import { planOnward, type OnwardTarget, type SeenThere } from "../../automation/release/onward";
import { goOnward, type OnwardOutcome } from "../../automation/rollout/onward";
import { TestClock } from "../_helpers/testClock";
import { markOf, numbered, proofOf, start } from "../release/examples";

const release = "a".repeat(64);

/** A store of releases that promotions really write to; each takes a minute of its clock. */
class Shop {
    readonly clock = new TestClock(start);
    readonly begun: string[] = [];
    readonly waits: string[] = [];
    /** Exit codes of promotions that do not become green. */
    readonly red = new Map<string, number>();
    readonly #ended = new AbortController();
    readonly #seen = new Map<string, SeenThere>();
    /** Called as it waits. */
    whileWaiting: () => void = () => {};

    constructor(private readonly rules: Record<string, object>) {
        this.green("dev");
    }

    green(environment: string): void {
        const minutes = (this.clock.now() - start) / 60_000;
        const { marks = [], proofs = [] } = this.#seen.get(environment) ?? {};
        const number = marks.length + 1;
        this.#seen.set(environment, {
            marks: [...marks, markOf(environment, release, number, minutes)],
            proofs: [...proofs, proofOf(environment, release, minutes, numbered(number))],
            hold: undefined,
        });
    }

    interrupt(): void {
        this.#ended.abort();
    }

    onward(waitMinutes = 0): Promise<OnwardOutcome> {
        const promotion = promotionSchema.parse(this.rules);
        const about = { release, source: "dev", promotion, simulated: false };
        return goOnward(
            {
                plan: (done) =>
                    Promise.resolve(planOnward({ ...about, ...done, seen: this.#seen, now: this.clock.now() })),
                promote: ({ environment }: OnwardTarget) => {
                    this.begun.push(environment);
                    this.clock.advance(60_000);
                    const exitCode = this.red.get(environment) ?? 0;
                    if (exitCode === 0) this.green(environment);
                    return Promise.resolve(exitCode);
                },
                clock: this.clock,
                signal: this.#ended.signal,
                waiting: ({ environment }) => {
                    this.waits.push(environment);
                    this.whileWaiting();
                },
            },
            waitMinutes,
        );
    }
}
const told = ({ targets, exitCode }: OnwardOutcome): unknown[] => [
    ...targets.map(({ environment, state }) => `${environment} ${state}`),
    exitCode,
];
const chain = {
    dev: {},
    staging: { from: ["dev"] },
    eu: { from: ["staging"] },
    us: { from: ["staging"] },
    asia: { from: ["eu"] },
};

describe("going onward", () => {
    it("promotes wave by wave, and a second time has nothing to do", async () => {
        const shop = new Shop(chain);
        assert.deepEqual(told(await shop.onward()), [
            "staging promoted",
            "eu promoted",
            "us promoted",
            "asia promoted",
            0,
        ]);
        assert.deepEqual(shop.begun, ["staging", "eu", "us", "asia"]);
        assert.deepEqual(told(await shop.onward()), ["staging runs-it", "eu runs-it", "us runs-it", "asia runs-it", 0]);
        assert.equal(shop.begun.length, 4);
    });

    it("begins nothing after one that is red, ends as that one, and goes on there the next time", async () => {
        const shop = new Shop(chain);
        shop.red.set("eu", 4);
        assert.deepEqual(told(await shop.onward()), [
            "staging promoted",
            "eu stopped",
            "us not-begun",
            "asia not-begun",
            4,
        ]);
        assert.deepEqual(shop.begun, ["staging", "eu"]);
        shop.red.clear();
        assert.deepEqual(told(await shop.onward()), [
            "staging runs-it",
            "eu promoted",
            "us promoted",
            "asia promoted",
            0,
        ]);
    });

    it("leaves a pause to a person, and goes on behind it once that was done", async () => {
        const shop = new Shop({ ...chain, eu: { from: ["staging"], pause: true } });
        assert.deepEqual(told(await shop.onward(60)), [
            "staging promoted",
            "eu person",
            "us promoted",
            "asia behind",
            0,
        ]);
        shop.green("eu");
        assert.deepEqual(told(await shop.onward()), [
            "staging runs-it",
            "eu runs-it",
            "us runs-it",
            "asia promoted",
            0,
        ]);
    });

    it("waits for a soak as long as it may, and says again that it does", async () => {
        const rules = { ...chain, eu: { from: ["staging"], soakMinutes: 12 } };
        const short = new Shop(rules);
        const { beyond, ...outcome } = await short.onward(5);
        assert.deepEqual(told({ ...outcome, beyond }), [
            "staging promoted",
            "eu waits",
            "us promoted",
            "asia behind",
            0,
        ]);
        assert.equal(beyond?.environment, "eu");
        assert.deepEqual(short.clock.sleeps, []);
        const long = new Shop(rules);
        assert.deepEqual(told(await long.onward(15)), [
            "staging promoted",
            "eu promoted",
            "us promoted",
            "asia promoted",
            0,
        ]);
        assert.deepEqual(long.begun, ["staging", "us", "eu", "asia"]);
        assert.deepEqual(long.waits, ["eu", "eu", "eu"]);
        const none = new Shop(rules);
        assert.equal((await none.onward()).beyond?.environment, "eu");
    });

    it("does not wait for the time of what a person decides then", async () => {
        const shop = new Shop({ dev: {}, staging: { from: ["dev"], soakMinutes: 5, pause: true } });
        assert.deepEqual(told(await shop.onward(60)), ["staging waits", 0]);
        assert.deepEqual(shop.waits, []);
    });

    it("sees what others do while it waits, and ends its wait where it is interrupted", async () => {
        const rules = { dev: {}, staging: { from: ["dev"], soakMinutes: 30 } };
        const helped = new Shop(rules);
        helped.whileWaiting = () => helped.green("staging");
        assert.deepEqual(told(await helped.onward(60)), ["staging runs-it", 0]);
        const ended = new Shop(rules);
        ended.whileWaiting = () => ended.interrupt();
        assert.deepEqual(told(await ended.onward(60)), ["staging waits", 130]);
    });
});
