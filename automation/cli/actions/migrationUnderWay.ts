/** What an `up` may not do in the middle of a migration: roll out at one time what is moved axis by axis. */
import { readFile } from "node:fs/promises";
import { exitCodes, TidegateError } from "../../core/errors";
import type { GraphFile } from "../../graph/load";
import { digestOf, isFinished, leftFile, standingOf } from "../../lakehouse/migration/record";
import { loadModule } from "../../rollout/module";
import type { Session } from "../../rollout/session";

/** Whether the last that was done with it was not to take it down. */
export async function isDeployed({ ledger }: Pick<Session, "ledger">): Promise<boolean> {
    for (const id of await ledger.runs()) {
        const operation = (await ledger.run(id)).started?.operation;
        if (operation !== undefined && operation !== "refresh") return operation !== "down";
    }
    return false;
}

/**
 * What the last move has left may be rolled out again.
 * @throws TidegateError `migration-under-way`
 */
export async function demandNoMigration(graph: GraphFile, { store, ledger, home }: Session): Promise<void> {
    const { environment } = home;
    const file = graph.module === undefined ? undefined : await loadModule(graph).file?.(environment);
    const standing = file === undefined ? undefined : await standingOf(store);
    if (file === undefined || standing === undefined || isFinished(standing)) return;
    if (digestOf(await readFile(file, "utf8")) === (standing.left ?? standing.from.digest)) return;
    if (!(await isDeployed({ ledger }))) return;
    const { done, moves, from, to } = standing;
    throw new TidegateError(
        `${environment} is in the middle of a migration, of which ${done} of ${moves.length} moves are done: ${file} would be rolled out at one time. Nothing was touched.`,
        {
            code: "migration-under-way",
            hint: `\`npx tidegate migrate --from ${from.file} --to ${to.file}\` goes on with it.${done === 0 ? "" : ` What it has come to is rolled out again by TIDEGATE_ENVIRONMENT_FILE: ${leftFile(done)} of its data directory.`}`,
            exitCode: exitCodes.refused,
        },
    );
}
