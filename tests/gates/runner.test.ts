import assert from "node:assert/strict";
import { isGreen, pass, type Check, type Verdict } from "../../automation/gates/check";
import { inStages, runChecks, type CheckEvent } from "../../automation/gates/runner";
import { TidegateError } from "../../automation/core/errors";
import { TestClock } from "../_helpers/testClock";

function check(id: string, run: Check["run"], changes: Partial<Check> = {}): Check {
    return {
        id,
        stage: 1,
        layer: "storage",
        title: `title of ${id}`,
        limitSeconds: 5,
        look: "the log",
        hint: "restart",
        run,
        ...changes,
    };
}

const green = async (): Promise<Verdict> => pass("fine", { seen: 1 });
const red = async (): Promise<Verdict> => ({
    status: "fail",
    message: "broken",
    look: "here",
    hint: "mend",
    evidence: { seen: 0 },
});
const options = (): { clock: TestClock } => ({ clock: new TestClock() });

describe("runChecks", () => {
    it("gives one result for each check, in the order of the stages and of the list", async () => {
        const results = await runChecks(
            [
                check("c", green, { stage: 2 }),
                check("a", green),
                check("p", green, { stage: "preflight" }),
                check("b", green),
            ],
            options(),
        );
        assert.deepEqual(
            results.map((result) => result.id),
            ["p", "a", "b", "c"],
        );
        assert.ok(isGreen(results));
        assert.deepEqual(results[1], {
            id: "a",
            stage: 1,
            layer: "storage",
            title: "title of a",
            status: "pass",
            summary: "fine",
            evidence: { seen: 1 },
            seconds: 0,
        });
    });

    it("runs every check of a red stage, and none of the later ones, which are not green", async () => {
        const ran: string[] = [];
        const noting = (id: string, stage: Check["stage"], run: Check["run"]): Check =>
            check(id, (context) => (ran.push(id), run(context)), { stage });
        const results = await runChecks(
            [noting("a", 1, red), noting("b", 1, green), noting("c", 2, green), noting("d", 3, green)],
            options(),
        );
        assert.deepEqual(ran, ["a", "b"]);
        assert.deepEqual(
            results.map((result) => result.status),
            ["fail", "pass", "not-run", "not-run"],
        );
        assert.match(results[2]?.message ?? "", /stage 1 \(infrastructure\) is red, first a/);
        assert.match(results[3]?.message ?? "", /stage 1/);
        assert.equal(isGreen(results), false);
        assert.equal(isGreen(results.slice(2)), false);
    });

    it("turns what a check throws into a failure with the error's own hint", async () => {
        const [known, unknown] = await runChecks(
            [
                check("a", async () => {
                    throw new TidegateError("the broker is down", { code: "broker-unreachable", hint: "start it" });
                }),
                check("b", () => {
                    throw new Error("");
                }),
            ],
            options(),
        );
        assert.deepEqual(
            [known?.status, known?.message, known?.hint, known?.look, known?.evidence],
            ["fail", "the broker is down", "start it", "the log", { code: "broker-unreachable" }],
        );
        assert.deepEqual(
            [unknown?.status, unknown?.message, unknown?.hint],
            ["fail", "An error without a message.", "restart"],
        );
    });

    it("fails a check without an answer after its limit, which the message names, and tells it to stop", async () => {
        let stopped = false;
        const [result] = await runChecks(
            [
                check("a", ({ signal }) => {
                    signal.addEventListener("abort", () => (stopped = true));
                    return new Promise(() => undefined);
                }),
            ],
            options(),
        );
        assert.deepEqual([result?.status, result?.message], ["fail", "No answer within its limit of 5 s."]);
        assert.equal(result?.seconds, 5);
        assert.ok(stopped);
    });

    it("does not take a pass that comes after the limit", async () => {
        const [result] = await runChecks(
            [
                check("a", async ({ clock }) => {
                    await clock.sleep(6000);
                    return pass("late", { seen: 1 });
                }),
            ],
            options(),
        );
        assert.equal(result?.status, "fail");
    });

    it("takes neither a pass without evidence nor no verdict at all", async () => {
        const results = await runChecks(
            [check("a", async () => pass("fine", {})), check("b", async () => undefined as unknown as Verdict)],
            options(),
        );
        assert.deepEqual(
            results.map((result) => result.status),
            ["fail", "fail"],
        );
        assert.match(results[0]?.message ?? "", /without evidence/);
    });

    it("runs at most `parallel` checks of a stage at once", async () => {
        let now = 0;
        let most = 0;
        const busy = async (): Promise<Verdict> => {
            most = Math.max(most, (now += 1));
            await new Promise((resolve) => setImmediate(resolve));
            now -= 1;
            return pass("fine", { seen: 1 });
        };
        await runChecks(
            ["a", "b", "c", "d", "e"].map((id) => check(id, busy, { limitSeconds: 1e6 })),
            { parallel: 2 },
        );
        assert.equal(most, 2);
    });

    it("fails what runs and leaves the rest when it is interrupted", async () => {
        const abort = new AbortController();
        const results = await runChecks(
            [
                check("a", () => {
                    abort.abort();
                    return new Promise(() => undefined);
                }),
                check("b", green, { stage: 2 }),
            ],
            { ...options(), signal: abort.signal },
        );
        assert.deepEqual(
            results.map(({ status, message }) => [status, message?.replace(/:.*/, "")]),
            [
                ["fail", "Interrupted before it had an answer."],
                ["not-run", "not run"],
            ],
        );
    });

    it("tells when a check begins and what became of it", async () => {
        const events: CheckEvent[] = [];
        await runChecks([check("a", red), check("b", green, { stage: 2 })], {
            ...options(),
            onEvent: (event) => events.push(event),
        });
        assert.deepEqual(
            events.map((event) =>
                event.type === "check-started" ? ["begins", event.check.id] : [event.result.status, event.result.id],
            ),
            [
                ["begins", "a"],
                ["fail", "a"],
                ["not-run", "b"],
            ],
        );
    });

    it("gives equal results for equal observations, as JSON", async () => {
        const once = async (): Promise<string> =>
            JSON.stringify(await runChecks([check("a", red), check("b", green)], options()));
        assert.equal(await once(), await once());
    });
});

describe("isGreen", () => {
    it("is false where no check stands", () => assert.equal(isGreen([]), false));
});

describe("inStages", () => {
    it("refuses an id that comes twice", () =>
        assert.throws(() => inStages([check("a", green), check("a", green)]), /'a'/));
});
