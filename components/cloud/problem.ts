/** What is wrong with settings, found without a cloud: for the environment's file before anything starts, and for whoever uses a component by itself. */
import { exitCodes, TidegateError } from "../../automation/core/errors";

export interface Problem {
    /** Key of the environment's file, from the root. */
    readonly path: readonly string[];
    readonly message: string;
    /** What to do. */
    readonly hint: string;
}

/** @param path e.g. `foundation.api.publicCidrs` */
export const problem = (path: string, message: string, hint: string): Problem => ({
    path: path.split("."),
    message,
    hint,
});

/**
 * @throws TidegateError of the first problem; `before` stands before its message
 */
export function refuseFirst(
    problems: Iterable<Problem>,
    { code, before = "" }: { readonly code: string; readonly before?: string },
): void {
    for (const { message, hint } of problems)
        throw new TidegateError(before === "" ? message : `${before}: ${message}.`, {
            code,
            hint,
            exitCode: exitCodes.usage,
        });
}
