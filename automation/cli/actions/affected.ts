/** What `affected` does. */
import pc from "picocolors";
import { changedSinceIn, ciSurroundings } from "../../ci/surroundings";
import { exitCodes, TidegateError } from "../../core/errors";
import type { AffectedStack } from "../../graph/affected";
import { loadGraphFile } from "../../graph/load";
import { affectedSince, type Affected } from "../../rollout/affected";
import { printJson, say } from "../output";

export interface AffectedFlags {
    readonly since?: string;
    readonly names?: true;
    readonly json?: true;
}

export async function affected(
    environments: readonly string[],
    { since: given, names, json }: AffectedFlags,
): Promise<void> {
    const since = given ?? sinceHere();
    const graph = await loadGraphFile();
    const found: Affected[] = [];
    for (const environment of environments) found.push(await affectedSince(environment, graph, since));
    if (json) printJson(found);
    else if (names) for (const { stacks } of found) say(toDeploy(stacks).join(","));
    else for (const one of found) say(text(one, since));
}

function sinceHere(): string {
    const surroundings = ciSurroundings();
    if (surroundings !== undefined) return changedSinceIn(surroundings);
    throw new TidegateError("Nobody has said since which commit: --since is missing, and no CI is known here.", {
        code: "usage",
        hint: "`--since origin/main` compares with what this branch and main have in common.",
        exitCode: exitCodes.usage,
    });
}

const toDeploy = (stacks: readonly AffectedStack[]): string[] =>
    stacks.filter(({ reach }) => reach !== "untouched" && reach !== "removed").map(({ name }) => name);

function text({ environment, commit, files, stacks }: Affected, since: string): string {
    const width = Math.max(...stacks.map(({ name }) => name.length));
    const lines = stacks.map(({ name, reach, why }) => {
        const mark = { changed: "~", added: "+", downstream: ">", removed: "-", untouched: " " }[reach];
        const line = `  ${mark} ${name.padEnd(width)}  ${why}`;
        return reach === "untouched" ? pc.dim(line) : line;
    });
    const removed = stacks.filter(({ reach }) => reach === "removed").map(({ name }) => name);
    const short = commit.slice(0, 10);
    const hint =
        removed.length === 0
            ? []
            : [
                  `  What was removed is still deployed, perhaps: at ${short}, \`npx tidegate down ${environment} --only ${removed.join(",")}\` takes it away.`,
              ];
    return [`${environment} since ${since} (${short}): ${files} files differ`, ...lines, ...hint].join("\n");
}
