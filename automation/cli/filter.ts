/** The options that select stacks of the graph, the same for every command. */
import type { Command } from "commander";
import type { Filter } from "../graph/selection";

/** As commander gives them. */
export interface FilterFlags {
    readonly only?: readonly string[];
    readonly from?: readonly string[];
    readonly until?: readonly string[];
    readonly label?: readonly string[];
    readonly exclude?: readonly string[];
}

/** `a,b` and a repeated option both name several. */
const collect = (text: string, before: readonly string[] = []): readonly string[] => [
    ...before,
    ...text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
];

export function filterOptions(command: Command): Command {
    return command
        .option("--only <stacks>", "these stacks and no others, whatever they stand on", collect)
        .option("--from <stacks>", "these stacks and everything that stands on them", collect)
        .option("--until <stacks>", "these stacks and everything that they stand on", collect)
        .option("--label <labels>", "stacks with one of these labels", collect)
        .option("--exclude <stacks>", "not these stacks", collect);
}

export function filterOf({ only, from, until, label, exclude }: FilterFlags): Filter {
    return {
        ...(only === undefined ? {} : { only }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
        ...(label === undefined ? {} : { labels: label }),
        ...(exclude === undefined ? {} : { exclude }),
    };
}
