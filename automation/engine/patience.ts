/** How long an operation may take, and when it is begun again. */
import { setTimeout as delay } from "node:timers/promises";
import pRetry from "p-retry";
import { TidegateError } from "../core/errors";
import type { Engine } from "./engine";
import type { EngineFact } from "./facts";
import type { OperationRequest, OperationResult } from "./protocol";

export interface Patience {
    readonly timeoutSeconds: number;
    readonly onFact: (fact: EngineFact) => void;
    readonly warn: (message: string) => void;
    /** Aborting it interrupts the operation in order. */
    readonly signal: AbortSignal;
    /** Aborting it kills the operation. */
    readonly forceSignal?: AbortSignal;
    /** Before the first further attempt; twice as long before each other. @default 2 */
    readonly backoffSeconds?: number;
}

/** Further attempts. */
const retries = 3;

/**
 * Runs an operation within its limit. One that has failed for a reason that passes is begun again, as long as it had not
 * begun to look at a resource: after that the next run goes on from what is there.
 * @throws TidegateError `operation-timeout`
 */
export async function patiently(
    engine: Pick<Engine, "run">,
    request: OperationRequest,
    { timeoutSeconds, onFact, warn, signal, forceSignal, backoffSeconds = 2 }: Patience,
): Promise<OperationResult> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutSeconds * 1000);
    const either = AbortSignal.any([signal, limit.signal]);
    let begun = false;
    const options = {
        signal: either,
        ...(forceSignal === undefined ? {} : { forceSignal }),
        onFact: (fact: EngineFact): void => {
            begun ||= fact.kind === "resource" && !fact.type.startsWith("pulumi:");
            onFact(fact);
        },
    };
    const passes = (error: unknown): boolean =>
        !begun && !either.aborted && TidegateError.is(error) && error.code === "backend-unreachable";
    try {
        return await pRetry(() => engine.run(request, options), {
            retries,
            // It waits below, where an interrupt ends the wait and not the operation.
            minTimeout: 0,
            onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
                if (retriesLeft === 0 || !passes(error)) return;
                warn(`${error.message.split("\n")[0]} Trying again, ${attemptNumber} of ${retries}.`);
                const seconds = backoffSeconds * 2 ** (attemptNumber - 1);
                await delay(seconds * 1000, undefined, { signal: either }).catch(() => undefined);
            },
            shouldRetry: ({ error }) => passes(error),
        });
    } catch (error) {
        if (!limit.signal.aborted || signal.aborted) throw error;
        throw new TidegateError(
            `${request.stack}: ${request.operation} did not end within its limit of ${timeoutSeconds} s and was interrupted.`,
            {
                code: "operation-timeout",
                hint: "Look at what it did last. Where it needs longer, give the stack more `timeoutSeconds` in the graph's file; the same command again goes on from what is there.",
                cause: error,
            },
        );
    } finally {
        clearTimeout(timer);
    }
}
