/**
 * Taxi trips for a start without any file: a Parquet file in the schema of the TLC's yellow taxi files, with a known
 * number of duplicates, late, filtered and broken records. docs/events.md tells what each of them is.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Dataset } from "../../../sql/dataset";
import { TidegateError, exitCodes, messageOf } from "../../core/errors";
import { pathLiteral, rowsOf, textLiteral, withDuckDB, type DuckDBOptions } from "./duckdb";
import { isFilteredSql, kindsSql, maximumEvents, routes, rowsSql, type Layout } from "./generatorSql";

/** Parts of all events, each from 0 to 1; together at most 1. */
const sharesSchema = z.strictObject({
    /** Exact repetitions of another event, elsewhere in the stream. */
    duplicates: z.number().min(0).max(1),
    /** Pickups 2 to 46 hours before those of their neighbours; valid. */
    late: z.number().min(0).max(1),
    /** Break one of the data set's `filter` rules: they reach bronze, not silver. */
    filtered: z.number().min(0).max(1),
    /** Cannot be read as a trip: they go to the dead-letter topic. */
    broken: z.number().min(0).max(1),
});
export type Shares = z.infer<typeof sharesSchema>;

export const expectedSchema = z.strictObject({
    events: z.number().int().min(0),
    bronze: z.number().int().min(0),
    silver: z.number().int().min(0),
    deadLetters: z.number().int().min(0),
});
export type Expected = z.infer<typeof expectedSchema>;

/** What a generated file says of itself, in its Parquet metadata under the key `tidegate`. */
export const generatedHeaderSchema = z.strictObject({
    generator: z.literal(1),
    dataset: z.string(),
    seed: z.number().int(),
    count: z.number().int().min(1),
    shares: sharesSchema,
    expected: expectedSchema,
    digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type GeneratedHeader = z.infer<typeof generatedHeaderSchema>;

export interface GenerateOptions {
    /** Where the file goes; made where missing. */
    readonly directory: string;
    /** A safe integer. */
    readonly seed: number;
    /** Events in all, 1 to 50,000,000. */
    readonly count: number;
    readonly shares: Shares;
    readonly duckdb?: DuckDBOptions;
}

export interface Generated {
    readonly file: string;
    readonly expected: Expected;
    /** SHA-256 of the parameters: the same digest means the same rows. */
    readonly digest: string;
    /** False where the file was there already. */
    readonly written: boolean;
}

/**
 * Writes `taxi-<digest>.parquet`, or finds it there.
 *
 * @throws TidegateError `generator-invalid` for parameters that cannot be met.
 */
export async function generate(options: GenerateOptions, dataset: Dataset): Promise<Generated> {
    const layout = layoutOf(options, dataset);
    const expected = expectedOf(layout);
    const file = join(options.directory, `${dataset.name}-${layout.digest.slice(0, 16)}.parquet`);
    const found = { file, expected, digest: layout.digest };
    if (existsSync(file)) return { ...found, written: false };
    const { seed, count, shares } = options;
    const header: GeneratedHeader = {
        generator: 1,
        dataset: dataset.name,
        seed,
        count,
        shares,
        expected,
        digest: layout.digest,
    };
    await mkdir(options.directory, { recursive: true });
    const part = `${file}.${process.pid}.part`;
    try {
        await withDuckDB(
            (connection) =>
                connection.run(
                    `COPY (${rowsSql(layout, dataset)}) TO ${textLiteral(part)} (FORMAT parquet, COMPRESSION zstd, ` +
                        `KV_METADATA {tidegate: ${textLiteral(JSON.stringify(header))}})`,
                ),
            { memoryLimit: "512MB", ...options.duckdb },
        );
        await rename(part, file);
    } catch (error) {
        throw new TidegateError(`The generated trips could not be written to ${file}: ${messageOf(error)}`, {
            code: "generator-failed",
            hint: "Is there room on that disk, and may this user write there?",
            cause: error,
        });
    } finally {
        await rm(part, { force: true });
    }
    return { ...found, written: true };
}

function expectedOf(layout: Layout): Expected {
    const { events, broken, originals, filtered } = layout;
    return { events, bronze: events - broken, silver: originals - filtered, deadLetters: broken };
}

/** What the first `sent[partition]` events of each partition hold; `events` selects `partition` and `p` in file order. */
export async function expectedOfPart(
    layout: Layout,
    file: string,
    partition: string,
    sent: number[],
): Promise<Expected> {
    const reached = sent.map((count, index) => `WHEN ${index} THEN ${count}`).join(" ");
    const events = `SELECT file_row_number AS p, row_number() OVER (PARTITION BY part ORDER BY file_row_number) AS rank, part
        FROM (SELECT *, ${partition} AS part FROM read_parquet(${pathLiteral(file)}, file_row_number = true))`;
    const rows = await withDuckDB(
        (connection) =>
            rowsOf(
                connection,
                `SELECT count(*)::DOUBLE AS events, (count(*) FILTER (original IS NULL))::DOUBLE AS broken,
                    (count(DISTINCT original) FILTER (NOT ${isFilteredSql(layout)}))::DOUBLE AS silver
                 FROM (${kindsSql(layout, `SELECT p FROM (${events}) WHERE rank <= CASE part ${reached} END`)})`,
            ),
        { memoryLimit: "512MB" },
    );
    const counts = z.object({ events: z.number(), broken: z.number(), silver: z.number() }).parse(rows[0]);
    return {
        events: counts.events,
        bronze: counts.events - counts.broken,
        silver: counts.silver,
        deadLetters: counts.broken,
    };
}

/** @throws TidegateError `generator-invalid` */
export function layoutOf(options: Pick<GenerateOptions, "seed" | "count" | "shares">, dataset: Dataset): Layout {
    const invalid = (message: string, hint: string): TidegateError =>
        new TidegateError(message, { code: "generator-invalid", hint, exitCode: exitCodes.usage });
    const { seed, count } = options;
    if (dataset.name !== "taxi")
        throw invalid(`There is no generator for the data set '${dataset.name}'`, "Name a file of it with --data.");
    if (!Number.isSafeInteger(seed)) throw invalid(`The seed ${seed} is not an integer`, "Any integer will do.");
    if (!Number.isInteger(count) || count < 1 || count > maximumEvents)
        throw invalid(`${count} events cannot be generated`, `A number from 1 to ${maximumEvents} can.`);
    const checked = sharesSchema.safeParse(options.shares);
    if (!checked.success)
        throw invalid(
            `The shares of the generator are wrong: ${z.prettifyError(checked.error)}`,
            "Each of duplicates, late, filtered and broken is a number from 0 to 1.",
        );
    const shares = checked.data;
    const wanted = Object.values(shares).reduce((sum, share) => sum + share, 0);
    if (wanted > 1 + 1e-9)
        throw invalid(
            `The shares of the generator add up to ${wanted}, more than 1`,
            "Duplicates, late, filtered and broken records are different records.",
        );
    let left = count;
    const take = (share: number): number => {
        const taken = Math.min(left, Math.round(count * share));
        left -= taken;
        return taken;
    };
    const [broken, duplicates] = [take(shares.broken), take(shares.duplicates)];
    const originals = left;
    const [filtered, late] = [take(shares.filtered), take(shares.late)];
    if (duplicates > 0 && originals === 0)
        throw invalid("There is nothing that the duplicates could repeat", "Lower `duplicates` or `broken`.");
    const digest = createHash("sha256")
        .update(
            JSON.stringify({ generator: 1, dataset: dataset.name, seed, count, broken, duplicates, filtered, late }),
        )
        .digest("hex");
    const draw = (index: number, below: number): number =>
        Number(BigInt(`0x${createHash("sha256").update(`${digest}/${index}`).digest("hex")}`) % BigInt(below));
    // Near the golden section, multiples of a stride spread most evenly, so any part of the stream holds every kind.
    const stride = coprime(Math.max(1, Math.round(count * 0.618034)), count);
    return {
        events: count,
        broken,
        duplicates,
        late,
        filtered,
        originals,
        stride,
        shift: draw(0, count),
        inverse: inverseOf(stride, count),
        spread: coprime(Math.max(1, Math.round(originals * 0.381966)), Math.max(1, originals)),
        routeStride: coprime(Math.round(routes * 0.618034), routes),
        routeShift: draw(1, routes),
        digest,
    };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

function coprime(from: number, modulus: number): number {
    let candidate = from;
    while (greatestCommonDivisor(candidate, modulus) !== 1) candidate++;
    return candidate;
}

function inverseOf(value: number, modulus: number): number {
    let [a, b, x, y] = [value % modulus, modulus, 1, 0];
    while (a > 1) {
        const quotient = Math.floor(a / b);
        [a, b] = [b, a % b];
        [x, y] = [y, x - quotient * y];
    }
    return ((x % modulus) + modulus) % modulus;
}
