/** What `migrate` does: from one environment file to another, one axis at a time, with the whole validation between two. */
import { exitCodes, TidegateError } from "../../core/errors";
import { axes } from "../../lakehouse/migration/axes";
import { planOf, type Plan } from "../../lakehouse/migration/plan";
import { readSide } from "../../lakehouse/migration/read";
import { nearest } from "../../core/yamlFile";
import { printJson } from "../output";
import { planText, refusalText, verdictText } from "./migrateText";
import type { ChangeFlags } from "./rollout";

export interface MigrateFlags extends ChangeFlags {
    readonly from: string;
    readonly to: string;
    readonly lose?: readonly string[];
    readonly together?: true;
    readonly dryRun?: true;
    readonly parallel: number;
    readonly approve?: readonly string[];
    readonly json?: true;
}

export async function migrate(flags: MigrateFlags): Promise<void> {
    demandAxes(flags.lose ?? []);
    const plan = planOf(await readSide(flags.from), await readSide(flags.to), flags);
    if (flags.json) printJson(plan);
    else process.stdout.write(`${planText(plan, 0)}\n`);
    if (flags.dryRun) {
        if (!flags.json) process.stdout.write(`${verdictText(plan)}\n`);
        process.exitCode = plan.refusals.length === 0 ? exitCodes.ok : exitCodes.refused;
        return;
    }
    demandAllowed(plan);
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
            hint: "`--dry-run` says what each move does. docs/migration.md tells what becomes of data.",
            exitCode: exitCodes.refused,
        },
    );
}
