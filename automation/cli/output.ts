import pc from "picocolors";
import { Redactor } from "../core/redactor";
import { exitCodes, explained, messageOf, TidegateError, type ExitCode } from "../core/errors";

/** What commands have looked up, and must not say. */
export const spoken = new Redactor();

/** A line on standard output. */
export const say = (text: string): void => void process.stdout.write(`${spoken.text(text)}\n`);

/** A line on standard error: what is said beside the answer. */
export const remark = (text: string): void => void process.stderr.write(`${spoken.text(text)}\n`);

/** How a command says what its answer has too, once that is JSON: not at all. */
export const sayUnless = (json: boolean | undefined): ((text: string) => void) => (json ? () => {} : say);

/** How a command says what is no part of its answer, which may be JSON: then it has standard output for itself. */
export const sayBeside = (json: boolean | undefined): ((text: string) => void) => (json ? remark : say);

/** Prints an error for a person on stderr and returns the exit code; a stack only for a fault of Tidegate itself. */
export function printError(thrown: unknown): ExitCode {
    const error = explained(thrown);
    if (TidegateError.is(error)) {
        process.stderr.write(
            spoken.text(
                `${pc.red(`✗ ${error.message}`)} ${pc.dim(`[${error.code}]`)}\n${error.hint === undefined ? "" : `  ${error.hint}\n`}`,
            ),
        );
        return error.exitCode;
    }
    const stack = error instanceof Error && error.stack ? error.stack : messageOf(error);
    process.stderr.write(
        `${pc.red("✗ This is a fault of Tidegate; please report it with these lines:")}\n${spoken.text(stack)}\n`,
    );
    return exitCodes.internal;
}

export function printJson(value: unknown): void {
    say(JSON.stringify(value, null, 2));
}

/** Rows as aligned columns. */
export function table(rows: readonly (readonly string[])[]): string {
    const visible = (text: string): number => text.replace(/\u001b\[[0-9;]*m/g, "").length;
    const widths: number[] = [];
    for (const row of rows)
        row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, visible(cell))));
    return rows
        .map((row) =>
            row
                .map((cell, column) =>
                    column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - visible(cell)),
                )
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
