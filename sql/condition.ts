/** A rule's condition is SQL by design: this makes sure that it is one expression, and stays where it is put. */

/** Words with which a query or a statement begins; an expression over columns needs none of them. */
const statementWords =
    /\b(select|insert|update|delete|drop|create|alter|set|reset|execute|call|load|use|from|union)\b/i;

/** Why `condition` can't be put in parentheses into a WHERE clause; undefined where it can. */
export function conditionProblem(condition: string): string | undefined {
    let depth = 0;
    let code = "";
    for (let at = 0; at < condition.length; at++) {
        const char = condition[at] ?? "";
        if (char === "'" || char === "`") {
            const end = condition.indexOf(char, at + 1);
            if (end < 0) return `a ${char} is not closed`;
            if (char === "`" && end === at + 1) return "a quoted name is empty";
            code += " ";
            at = end;
            continue;
        }
        if (char === "(") depth++;
        if (char === ")" && --depth < 0) return "a ) closes nothing";
        code += char;
    }
    if (depth > 0) return "a ( is not closed";
    if (/[\u0000-\u001f\u007f]/.test(condition)) return "holds a line break or a control character";
    if (code.includes(";")) return "holds a ;";
    if (code.includes("--") || code.includes("/*") || code.includes("*/")) return "holds a comment";
    if (code.includes("${")) return "holds a placeholder";
    const word = statementWords.exec(code)?.[0];
    return word === undefined ? undefined : `holds '${word}', but is a condition over the columns of one row`;
}
