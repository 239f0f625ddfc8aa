/**
 * The rows of the generator as DuckDB SQL. Every value is integer arithmetic on the row's position and on MD5 of the
 * source's digest and that position, so that the same parameters give the same rows on every machine and with every
 * number of threads; DuckDB's random() and hash() promise neither.
 */
import type { Dataset } from "../../../sql/dataset";

/** How many events of each kind a source holds; kinds do not overlap. */
export interface Layout {
    readonly events: number;
    readonly broken: number;
    readonly duplicates: number;
    readonly late: number;
    readonly filtered: number;
    /** Events that are neither broken nor a duplicate: `events - broken - duplicates`. */
    readonly originals: number;
    /** Slot of position p is (stride * p + shift) mod events: kinds are ranges of slots, spread evenly over the stream. */
    readonly stride: number;
    readonly shift: number;
    /** stride * inverse = 1 mod events. */
    readonly inverse: number;
    /** Duplicate d repeats original (spread * d) mod originals. */
    readonly spread: number;
    /** Route of position p is (routeStride * p + routeShift) mod routes. */
    readonly routeStride: number;
    readonly routeShift: number;
    /** Salt of the MD5 sums. */
    readonly digest: string;
}

/** Pairs of the TLC's taxi zones 1 to 263. 264 and 265 stand for "unknown" and "outside of the city". */
const zones = 263;
export const routes = zones * zones;

/** Keys stay unique up to here: a route comes back every `routes` events, then with other cents of the fare. */
export const maximumEvents = 50_000_000;

const spanSeconds = 29 * 86_400;

/**
 * Position → kind: columns p, slot, original (index among the originals, also of what a duplicate repeats), source
 * (position of that original). `positions` is a relation with the column p.
 */
export function kindsSql(layout: Layout, positions: string): string {
    const { events, broken, duplicates, originals } = layout;
    const firstOriginal = broken + duplicates;
    return `
        SELECT p, slot, original,
            CASE WHEN slot >= ${broken} AND slot < ${firstOriginal}
                THEN ((original + ${firstOriginal} + ${events} - ${layout.shift}) % ${events} * ${layout.inverse}) % ${events}
                ELSE p END AS source
        FROM (
            SELECT p, slot,
                CASE WHEN slot < ${broken} THEN NULL
                    WHEN slot < ${firstOriginal} THEN ((slot - ${broken}) * ${layout.spread}) % ${Math.max(originals, 1)}
                    ELSE slot - ${firstOriginal} END AS original
            FROM (SELECT p, (p * ${layout.stride} + ${layout.shift}) % ${events} AS slot FROM (${positions})))`;
}

/** Whether an event of `kindsSql` breaks a filter rule of the manifest. */
export function isFilteredSql(layout: Layout): string {
    return `(original >= ${layout.late} AND original < ${layout.late + layout.filtered})`;
}

/** JSON text of an event from columns with the data set's field names. */
export function jsonSql(dataset: Dataset): string {
    return `to_json({${dataset.columns.map(({ field }) => `'${field}': "${field}"`).join(", ")}})::VARCHAR`;
}

/** The rows in order: the columns of the taxi data set, then `_raw`, the text of a broken record (all else is NULL then). */
export function rowsSql(layout: Layout, dataset: Dataset): string {
    const kind = `CASE WHEN ${isFilteredSql(layout)} THEN (original - ${layout.late}) % 5 ELSE -1 END`;
    const drawn = `
        SELECT *, ${kind} AS violation, coalesce(original < ${layout.late}, false) AS late,
            (md5_number_lower('${layout.digest}:' || source) >> 1)::BIGINT AS h1,
            (md5_number_upper('${layout.digest}:' || source) >> 1)::BIGINT AS h2,
            (source * ${layout.routeStride} + ${layout.routeShift}) % ${routes} AS route
        FROM (${kindsSql(layout, `SELECT range AS p FROM range(${layout.events})`)})`;
    const priced = `
        SELECT *, route % ${zones} + 1 AS pu, route // ${zones} + 1 AS dropoff_zone,
            300 + 1000 * ((h1 % 10) * (h1 // 10 % 10) // 10) + (source // ${routes} + route * 7919) % 1000 AS fare,
            CASE h1 // 100 % 5 WHEN 0 THEN 250 WHEN 1 THEN 100 ELSE 0 END AS surcharge,
            CASE WHEN h1 // 500 % 17 = 0 THEN 694 ELSE 0 END AS tolls,
            CASE WHEN h1 // 8500 % 10 < 9 THEN 250 ELSE 0 END AS congestion,
            CASE WHEN h1 // 85000 % 20 < 16 THEN 1 WHEN h1 // 85000 % 20 < 19 THEN 2 ELSE h1 // 1700000 % 5 END AS payment
        FROM (${drawn})`;
    const summed = `
        SELECT *, CASE WHEN pu IN (132, 138) THEN 175 ELSE 0 END AS airport,
            CASE WHEN payment = 1 THEN fare * (10 + h2 % 20) // 100 ELSE 0 END AS tip,
            (fare - 300) * 2 // 7 + h2 // 20 % 50 AS hundredths,
            CASE violation WHEN 0 THEN -1 ELSE 1 END AS sign,
            make_timestamp(2024, 1, 3, 0, 0, 0) + to_seconds(
                (source * 1000 + h2 // 1000 % 1000) * ${spanSeconds} // ${layout.events * 1000}
                - CASE WHEN late THEN 7200 + h2 // 1000000 % 158400 ELSE 0 END) AS pickup
        FROM (${priced})`;
    const trips = `
        SELECT p, slot, sign, fare, violation,
            CASE WHEN h2 // 7 % 100 < 24 THEN 1 WHEN h2 // 7 % 100 < 99 THEN 2 ELSE 6 END AS "VendorID",
            pickup AS "tpep_pickup_datetime",
            pickup + to_seconds(CASE violation WHEN 3 THEN -1 ELSE 1 END * (120 + hundredths * 3 + h2 // 700 % 600))
                AS "tpep_dropoff_datetime",
            CASE WHEN violation = 2 THEN NULL WHEN h2 // 11 % 10 < 7 THEN 1 ELSE h2 // 110 % 7 END AS "passenger_count",
            CASE violation WHEN 1 THEN -(hundredths + 1) WHEN 4 THEN NULL ELSE hundredths END / 100 AS "trip_distance",
            CASE WHEN dropoff_zone = 1 THEN 3 WHEN 132 IN (pu, dropoff_zone) THEN 2 WHEN h2 // 13 % 100 < 97 THEN 1
                ELSE [4, 5, 6, 99][h2 // 1300 % 4 + 1] END AS "RatecodeID",
            CASE WHEN h2 // 17 % 200 = 0 THEN 'Y' ELSE 'N' END AS "store_and_fwd_flag",
            pu AS "PULocationID", dropoff_zone AS "DOLocationID", payment AS "payment_type",
            sign * fare / 100 AS "fare_amount", sign * surcharge / 100 AS "extra", sign * 50 / 100 AS "mta_tax",
            sign * tip / 100 AS "tip_amount", sign * tolls / 100 AS "tolls_amount",
            sign * 100 / 100 AS "improvement_surcharge",
            sign * (fare + surcharge + 50 + tip + tolls + 100 + congestion + airport) / 100 AS "total_amount",
            sign * congestion / 100 AS "congestion_surcharge", sign * airport / 100 AS "Airport_fee"
        FROM (${summed})`;
    const types = { BIGINT: "BIGINT", DOUBLE: "DOUBLE", TIMESTAMP: "TIMESTAMP", STRING: "VARCHAR" } as const;
    const columns = dataset.columns.map(({ field, type }) => {
        const sqlType = types[type as keyof typeof types];
        return { field, typed: `"${field}"::${sqlType} AS "${field}"` };
    });
    const whole = `slot >= ${layout.broken}`;
    return `
        SELECT ${columns.map(({ field }) => `CASE WHEN ${whole} THEN "${field}" END AS "${field}"`).join(", ")},
            CASE WHEN ${whole} THEN NULL ELSE ${brokenSql(dataset)} END AS "_raw"
        FROM (SELECT p, slot, ${columns.map(({ typed }) => typed).join(", ")} FROM (${trips}))`;
}

/** Six kinds of records that no reader can take for a trip. None of them can be mended by a lenient cast. */
function brokenSql(dataset: Dataset): string {
    const json = jsonSql(dataset);
    return `CASE slot % 6
        WHEN 0 THEN 'no trip: record ' || p
        WHEN 1 THEN left(${json}, 40 + (p * 13 % 300)::INTEGER)
        WHEN 2 THEN regexp_replace(${json}, '"tpep_pickup_datetime":"[^"]*",', '')
        WHEN 3 THEN regexp_replace(${json}, '"tpep_dropoff_datetime":"[^"]*"', '"tpep_dropoff_datetime":null')
        WHEN 4 THEN regexp_replace(${json}, '"fare_amount":[^,}]*', '"fare_amount":"twelve"')
        ELSE regexp_replace(${json}, '"tpep_pickup_datetime":"[^"]*"', '"tpep_pickup_datetime":"2024-13-45 25:61:00"')
        END`;
}
