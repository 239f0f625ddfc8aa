/** An in-process DuckDB for reading and writing event files: bounded memory, no downloads of extensions. */
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";

export interface DuckDBOptions {
    /** @default the machine's, at most 4 */
    readonly threads?: number;
    /** @default 256MB */
    readonly memoryLimit?: string;
}

/** Runs `work` on a connection of its own and closes it afterwards. */
export async function withDuckDB<T>(
    work: (connection: DuckDBConnection) => Promise<T>,
    options: DuckDBOptions = {},
): Promise<T> {
    const instance = await DuckDBInstance.create(":memory:", {
        threads: String(options.threads ?? Math.min(4, availableParallelism())),
        memory_limit: options.memoryLimit ?? "256MB",
        // Everything used here is linked in; nothing may be fetched behind the toolchain's back.
        autoinstall_known_extensions: "false",
        autoload_known_extensions: "false",
        preserve_insertion_order: "true",
        // The default is `.tmp` in the working directory, which is the user's checkout.
        temp_directory: join(tmpdir(), `tidegate-duckdb-${process.pid}`),
    });
    try {
        const connection = await instance.connect();
        try {
            return await work(connection);
        } finally {
            connection.closeSync();
        }
    } finally {
        instance.closeSync();
    }
}

export const textLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A path for DuckDB's readers, which take `*`, `?` and `[` for patterns. */
export const pathLiteral = (path: string): string => textLiteral(path.replace(/[*?[]/g, "[$&]"));

/** All rows as objects; numbers of 64 bits are bigint. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
}
