// Mocha's spec reporter, which also writes the run's figures, the tests that failed and the longest ones to the file that
// TIDEGATE_TEST_STATS names: they are told again below the suites' figures, where nobody has to look for them.
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_END, EVENT_HOOK_END } = Mocha.Runner.constants;
const longest = 5;

module.exports = class extends Mocha.reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        const failed = [];
        const timed = [];
        const begun = Date.now();
        runner.on(EVENT_TEST_FAIL, (test, error) => {
            const seconds = Math.round((Date.now() - begun) / 1000);
            failed.push({ title: test.titlePath().join(" › "), seconds, error: error?.stack ?? String(error) });
        });
        const end = (test) => timed.push({ title: test.titlePath().join(" › "), ms: test.duration ?? 0 });
        runner.on(EVENT_TEST_END, end);
        runner.on(EVENT_HOOK_END, end);
        runner.once(EVENT_RUN_END, () => {
            if (!process.env.TIDEGATE_TEST_STATS) return;
            const { passes, failures, pending, duration } = this.stats;
            const slow = timed.sort((a, b) => b.ms - a.ms).slice(0, longest);
            const stats = { passes, failures, pending, duration, failed, slow };
            writeFileSync(process.env.TIDEGATE_TEST_STATS, JSON.stringify(stats));
        });
    }
};
