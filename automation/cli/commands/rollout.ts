/** `up`, `preview`, `down` and what belongs to them: the driver. What they do is loaded when they are called: it takes a second. */
import type { Command } from "commander";
import type { AffectedFlags } from "../actions/affected";
import type { DownFlags } from "../actions/down";
import type { PreviewFlags } from "../actions/preview";
import type { DriftFlags } from "../actions/drift";
import type { RehearseFlags } from "../actions/rehearse";
import type { ResumeFlags } from "../actions/resume";
import type { UpFlags } from "../actions/rollout";
import { Option } from "commander";
import { graphFormats } from "../../graph/render";
import { countingNumber, wholeNumber } from "../arguments";
import { filterOptions } from "../filter";
import type { GraphFlags } from "../actions/graph";
import type { HistoryFlags, ShowFlags } from "../actions/history";
import type { HoldFlags } from "../actions/releaseHold";
import type { OnwardFlags } from "../actions/onward";
import type { PromoteFlags } from "../actions/promote";
import type { MigrateFlags } from "../actions/migrate";
import type { RollbackFlags } from "../actions/rollback";

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Of every command that changes an environment. */
const changeOptions = (command: Command): Command =>
    command
        .option(
            "--pending <urn=id>",
            "take over what a cut-off creation has left: its id, or URN=absent where nothing is there; may be given again",
            collected,
        )
        .option("--lock-timeout <seconds>", "how long to wait for another rollout of it to end", wholeNumber, 0)
        .option("--force-unlock", "take the environment's lock, whoever holds it: only where that is dead for certain");
/** Not split at commas: a name may have one. */
const approveOption = [
    "--approve <resource>",
    "let this one be changed, whatever the budget says: its URN, or stack/type/name; may be repeated",
    collected,
] as const;

export function rolloutCommands(program: Command): void {
    const up = program
        .command("up")
        .description(
            "roll environments out: deploy each stack that has changed, exercise and validate each; fetches missing tools first",
        )
        .argument("[environments...]", "names of environments, one rolled out after the other", ["local"]);
    changeOptions(filterOptions(up))
        .option("--no-exercise", "deploy and validate without events, Flink's batch jobs and dbt")
        .option("--data <file>", "events of this Parquet, CSV or NDJSON file instead of generated ones")
        .option("--events <n>", "how many events: to generate, or to take of the file", wholeNumber)
        .option("--parallel <n>", "stacks that are worked on at one time", countingNumber, 2)
        .option("--all", "deploy what has not changed too")
        .option("--refresh", "the same: everything is refreshed")
        .option(...approveOption)
        .option("--release <release>", "roll out a release instead of what lies here: its name, or the beginning of it")
        .option("--fail-fast", "start nothing more after a failure, not even what does not stand on it")
        .option("--json", "events as NDJSON on standard output")
        .action(async (names: string[], flags: UpFlags) => (await import("../actions/rollout.js")).up(names, flags));

    const promote = program
        .command("promote")
        .description("roll a release out that was proved in another environment: that one and no other")
        .argument("<source>", "environment that it was proved in")
        .argument("[target]", "environment that takes it; with --onward all that the graph leads to");
    changeOptions(promote)
        .addOption(
            // What is meant for one of them would be for all.
            new Option(
                "--onward",
                "wave by wave through all environments behind the source, as far as it may go",
            ).conflicts(["despiteFreeze", "approve", "pending", "forceUnlock"]),
        )
        .option("--wait <minutes>", "with --onward: how long to wait in all for soaks and freezes to end", wholeNumber)
        .option("--release <release>", "its name, or the beginning of it; default: the one that was green last")
        .option("--dry-run", "say whether it may go and what it would change; nothing is touched")
        .option("--despite-freeze <why>", "promote although the target is frozen; it is written down")
        .option("--parallel <n>", "stacks that are worked on at one time", countingNumber, 2)
        .option(...approveOption)
        .option("--json", "events as NDJSON on standard output; with --dry-run or --onward one JSON object")
        .action(async (source: string, target: string | undefined, flags: PromoteFlags & OnwardFlags) =>
            (await import("../actions/onward.js")).promoteOrOnward(source, target, flags),
        );

    const rollback = program
        .command("rollback")
        .description("roll out again what was green there before the present release, and hold the environment")
        .argument("<environment>", "name of the environment");
    changeOptions(rollback)
        .option("--to <release>", "another one that was green there: its name, or the beginning of it")
        // Of the driver's own, for a release that brings another one.
        .addOption(new Option("--after-red <run>", "the run that it answers, with nobody there to be asked").hideHelp())
        .option("--dry-run", "say what would go back, and what becomes of state; nothing is touched")
        .option("--parallel <n>", "stacks that are worked on at one time", countingNumber, 2)
        .option(...approveOption)
        .option("--json", "events as NDJSON on standard output; with --dry-run one JSON object")
        .action(async (name: string, flags: RollbackFlags) =>
            (await import("../actions/rollback.js")).rollback(name, flags),
        );

    const migrate = program
        .command("migrate")
        .description(
            "move an environment from one file to another, one axis at a time, with the whole validation between two",
        )
        .requiredOption("--from <file>", "file of the environment that it is moved from")
        .requiredOption("--to <file>", "file of the environment that it is moved to, which is the one that is changed");
    changeOptions(migrate)
        .option("--lose <axis>", "the data of this axis may be lost; may be repeated", collected)
        .option("--together", "more than two axes may move at one time, where what is between could not be")
        .option("--dry-run", "say what would move, in which order, and what becomes of the data; nothing is touched")
        .option("--moves <n>", "stop after so many; the same command goes on", countingNumber)
        .option("--rehearse", "against simulated clouds, without an account")
        .option("--parallel <n>", "stacks that are worked on at one time", countingNumber, 2)
        .option(...approveOption)
        .option("--json", "with --dry-run the plan as one JSON object, else events as NDJSON on standard output")
        .action(async (flags: MigrateFlags) => (await import("../actions/migrate.js")).migrate(flags));

    program
        .command("release-hold")
        .description("hold promotion to an environment, or lift what holds it; with neither, say what holds it")
        .argument("<environment>", "name of the environment")
        .option("--why <text>", "hold it; with --lift, why it is lifted")
        .option("--lift", "let releases be promoted to it again")
        .option("--json", "what holds it then, as JSON")
        .action(async (name: string, flags: HoldFlags) =>
            (await import("../actions/releaseHold.js")).releaseHold(name, flags),
        );

    const resume = program
        .command("resume")
        .description(
            "go on with the last run that did not end green, as it was called: what was proved is not done again",
        )
        .argument("[environment]", "name of the environment", "local");
    changeOptions(resume)
        .option("--json", "events as NDJSON on standard output")
        .action(async (name: string, flags: ResumeFlags) => (await import("../actions/resume.js")).resume(name, flags));

    program
        .command("history")
        .description("the runs of an environment, the last first: when, what, by whom, how it ended")
        .argument("[environment]", "name of the environment", "local")
        .option("-n, --number <n>", "how many", wholeNumber, 20)
        .option("--json", "as JSON")
        .action(async (name: string, flags: HistoryFlags) =>
            (await import("../actions/history.js")).history(name, flags),
        );

    program
        .command("show")
        .description("one run, event by event, as the ledger has it")
        .argument("<run>", "its name, or the beginning of it; last")
        .option("-e, --environment <name>", "name of the environment", "local")
        .option("--json", "as JSON")
        .action(async (run: string, flags: ShowFlags) => (await import("../actions/history.js")).show(run, flags));

    const preview = program
        .command("preview")
        .description("say what the next up would change, by stack, resource and property; nothing is touched")
        .argument("[environment]", "name of the environment", "local");
    filterOptions(preview)
        .option("--parallel <n>", "stacks that are asked at one time", countingNumber, 2)
        .option(...approveOption)
        .option("--json", "events as NDJSON on standard output")
        .action(async (name: string, flags: PreviewFlags) =>
            (await import("../actions/preview.js")).preview(name, flags),
        );

    const drift = program
        .command("drift")
        .description(
            "say what differs from what was deployed, of all stacks side by side; exit code 5 where something does",
        )
        .argument("[environment]", "name of the environment", "local");
    changeOptions(drift)
        .option("--heal", "deploy the stacks that have drifted again, and prove them")
        .option("--accept", "take what is there into their state instead")
        .option("--parallel <n>", "stacks that are asked at one time", countingNumber, 2)
        .option(...approveOption)
        .option("--json", "events as NDJSON on standard output")
        .action(async (name: string, flags: DriftFlags) => (await import("../actions/drift.js")).drift(name, flags));

    const down = program
        .command("down")
        .description("destroy an environment in reverse order, with its processes, state and data")
        .argument("[environment]", "name of the environment", "local");
    changeOptions(filterOptions(down))
        .option("--parallel <n>", "stacks that are destroyed at one time", countingNumber, 2)
        .option("--confirm <environment>", "its name once more, where stacks that are protected are to go")
        .option("--force", "without Pulumi: end the processes and delete the data directory, whatever the state says")
        .option("--json", "events as NDJSON on standard output")
        .action(async (name: string, flags: DownFlags) => (await import("../actions/down.js")).down(name, flags));

    const rehearse = program
        .command("rehearse")
        .description(
            "roll an environment out against simulated clouds, without an account: create, again, update, drift, heal, destroy",
        )
        .argument("<environment>", "name of the environment");
    filterOptions(rehearse)
        .option("--faults <file>", "what goes wrong: docs/rehearsal.md")
        .option("--chaos <seed>", "faults by chance; the same seed has the same ones", wholeNumber)
        .option("--update <file>", "what the update rolls out. Default: newer, bigger and more of what there is")
        .addOption(
            new Option("--latency <how>", "whether operations take time")
                .choices(["none", "realistic"])
                .default("none"),
        )
        .option(
            "--speed <n>",
            "of realistic latencies: seconds of the cloud in one of this machine",
            countingNumber,
            600,
        )
        .option("--api-server <kubeconfig>", "a real API server that objects of Kubernetes go through to")
        .option("--parallel <n>", "stacks that are worked on at one time", countingNumber, 2)
        .option("--keep", "leave the simulated platform standing")
        .option("--shell", "a shell in which plain `pulumi` works on the simulated cloud")
        .option("--json", "the result as JSON")
        .action(async (name: string, flags: RehearseFlags) =>
            (await import("../actions/rehearse.js")).rehearse(name, flags),
        );

    const graph = program.command("graph").description("show the graph of stacks, and what a selection takes of it");
    filterOptions(graph)
        .addOption(new Option("--format <format>", "how").choices(graphFormats).default("text"))
        .option("--json", "the same as --format json")
        .action(async (flags: GraphFlags) => (await import("../actions/graph.js")).graph(flags));

    program
        .command("affected")
        .description("say which stacks the changes since a commit reach, removed ones included, and why each")
        .argument("[environments...]", "names of environments", ["local"])
        .option(
            "--since <revision>",
            "of git: what it has in common with HEAD is compared with the working tree; in a CI the branch that a pull request is for, else the last commit but one",
        )
        .option("--names", "names alone, as --only takes them, a line for each environment")
        .option("--json", "as JSON")
        .action(async (names: string[], flags: AffectedFlags) =>
            (await import("../actions/affected.js")).affected(names, flags),
        );

    program
        .command("ci")
        .description("say which CI runs this, for which change, and what of its settings will not do")
        .option("--json", "as JSON")
        .action(async (flags: { json?: true }) => (await import("../actions/ci.js")).ci(flags));
}
