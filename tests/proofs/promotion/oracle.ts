/** Holds what there is against what has to be: after every step, and of production at every moment. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadGraphFile } from "../../../automation/graph/load";
import { environmentsOf, readStandings } from "../../../automation/rollout/standings";
import { Evidence } from "./evidence";
import type { Model } from "./model";
import { environments, type Environment, type Organisation, type StackName } from "./organisation";
import { shell, type JobOutcome } from "./shell";

/** What `status --all --json` says of one environment, as far as it is looked at. */
interface Status {
    readonly environment: string;
    readonly release?: string;
    readonly begun?: { readonly release?: string };
    readonly health: string;
    readonly hold?: object;
    readonly unread: readonly string[];
}

const short = (release: string | undefined): string => release?.slice(0, 12) ?? "nothing";

/** How often the clouds are looked at while something runs. */
const lookMs = 40;

export class Oracle {
    readonly evidence: Evidence;
    readonly faults: string[] = [];
    private readonly seen = new Set<string>();
    private readonly timer: NodeJS.Timeout;
    checks = 0;

    constructor(
        private readonly organisation: Organisation,
        private readonly model: Model,
    ) {
        this.evidence = new Evidence(organisation);
        this.timer = setInterval(() => this.look(), lookMs).unref();
    }

    close(): void {
        clearInterval(this.timer);
    }

    fault(what: string): void {
        this.faults.push(what);
    }

    expect(fine: boolean, what: string): void {
        if (!fine) this.fault(what);
    }

    /** At any moment: whatever is in a cloud was green where it comes from. */
    private look(): void {
        for (const environment of environments) {
            const folder = this.organisation.cloud(environment);
            for (const name of readdirSync(folder)) {
                if (!name.endsWith(".json")) continue;
                let thing: { urn: string; inputs: { size: string } };
                try {
                    thing = JSON.parse(readFileSync(join(folder, name), "utf8")) as typeof thing;
                } catch {
                    // It has gone meanwhile.
                    continue;
                }
                const stack = thing.urn.split("::")[1] as StackName;
                const key = `${environment} ${stack} ${thing.inputs.size}`;
                if (this.seen.has(key)) continue;
                this.seen.add(key);
                if (!this.model.mayRun(environment, stack, thing.inputs.size))
                    this.fault(`${environment} ran what was not green where it comes from: ${thing.inputs.size}`);
            }
        }
    }

    /** `resting`: nothing was killed just now. */
    async check(after: string, resting: boolean): Promise<void> {
        this.checks += 1;
        this.look();
        const before = this.faults.length;
        const standings = await this.status();
        this.releasesAreWhole();
        for (const environment of environments) {
            const status = standings.find((one) => one.environment === environment);
            if (resting) this.atRest(environment, status);
            else this.inProgress(environment, status);
        }
        for (let index = before; index < this.faults.length; index++)
            this.faults[index] = `after ${after}: ${this.faults[index] ?? ""}`;
        this.demand();
    }

    /** What comes after something that was wrong would only repeat it. */
    private demand(): void {
        if (this.faults.length > 0) throw new Error("something is wrong");
    }

    private releasesAreWhole(): void {
        const ids = this.evidence.releases();
        for (const id of ids) {
            const found = this.evidence.release(id);
            const meant = this.model.sql.get(id);
            if (typeof found === "string") this.fault(`release ${short(id)}: ${found}`);
            else if (meant === undefined) this.fault(`nobody has made the release ${short(id)}`);
            else if (found.store !== meant.store || found.app !== meant.app)
                this.fault(`the release ${short(id)} is not what was committed`);
        }
        this.expect(ids.length === this.model.sql.size, `there are ${ids.length} releases, not ${this.model.sql.size}`);
    }

    private atRest(environment: Environment, status: Status | undefined): void {
        const { evidence, model } = this;
        const [present, last] = [model.present(environment), model.last(environment)];
        const things = evidence.things(environment);
        const { ids, pending } = evidence.known(environment);
        for (const urn of pending) this.fault(`${environment}: ${urn} is pending`);
        for (const { urn, id } of things)
            this.expect(ids.get(urn) === id, `${environment}: ${id} is not what the state has for ${urn}`);
        const urns = new Set(things.map(({ urn }) => urn));
        this.expect(urns.size === things.length, `${environment} has something twice: ${[...urns].join(", ")}`);
        this.expect(ids.size === things.length, `${environment}: ${things.length} things, ${ids.size} in the states`);
        this.runsOnly(environment);
        if (present !== undefined && present === last) this.expect(things.length === 3, `${environment} is not whole`);

        const run = evidence.runs(environment).at(-1);
        const mark = evidence.marks(environment).at(-1);
        const proofs = evidence.proofs(environment);
        const state = last === undefined ? undefined : present === last && !this.isBegun(environment) ? "green" : "red";
        this.expect(run?.state === state, `${environment}: the ledger's last run is ${run?.state}, not ${state}`);
        this.expect(run?.release === last, `${environment}: the ledger has ${short(run?.release)}, not ${short(last)}`);
        this.expect(
            mark?.release === last,
            `${environment}: its mark is of ${short(mark?.release)}, not ${short(last)}`,
        );
        if (state === "green")
            this.expect(
                proofs.some(
                    (proof) => proof.release === present && proof.mark === mark?.name && proof.green && proof.signed,
                ),
                `${environment} runs ${short(present)} without a proof`,
            );
        const proved = new Set(proofs.filter(({ green, signed }) => green && signed).map(({ release }) => release));
        const greens = new Set(model.greens[environment]);
        for (const one of proved)
            this.expect(greens.has(one), `${environment}: ${short(one)} is proved and was never green`);
        for (const one of greens)
            this.expect(proved.has(one), `${environment}: ${short(one)} was green and has no proof`);
        const health = state ?? "never";
        this.expect(status?.health === health, `status of ${environment} is ${status?.health}, not ${health}`);
        this.names(environment, status);
        const held = model.held.has(environment);
        this.expect(
            (status?.hold !== undefined) === held,
            `status says that ${environment} is ${held ? "not " : ""}held`,
        );
        for (const why of status?.unread ?? []) this.fault(`status of ${environment}: ${why}`);
        this.oneAtATime(environment);
    }

    private isBegun(environment: Environment): boolean {
        return this.model.begun[environment].length > 0;
    }

    private inProgress(environment: Environment, status: Status | undefined): void {
        this.runsOnly(environment);
        this.names(environment, status);
        this.oneAtATime(environment);
    }

    /** Whatever is there is of what was green last, or of what was begun since. */
    private runsOnly(environment: Environment): void {
        for (const { stack, text } of this.evidence.things(environment))
            this.expect(
                this.model.allowed(environment, stack).has(text),
                `${environment}: ${stack} runs what neither the last green release nor what was begun since has: ${text}`,
            );
    }

    /** What was green last, and what was begun after it. */
    private names(environment: Environment, status: Status | undefined): void {
        const present = this.model.present(environment);
        const begun = this.model.begun[environment].at(-1);
        this.expect(
            status?.release === present && status?.begun?.release === begun,
            `status of ${environment} names ${short(status?.release)} and ${short(status?.begun?.release)}, not ${short(present)} and ${short(begun)}`,
        );
    }

    private oneAtATime(environment: Environment): void {
        const runs = this.evidence.runs(environment);
        for (const [index, { run, beganMs }] of runs.entries()) {
            const before = runs[index - 1];
            this.expect(
                before === undefined || before.endedMs <= beganMs,
                `${environment}: ${run} began while ${before?.run} went on`,
            );
        }
    }

    /** What `status` reads, without the start of a command, which would be a good part of the time. */
    private async status(): Promise<Status[]> {
        const graph = await loadGraphFile(join(this.organisation.repository, "tidegate.yaml"));
        const found = await readStandings(graph, await environmentsOf(graph));
        return JSON.parse(JSON.stringify(found)) as Status[];
    }

    /** The command tells what was held against what has to be. */
    async told(): Promise<void> {
        const outcome = await shell(this.organisation, "npx tidegate status --all --json");
        this.ended("status", outcome, 0);
        const { environments: told } = JSON.parse(outcome.stdout) as { environments: Status[] };
        const [says, read] = [told, await this.status()].map((all) =>
            JSON.stringify(all.map(({ environment, release, begun, health }) => [environment, release, begun, health])),
        );
        this.expect(says === read, `status tells ${says}, and ${read} is so`);
        this.demand();
    }

    /** A command that has to end so, and where it is refused, has to have touched nothing. */
    ended(what: string, outcome: JobOutcome, code: number, refused?: string): void {
        const told = `${outcome.stdout}${outcome.stderr}`;
        this.expect(outcome.code === code, `${what} ended with ${outcome.code}, not ${code}:\n${told}`);
        if (refused !== undefined)
            this.expect(outcome.stderr.includes(`[${refused}]`), `${what} was not refused with ${refused}:\n${told}`);
        this.demand();
    }

    /** As `ended`, of what is to be refused. */
    async refused(what: string, work: () => Promise<JobOutcome>, code: string, exitCode = 6): Promise<void> {
        const before = this.evidence.digest();
        this.ended(what, await work(), exitCode, code);
        this.expect(this.evidence.digest() === before, `${what} was refused, and has touched something`);
    }
}
