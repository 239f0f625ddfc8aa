/** What `resume` does: the last run again, where it did not end green. */
import { z } from "zod";
import { exitCodes, TidegateError } from "../../core/errors";
import { environmentGraph } from "../../rollout/environmentGraph";
import { Interrupts } from "../interrupts";
import { remark, say } from "../output";
import { lacksProof } from "./releaseOfRun";
import { rollback } from "./rollback";
import { open, up, type ChangeFlags, type UpFlags } from "./rollout";

/** What `up` was called with, as the ledger keeps it; how it told, and how it got the lock, is of that time. */
const keptFlags = z.object({
    exercise: z.boolean().default(true),
    parallel: z.number().int().default(2),
    failFast: z.literal(true).optional(),
    all: z.literal(true).optional(),
    refresh: z.literal(true).optional(),
    approve: z.array(z.string()).optional(),
    data: z.string().optional(),
    events: z.number().optional(),
    release: z.string().optional(),
    only: z.array(z.string()).optional(),
    from: z.array(z.string()).optional(),
    until: z.array(z.string()).optional(),
    label: z.array(z.string()).optional(),
    exclude: z.array(z.string()).optional(),
});

/** Of a move: to resume it alone would leave the migration out. */
const migratedBy = z.object({ migration: z.string().optional() });

export interface ResumeFlags extends ChangeFlags {
    readonly json?: true;
}

/** The last run again, where it did not end green. */
export async function resume(environment: string, request: ResumeFlags): Promise<void> {
    const interrupts = new Interrupts(remark);
    const session = await open(environment, interrupts, { graph: await environmentGraph(environment) }).finally(() =>
        interrupts.close(),
    );
    session.close();
    const [id] = await session.ledger.runs();
    const run = id === undefined ? undefined : await session.ledger.run(id);
    if (run?.started === undefined)
        throw new TidegateError(`There is no run of ${environment} to be resumed.`, {
            code: "nothing-to-resume",
            hint: `\`npx tidegate up ${environment}\` begins one.`,
            exitCode: exitCodes.usage,
        });
    if (run.started.operation === "refresh")
        throw new TidegateError(`The last run of ${environment}, ${run.id}, refreshed its state.`, {
            code: "nothing-to-resume",
            hint: `\`npx tidegate drift ${environment}\` says whether anything differs yet.`,
            exitCode: exitCodes.usage,
        });
    if (run.started.operation === "down")
        throw new TidegateError(`The last run of ${environment}, ${run.id}, took it down.`, {
            code: "nothing-to-resume",
            hint: `\`npx tidegate down ${environment}\` goes on with that, \`npx tidegate up ${environment}\` begins anew.`,
            exitCode: exitCodes.usage,
        });
    const unproved = await lacksProof(session, run);
    if (run.state === "green" && !unproved) {
        say(`The last run of ${environment}, ${run.id}, ended green: there is nothing to resume.`);
        return;
    }
    const { migration } = migratedBy.parse(run.started.options);
    if (migration !== undefined)
        throw new TidegateError(`The last run of ${environment}, ${run.id}, was a move of a migration.`, {
            code: "nothing-to-resume",
            hint: `\`${migration}\` goes on with it.`,
            exitCode: exitCodes.usage,
        });
    if (request.json !== true)
        say(
            `resuming ${run.id}, which ${run.state === "cut off" ? "was cut off" : `ended ${run.state}`}${unproved ? ", and left no proof of its release" : ""}`,
        );
    const { operation, options, release, afterRed } = run.started;
    const kept = { ...keptFlags.parse(options), ...request } as UpFlags;
    if (operation === "rollback" && release !== undefined) {
        const again = { ...kept, to: release.id, ...(afterRed === undefined ? {} : { afterRed }) };
        return rollback(environment, again, run.id);
    }
    await up([environment], kept, run.id, kept.release === undefined ? undefined : release);
}
