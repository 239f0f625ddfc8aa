/** One rollout of an environment at a time: Pulumi's own locks are of one stack each, and exercises have none. */
import { mkdir } from "node:fs/promises";
import { exitCodes, TidegateError } from "../core/errors";
import { withLock } from "../toolchain/bootstrap.mjs";

/**
 * Runs `work` while this process holds the environment's folder; the lock of a process that is no more is taken over. It
 * is kept beside the state, so that a second clone of the platform sees it too.
 * @throws TidegateError `environment-busy` with the holder's pid
 */
export async function holding<T>(name: string, directory: string, work: () => Promise<T>): Promise<T> {
    let holder: number | undefined;
    let begun = false;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    try {
        return await withLock(
            "rollout",
            async () => {
                begun = true;
                return work();
            },
            { root: directory, timeoutMs: 0, waiting: (pid) => (holder = pid) },
        );
    } catch (error) {
        if (begun) throw error;
        if (holder === undefined) throw TidegateError.is(error) ? (error.cause ?? error) : error;
        throw new TidegateError(`Process ${holder} rolls ${name} out or takes it down now.`, {
            code: "environment-busy",
            hint: "Wait for its end, or interrupt it. `npx tidegate status` tells what is there meanwhile.",
            retryable: true,
            cause: error,
            exitCode: exitCodes.busy,
        });
    }
}
