/**
 * Event files as DuckDB relations: Parquet, CSV and NDJSON in one way, checked against the data set manifest before
 * the first event is sent. Field names match without regard to case and types are cast where no value can change,
 * because the TLC's own files differ in both between the years.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Column, ColumnType, Dataset } from "../../../sql/dataset";
import { TidegateError, exitCodes, messageOf } from "../../core/errors";
import { pathLiteral, quoted, rowsOf, textLiteral, withDuckDB } from "./duckdb";
import { generatedHeaderSchema, type GeneratedHeader } from "./generator";
import { jsonSql } from "./generatorSql";

export interface EventFile {
    readonly file: string;
    /** Rows of the file. */
    readonly events: number;
    /** SHA-256: of the generator's parameters, or of the file's bytes. */
    readonly digest: string;
    /** Where Tidegate generated the file: what is known of it. */
    readonly generated: GeneratedHeader | null;
    /** SELECT with the data set's fields, typed, and `_raw`: text that is sent as it is, or NULL. */
    readonly relation: string;
    /** What a person should know: columns that are ignored or missing. */
    readonly notes: readonly string[];
}

type Format = "parquet" | "csv" | "ndjson";

const formats: readonly [RegExp, Format][] = [
    [/\.parquet$/i, "parquet"],
    [/\.csv(\.gz)?$/i, "csv"],
    [/\.(ndjson|jsonl|json)(\.gz)?$/i, "ndjson"],
];

const duckTypes: Record<ColumnType, string> = {
    STRING: "VARCHAR",
    BOOLEAN: "BOOLEAN",
    INT: "INTEGER",
    BIGINT: "BIGINT",
    DOUBLE: "DOUBLE",
    DATE: "DATE",
    TIMESTAMP: "TIMESTAMP",
};

const integers = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT))$/;
const fractions = /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const timestamps = /^TIMESTAMP(_S|_MS|_NS)?$/;

interface Field {
    readonly column: Column;
    /** Column of the file, or undefined where an optional one is missing. */
    readonly source: { readonly name: string; readonly type: string } | undefined;
}

/**
 * Opens an event file and checks every value that a cast could change.
 *
 * @throws TidegateError `data-file` (missing, unreadable, unknown format), `data-schema` (a column is missing or of a
 * wrong type), `data-value` (a value is not of its column's type)
 */
export async function openEventFile(connection: DuckDBConnection, file: string, dataset: Dataset): Promise<EventFile> {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile())
        throw fileError(`There is no file ${file}`, "Name a Parquet, CSV or NDJSON file with --data.");
    const format = formats.find(([pattern]) => pattern.test(file))?.[1];
    if (format === undefined)
        throw fileError(
            `The format of ${file} is not known by its name`,
            "It has to end in .parquet, .csv, .csv.gz, .ndjson, .ndjson.gz, .jsonl or .jsonl.gz.",
        );
    try {
        return await inspect(connection, file, format, dataset);
    } catch (error) {
        if (TidegateError.is(error)) throw error;
        throw fileError(`${file} cannot be read as ${format}: ${firstLines(messageOf(error))}`, hints[format], error);
    }
}

/** As `openEventFile`, for telling a person before anything is deployed. */
export const checkEventFile = (file: string, dataset: Dataset): Promise<void> =>
    withDuckDB(async (connection) => void (await openEventFile(connection, file, dataset)));

const hints: Record<Format, string> = {
    parquet: "Is the file whole? A download that was cut off has no Parquet footer.",
    csv: "It needs a header line with the names of the columns.",
    ndjson: "It needs one JSON object in each line.",
};

const fileError = (message: string, hint: string, cause?: unknown): TidegateError =>
    new TidegateError(message, { code: "data-file", hint, exitCode: exitCodes.usage, cause });

const firstLines = (text: string): string => text.split("\n").slice(0, 2).join(" ").slice(0, 400);

async function inspect(
    connection: DuckDBConnection,
    file: string,
    format: Format,
    dataset: Dataset,
): Promise<EventFile> {
    const path = pathLiteral(file);
    const sniffed =
        format === "parquet"
            ? `read_parquet(${path})`
            : format === "csv"
              ? `read_csv(${path}, header = true)`
              : `read_json(${path}, format = 'newline_delimited')`;
    const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${sniffed}`);
    const columns = described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
    const generated = format === "parquet" ? await headerOf(connection, path, dataset) : null;
    const fields = dataset.columns.map((column) => ({ column, source: match(columns, column.field) }));
    const used = new Set(fields.map(({ source }) => source?.name));
    const extra = columns.map(({ name }) => name).filter((name) => !used.has(name) && !(generated && name === "_raw"));
    checkSchema(file, format, fields, extra);

    const relation = relationOf(path, format, fields, sniffed);
    const events = await checkValues(connection, file, format, fields, relation);
    const missing = fields.filter(({ source }) => source === undefined).map(({ column }) => column.field);
    return {
        file,
        events,
        digest: generated?.digest ?? (await digestOf(file)),
        generated,
        relation: `SELECT ${fields.map((field) => `${typed(format, field)} AS ${quoted(field.column.field)}`).join(", ")},
            ${generated ? "_raw" : "NULL::VARCHAR"} AS _raw FROM ${relation}`,
        notes: [
            ...(extra.length > 0 ? [`${basename(file)}: columns that are ignored: ${extra.join(", ")}`] : []),
            ...(missing.length > 0
                ? [`${basename(file)}: columns that are missing, sent as null: ${missing.join(", ")}`]
                : []),
        ],
    };
}

/** The column of that very name, or of that name in another case. */
function match<C extends { name: string }>(columns: readonly C[], field: string): C | undefined {
    return (
        columns.find(({ name }) => name === field) ??
        columns.find(({ name }) => name.toLowerCase() === field.toLowerCase())
    );
}

/** Text formats are read as text, so that a value beyond the sniffer's sample is not a surprise in mid-production. */
function relationOf(path: string, format: Format, fields: readonly Field[], sniffed: string): string {
    if (format === "parquet") return sniffed;
    if (format === "csv") return `read_csv(${path}, header = true, all_varchar = true)`;
    const columns = fields.map(({ column, source }) => `${textLiteral(source?.name ?? column.field)}: 'VARCHAR'`);
    return `read_json(${path}, format = 'newline_delimited', columns = {${columns.join(", ")}})`;
}

function checkSchema(file: string, format: Format, fields: readonly Field[], extra: readonly string[]): void {
    for (const { column, source } of fields) {
        if (source === undefined) {
            if (!column.required) continue;
            throw new TidegateError(`${file} has no column '${column.field}' (wanted: ${column.type})`, {
                code: "data-schema",
                hint: `Is it a file of this data set? Its other columns are: ${extra.join(", ") || "none"}.`,
                exitCode: exitCodes.usage,
            });
        }
        if (format === "parquet" && !castable(source.type, column.type)) throw typeError(file, source, column);
    }
}

function typeError(
    file: string,
    found: { name: string; type: string },
    wanted: Column,
    example?: string,
): TidegateError {
    const value = example === undefined ? "" : `, e.g. ${example}`;
    return new TidegateError(
        `Column '${found.name}' of ${file} is ${found.type}${value}; wanted: ${wanted.type} (${duckTypes[wanted.type]})`,
        { code: "data-schema", hint: "Is it a file of this data set?", exitCode: exitCodes.usage },
    );
}

function castable(found: string, wanted: ColumnType): boolean {
    // A column without a single value has no type of its own.
    if (found === '"NULL"' || found === "NULL") return true;
    switch (wanted) {
        case "STRING":
            return found === "VARCHAR" || found === "BOOLEAN" || integers.test(found) || found.startsWith("ENUM");
        case "INT":
        case "BIGINT":
        case "DOUBLE":
            return integers.test(found) || fractions.test(found);
        case "TIMESTAMP":
            return timestamps.test(found) || found === "TIMESTAMP WITH TIME ZONE";
        default:
            return found === wanted;
    }
}

/** A file's column as a value of the wanted type; NULL where there is no such value (`checkValues` finds those before). */
function typed(format: Format, { column, source }: Field): string {
    const type = duckTypes[column.type];
    if (source === undefined && format !== "ndjson") return `NULL::${type}`;
    const value = quoted(source?.name ?? column.field);
    if (column.type === "STRING") return `${value}::VARCHAR`;
    // JSON has no word for NaN and infinity.
    if (column.type === "DOUBLE") {
        const number = source?.type === "DOUBLE" && format === "parquet" ? value : `TRY_CAST(${value} AS DOUBLE)`;
        return `CASE WHEN isfinite(${number}) THEN ${number} END`;
    }
    // A time with a zone is sent as UTC; without this the session's time zone would decide.
    if (source?.type === "TIMESTAMP WITH TIME ZONE" && format === "parquet") return `timezone('UTC', ${value})`;
    return source?.type === type && format === "parquet" ? value : `TRY_CAST(${value} AS ${type})`;
}

/** Counts the rows and, in the same pass, the values that a cast would lose or round. */
async function checkValues(
    connection: DuckDBConnection,
    file: string,
    format: Format,
    fields: readonly Field[],
    relation: string,
): Promise<number> {
    const doubtful = fields.filter(({ column, source }) => {
        if (source === undefined && format !== "ndjson") return false;
        if (column.type === "STRING") return false;
        return format !== "parquet" || (source !== undefined && lossy(source.type, column.type));
    });
    const losses = doubtful.map((field, index) => {
        const value = quoted(field.source?.name ?? field.column.field);
        const cast = typed(format, field);
        const whole = field.column.type === "INT" || field.column.type === "BIGINT";
        const lost = whole
            ? `(TRY_CAST(${value} AS DOUBLE) IS NULL OR ${cast} IS NULL OR ${cast} <> TRY_CAST(${value} AS DOUBLE))`
            : field.column.type === "DOUBLE"
              ? `TRY_CAST(${value} AS DOUBLE) IS NULL`
              : `${cast} IS NULL`;
        return `min(${value}::VARCHAR) FILTER (${value} IS NOT NULL AND ${lost}) AS lost${index}`;
    });
    const [row] = await rowsOf(
        connection,
        `SELECT ${["count(*)::DOUBLE AS events", ...losses].join(", ")} FROM ${relation}`,
    );
    doubtful.forEach(({ column, source }, index) => {
        const example = row?.[`lost${index}`];
        if (typeof example !== "string") return;
        const found = source ?? { name: column.field, type: "text" };
        if (format !== "parquet" && !castable(found.type, column.type))
            throw typeError(file, found, column, `'${example.slice(0, 60)}'`);
        throw new TidegateError(
            `Column '${found.name}' of ${file} holds '${example.slice(0, 60)}', which is no ${column.type}`,
            {
                code: "data-value",
                hint: `Mend the file, or leave the value empty. The column was found to be ${found.type}.`,
                exitCode: exitCodes.usage,
            },
        );
    });
    return Number(row?.events ?? 0);
}

function lossy(found: string, wanted: ColumnType): boolean {
    if (wanted === "BIGINT") return fractions.test(found) || /^(UBIGINT|U?HUGEINT)$/.test(found);
    return wanted === "INT" && found !== "INTEGER" && !/^U?(TINYINT|SMALLINT)$/.test(found);
}

async function headerOf(connection: DuckDBConnection, path: string, dataset: Dataset): Promise<GeneratedHeader | null> {
    const rows = await rowsOf(
        connection,
        `SELECT decode(value) AS value FROM parquet_kv_metadata(${path}) WHERE decode(key) = 'tidegate'`,
    );
    if (typeof rows[0]?.value !== "string") return null;
    const header = generatedHeaderSchema.safeParse(JSON.parse(rows[0].value));
    return header.success && header.data.dataset === dataset.name ? header.data : null;
}

async function digestOf(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
    return hash.digest("hex");
}

/**
 * Partition of an event, a DuckDB expression over `relation`: by the data set's key, so that equal events are in one
 * partition, and by the whole text where there is no key to be read.
 */
export function partitionSql(dataset: Dataset, partitions: number): string {
    const fields = dataset.key.map((name) => dataset.columns.find((column) => column.name === name)?.field ?? name);
    return `(CASE WHEN _raw IS NULL THEN hash(${fields.map(quoted).join(", ")}) ELSE hash(_raw) END % ${partitions})::USMALLINT`;
}

/** SELECT of `value`, the text of the event, and `partition`, in the order of the file. */
export function eventsSql(file: EventFile, dataset: Dataset, partitions: number, limit: number | undefined): string {
    return `SELECT coalesce(_raw, ${jsonSql(dataset)}) AS value, ${partitionSql(dataset, partitions)} AS partition
        FROM (${file.relation}${limit === undefined ? "" : ` LIMIT ${limit}`})`;
}
