/**
 * An organisation of four environments on simulated clouds, driven only by the workflow commands in a shell, release after
 * release, with red gates, crashes, rollbacks, holds, freezes, forged proofs and more by chance:
 * `npm run proof:promotion -- [releases] [seed]`, 30 releases by default. Half of them are
 * signed: there are two organisations, one of which signs.
 * After every step, what there is is held against what has to be true. Prints a line of JSON for each release; exits with 1
 * where anything was wrong.
 */
import { Course } from "./promotion/course";
import { planOf, type ReleasePlan } from "./promotion/plan";
import { Counts } from "./promotion/rollouts";

const report = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Goes on until Ctrl-C: then the release that is under way is the last. */
let stopping = false;
process.once("SIGINT", () => (stopping = true));

interface Half {
    readonly signed: boolean;
    readonly course: Course;
    readonly plans: ReleasePlan[];
}

/** One release of a half. Answers with its seconds; undefined where something was wrong, which ends the half. */
async function next({ signed, course, plans }: Half): Promise<number | undefined> {
    const plan = plans.shift();
    if (plan === undefined) return undefined;
    const begun = Date.now();
    report({ signed, ...plan });
    try {
        await course.release(plan);
    } catch (error) {
        if (course.oracle.faults.length === 0)
            course.oracle.fault(String(error instanceof Error ? error.stack : error));
        plans.length = 0;
        return undefined;
    }
    const seconds = (Date.now() - begun) / 1000;
    report({ signed, release: plan.number, seconds });
    return seconds;
}

async function main(releases: number, seed: number): Promise<void> {
    const begun = Date.now();
    const counts = new Counts();
    const unsigned = Math.floor(releases / 2);
    const halves = [
        { signed: false, plans: planOf(unsigned, seed) },
        { signed: true, plans: planOf(releases - unsigned, seed + 1) },
    ]
        .filter(({ plans }) => plans.length > 0)
        .map((half): Half => ({ ...half, course: new Course(half.signed, counts) }));
    const seconds: number[] = [];
    while (!stopping && halves.some(({ plans }) => plans.length > 0))
        for (const half of halves) {
            const took = stopping ? undefined : await next(half);
            if (took !== undefined) seconds.push(took);
        }
    let [failed, checks] = [0, 0];
    for (const { signed, course } of halves) {
        checks += course.oracle.checks;
        const faults = await course.end();
        failed += faults.length;
        if (faults.length > 0) report({ signed, faults, directory: course.organisation.base });
    }
    const { took, ...counted } = counts;
    const rollouts = (touched: number, first: boolean): object => {
        const all = took.filter((one) => one.touched === touched && one.first === first).map((one) => one.seconds);
        return { times: all.length, medianSeconds: median(all) };
    };
    report({
        ...{ seed, releases, done: seconds.length, ...counted, checks, failed },
        rollouts: {
            wholeAndNew: rollouts(2, true),
            twoStacks: rollouts(2, false),
            oneStack: rollouts(1, false),
            nothing: rollouts(0, false),
        },
        slowestReleaseSeconds: Math.max(0, ...seconds),
        minutes: Math.round((Date.now() - begun) / 6000) / 10,
    });
    // What a failed step has left open must not keep the proof from ending.
    process.exit(failed > 0 ? 1 : 0);
}

// An end before the end proves nothing.
process.exitCode = 1;
const [releases = "30", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
void main(Number(releases), Number(seed));
