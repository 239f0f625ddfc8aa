import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rowsOf, textLiteral, withDuckDB } from "../../../automation/exercises/events/duckdb";
import { taxi } from "./dataset";

export { taxi };

/** A directory for each test, removed after it. */
export function temporaryDirectory(): () => string {
    let directory = "";
    beforeEach(async () => {
        directory = await mkdtemp(join(tmpdir(), "tidegate-events-"));
    });
    afterEach(() => rm(directory, { recursive: true, force: true }));
    return () => directory;
}

/** Rows of a query in a DuckDB of its own, 64-bit numbers as numbers. */
export function query(sql: string): Promise<Record<string, unknown>[]> {
    return withDuckDB(async (duckdb) => {
        const rows = await rowsOf(duckdb, sql);
        return rows.map((row) =>
            Object.fromEntries(
                Object.entries(row).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]),
            ),
        );
    });
}

export const copyTo = (select: string, file: string, options = ""): Promise<Record<string, unknown>[]> =>
    query(`COPY (${select}) TO ${textLiteral(file)} ${options}`);

/** The manifest's own names and rules over a file with its field names, for counts that owe nothing to the generator. */
export function tripsSql(file: string): string {
    const columns = taxi.columns.map(({ field, name }) => `"${field}" AS ${name}`).join(", ");
    return `SELECT ${columns}, _raw, file_row_number FROM read_parquet(${textLiteral(file)}, file_row_number = true)`;
}
export const keySql = `(${taxi.key.join(", ")})`;
export const passesSql = taxi.filter.map(({ condition }) => `(${condition})`).join(" AND ");
