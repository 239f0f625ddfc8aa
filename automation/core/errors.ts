/**
 * The one error class of Tidegate. An error is written for the person who reads it at night: what happened and where
 * (`message`), what to do next (`hint`), a stable `code`. Never a secret: callers pass texts that were redacted.
 */

/** Exit codes of the CLI, documented in docs/errors.md. */
export const exitCodes = {
    ok: 0,
    /** A gate, a check or a stack failed. */
    failed: 1,
    /** The command line, the environment file or another input is wrong. */
    usage: 2,
    /** A tool is missing and could not be fetched. */
    toolchain: 3,
    /** Another rollout or another process holds what this one needs. */
    busy: 4,
    /** What is there differs from what was deployed: `drift` alone. */
    drift: 5,
    /** What was asked for is not allowed without an approval or a confirmation; nothing of it was done. */
    refused: 6,
    /** A fault of Tidegate itself. */
    internal: 70,
    /** Interrupted by SIGINT (128 + 2), as shells report it. */
    interrupted: 130,
    /** The reader of the output went away (128 + SIGPIPE), as `head` does. */
    brokenPipe: 141,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface TidegateErrorOptions {
    /** Stable, kebab-case, one meaning each, e.g. `environment-invalid`. */
    readonly code: string;
    /** What to do next, one or more sentences. */
    readonly hint?: string;
    readonly cause?: unknown;
    /** Whether the same call may succeed later without any change. @default false */
    readonly retryable?: boolean;
    /** @default exitCodes.interrupted for the code `interrupted`, else exitCodes.failed */
    readonly exitCode?: ExitCode;
}

/** The one code of everything that ended because somebody wanted it to end. */
export const interruptedCode = "interrupted";

/** Branded by a registered symbol, so that `isTidegateError` works across two copies of this module. */
const brand = Symbol.for("tidegate.error");

export class TidegateError extends Error {
    readonly [brand] = true;
    readonly code: string;
    readonly hint: string | undefined;
    readonly retryable: boolean;
    readonly exitCode: ExitCode;

    constructor(message: string, options: TidegateErrorOptions) {
        super(message, options.cause === undefined ? undefined : { cause: options.cause });
        this.name = "TidegateError";
        this.code = options.code;
        this.hint = options.hint;
        this.retryable = options.retryable ?? false;
        this.exitCode =
            options.exitCode ?? (options.code === interruptedCode ? exitCodes.interrupted : exitCodes.failed);
    }

    static is(error: unknown): error is TidegateError {
        return typeof error === "object" && error !== null && brand in error;
    }
}

const fullDisk = ["ENOSPC", "EDQUOT"];
const forbidden = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR"];

/**
 * What the operating system refuses is no fault of this program: a full disk and a file that may not be written become
 * errors for a person. Anything else is returned as it is.
 */
export function explained(error: unknown): unknown {
    if (TidegateError.is(error) || !(error instanceof Error)) return error;
    const { code, path, syscall } = error as NodeJS.ErrnoException;
    const where = path === undefined ? "" : ` at ${path}`;
    if (code !== undefined && fullDisk.includes(code))
        return new TidegateError(`The disk is full${where}.`, {
            code: "disk-full",
            hint: "Free some room, then run the same command again: it goes on from what is there.",
            cause: error,
            retryable: true,
        });
    // A folder that is to be made where a file lies.
    const inTheWay = code === "EEXIST" && syscall === "mkdir";
    if (code !== undefined && path !== undefined && (forbidden.includes(code) || inTheWay))
        return new TidegateError(`${path} cannot be used: ${code}.`, {
            code: "file-refused",
            hint: "See to it that this user may read and write it, and that it is what its name says.",
            cause: error,
            exitCode: exitCodes.usage,
        });
    return error;
}

/** The text of anything that was thrown, without a stack. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
