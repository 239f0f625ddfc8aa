/** A sample of `npm run proof:promotion`: another course each day, the same one by TIDEGATE_TEST_SEED. */
import assert from "node:assert/strict";
import { Course } from "../proofs/promotion/course";
import { planOf } from "../proofs/promotion/plan";

const dayMs = 24 * 60 * 60 * 1000;
const seed = Number(process.env["TIDEGATE_TEST_SEED"] ?? Math.floor(Date.now() / dayMs));

describe("an organisation on simulated clouds", function () {
    this.timeout(600_000);
    const signed = seed % 2 === 1;
    let course: Course;
    before(() => {
        course = new Course(signed);
    });
    after(async () => assert.deepEqual(await course.end(), []));

    for (const plan of planOf(2, seed, true)) {
        const what = plan.incident?.kind ?? (plan.crash === undefined ? "nothing" : "a crash");
        it(`runs what was proved, after ${what}, ${signed ? "signed" : "unsigned"}, with the seed ${seed}`, async () => {
            // What was wrong is told, not that it ended there.
            await course.release(plan).catch((error: unknown) => {
                if (course.oracle.faults.length === 0) throw error;
            });
            assert.deepEqual(course.oracle.faults, []);
        });
    }
});
