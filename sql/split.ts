/** Splits a Flink SQL script into statements, as the SQL gateway wants them: one at a time, without their `;`. */
import { exitCodes, TidegateError } from "../automation/core/errors";

/**
 * Knows string literals, quoted identifiers, both kinds of comments and `EXECUTE STATEMENT SET BEGIN … END`. Comments
 * outside statements are left out. Throws `sql-invalid` where something is not closed.
 */
export function splitStatements(script: string, file = "script"): string[] {
    const statements: string[] = [];
    let code = "";
    let inSet = false;
    let start = 0;
    const finish = () => {
        if (code.trim() !== "") statements.push(code.trim());
        code = "";
        inSet = false;
    };
    for (let at = 0; at < script.length; ) {
        const rest = script.slice(at, at + 2);
        if (code.trim() === "") {
            code = "";
            start = at;
        }
        if (rest === "--") {
            const end = script.indexOf("\n", at);
            const stop = end < 0 ? script.length : end;
            if (code !== "") code += script.slice(at, stop);
            at = stop;
        } else if (rest === "/*") {
            const stop = closing(script, "*/", at + 2, at, file, "comment") + 2;
            if (code !== "" || script.startsWith("/*+", at)) code += script.slice(at, stop);
            at = stop;
        } else if (rest[0] === "'" || rest[0] === "`") {
            const quote = rest[0];
            // A doubled quote closes and opens again, which comes to the same.
            const stop = closing(script, quote, at + 1, at, file, quote === "'" ? "string" : "quoted name") + 1;
            code += script.slice(at, stop);
            at = stop;
        } else if (rest[0] === ";") {
            if (!inSet || /\bEND\s*$/i.test(withoutComments(code))) finish();
            else code += ";";
            at += 1;
        } else {
            code += rest[0];
            at += 1;
            if (!inSet && /^EXECUTE\s+STATEMENT\s+SET\s+(?:AS\s+)?BEGIN\s$/i.test(withoutComments(code).trimStart()))
                inSet = true;
        }
    }
    if (inSet && !/\bEND\s*$/i.test(withoutComments(code)))
        throw invalid(`${file}:${lineOf(script, start)}: the STATEMENT SET is not closed by END`);
    finish();
    return statements;
}

const withoutComments = (code: string): string => code.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ");

const lineOf = (script: string, at: number): number => script.slice(0, at).split("\n").length;

function closing(script: string, end: string, from: number, start: number, file: string, what: string): number {
    const at = script.indexOf(end, from);
    if (at < 0) throw invalid(`${file}:${lineOf(script, start)}: the ${what} that begins here is not closed`);
    return at;
}

function invalid(message: string): TidegateError {
    return new TidegateError(message, { code: "sql-invalid", exitCode: exitCodes.usage });
}
