/** The parts of bronze and silver that follow from a data set manifest: columns, conversions, checks, reasons. */
import type { Column, ColumnType, Dataset } from "./dataset";
import { identifier, integer, joined, raw, sql, text, type SqlFragment } from "./render";

const flinkType: Record<ColumnType, SqlFragment> = {
    STRING: raw("STRING"),
    BOOLEAN: raw("BOOLEAN"),
    INT: raw("INT"),
    BIGINT: raw("BIGINT"),
    DOUBLE: raw("DOUBLE"),
    DATE: raw("DATE"),
    TIMESTAMP: raw("TIMESTAMP(6)"),
};

const name = (column: Column): SqlFragment => sql`${identifier(column.name)}`;

export function columnDefinitions({ columns }: Dataset): SqlFragment {
    return joined(
        columns.map((column) => sql`    ${name(column)} ${flinkType[column.type]}`),
        raw(",\n").sql,
    );
}

export function columnNames({ columns }: Dataset): SqlFragment {
    return joined(columns.map(name), ", ");
}

/**
 * A cheap LIKE that only a record with the fields in the manifest's order passes. Flink 2.0 writes such a pattern into
 * the Java code that it generates without escaping quotes, hence the backslash. Were that mended, the pattern would match
 * nothing, and every record take the slower way.
 */
export function orderPattern({ columns }: Dataset): SqlFragment {
    const fields = columns.map((column) => `\\"${column.field.replaceAll("_", "!_")}\\":`);
    return sql`${text(`{${fields.join("%")}%}`)}`;
}

const jsonNumber = "-?+(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+";

/**
 * Matches one field after the other, each where the last one ended (\G): the value is group 1, or no group for null.
 * A string with an escape, or with the replacement character of malformed UTF-8, does not match.
 */
export function tokenPattern(): SqlFragment {
    // What may stand in a string as it is, most frequent first. Not negated, which Java matches slower.
    const plain = "[ !#-\\[\\]-~\\xA0-\\uFFFC\\x{10000}-\\x{10FFFF}]";
    const string = `(?<=")${plain}*+(?=")`;
    const value = `"?+(${string}|(?<!")(?:${jsonNumber}|true|false)(?!"))"?+`;
    return sql`${text(`\\G(?:[{,] ?+"\\w++": ?+(?:null|${value})(?=[,}])|\\}\\z)`)}`;
}

/** How many matches a record has that is as the manifest says: its fields, and the closing brace. */
export const tokenCount = ({ columns }: Dataset): number => columns.length + 1;

/** Malformed bytes become U+FFFD when they are decoded, so that they don't come back. */
export const isUtf8 = raw("CAST(v AS BYTES) = ENCODE(v, 'UTF-8')");

/**
 * IS JSON OBJECT looks at the first value alone. Something after it would have to close the array and the object that it
 * is put into here, which is not possible for both.
 */
export const isObject = raw(
    "v IS JSON OBJECT AND CAST(v AS BYTES) = ENCODE(v, 'UTF-8')" +
        " AND ('[' || v || ']') IS JSON ARRAY AND NOT JSON_EXISTS('[' || v || ']', 'lax $[1]')" +
        " AND ('{\"a\":' || v || '}') IS JSON OBJECT",
);

/** Stands for a value that is an object or an array, which no column takes. */
const nested = raw("(CHR(1) || 'nested')");

/** A field's text out of the record's text; NULL where it is null or missing. */
function fieldText({ field }: Column): SqlFragment {
    const path = text(`lax $.${field}`);
    return sql`COALESCE(JSON_VALUE(v, ${path}), CASE WHEN JSON_QUERY(v, ${path}) IS NOT NULL THEN ${nested} END)`;
}

export function fieldTexts({ columns }: Dataset): SqlFragment {
    return joined(columns.map(fieldText), ", ");
}

const at = (index: number): SqlFragment => sql`f[${integer(index + 1)}]`;

export function presentCount({ columns }: Dataset): SqlFragment {
    return joined(
        columns.map((_, index) => sql`CASE WHEN ${at(index)} IS NULL THEN 0 ELSE 1 END`),
        " + ",
    );
}

export function convertedCount({ columns }: Dataset): SqlFragment {
    const ones = columns.map((column) => sql`CASE WHEN ${name(column)} IS NULL THEN 0 ELSE 1 END`);
    return sql`(${joined(ones, " + ")})`;
}

const days =
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))" +
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";
const datePattern = text(`\\A${days}\\z`);
const timestampPattern = text(`\\A${days}[ T](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?\\z`);

/** Of a text that has the form of one. Flink's cast takes twice as long, and is left to fractions of seconds. */
function timestamp(value: SqlFragment): SqlFragment {
    const digits = (from: number) => sql`TRY_CAST(SUBSTRING(${value}, ${integer(from)}, 2) AS INT)`;
    const seconds = sql`${digits(12)} * 3600 + ${digits(15)} * 60 + ${digits(18)}`;
    const day = sql`CAST(TRY_CAST(SUBSTRING(${value}, 1, 10) AS DATE) AS TIMESTAMP(6))`;
    return sql`CASE WHEN CHAR_LENGTH(${value}) = 19 THEN TIMESTAMPADD(SECOND, ${seconds}, ${day}) ELSE TRY_CAST(REPLACE(${value}, 'T', ' ') AS TIMESTAMP(6)) END`;
}

/** Flink's casts are lenient (31 February is the 29th, 1.9 is 1): what they would bend is not converted. */
function conversion(type: ColumnType, value: SqlFragment): SqlFragment {
    switch (type) {
        case "STRING":
            return sql`CASE WHEN ${value} <> ${nested} THEN ${value} END`;
        case "BOOLEAN":
            return sql`CASE ${value} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END`;
        case "INT":
        case "BIGINT": {
            const whole = sql`REGEXP_EXTRACT(${value}, '^(-?[0-9]+)[.]0*$', 1)`;
            const cast = (of: SqlFragment) => sql`TRY_CAST(${of} AS ${flinkType[type]})`;
            return sql`CASE WHEN ${value} LIKE '%.%' THEN ${cast(whole)} ELSE ${cast(value)} END`;
        }
        case "DOUBLE":
            return sql`TRY_CAST(${value} AS DOUBLE)`;
        case "DATE":
            return sql`CASE WHEN REGEXP(${value}, ${datePattern}) THEN TRY_CAST(${value} AS DATE) END`;
        case "TIMESTAMP":
            return sql`CASE WHEN REGEXP(${value}, ${timestampPattern}) THEN ${timestamp(value)} END`;
    }
}

export function typedColumns({ columns }: Dataset): SqlFragment {
    return joined(
        columns.map((column, index) => sql`    ${conversion(column.type, at(index))} AS ${name(column)}`),
        ",\n",
    );
}

/** NaN is in no range, so that it counts as infinite too. */
const finite = (column: Column): SqlFragment =>
    sql`${name(column)} BETWEEN -1.7976931348623157E308 AND 1.7976931348623157E308`;

/** Follows a condition, hence the leading AND. */
export function goodChecks({ columns, reject }: Dataset): SqlFragment {
    const checks = [
        ...columns.filter((column) => column.required).map((column) => sql`${name(column)} IS NOT NULL`),
        ...columns
            .filter((column) => column.type === "DOUBLE")
            .map((column) => sql`(${name(column)} IS NULL OR ${finite(column)})`),
        ...reject.map((rule) => sql`(${raw(rule.condition)}) IS TRUE`),
    ];
    return joined(
        checks.map((check) => sql` AND ${check}`),
        "",
    );
}

/** One text per column and rule, empty where nothing is wrong with it. */
export function reasons({ columns, reject }: Dataset): SqlFragment {
    const article = (type: ColumnType) => (type === "INT" ? "an" : "a");
    const ofColumns = columns.map((column) => {
        const wrong = text(`field ${column.field} is not ${article(column.type)} ${column.type}`);
        const missing = column.required
            ? sql` WHEN ${name(column)} IS NULL THEN ${text(`field ${column.field} is missing`)}`
            : raw("");
        const infinite =
            column.type === "DOUBLE"
                ? sql` WHEN NOT (${finite(column)}) THEN ${text(`field ${column.field} is not a finite number`)}`
                : raw("");
        return sql`CASE WHEN ${name(column)} IS NULL AND ${fieldText(column)} IS NOT NULL THEN ${wrong}${missing}${infinite} ELSE '' END`;
    });
    const ofRules = reject.map(
        (rule) =>
            sql`CASE WHEN (${raw(rule.condition)}) IS TRUE THEN '' ELSE ${text(`${rule.name}: ${rule.reason}`)} END`,
    );
    return joined(
        [...ofColumns, ...ofRules].map((reason) => sql`                ${reason}`),
        ",\n",
    );
}

function keyColumns({ columns, key, eventTime }: Dataset): Column[] {
    const byName = new Map(columns.map((column) => [column.name, column]));
    // The time first: it tells most events apart, which makes sorting cheap.
    return [eventTime, ...key.filter((one) => one !== eventTime)].flatMap((one) => byName.get(one) ?? []);
}

export function keyNames(dataset: Dataset): SqlFragment {
    return joined(keyColumns(dataset).map(name), ", ");
}

/** One text per key: NULL and an empty text differ, and a text can't run into its neighbour. */
export function eventIdText(dataset: Dataset): SqlFragment {
    const parts = [...keyColumns(dataset)].map((column) =>
        column.type === "STRING"
            ? sql`COALESCE('=' || CAST(CHAR_LENGTH(${name(column)}) AS STRING) || ':' || ${name(column)}, '~')`
            : sql`COALESCE('=' || CAST(${name(column)} AS STRING), '~')`,
    );
    return joined(parts, " || '|' || ");
}

export function silverFilters({ filter }: Dataset): SqlFragment {
    const rules = filter.map((rule) => sql`(${raw(rule.condition)}) IS TRUE`);
    return rules.length === 0 ? raw("TRUE") : joined(rules, "\n        AND ");
}
