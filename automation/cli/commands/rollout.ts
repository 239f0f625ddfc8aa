/** `up`, `preview` and `down`: the driver. What they do is loaded when they are called: it takes a second. */
import type { Command } from "commander";
import type { DownFlags, UpFlags } from "../actions/rollout";
import { wholeNumber } from "../arguments";

export function rolloutCommands(program: Command): void {
    program
        .command("up")
        .description(
            "roll an environment out: deploy each layer, exercise it, validate it; fetches missing tools first",
        )
        .argument("[environment]", "name of the environment", "local")
        .option("--until <layer>", "stop after this layer")
        .option("--no-exercise", "deploy and validate without events, Flink's batch jobs and dbt")
        .option("--data <file>", "events of this Parquet, CSV or NDJSON file instead of generated ones")
        .option("--events <n>", "how many events: to generate, or to take of the file", wholeNumber)
        .option("--parallel <n>", "stacks that are worked on at one time", wholeNumber, 2)
        .option("--json", "events as NDJSON on standard output")
        .action(async (name: string, flags: UpFlags) => (await import("../actions/rollout.js")).up(name, flags));

    program
        .command("preview")
        .description("say what the next up would change, stack by stack")
        .argument("[environment]", "name of the environment", "local")
        .option("--json", "events as NDJSON on standard output")
        .action(async (name: string, flags: { json?: true }) =>
            (await import("../actions/rollout.js")).preview(name, flags.json ?? false),
        );

    program
        .command("down")
        .description("destroy an environment in reverse order, with its processes, state and data")
        .argument("[environment]", "name of the environment", "local")
        .option("--force", "without Pulumi: end the processes and delete the data directory, whatever the state says")
        .option("--json", "events as NDJSON on standard output")
        .action(async (name: string, flags: DownFlags) => (await import("../actions/rollout.js")).down(name, flags));
}
