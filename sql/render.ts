/**
 * The strict renderer of SQL templates: `${name}` takes a typed value, which knows how it is written in SQL. A value that
 * is missing, empty, unused or unsafe is an error that names the template and the line; no placeholder survives.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, TidegateError } from "../automation/core/errors";

export type Value =
    | { readonly type: "identifier"; readonly value: string }
    | { readonly type: "string"; readonly value: string }
    | { readonly type: "uri"; readonly value: string }
    | { readonly type: "duration"; readonly value: string }
    | { readonly type: "integer"; readonly value: number }
    | { readonly type: "fragment"; readonly value: SqlFragment };

/** A column, table or catalog name: letters, digits and `_`; written in backticks. */
export const identifier = (value: string): Value => ({ type: "identifier", value });
/** A string literal: any printable text; written in quotes, quotes in it doubled. */
export const text = (value: string): Value => ({ type: "string", value });
/** A URI without user and password; written as a string literal. */
export const uri = (value: string): Value => ({ type: "uri", value });
/** A duration as Flink writes it: `10 s`, `500 ms`, `1 min`; written as a string literal. */
export const duration = (value: string): Value => ({ type: "duration", value });
/** A whole number, written as a number. */
export const integer = (value: number): Value => ({ type: "integer", value });
/** SQL made by our own code. */
export const fragment = (value: SqlFragment): Value => ({ type: "fragment", value });

/** SQL text made by `sql`, `raw` or `join`, never from a value that was not quoted. */
export class SqlFragment {
    constructor(readonly sql: string) {}

    toString(): string {
        return this.sql;
    }
}

/** A fragment whose text stands in our own source code. */
export const raw = (text: string): SqlFragment => new SqlFragment(text);

/** A template literal in which fragments stay, and typed values are written safely. */
export function sql(parts: TemplateStringsArray, ...values: (SqlFragment | Value)[]): SqlFragment {
    const written = values.map((value) => (value instanceof SqlFragment ? value.sql : write(value)));
    return new SqlFragment(parts.map((part, index) => part + (written[index] ?? "")).join(""));
}

export function joined(fragments: readonly SqlFragment[], separator: string): SqlFragment {
    return new SqlFragment(fragments.map((one) => one.sql).join(separator));
}

class UnsafeValue extends Error {}

/** How a value is written; throws the reason where it can't be written safely. */
function write(value: Value): string {
    if (value.type === "integer") {
        if (!Number.isSafeInteger(value.value)) throw new UnsafeValue(`${value.value} is not a whole number`);
        return String(value.value);
    }
    if (value.type === "fragment") {
        if (value.value.sql.trim() === "") throw new UnsafeValue("is empty");
        return value.value.sql;
    }
    const given = value.value;
    if (given === "") throw new UnsafeValue("is empty");
    // U+2028 and U+2029 end a line for some readers of a rendered file.
    if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(given))
        throw new UnsafeValue("holds a line break or a control character");
    switch (value.type) {
        case "identifier":
            if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(given))
                throw new UnsafeValue("is not a name (a letter or _, then letters, digits or _)");
            return `\`${given}\``;
        case "string":
            return quoted(given);
        case "duration":
            if (!/^[1-9][0-9]{0,8} ?(ms|s|min|h|d)$/.test(given))
                throw new UnsafeValue("is not a duration such as '10 s' or '500 ms'");
            return quoted(given);
        case "uri": {
            if (!/^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9._~:/?#[\]@!$&()*+,;=%-]+$/.test(given) || !URL.canParse(given))
                throw new UnsafeValue("is not a URI such as 'https://host/path'");
            const { username, password } = new URL(given);
            // abfss://container@account names a container before the @, which is no secret.
            if (password !== "" || (username !== "" && !given.startsWith("abfs")))
                throw new UnsafeValue("holds a user or a password");
            return quoted(given);
        }
    }
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const placeholder = /\$\{([^}]*)\}?/g;

/**
 * @param file name of the template, for messages
 * @throws TidegateError `template-value-missing`, `template-value-unused`, `template-value-unsafe`, `template-invalid`
 */
export function renderTemplate(file: string, template: string, values: Readonly<Record<string, Value>>): string {
    const used = new Set<string>();
    const rendered = template.replace(placeholder, (whole: string, name: string, at: number) => {
        const where = `${file}:${template.slice(0, at).split("\n").length}`;
        if (!whole.endsWith("}") || !/^[a-z][a-z0-9_]*$/.test(name))
            throw failure(
                "template-invalid",
                `${where}: '${whole.slice(0, 40)}' is not a placeholder such as \${name}`,
            );
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (value === undefined) throw failure("template-value-missing", `${where}: nothing was given for \${${name}}`);
        used.add(name);
        try {
            return write(value);
        } catch (error) {
            if (!(error instanceof UnsafeValue)) throw error;
            throw failure("template-value-unsafe", `${where}: the ${value.type} for \${${name}} ${error.message}`);
        }
    });
    const unused = Object.keys(values).filter((name) => !used.has(name));
    if (unused.length > 0)
        throw failure(
            "template-value-unused",
            `${file}: ${unused.map((name) => `\${${name}}`).join(", ")} ${unused.length === 1 ? "is" : "are"} given, but not used`,
        );
    const left = rendered.search(/\$\{/);
    if (left >= 0) {
        const line = rendered.slice(0, left).split("\n").length;
        throw failure("template-value-unsafe", `${file}: a placeholder is left in line ${line} of the rendered text`);
    }
    return rendered;
}

function failure(code: string, message: string): TidegateError {
    return new TidegateError(message, {
        code,
        hint: "The value comes from the data set manifest or from a layer's contract: look there for it.",
        exitCode: exitCodes.usage,
    });
}

/** The text of `sql/templates/<file>`. */
export function readTemplate(file: string): string {
    return readFileSync(join(__dirname, "templates", file), "utf8");
}
