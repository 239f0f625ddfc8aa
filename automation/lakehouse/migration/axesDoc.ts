/** Writes docs/axes.md of what stacks/fit says: `npm run schema`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../core/repository";
import { axes, type Axis } from "./axes";
import { Pairs, pairsOf, profilesOf } from "./pairs";

export const axesFile = join(repositoryRoot, "docs", "axes.md");

const head = (count: number): string => `# Axes: what goes with what

An environment has six axes, each in a profile of its choice: foundation, storage, broker, catalog, runtime, observability. Not every profile reaches every other. Here is, for each two
axes, which of their profiles can be in one whole platform, that is one with storage, brokers, a catalog and Flink; a foundation and observability it may have or not. It is asked of
\`stacks/fit\`, which refuses what does not go together before anything starts ([environments.md](environments.md)), over ${count.toLocaleString("en-US")} platforms; \`npm run schema\` writes this file, and a
test compares both. *Yes* means that there is such a platform, not that every one with both is; *no* has a number, under which is what stands in the way in the platform that comes nearest.

\`tidegate migrate\` ([migration.md](migration.md)) moves an environment from one column to the other, one axis at a time, over platforms that can be. Two things it does not tear apart though each half
could be: storage and catalog where both move, for a catalog's entries name the tables' files on the storage by absolute paths; and brokers from what a batch job has read of them, for it
refuses topics that bronze was not read from (\`topic-recreated\`).
`;

function pairText(pairs: Pairs, first: Axis, second: Axis): string {
    const [rows, columns] = [profilesOf(first), profilesOf(second)];
    const reasons: string[] = [];
    const cell = (one: string, other: string): string => {
        const against = pairs.against({ axis: first, profile: one }, { axis: second, profile: other });
        if (against.length === 0) return "yes";
        const reason = against.map((problem) => problem.replace(/\s+/g, " ")).join("; ");
        if (!reasons.includes(reason)) reasons.push(reason);
        return `no (${reasons.indexOf(reason) + 1})`;
    };
    const lines = rows.map((one) => `| \`${one}\` | ${columns.map((other) => cell(one, other)).join(" | ")} |`);
    return [
        `## ${first} and ${second}\n`,
        `| | ${columns.map((name) => `\`${name}\``).join(" | ")} |`,
        `| --- | ${columns.map(() => "---").join(" | ")} |`,
        ...lines,
        ...(reasons.length === 0 ? [] : ["", ...reasons.map((reason, index) => `${index + 1}. ${reason}`)]),
        "",
    ].join("\n");
}

export function axesDocument(): string {
    const pairs = new Pairs();
    return [head(pairs.count), ...pairsOf(axes).map(([first, second]) => pairText(pairs, first, second))].join("\n");
}

if (require.main === module) writeFileSync(axesFile, axesDocument());
