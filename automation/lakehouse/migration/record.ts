/**
 * How far a migration has come, beside the ledger of the environment that migrates: a record for its begin and one for each
 * move that is done, created and never changed. Whoever goes on with it, here or on another machine, reads them first.
 */
import { hostname, userInfo } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { exitCodes, TidegateError } from "../../core/errors";
import { parseJson } from "../../core/json";
import { createNumbered, numberedIn } from "../../ledger/numbered";
import type { LedgerStore } from "../../ledger/store";
import { sha256 } from "../../release/manifest";
import type { Axis } from "./axes";
import type { Side } from "./mixes";
import type { Plan } from "./plan";

const folder = "migration";

const digested = z.strictObject({ file: z.string(), digest: z.string() });
const begun = z.strictObject({
    version: z.literal(1),
    type: z.literal("begun"),
    from: digested,
    to: digested,
    /** Axes of each move. */
    moves: z.array(z.array(z.string())),
    /** What goes on with it, as a shell takes it. */
    command: z.string(),
    /** ISO 8601, UTC. */
    time: z.string(),
    user: z.string(),
    host: z.string(),
});
const moved = z.strictObject({
    version: z.literal(1),
    type: z.literal("moved"),
    number: z.number().int().min(1),
    /** Of the environment's file that was rolled out. */
    left: z.string(),
    time: z.string(),
});
const recordSchema = z.discriminatedUnion("type", [begun, moved]);

export interface BegunMigration extends Pick<
    z.infer<typeof begun>,
    "from" | "to" | "moves" | "command" | "time" | "user" | "host"
> {
    /** How many moves are done. */
    readonly done: number;
    /** Digest of the file that the last of them has left; undefined where none is. */
    readonly left: string | undefined;
}

export const isFinished = ({ done, moves }: BegunMigration): boolean => done >= moves.length;

/** The last migration that was begun; undefined where there was none. */
export async function lastMigration(store: LedgerStore): Promise<BegunMigration | undefined> {
    let last: BegunMigration | undefined;
    for (const name of await numberedIn(store, folder)) {
        const record = recordSchema.safeParse(parseJson(await store.read(`${folder}/${name}`)));
        if (!record.success)
            throw new TidegateError(`${folder}/${name} in ${store.where} is no record of a migration.`, {
                code: "ledger-refused",
                hint: "It was written by a newer Tidegate, or changed by hand. Go on with the version that wrote it, which `npx tidegate show last` names, or put the record back from a copy.",
            });
        if (record.data.type === "begun") last = { ...record.data, done: 0, left: undefined };
        else if (last !== undefined) last = { ...last, done: record.data.number, left: record.data.left };
    }
    return last;
}

const axesOf = ({ moves }: Plan): Axis[][] => moves.map(({ axes }) => axes.map(({ axis }) => axis));

/** How a migration begins, or goes on. */
export type Start =
    | { readonly kind: "anew" }
    /** One that was begun is given up for it: it leads from where that one has come. */
    | { readonly kind: "instead" }
    | { readonly kind: "resumed"; readonly done: number };

/** Whether it is this very migration. */
export const isSame = (migration: BegunMigration, plan: Plan, from: Side, to: Side): boolean =>
    migration.from.digest === sha256(from.text) &&
    migration.to.digest === sha256(to.text) &&
    isDeepStrictEqual(migration.moves, axesOf(plan));

/**
 * What is to be done of a plan, after what is written down.
 * @throws TidegateError `migration-changed` where another migration is under way, `migration-start` where this one is done:
 *   begun again, it would move axes back
 */
export function startOf(migration: BegunMigration | undefined, plan: Plan, from: Side, to: Side): Start {
    if (migration !== undefined && isFinished(migration) && isSame(migration, plan, from, to))
        throw new TidegateError(
            `${plan.environment} was migrated by these files, from ${migration.time} on, and all of it is done. Nothing was touched.`,
            {
                code: "migration-start",
                hint: `\`npx tidegate up ${plan.environment}\` rolls out ${to.file} again. To move it from elsewhere, give the file that it runs by as --from.`,
                exitCode: exitCodes.refused,
            },
        );
    if (migration === undefined || isFinished(migration)) return { kind: "anew" };
    if (isSame(migration, plan, from, to)) return { kind: "resumed", done: migration.done };
    const [first, last] = [sha256(from.text), sha256(to.text)];
    if (first === (migration.left ?? migration.from.digest)) return { kind: "instead" };
    const { environment } = plan;
    const changed = [
        ...(migration.from.digest === first ? [] : [from.file]),
        ...(migration.to.digest === last ? [] : [to.file]),
    ];
    throw new TidegateError(
        `${environment} is in the middle of another migration, from ${migration.from.file} to ${migration.to.file}, begun by ${migration.user} on ${migration.host} at ${migration.time}: ${migration.done} of ${migration.moves.length} moves are done.${changed.length === 0 ? " Its moves would be others now." : ` Since then ${changed.join(" and ")} ${changed.length === 1 ? "is" : "are"} not what it was begun with.`} Nothing was touched.`,
        {
            code: "migration-changed",
            hint: `Put the files back as they were to go on with it. To go elsewhere from where it stands, give what it has left as --from: ${leftFile(migration.done)} of the environment's data directory.`,
            exitCode: exitCodes.refused,
        },
    );
}

/** Where the file of a move is, in the data directory of its environment. */
export const leftFile = (number: number): string => `${folder}/move-${number}.yaml`;

export async function writeBegun(store: LedgerStore, plan: Plan, from: Side, to: Side, command: string): Promise<void> {
    const of = ({ file, text }: Side) => ({ file, digest: sha256(text) });
    const record: z.infer<typeof begun> = {
        version: 1,
        type: "begun",
        from: of(from),
        to: of(to),
        moves: axesOf(plan),
        command,
        time: new Date().toISOString(),
        user: userInfo().username,
        host: hostname(),
    };
    await createNumbered(store, folder, record);
}

export async function writeMoved(store: LedgerStore, number: number, text: string): Promise<void> {
    const record: z.infer<typeof moved> = {
        version: 1,
        type: "moved",
        number,
        left: sha256(text),
        time: new Date().toISOString(),
    };
    await createNumbered(store, folder, record);
}
