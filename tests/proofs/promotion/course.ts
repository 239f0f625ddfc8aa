/** The course of an organisation: what a plan says, done by its workflows in a shell, with what has to be true asked after every step. */
import { writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadGraphFile } from "../../../automation/graph/load";
import { bundleIn } from "../../release/made";
import { happenings } from "./incidents";
import { Model, redIn, type Sql } from "./model";
import { Oracle } from "./oracle";
import { Organisation, sqlFile, stacks, type StackName } from "./organisation";
import type { ReleasePlan } from "./plan";
import { Counts, Rollouts } from "./rollouts";
import { endAll, shell, type Blow, type JobOutcome } from "./shell";
import { byHand, githubJob, gitlabJob } from "./workflows";

export class Course {
    readonly organisation: Organisation;
    readonly model = new Model();
    readonly oracle: Oracle;
    readonly rollouts: Rollouts;
    /** What is committed now. */
    private sql: Sql;
    private unprovedReleases = 0;

    constructor(
        signed: boolean,
        readonly counts: Counts = new Counts(),
    ) {
        this.organisation = new Organisation(signed);
        this.sql = this.organisation.sql();
        this.oracle = new Oracle(this.organisation, this.model);
        this.rollouts = new Rollouts(this.organisation, this.model, this.oracle, counts);
    }

    async release(plan: ReleasePlan): Promise<void> {
        const { incident, number } = plan;
        this.rollouts.crash = plan.crash;
        this.commit(this.changed(plan), `release ${number}`);
        await this.merge();
        if (incident !== undefined) {
            const happened = await happenings[incident.kind](this, incident);
            this.counts.done(happened ? incident.kind : `${incident.kind}: nothing to do it to`);
        }
        for (const target of plan.promotions) await this.rollouts.promote(target);
        await this.oracle.told();
        // A crash that was planned for where nothing has been rolled out meanwhile is none.
        this.rollouts.crash = undefined;
        this.organisation.sweep();
    }

    /** What is committed is released, proved in `dev` and promoted to `staging`. */
    private async merge(): Promise<void> {
        const { organisation, model, rollouts } = this;
        // A job that is killed may not come to it.
        const created = this.rollouts.crash?.at === "dev" ? await this.create() : await this.named();
        if (created === undefined) return;
        const work = (blow?: Blow): Promise<JobOutcome> =>
            organisation.signed
                ? githubJob(organisation, "merge.yml", "dev", undefined, { blow })
                : gitlabJob(organisation, "dev", undefined, { blow });
        await rollouts.rollOut("the job dev", "dev", created, work);
        // A job that needs one that was red is not run.
        if (!model.isRed(created, "dev")) await rollouts.promote("staging", organisation.signed ? created : undefined);
    }

    /** The release of what is committed, which the workflow makes: it has to be the same wherever it is made. */
    private async named(): Promise<string> {
        const { id } = await bundleIn(await loadGraphFile(join(this.organisation.repository, "tidegate.yaml")));
        this.model.sql.set(id, this.sql);
        return id;
    }

    /** The same, made as the workflow will: the job then finds that it is there. */
    private async create(): Promise<string | undefined> {
        const outcome = await byHand(this.organisation, "release create --json");
        this.oracle.ended("release create", outcome, 0);
        if (outcome.code !== 0) return undefined;
        const { release } = JSON.parse(outcome.stdout) as { release: string };
        this.model.sql.set(release, this.sql);
        return release;
    }

    /** A release that was never rolled out anywhere. */
    async unproved(): Promise<string> {
        const before = this.sql;
        this.unprovedReleases += 1;
        this.commit({ ...before, app: `${before.app}-- unproved ${this.unprovedReleases}\n` }, "what nobody proves");
        const release = await this.create();
        this.commit(before, "without it");
        return release ?? "";
    }

    /** A release whole in itself that nobody has signed who may, for as long as `work` takes. */
    async strangersRelease(work: (id: string) => Promise<void>): Promise<void> {
        const { organisation, oracle } = this;
        const directory = organisation.clone();
        writeFileSync(join(directory, sqlFile.app), "drop table orders;\n");
        const create = `npx tidegate release create --json --key ${organisation.strangersKey}`;
        // It is in the store by then, whole: whoever makes it is told that it counts for nothing.
        oracle.ended(
            "a stranger's release create",
            await shell(organisation, create, { directory }),
            6,
            "signature-missing",
        );
        const release = oracle.evidence.releases().find((id) => !this.model.sql.has(id)) ?? "";
        await work(release);
        rmSync(join(organisation.store, release), { recursive: true });
    }

    private commit(sql: Sql, message: string): void {
        this.sql = sql;
        this.model.committed.push(sql);
        this.organisation.change(Object.fromEntries(stacks.map((stack) => [sqlFile[stack], sql[stack]])), message);
    }

    private changed({ number, changes, red }: ReleasePlan): Sql {
        const text = (stack: StackName): string => {
            if (!changes.includes(stack)) return this.sql[stack];
            const where = red?.stack === stack ? redIn(red.environment) : "";
            return `-- release ${number}\n${where}${statements[stack]}`;
        };
        return { store: text("store"), app: text("app") };
    }

    /** Answers with what was wrong. */
    async end(): Promise<readonly string[]> {
        this.oracle.close();
        endAll(this.organisation);
        if (this.oracle.faults.length === 0) this.organisation.remove();
        return this.oracle.faults;
    }
}

const statements: Sql = {
    store: "create table orders (id bigint, placed timestamp(3));\n",
    app: "insert into daily select cast(placed as date), count(*) from orders group by cast(placed as date);\n",
};
