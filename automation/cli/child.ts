import { spawn } from "node:child_process";
import { constants } from "node:os";
import { exitCodes, TidegateError } from "../core/errors";

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command on this process's own streams and answers with its exit code, as a shell would tell it. Signals are
 * left to the command: a terminal sends Ctrl-C to both, and everything else is passed on.
 *
 * @param out gets what it writes on standard output @default this process's own
 */
export function runThrough(
    file: string,
    args: readonly string[],
    variables: NodeJS.ProcessEnv = process.env,
    out?: (text: string) => void,
): Promise<number> {
    return new Promise((resolve, reject) => {
        const stdout = out === undefined ? "inherit" : "pipe";
        const child = spawn(file, args, { stdio: ["inherit", stdout, "inherit"], env: variables });
        if (out !== undefined) child.stdout?.setEncoding("utf8").on("data", out);
        const passOn = (signal: NodeJS.Signals): void => {
            if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
        };
        for (const signal of passedOn) process.on(signal, passOn);
        const settled = (): void => passedOn.forEach((signal) => void process.off(signal, passOn));
        child.on("error", (error: NodeJS.ErrnoException) => {
            settled();
            const missing = error.code === "ENOENT";
            reject(
                new TidegateError(
                    missing
                        ? `There is no command '${file}'.`
                        : `${file} cannot be started: ${error.code ?? error.message}.`,
                    {
                        code: "command-not-started",
                        exitCode: exitCodes.usage,
                    },
                ),
            );
        });
        // Once its streams have ended too.
        child.on("close", (code, signal) => {
            settled();
            resolve(signal === null ? (code ?? exitCodes.failed) : 128 + constants.signals[signal]);
        });
    });
}
