/**
 * The texts of a DuckDB result as bytes. A VARCHAR vector is an array of 16-byte `duckdb_string_t`: length, then the
 * text itself up to 12 bytes, else 4 bytes of it and a pointer. DuckDB lays the texts of a vector end to end, so
 * thousands are read with one call; value by value, with a string for each, costs four times the CPU of all the rest.
 */
import duckdb from "@duckdb/node-bindings";
import type { DuckDBConnection } from "@duckdb/node-api";

const structSize = 16;
const inlined = 12;

/** Rows of one chunk: the text of row i is `bytes[i]` from `starts[i]` of length `lengths[i]`. */
export interface TextChunk {
    readonly rows: number;
    readonly blocks: readonly Uint8Array[];
    /** Index of a row's block in `blocks`. */
    readonly block: Uint16Array;
    readonly start: Uint32Array;
    readonly length: Uint32Array;
    readonly partition: Uint16Array;
}

/** Streams a query of (VARCHAR NOT NULL, USMALLINT NOT NULL), a chunk of at most 2048 rows at a time. */
export async function* textChunks(connection: DuckDBConnection, sql: string): AsyncGenerator<TextChunk> {
    const result = await connection.stream(sql);
    for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        const rows = chunk.rowCount;
        const texts = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, 0), rows * structSize);
        const partitions = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, 1), rows * 2);
        yield { ...readTexts(texts, rows), partition: new Uint16Array(partitions.slice().buffer) };
    }
}

function readTexts(structs: Uint8Array, rows: number): Omit<TextChunk, "partition"> {
    const view = new DataView(structs.buffer, structs.byteOffset, structs.byteLength);
    const blocks: Uint8Array[] = [structs];
    const block = new Uint16Array(rows);
    const start = new Uint32Array(rows);
    const length = new Uint32Array(rows);
    let row = 0;
    while (row < rows) {
        const first = row * structSize;
        length[row] = view.getUint32(first, true);
        if (length[row]! <= inlined) {
            start[row++] = first + 4;
            continue;
        }
        const head = row;
        let next = view.getBigUint64(first + 8, true);
        let size = 0;
        for (; row < rows; row++) {
            const offset = row * structSize;
            const bytes = view.getUint32(offset, true);
            if (bytes <= inlined || view.getBigUint64(offset + 8, true) !== next) break;
            block[row] = blocks.length;
            start[row] = size;
            length[row] = bytes;
            size += bytes;
            next += BigInt(bytes);
        }
        const buffer = structs.buffer as ArrayBuffer;
        blocks.push(duckdb.get_data_from_pointer(buffer, structs.byteOffset + head * structSize + 8, size));
    }
    return { rows, blocks, block, start, length };
}
