import assert from "node:assert/strict";
import { poll, systemClock } from "../../automation/gates/clock";
import { TestClock } from "../_helpers/testClock";

describe("systemClock", () => {
    it("ends a sleep at once when it is aborted, before or during it", async () => {
        const abort = new AbortController();
        const sleeping = systemClock.sleep(60_000, abort.signal);
        abort.abort(new Error("stopped"));
        await assert.rejects(sleeping, /stopped/);
        await assert.rejects(systemClock.sleep(60_000, abort.signal), /stopped/);
    });
});

describe("poll", () => {
    const { signal } = new AbortController();

    it("does not sleep when the first answer is enough", async () => {
        const clock = new TestClock();
        const result = await poll(
            async () => 1,
            (answer) => answer === 1,
            { timeoutSeconds: 9, pollSeconds: 2 },
            clock,
            signal,
        );
        assert.deepEqual([result, clock.sleeps], [{ answer: 1, enough: true }, []]);
    });

    it("asks a last time when the time is over, and never sleeps beyond it", async () => {
        const clock = new TestClock();
        let asked = 0;
        const result = await poll(
            async () => (asked += 1),
            () => false,
            { timeoutSeconds: 5, pollSeconds: 2 },
            clock,
            signal,
        );
        assert.deepEqual([result, clock.sleeps], [{ answer: 4, enough: false }, [2000, 2000, 1000]]);
    });
});
