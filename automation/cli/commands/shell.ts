/** `env` and `exec`: the same platform under plain `pulumi`, and any command with the tools on PATH. */
import type { Command } from "commander";
import { exitCodes, TidegateError } from "../../core/errors";
import { engineVariables, prepareHome, restoreStackFile, stackExists, stackName } from "../../engine/home";
import { ensureTools, toolEnvironment } from "../../toolchain";
import { printJson } from "../output";
import { runThrough } from "../child";
import { Session } from "../session";
import { stderrProgress } from "../progress";

export function shellCommands(program: Command): void {
    program
        .command("env")
        .description('print what plain `pulumi` needs for an environment: eval "$(npx tidegate env local)"')
        .argument("[environment]", "name of the environment", "local")
        .option("--json", "as one JSON object")
        .action(async (name: string, options: { json?: true }) => {
            const session = await Session.open(name);
            try {
                const variables = engineVariables(session.environment, session.tools);
                await prepareHome(session.environment);
                for (const layer of session.graph.order) {
                    const stack = stackName(session.environment, layer);
                    // Stacks that exist are left alone: selecting them all would take seconds.
                    if (stackExists(session.environment, stack) === true)
                        await restoreStackFile(session.environment, stack);
                    else {
                        process.stderr.write(`making the stack ${stack}\n`);
                        await session.operate(layer, "prepare", {
                            signal: new AbortController().signal,
                            onFact: () => {},
                        });
                    }
                }
                if (options.json) return printJson(variables);
                for (const [key, value] of Object.entries(variables))
                    process.stdout.write(`export ${key}=${shellQuote(value)}\n`);
            } finally {
                session.close();
            }
        });

    program
        .command("exec")
        .description("run a command with the tools on PATH, after fetching those that are missing")
        .argument("<command...>", "the command and its arguments, after --")
        .passThroughOptions()
        .action(async (command: string[]) => {
            const tools = await ensureTools(stderrProgress());
            const [file, ...args] = command;
            if (file === undefined)
                throw new TidegateError("There is no command to run.", { code: "usage", exitCode: exitCodes.usage });
            const variables = { ...process.env, ...toolEnvironment(tools) };
            process.exitCode = await runThrough(file, args, variables);
        });
}

/** A value as POSIX shells read it back. */
export function shellQuote(value: string): string {
    return /^[A-Za-z0-9_\-./:@%+=,]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
