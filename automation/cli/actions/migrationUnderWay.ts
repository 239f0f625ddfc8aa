/** What an `up` may not do in the middle of a migration: roll out at one time what is moved axis by axis. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, TidegateError } from "../../core/errors";
import type { GraphFile } from "../../graph/load";
import { isFinished, leftFile, lastMigration } from "../../lakehouse/migration/record";
import { sha256 } from "../../release/manifest";
import { loadModule } from "../../rollout/module";
import type { Session } from "../../rollout/session";

/** Whether anything of it is there: the ledger's last run may have taken a part of it down, or have failed at that. */
export const isDeployed = async (session: Pick<Session, "graph" | "snapshots">): Promise<boolean> =>
    (await session.snapshots(session.graph.graph.order)).size > 0;

/**
 * What the last move has left may be rolled out again.
 * @throws TidegateError `migration-under-way`
 */
export async function demandNoMigration(graph: GraphFile, session: Session): Promise<void> {
    const { store, home } = session;
    const { environment } = home;
    const file = graph.module === undefined ? undefined : await loadModule(graph).file?.(environment);
    const migration = file === undefined ? undefined : await lastMigration(store);
    if (file === undefined || migration === undefined || isFinished(migration)) return;
    if (sha256(await readFile(file, "utf8")) === (migration.left ?? migration.from.digest)) return;
    if (!(await isDeployed(session))) return;
    const { done, moves, command } = migration;
    throw new TidegateError(
        `${environment} is in the middle of a migration, of which ${done} of ${moves.length} moves are done: ${file} would be rolled out at one time. Nothing was touched.`,
        {
            code: "migration-under-way",
            hint: `\`${command}\` goes on with it.${done === 0 ? "" : ` What it has come to is rolled out again with TIDEGATE_ENVIRONMENT_FILE=${join(home.directory, leftFile(done))}.`}`,
            exitCode: exitCodes.refused,
        },
    );
}
