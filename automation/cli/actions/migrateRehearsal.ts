/** A migration against simulated clouds: the very moves, in a rehearsal of the environment that migrates. */
import { parse } from "yaml";
import { ledgerOf } from "../../lakehouse/home";
import type { Side } from "../../lakehouse/migration/mixes";
import type { Plan } from "../../lakehouse/migration/plan";
import { isFinished, isSame, lastMigration } from "../../lakehouse/migration/record";
import { demandSimulated } from "../../lakehouse/rehearsal";
import { ledgerStore } from "../../ledger/place";
import { namesOf } from "../../rehearsal/adopted";
import { isRehearsal, rehearsalVariable, stripCredentials } from "../../rehearsal/place";
import { environmentSchema, loadEnvironment } from "../../../stacks/environment";
import type { Migration } from "./migrate";
import { rehearsalOf, rehearsing } from "./rehearse";

/** `quiet`: standard output is for events alone. */
export async function rehearseMigration(
    plan: Plan,
    from: Side,
    to: Side,
    migration: Migration,
    quiet: boolean,
): Promise<void> {
    const stripped = stripCredentials(process.env);
    const settings = [
        ...(plan.inPlace ? [from.settings] : []),
        ...plan.moves.map(({ text }) => environmentSchema.parse(parse(text))),
    ];
    for (const one of settings) demandSimulated(one);
    const place = {
        keep: await isUnderWay(plan, from, to),
        settings: {
            environment: plan.environment,
            elsewhere: settings.flatMap(({ foundation }) => namesOf(foundation)),
        },
        stripped,
        quiet,
    };
    await rehearsing(to.file, place, async (interrupts) => {
        if (plan.inPlace && !(await migration.rollOutFrom(interrupts))) return;
        await migration.run(interrupts);
    });
}

/** Whether a rehearsal of the same migration was stopped between two moves: it is gone on with. */
async function isUnderWay(plan: Plan, from: Side, to: Side): Promise<boolean> {
    const directory = rehearsalOf(plan.environment);
    if (!isRehearsal(directory)) return false;
    const variables = { ...process.env, [rehearsalVariable]: directory, TIDEGATE_ENVIRONMENT_FILE: to.file };
    const store = ledgerStore(ledgerOf(await loadEnvironment(plan.environment, variables)));
    const migration = await lastMigration(store);
    return migration !== undefined && !isFinished(migration) && isSame(migration, plan, from, to);
}
