/**
 * The resource exists, but it is not as it should be: the engine keeps `state` and an error at the resource, so that
 * the next `up` tries again even where no input changed.
 */
import { TidegateError, type TidegateErrorOptions } from "../../automation/core/errors";

export class Unfinished extends TidegateError {
    readonly state: object;

    constructor(state: object, message: string, options: TidegateErrorOptions) {
        super(message, options);
        this.name = "Unfinished";
        this.state = state;
    }

    static from(state: object, error: TidegateError): Unfinished {
        return new Unfinished(state, error.message, {
            code: error.code,
            ...(error.hint === undefined ? {} : { hint: error.hint }),
            retryable: error.retryable,
            exitCode: error.exitCode,
            cause: error,
        });
    }
}

/**
 * For `read`: a server that doesn't answer says nothing about what is in it, so that the resource stays in the state,
 * with the error.
 */
export async function readOr<S extends object, T>(known: S, read: () => Promise<T>): Promise<T> {
    try {
        return await read();
    } catch (error) {
        if (TidegateError.is(error)) throw Unfinished.from(known, error);
        throw error;
    }
}
