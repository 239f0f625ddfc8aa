/** `env` and `exec`: the same platform under plain `pulumi`, and any command with the tools on PATH. */
import type { Command } from "commander";
import { exitCodes, TidegateError } from "../../core/errors";
import { ensureTools, toolEnvironment } from "../../toolchain";
import { remark } from "../output";
import { shellQuote } from "../../core/shellQuote";
import { runThrough } from "../child";
import { refusePrintedSecrets } from "../../engine/debugFlags";
import { Session } from "../../rollout/session";
import { stderrProgress } from "../progress";

export function shellCommands(program: Command): void {
    program
        .command("env")
        .description('print what plain `pulumi` needs for an environment: eval "$(npx tidegate env local)"')
        .argument("[environment]", "name of the environment", "local")
        .option("--json", "as one JSON object")
        .action(async (name: string, options: { json?: true }) => {
            const session = await Session.open(name, { progress: stderrProgress() });
            try {
                await session.home.prepare();
                const variables = await session.home.variables();
                for (const stack of session.graph.graph.order) {
                    // Making it ready is all that a stack needs that is there: selecting them all would take seconds.
                    const { stack: named } = await session.home.target(stack);
                    if ((await session.home.exists(stack)) ?? true) continue;
                    remark(`making the stack ${named}`);
                    const { signal } = new AbortController();
                    await session.operate(stack, "prepare", { signal, onFact: () => {} });
                }
                const lines = Object.entries(variables).map(([key, value]) => `export ${key}=${shellQuote(value)}\n`);
                // Whoever takes it over needs the values, and not what stands for them where people read.
                process.stdout.write(options.json ? `${JSON.stringify(variables, null, 2)}\n` : lines.join(""));
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
            refusePrintedSecrets(process.env, command);
            const tools = await ensureTools(stderrProgress());
            const [file, ...args] = command;
            if (file === undefined)
                throw new TidegateError("There is no command to run.", { code: "usage", exitCode: exitCodes.usage });
            const variables = { ...process.env, ...toolEnvironment(tools) };
            process.exitCode = await runThrough(file, args, variables);
        });
}
