/** One call of the `pulumi` CLI, for what the Automation API does badly or not at all. */
import { spawn } from "node:child_process";
import { TidegateError } from "../core/errors";
import { classify } from "./failure";
import type { StackTarget } from "./target";

export interface CliResult {
    readonly code: number | null;
    /** May hold secrets. */
    readonly stdout: string;
    readonly stderr: string;
}

/** Seconds in which the CLI has to answer. */
const limitSeconds = 60;

/** @throws TidegateError `engine-timeout` */
export async function pulumi(
    args: readonly string[],
    {
        stack,
        fullName,
        workDirectory,
        variables,
    }: Pick<StackTarget, "stack" | "fullName" | "workDirectory" | "variables">,
    signal?: AbortSignal,
    /** For its standard input. @default none */
    input?: string,
): Promise<CliResult> {
    const limit = AbortSignal.timeout(limitSeconds * 1000);
    const child = spawn("pulumi", [...args, "--non-interactive", "--stack", fullName], {
        cwd: workDirectory,
        env: { ...process.env, ...variables },
        stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    // One that ends before it has read all of it says why itself.
    child.stdin?.on("error", () => undefined).end(input);
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve) => {
        child.on("error", (error) => {
            stderr += error.message;
            resolve(null);
        });
        child.on("close", resolve);
    });
    if (code !== 0 && limit.aborted)
        throw new TidegateError(`${stack}: \`pulumi ${args.join(" ")}\` did not answer within ${limitSeconds} s.`, {
            code: "engine-timeout",
            hint: "Is the state's backend reachable? The same command by hand asks it the same.",
            retryable: true,
        });
    return { code, stdout, stderr };
}

/**
 * What the CLI prints on standard output; undefined where its backend has no such stack. `doing`: what for, for messages.
 * @throws TidegateError as `classify` names it
 */
export async function answerOf(
    args: readonly string[],
    target: Pick<StackTarget, "stack" | "fullName" | "workDirectory" | "variables">,
    doing: string,
    { signal, input }: { readonly signal?: AbortSignal | undefined; readonly input?: string } = {},
): Promise<string | undefined> {
    const { code, stdout, stderr } = await pulumi(args, target, signal, input);
    if (code === 0) return stdout;
    const failure = classify(target.stack, doing, [], stderr, signal?.aborted ?? false);
    if (failure.code === "stack-missing") return undefined;
    throw new TidegateError(failure.message, failure);
}
