/** What `release-hold` does: nothing is promoted to an environment until somebody lifts it. */
import pc from "picocolors";
import { exitCodes, TidegateError } from "../../core/errors";
import { nearest } from "../../core/yamlFile";
import { loadGraphFile, type GraphFile } from "../../graph/load";
import { refuseReal, rehearses } from "../../rehearsal/place";
import { Holds, holdText } from "../../release/holds";
import { openReleases } from "../../release/open";
import { printJson, sayUnless } from "../output";

export interface HoldFlags {
    readonly why?: string;
    readonly lift?: true;
    readonly json?: true;
}

/** Holds it with --why, lifts what holds it with --lift; with neither it tells. */
export async function releaseHold(environment: string, { why, lift, json }: HoldFlags): Promise<void> {
    const graph = await loadGraphFile();
    demandTaker(graph, environment, "hold");
    const holds = new Holds((await openReleases(graph)).objects, rehearses());
    const say = sayUnless(json);
    if (lift) {
        const before = await holds.lift(environment, why ?? "lifted by hand");
        say(
            before === undefined
                ? `Nothing holds ${environment}.`
                : `${pc.green("✓")} ${environment} takes releases again. It was held ${holdText(before)}`,
        );
    } else if (why !== undefined) {
        await holds.hold(environment, why);
        say(
            `${pc.yellow("!")} Nothing is promoted to ${environment} until \`npx tidegate release-hold ${environment} --lift\`.`,
        );
    } else {
        const now = await holds.of(environment);
        say(now === undefined ? `Nothing holds ${environment}.` : `${environment} is held ${holdText(now)}`);
    }
    if (json) printJson({ environment, hold: (await holds.of(environment)) ?? null });
}

/**
 * Only what takes releases from others has anything to be held, or rolled back.
 * @throws TidegateError `promotion-undeclared`, `rehearsal-of-another`
 */
export function demandTaker({ promotion, module, file }: GraphFile, environment: string, toDo: string): void {
    // Without a module nothing of a graph is simulated.
    if (module === undefined) refuseReal(environment, file);
    const known = Object.entries(promotion ?? {}).flatMap(([name, { from }]) => (from.length > 0 ? [name] : []));
    if (known.includes(environment)) return;
    throw new TidegateError(`${environment} takes releases from no other environment: there is nothing to ${toDo}.`, {
        code: "promotion-undeclared",
        hint:
            nearest(environment, known) ||
            "`promotion` of the graph's file says which environment takes releases from which.",
        exitCode: exitCodes.usage,
    });
}
