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
    /** A fault of Tidegate itself. */
    internal: 70,
    /** Interrupted by SIGINT (128 + 2), as shells report it. */
    interrupted: 130,
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
    /** @default exitCodes.failed */
    readonly exitCode?: ExitCode;
}

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
        this.exitCode = options.exitCode ?? exitCodes.failed;
    }

    static is(error: unknown): error is TidegateError {
        return typeof error === "object" && error !== null && brand in error;
    }
}

/** The text of anything that was thrown, without a stack. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
