/** What `status` does of more than the processes of one environment: how all of a graph stand, in one table or page. */
import { writeFile } from "node:fs/promises";
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { settingsOf, type GraphFile } from "../../graph/load";
import type { Standing } from "../../release/standing";
import { healthStates, standingCells, standingColumns } from "../../reports/standingText";
import { renderStatusPage } from "../../reports/statusPage";
import { environmentsOf, readStandings } from "../../rollout/standings";
import { printJson, say, spoken, table } from "../output";

export interface StatusFlags {
    readonly all?: true;
    readonly json?: true;
    readonly html?: string;
}

/** What cannot be read of an environment is told in its row, and is no failure: whoever looks need not reach all. */
export async function standings(graph: GraphFile, wanted: string | undefined, flags: StatusFlags): Promise<void> {
    const known = await environmentsOf(graph);
    // A graph that names none takes any name.
    if (wanted !== undefined && !known.includes(wanted)) settingsOf(graph, wanted);
    if (wanted === undefined && known.length === 0)
        throw new TidegateError(`${graph.file} names no environments.`, {
            code: "usage",
            hint: "`environments` or `promotion` of it names them; or say which: `npx tidegate status NAME`.",
            exitCode: exitCodes.usage,
        });
    const found = await readStandings(graph, wanted === undefined ? known : [wanted]);
    const now = Date.now();
    if (flags.html !== undefined) {
        await writeFile(flags.html, spoken.text(renderStatusPage(graph.graph.name, found, now)));
        if (!flags.json) say(flags.html);
    }
    if (flags.json) printJson({ graph: graph.graph.name, time: new Date(now).toISOString(), environments: found });
    else if (flags.html === undefined) tell(found, now);
}

const colours = {
    good: pc.green,
    same: pc.green,
    bad: pc.red,
    cut: pc.yellow,
    held: pc.yellow,
    out: pc.dim,
} as const;

function tell(found: readonly Standing[], now: number): void {
    const rows = found.map((standing) =>
        standingCells(standing, now).map((cell, index) => {
            if (index === 0) return pc.bold(cell);
            return standingColumns[index] === "health" ? colours[healthStates[standing.health].style](cell) : cell;
        }),
    );
    say(table([standingColumns.map((column) => pc.dim(column)), ...rows]));
    for (const { environment, unread } of found)
        for (const why of unread) say(`${pc.yellow("!")} ${environment}, ${why}`);
}
