// Mocha's spec reporter, which also writes the run's figures to the file that TIDEGATE_TEST_STATS names.
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class extends Mocha.reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
            const { passes, failures, pending, duration } = this.stats;
            if (process.env.TIDEGATE_TEST_STATS)
                writeFileSync(process.env.TIDEGATE_TEST_STATS, JSON.stringify({ passes, failures, pending, duration }));
        });
    }
};
