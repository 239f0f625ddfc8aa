/**
 * An organisation of four environments on simulated clouds, driven only by the workflow commands in a shell, release after
 * release, with red gates, crashes, rollbacks, holds, freezes, forged proofs and more by chance:
 * `npm run proof:promotion -- [releases] [seed]`, 30 releases by default. The first half of them is not signed, the second is.
 * After every step, what there is is held against what has to be true. Prints a line of JSON for each release; exits with 1
 * where anything was wrong.
 */
import { Course } from "./promotion/course";
import { planOf } from "./promotion/plan";
import { Counts } from "./promotion/rollouts";

const report = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

async function main(releases: number, seed: number): Promise<void> {
    const begun = Date.now();
    const counts = new Counts();
    const unsigned = Math.floor(releases / 2);
    let [failed, checks, slowest] = [0, 0, 0];
    for (const [signed, number] of [
        [false, unsigned],
        [true, releases - unsigned],
    ] as const) {
        if (number === 0) continue;
        const course = new Course(signed, counts);
        try {
            for (const plan of planOf(number, seed + Number(signed))) {
                const since = Date.now();
                report({ signed, ...plan });
                await course.release(plan);
                const seconds = (Date.now() - since) / 1000;
                slowest = Math.max(slowest, seconds);
                report({ release: plan.number, seconds });
            }
        } catch (error) {
            if (course.oracle.faults.length === 0)
                course.oracle.fault(String(error instanceof Error ? error.stack : error));
        }
        checks += course.oracle.checks;
        const faults = await course.end();
        failed += faults.length;
        if (faults.length > 0) report({ signed, faults, directory: course.organisation.base });
    }
    const { took, ...counted } = counts;
    const secondsOf = (touched: number, first: boolean): object => {
        const seconds = took.filter((one) => one.touched === touched && one.first === first).map((one) => one.seconds);
        return { times: seconds.length, medianSeconds: median(seconds) };
    };
    report({
        ...{ seed, releases, ...counted, checks, failed },
        rollouts: {
            whole: secondsOf(2, true),
            twoStacks: secondsOf(2, false),
            oneStack: secondsOf(1, false),
            nothing: secondsOf(0, false),
        },
        slowestReleaseSeconds: slowest,
        minutes: Math.round((Date.now() - begun) / 6000) / 10,
    });
    // What a failed step has left open must not keep the proof from ending.
    process.exit(failed > 0 ? 1 : 0);
}

const [releases = "30", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
void main(Number(releases), Number(seed));
