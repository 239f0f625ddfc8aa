/** A DuckDB file has one writer, and while it has one, no reader. What DuckDB says of that becomes an error here. */
import { exitCodes, TidegateError } from "../core/errors";

/** `Could not set lock on file "F": Conflicting lock is held in /usr/bin/python3.11 (PID 42) by user u.` */
const conflict = /Could not set lock on file[^:]*: Conflicting lock is held(?: in (.+?))? \(PID (\d+)\)/;
/** The same, where DuckDB cannot tell by whom (the process is of another user). */
const held = /Could not set lock on file/;

/** The error for `message` if it tells of a lock on `file`. */
export function lockError(message: string, file: string): TidegateError | undefined {
    const [, program, pid] = conflict.exec(message) ?? [];
    if (pid === undefined && !held.test(message)) return undefined;
    const holder = pid === undefined ? "another process" : `process ${pid}${program ? ` (${program})` : ""}`;
    return new TidegateError(`The DuckDB file ${file} is in use: ${holder} has it open.`, {
        code: "duckdb-locked",
        hint: "Let that process finish or close its connection, then try again. Open the file read-only to look at it.",
        retryable: true,
        exitCode: exitCodes.busy,
    });
}
