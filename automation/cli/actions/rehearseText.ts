/** What a rehearsal says in the end, for people. */
import pc from "picocolors";
import { duration } from "../../core/duration";
import type { Forecast } from "../../rehearsal/forecast";
import { say, table } from "../output";
import type { PhaseResult } from "./rehearsePhases";

/** By how many edits of the environment's file it updates, in how many stacks something was changed by hand. */
const verbs: Readonly<Record<PhaseResult["phase"], (disturbed: number) => string>> = {
    create: () => "created",
    again: () => "rolled out again, without a change",
    update: (edited) => (edited === 0 ? "nothing of it has a size or a version to change" : "updated in place"),
    drift: (disturbed) =>
        disturbed === 0 ? "nothing of it could be changed behind its back" : "changed behind its back, and seen",
    heal: () => "healed",
    release: () => "unprotected",
    destroy: () => "destroyed, nothing is left",
};

/** What makes it red though each phase is green. */
export interface Problem {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
}

interface Telling {
    readonly name: string;
    readonly ok: boolean;
    readonly interrupted: boolean;
    readonly phases: readonly PhaseResult[];
    readonly problem: Problem | undefined;
    readonly told: Forecast | undefined;
    /** File of the report of the creation. */
    readonly html: string | undefined;
    readonly directory: string;
    readonly keep: true | undefined;
}

/** How long all of it takes, and how much of that no source gives. */
export function inAll({
    seconds,
    counted,
    criticalPath,
}: Pick<Forecast, "seconds" | "counted" | "criticalPath">): string {
    const unpublished = counted > 0 ? `; ${duration(counted)} of it are counted, for want of a published figure` : "";
    return `${duration(seconds)} in all, along ${criticalPath.join(" → ")}${unpublished}`;
}

export function tell({ name, ok, interrupted, phases, problem, told, html, directory, keep }: Telling): void {
    say("");
    say(
        table(
            phases.map(
                ({ phase, ok: green, seconds, changes, attempts: tries, problem, disturbed = {}, edited = [] }) => [
                    green ? pc.green("✓") : pc.red("✗"),
                    phase,
                    duration(seconds),
                    green
                        ? verbs[phase](edited.length + Object.keys(disturbed).length)
                        : (problem?.message.split("\n")[0] ?? ""),
                    Object.entries(changes)
                        .map(([op, count]) => `${count} ${op}`)
                        .join(", "),
                    tries > 1 ? `${tries} attempts` : "",
                ],
            ),
        ),
    );
    if (problem !== undefined)
        say(`\n${pc.red(`✗ ${problem.message}`)} ${pc.dim(`[${problem.code}]`)}\n  ${problem.hint}`);
    if (told !== undefined) {
        say(
            `\n${pc.bold("What the real rollout would take")} (simulated), by the clouds' typical latencies, at least:`,
        );
        say(
            table(
                told.stacks.map(({ stack, resources, seconds, path }) => [
                    `  ${stack}`,
                    `${resources} resources`,
                    duration(seconds),
                    pc.dim(path.map((one) => one.name).join(" → ")),
                ]),
            ),
        );
        say(`  ${inAll(told)}`);
        say(
            `\n${pc.bold("What the identity that deploys has to be allowed")}, by the pages in docs/rehearsal-fidelity.md:`,
        );
        for (const [provider, permissions] of Object.entries(told.permissions))
            say(`  ${provider}: ${permissions.join(", ")}`);
    }
    say("");
    const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
    const end = interrupted
        ? `${pc.yellow("–")} The rehearsal of ${name} was interrupted`
        : ok
          ? `${pc.green("✓")} ${name} is rehearsed (simulated)`
          : `${pc.red("✗")} ${name} did not come through its rehearsal (simulated)`;
    say(`${end}, ${ok ? "in" : "after"} ${duration(total)}. Nothing of it was real.`);
    if (html !== undefined) say(`  report of its creation  ${html}`);
    if (!ok || keep === true) say(`  what is there           ${directory}`);
}
