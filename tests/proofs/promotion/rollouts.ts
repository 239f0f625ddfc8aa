/** Rollouts of the organisation: each is ended, or killed and gone on with, and held against what has to come of it. */
import type { Model } from "./model";
import type { Oracle } from "./oracle";
import { sourceOf, stacks, type Environment, type Organisation, type Taker } from "./organisation";
import type { Crash } from "./plan";
import { quiet, type Blow, type JobOutcome } from "./shell";
import { byHand, promotionJob } from "./workflows";

export interface Took {
    readonly environment: Environment;
    readonly seconds: number;
    /** Stacks that the engine was let at. */
    readonly touched: number;
    readonly first: boolean;
}

export class Counts {
    promotions = { green: 0, red: 0 };
    refused: Record<string, number> = {};
    crashes = { hit: 0, late: 0, resumed: 0, again: 0 };
    did: Record<string, number> = {};
    readonly took: Took[] = [];

    refusal(code: string): void {
        this.refused[code] = (this.refused[code] ?? 0) + 1;
    }

    done(what: string): void {
        this.did[what] = (this.did[what] ?? 0) + 1;
    }
}

/** How often a rollout is gone on with before it counts as stuck. */
const attempts = 4;

export class Rollouts {
    /** Of the release that is worked on, until it has struck. */
    crash: Crash | undefined;
    /** Environments whose states were changed by somebody else: their next rollout touches what it would not. */
    readonly disturbed = new Set<Environment>();

    constructor(
        readonly organisation: Organisation,
        readonly model: Model,
        readonly oracle: Oracle,
        readonly counts: Counts,
    ) {}

    /** What the workflow does, or what is asked for by hand; refused where it has to be. */
    async promote(target: Taker, wanted?: string, more?: string): Promise<void> {
        const { organisation, model, oracle, counts } = this;
        const expected = model.promotion(target, wanted, more?.includes("--despite-freeze") ?? false);
        const what = `promote ${sourceOf[target]} ${target}${wanted === undefined ? "" : ` --release ${wanted.slice(0, 12)}`}`;
        const job = (blow?: Blow): Promise<JobOutcome> =>
            promotionJob(organisation, target, wanted, { blow, ...(more === undefined ? {} : { more }) });
        if (expected.refused !== undefined || expected.release === undefined) {
            await oracle.refused(what, job, expected.refused ?? "release-unproved");
            counts.refusal(expected.refused ?? "release-unproved");
            return;
        }
        await this.rollOut(what, target, expected.release, job);
        counts.promotions[model.isRed(expected.release, target) ? "red" : "green"] += 1;
    }

    /** Rolls a release out by `work`, whatever the crash that is due does to it; in the end it is green or red as it has to be. */
    async rollOut(
        what: string,
        environment: Environment,
        release: string,
        work: (blow?: Blow) => Promise<JobOutcome>,
    ): Promise<void> {
        const { model, oracle, crash } = this;
        const differs = this.differing(environment, release);
        const marks = oracle.evidence.marks(environment).length;
        const strikes = crash?.at === environment;
        if (strikes) this.crash = undefined;
        const outcome = await work(strikes ? crash?.blow : undefined);
        if (outcome.killed && crash !== undefined) await this.goOn(what, environment, release, marks, crash, work);
        else {
            if (strikes) this.counts.crashes.late += 1;
            oracle.ended(what, outcome, model.isRed(release, environment) ? 1 : 0);
            this.touchedOnly(what, environment, differs, outcome);
            model.rolledOut(environment, release, !model.isRed(release, environment));
        }
        this.disturbed.delete(environment);
        await oracle.check(what, true);
    }

    /** Stacks that differ from what runs; undefined where that cannot be told, or more may have to be touched. */
    private differing(environment: Environment, release: string): string[] | undefined {
        const { model } = this;
        const present = model.present(environment);
        if (model.begun[environment].length > 0 || this.disturbed.has(environment) || model.isRed(release, environment))
            return undefined;
        return stacks.filter((stack) => present === undefined || this.of(present)[stack] !== this.of(release)[stack]);
    }

    private of(release: string): Partial<Record<string, string>> {
        return this.model.sql.get(release) ?? {};
    }

    private touchedOnly(
        what: string,
        environment: Environment,
        differs: string[] | undefined,
        outcome: JobOutcome,
    ): void {
        if (differs === undefined || outcome.code !== 0) return;
        const touched = this.oracle.evidence.runs(environment).at(-1)?.touched ?? [];
        this.oracle.expect(
            touched.toSorted().join() === differs.toSorted().join(),
            `${what} touched ${touched.join(", ") || "nothing"}, and ${differs.join(", ") || "nothing"} differs`,
        );
        const first = this.model.present(environment) === undefined;
        this.counts.took.push({ environment, seconds: outcome.seconds, touched: touched.length, first });
    }

    /** After a crash: what is there is looked at first, then it is gone on with. */
    private async goOn(
        what: string,
        environment: Environment,
        release: string,
        marks: number,
        { then }: Crash,
        work: () => Promise<JobOutcome>,
    ): Promise<void> {
        const { model, oracle, counts } = this;
        counts.crashes.hit += 1;
        const { evidence } = oracle;
        // A crash before the run had begun leaves the one before it to be resumed.
        const before = model.last(environment);
        const mark = evidence.marks(environment).slice(marks).at(-1);
        const proved =
            mark !== undefined &&
            evidence.proofs(environment).some((one) => one.mark === mark.name && one.release === release && one.green);
        oracle.expect(!proved || !model.isRed(release, environment), `${what} has proved what is red there`);
        if (mark !== undefined) {
            oracle.expect(mark.release === release, `${what} has left a mark of another release`);
            model.rolledOut(environment, release, proved);
        }
        if (evidence.held(environment)) model.held.add(environment);
        await oracle.check(`a crash of ${what}`, false);
        let how = then;
        for (let attempt = 0; ; attempt++) {
            if (attempt >= attempts) return oracle.fault(`${what} is stuck after a crash`);
            const runs = evidence.runs(environment).length;
            const outcome = how === "resume" ? await byHand(this.organisation, `resume ${environment}`) : await work();
            const run = evidence.runs(environment).at(-1);
            // A run that had not begun, or has ended green, leaves nothing to resume: then the next run does it.
            const begun = evidence.runs(environment).length > runs && run?.release !== undefined;
            if (!begun && how === "resume") {
                const nothing = /nothing-to-resume|there is nothing to resume/.test(outcome.stdout + outcome.stderr);
                const owed = run?.state === "green" && !evidence.proofs(environment).some((one) => one.run === run.run);
                oracle.expect(
                    nothing && !owed,
                    `resume after ${what} ended with ${outcome.code}:\n${outcome.stdout}${outcome.stderr}`,
                );
                if (proved) break;
                how = "again";
                continue;
            }
            counts.crashes[how === "resume" ? "resumed" : "again"] += 1;
            const rolled = begun ? run.release : release;
            oracle.expect(
                rolled === release || (how === "resume" && rolled === before),
                `${how} after a crash of ${what} rolled ${rolled} out, which was neither in progress nor there last`,
            );
            oracle.ended(`${how} after a crash of ${what}`, outcome, model.isRed(rolled, environment) ? 1 : 0);
            model.rolledOut(environment, rolled, !model.isRed(rolled, environment));
            if (!begun || rolled === release) break;
            how = "again";
        }
        const left = await quiet(this.organisation);
        oracle.expect(left.length === 0, `something runs after ${what}: ${left.join(", ")}`);
    }
}
