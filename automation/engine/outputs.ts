/**
 * Reads the outputs of a stack, secrets in clear, by one call of the CLI. The Automation API's way takes a worker, a
 * selection and two calls: five times the CPU, for something that every command on the data begins with.
 */
import { spawn } from "node:child_process";
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { projectName } from "../core/repository";
import { classify } from "./failure";
import type { OperationRequest } from "./protocol";

const outputs = z.record(z.string(), z.unknown());

/** Seconds in which the CLI has to answer. */
const limitSeconds = 60;

/** Empty where there is no such stack. */
export async function readOutputs(
    request: Pick<OperationRequest, "stack" | "workDirectory" | "variables">,
    signal?: AbortSignal,
): Promise<Record<string, unknown>> {
    const { stack, workDirectory, variables } = request;
    const limit = AbortSignal.timeout(limitSeconds * 1000);
    const args = [
        "stack",
        "output",
        "--json",
        "--show-secrets",
        "--non-interactive",
        "--stack",
        `organization/${projectName}/${stack}`,
    ];
    const child = spawn("pulumi", args, {
        cwd: workDirectory,
        env: { ...process.env, ...variables },
        stdio: ["ignore", "pipe", "pipe"],
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve) => {
        child.on("error", (error) => {
            stderr += error.message;
            resolve(null);
        });
        child.on("close", resolve);
    });
    if (code === 0) return outputs.parse(JSON.parse(stdout));
    if (/no stack named .* found/.test(stderr)) return {};
    if (limit.aborted)
        throw new TidegateError(`${stack}: Pulumi did not give the outputs within ${limitSeconds} s.`, {
            code: "engine-timeout",
            hint: "Is the state's backend reachable? `pulumi stack output` asks it the same.",
            retryable: true,
        });
    const failure = classify(stack, "reading the outputs", [], stderr, signal?.aborted ?? false);
    throw new TidegateError(failure.message, failure);
}
