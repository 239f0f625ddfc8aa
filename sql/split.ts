/** Splits a Flink SQL script into statements, as the SQL gateway wants them: one at a time, without their `;`. */
import { exitCodes, TidegateError } from "../automation/core/errors";

/**
 * Knows string literals, quoted identifiers, both kinds of comments and `EXECUTE STATEMENT SET BEGIN … END`. Comments
 * outside statements are left out. Throws `sql-invalid` where something is not closed.
 */
export function splitStatements(script: string, file = "script"): string[] {
    const statements: string[] = [];
    let code = "";
    /** Of `code`, what is outside strings, names and comments, since the last semicolon. */
    let plain = "";
    let inSet = false;
    let start = 0;
    const finish = () => {
        if (code.trim() !== "") statements.push(code.trim());
        code = plain = "";
        inSet = false;
    };
    for (let at = 0; at < script.length;) {
        const rest = script.slice(at, at + 2);
        if (code.trim() === "") {
            code = plain = "";
            start = at;
        }
        if (rest === "--") {
            const end = script.indexOf("\n", at);
            const stop = end < 0 ? script.length : end;
            if (code !== "") code += script.slice(at, stop);
            plain += " ";
            at = stop;
        } else if (rest === "/*") {
            const stop = closing(script, "*/", at + 2, at, file, "comment") + 2;
            if (code !== "") code += script.slice(at, stop);
            plain += " ";
            at = stop;
        } else if (rest[0] === "'" || rest[0] === "`") {
            const quote = rest[0];
            // A doubled quote closes and opens again, which comes to the same.
            const stop = closing(script, quote, at + 1, at, file, quote === "'" ? "string" : "quoted name") + 1;
            code += script.slice(at, stop);
            plain += quote;
            at = stop;
        } else if (rest[0] === ";") {
            if (!inSet || closesSet(plain)) finish();
            else {
                code += ";";
                plain = "";
            }
            at += 1;
        } else {
            code += rest[0];
            plain += rest[0];
            at += 1;
            if (!inSet && /^\s*EXECUTE\s+STATEMENT\s+SET\s+BEGIN\s$/i.test(plain)) {
                inSet = true;
                plain = "";
            }
        }
    }
    if (inSet && !closesSet(plain))
        throw invalid(`${file}:${lineOf(script, start)}: the STATEMENT SET is not closed by END`);
    finish();
    return statements;
}

/** A CASE ends with END too, but has something before it. */
const closesSet = (plain: string): boolean => /^\s*END\s*$/i.test(plain);

const lineOf = (script: string, at: number): number => script.slice(0, at).split("\n").length;

function closing(script: string, end: string, from: number, start: number, file: string, what: string): number {
    const at = script.indexOf(end, from);
    if (at < 0) throw invalid(`${file}:${lineOf(script, start)}: the ${what} that begins here is not closed`);
    return at;
}

function invalid(message: string): TidegateError {
    return new TidegateError(message, { code: "sql-invalid", exitCode: exitCodes.usage });
}
