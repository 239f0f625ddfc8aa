/** What `migrate` does: from one environment file to another, one axis at a time, with the whole validation between two. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { nearest } from "../../core/yamlFile";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import { axes } from "../../lakehouse/migration/axes";
import type { Side } from "../../lakehouse/migration/mixes";
import { planOf, type Move, type Plan } from "../../lakehouse/migration/plan";
import { readSide } from "../../lakehouse/migration/read";
import {
    isSame,
    leftFile,
    lastMigration,
    startOf,
    writeBegun,
    writeMoved,
    type BegunMigration,
    type Start,
} from "../../lakehouse/migration/record";
import type { LedgerStore } from "../../ledger/store";
import { sha256 } from "../../release/manifest";
import { environmentGraph } from "../../rollout/environmentGraph";
import type { Session } from "../../rollout/session";
import { loadEnvironment } from "../../../stacks/environment";
import { shellText } from "../../core/shellQuote";
import { Interrupts } from "../interrupts";
import { printJson, remark, say } from "../output";
import { isDeployed } from "./migrationUnderWay";
import { axesText, planText, refusalText, verdictText } from "./migrateText";
import { open, upGraph, type ChangeFlags, type UpFlags } from "./rollout";

export interface MigrateFlags extends ChangeFlags {
    readonly from: string;
    readonly to: string;
    readonly lose?: readonly string[];
    readonly together?: true;
    readonly dryRun?: true;
    /** How many at most. */
    readonly moves?: number;
    readonly rehearse?: true;
    readonly parallel: number;
    readonly approve?: readonly string[];
    readonly json?: true;
}

export async function migrate(flags: MigrateFlags): Promise<void> {
    demandAxes(flags.lose ?? []);
    const [from, to] = [await readSide(flags.from), await readSide(flags.to)];
    const plan = planOf(from, to, flags);
    if (flags.dryRun) {
        if (flags.json) printJson(plan);
        else say(`${planText(plan)}\n${verdictText(plan)}`);
        process.exitCode = plan.refusals.length === 0 ? exitCodes.ok : exitCodes.refused;
        return;
    }
    if (!flags.json) say(planText(plan));
    demandAllowed(plan);
    const migration = new Migration(plan, from, to, flags);
    if (flags.rehearse)
        return (await import("./migrateRehearsal.js")).rehearseMigration(
            plan,
            from,
            to,
            migration,
            flags.json === true,
        );
    const interrupts = new Interrupts(remark);
    try {
        await migration.run(interrupts);
    } finally {
        interrupts.close();
    }
}

/** The moves of a plan that are not done yet, one after the other. */
export class Migration {
    private readonly command: string;

    constructor(
        private readonly plan: Plan,
        private readonly from: Side,
        private readonly to: Side,
        private readonly flags: MigrateFlags,
    ) {
        this.command = commandOf(flags);
    }

    async run(interrupts: Interrupts): Promise<void> {
        const { plan, flags } = this;
        const graph = await loadGraphFile();
        process.env["TIDEGATE_ENVIRONMENT_FILE"] = this.to.file;
        const { start, found } = await this.start(interrupts, graph);
        let done = start.kind === "resumed" ? start.done : 0;
        if (done > 0) this.say(`${done} of ${plan.moves.length} moves are done: it goes on from there.`);
        const last = Math.min(plan.moves.length, done + (flags.moves ?? plan.moves.length));
        for (const [index, move] of plan.moves.slice(done, last).entries()) {
            this.say(
                `\n${pc.bold(`move ${move.number} of ${plan.moves.length}: ${axesText(move)}`)}  ${await this.use(move)}`,
            );
            const { pending, ...others } = this.upFlags();
            // What was cut off, the first has settled.
            const given = index === 0 && pending !== undefined ? { ...others, pending } : others;
            const green = await upGraph(guarded(graph, move, flags.lose ?? []), [plan.environment], given, {
                interrupts,
                held: {
                    before: ({ store }) => this.begin(store, start, found, move),
                    green: ({ store }) => writeMoved(store, move.number, move.text),
                },
            });
            if (!green) return this.say(`Move ${move.number} is not done. \`${this.command}\` goes on with it.`);
            done = move.number;
            if (interrupts.orderly.signal.aborted) break;
        }
        this.say(
            done < plan.moves.length
                ? `\n${done} of ${plan.moves.length} moves are done. \`${this.command}\` goes on with the next one.`
                : `\n${pc.green("✓")} ${plan.environment} is what ${this.to.file} says.${plan.inPlace ? "" : ` ${plan.from} goes on running: \`npx tidegate down ${plan.from}\` takes it down.`}`,
        );
    }

    /** Rolls out what the migration in place is from, where nothing is there: in a rehearsal. */
    async rollOutFrom(interrupts: Interrupts): Promise<boolean> {
        process.env["TIDEGATE_ENVIRONMENT_FILE"] = this.from.file;
        const graph = await loadGraphFile();
        const session = await this.session(interrupts, graph);
        if (await isDeployed(session)) return true;
        this.say(`\n${pc.bold("what it is moved from")}  ${this.from.file}`);
        return upGraph(graph, [this.plan.environment], this.upFlags(), { interrupts });
    }

    private async start(
        interrupts: Interrupts,
        graph: GraphFile,
    ): Promise<{ readonly start: Start; readonly found: BegunMigration | undefined }> {
        const { plan, from, to } = this;
        const { environment, inPlace } = plan;
        const session = await this.session(interrupts, graph);
        const deployed = await isDeployed(session);
        const found = await lastMigration(session.store);
        const start = startOf(deployed ? found : undefined, plan, from, to);
        if (start.kind !== "anew" || deployed === inPlace) return { start, found };
        throw new TidegateError(
            inPlace
                ? `${environment} is not deployed: there is nothing to move.`
                : `${environment} is deployed, and ${from.file} is of ${plan.from}: it would be rolled out over what is there. Nothing was touched.`,
            {
                code: "migration-start",
                hint: inPlace
                    ? `\`npx tidegate up ${environment}\` rolls out ${to.file} at once.`
                    : `To move it in place, give the file that it runs by as --from; or take it down first.`,
                exitCode: exitCodes.refused,
            },
        );
    }

    /** With the lock held: what was found without it may be so no more. */
    private async begin(
        store: LedgerStore,
        start: Start,
        found: BegunMigration | undefined,
        { number }: Move,
    ): Promise<void> {
        const { plan, from, to } = this;
        const migration = await lastMigration(store);
        const first = number === 1 && start.kind !== "resumed";
        const asFound = first
            ? isDeepStrictEqual(migration, found)
            : migration !== undefined && isSame(migration, plan, from, to) && migration.done === number - 1;
        if (!asFound)
            throw new TidegateError(`${plan.environment} was moved by somebody else meanwhile. Nothing was touched.`, {
                code: "migration-overtaken",
                hint: "Run the same command again: it goes on from where it stands, or says what was done.",
                exitCode: exitCodes.busy,
            });
        if (first) await writeBegun(store, plan, from, to, this.command);
    }

    /** Makes the file of a move the one that is rolled out. */
    private async use({ number, text }: Move): Promise<string> {
        const { plan, to } = this;
        if (number === plan.moves.length) {
            if (sha256(await readFile(to.file, "utf8")) !== sha256(text))
                throw new TidegateError(`${to.file} was changed since the migration was begun.`, {
                    code: "migration-changed",
                    hint: "Put it back as it was, and run the same command again.",
                    exitCode: exitCodes.refused,
                });
            return (process.env["TIDEGATE_ENVIRONMENT_FILE"] = to.file);
        }
        const { dataDirectory } = await loadEnvironment(plan.environment);
        const file = join(dataDirectory, leftFile(number));
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        // Programs and plugins of what was cut off may read it yet.
        await writeFile(`${file}.part`, text);
        await rename(`${file}.part`, file);
        return (process.env["TIDEGATE_ENVIRONMENT_FILE"] = file);
    }

    private async session(interrupts: Interrupts, graph: GraphFile): Promise<Session> {
        const { environment } = this.plan;
        const session = await open(environment, interrupts, { graph: await environmentGraph(environment, graph) });
        session.close();
        return session;
    }

    private upFlags(): UpFlags {
        const { from: _from, to: _to, lose: _lose, together: _together, ...rest } = this.flags;
        const { dryRun: _dry, moves: _moves, rehearse: _rehearse, ...rollout } = rest;
        return { exercise: true, migration: this.command, ...rollout };
    }

    private say(text: string): void {
        if (!this.flags.json) say(text);
    }
}

/** The graph, in which no data may go but what the move was allowed to lose. */
function guarded(graph: GraphFile, { keeps }: Move, lose: readonly string[]): GraphFile {
    const guards = new Set<string>(keeps.filter((axis) => !lose.includes(axis)));
    return {
        ...graph,
        definition: (stack) => {
            const definition = graph.definition(stack);
            return guards.has(stack) ? { ...definition, protected: true } : definition;
        },
    };
}

function commandOf({ from, to, lose = [], together, rehearse }: MigrateFlags): string {
    const words = [
        ...["npx", "tidegate", "migrate", "--from", from, "--to", to],
        ...lose.flatMap((axis) => ["--lose", axis]),
        ...(together ? ["--together"] : []),
        ...(rehearse ? ["--rehearse"] : []),
    ];
    return shellText(words);
}

function demandAxes(lose: readonly string[]): void {
    const unknown = lose.find((one) => !axes.some((axis) => axis === one));
    if (unknown === undefined) return;
    throw new TidegateError(`--lose names '${unknown}', which is no axis.`, {
        code: "usage",
        hint: nearest(unknown, axes) || `They are ${axes.join(", ")}.`,
        exitCode: exitCodes.usage,
    });
}

/** @throws TidegateError with the code of the first refusal, and the text of all */
function demandAllowed({ environment, refusals }: Plan): void {
    const [first] = refusals;
    if (first === undefined) return;
    throw new TidegateError(
        `${environment} does not migrate, and nothing was touched:\n${refusals.map(refusalText).join("\n")}`,
        {
            code: first.code,
            hint: "docs/migration.md tells what becomes of data.",
            exitCode: exitCodes.refused,
        },
    );
}
