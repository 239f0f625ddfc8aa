/** The command line: a thin layer over the rooms beside it. Only this room prints. */
import { Command, CommanderError } from "commander";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { exitCodes } from "../core/errors";
import { packageFile } from "../core/repository";
import { annotate, annotationOfError } from "./annotate";
import { dataCommands } from "./commands/data";
import { doctorCommand } from "./commands/doctor";
import { imageCommands } from "./commands/images";
import { platformCommands } from "./commands/platform";
import { releaseCommands } from "./commands/release";
import { rolloutCommands } from "./commands/rollout";
import { secretCommands } from "./commands/secrets";
import { shellCommands } from "./commands/shell";
import { printError, spoken } from "./output";
import { secretsOfVariables } from "../secrets/variables";

const { version } = z.looseObject({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, "utf8")));

function build(): Command {
    const program = new Command("tidegate")
        .description(
            "Rolls a streaming lakehouse out, Pulumi stack by Pulumi stack, and opens each gate only when the data proves it.",
        )
        .version(version)
        .showHelpAfterError("(--help shows what there is)")
        .enablePositionalOptions()
        .exitOverride()
        .addHelpText(
            "after",
            `
Exit codes: 0 done, 1 a gate or a stack failed, 2 wrong input, 3 a tool is missing, 4 something else holds what is needed, 5 drift was found,
6 not allowed without an approval or a confirmation, 70 a fault of Tidegate, 130 interrupted, 141 the reader of its output went away. docs/errors.md lists the codes of errors.`,
        );
    doctorCommand(program);
    rolloutCommands(program);
    releaseCommands(program);
    dataCommands(program);
    platformCommands(program);
    imageCommands(program);
    secretCommands(program);
    shellCommands(program);
    for (const command of program.commands) command.exitOverride().showHelpAfterError("(--help shows what there is)");
    return program;
}

async function main(): Promise<void> {
    // A reader that goes away (`tidegate logs | head`) ends the command without a word, as SIGPIPE ends other programs:
    // not with 0, for what was left undone is not done. Workers end in order when this process is gone.
    for (const stream of [process.stdout, process.stderr])
        stream.on("error", (error: NodeJS.ErrnoException) =>
            process.exit(error.code === "EPIPE" ? exitCodes.brokenPipe : exitCodes.internal),
        );
    spoken.add(secretsOfVariables(process.env));
    try {
        await build().parseAsync(process.argv);
    } catch (error) {
        if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
        else {
            process.exitCode = printError(error);
            annotate(annotationOfError(error));
        }
    }
}

void main();
