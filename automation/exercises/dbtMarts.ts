/** A few headline numbers of the marts, read from the DuckDB file that dbt wrote. */
import { existsSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";
import { messageOf, TidegateError } from "../core/errors";
import { shorten } from "./dbtArtifacts";
import { lockError } from "./dbtLock";

export interface MartSummary {
    readonly trips: number;
    /** Totals of all trips, US dollars. */
    readonly revenue: number;
    /** Days that have a trip, the first and the last of them (`2024-01-31`). */
    readonly days: number;
    readonly firstDay: string | null;
    readonly lastDay: string | null;
    /** US dollars per trip. */
    readonly averageFare: number | null;
    /** Zone with the most revenue. */
    readonly topZone: { readonly name: string; readonly borough: string; readonly revenue: number } | null;
    /** Hour of the week with the most trips; `day` in English. */
    readonly busiestHour: { readonly day: string; readonly hour: number; readonly trips: number } | null;
}

const row = z.object({
    trips: z.coerce.number(),
    revenue: z.number(),
    days: z.coerce.number(),
    first_day: z.string().nullable(),
    last_day: z.string().nullable(),
    average_fare: z.number().nullable(),
    zone_name: z.string().nullable(),
    borough: z.string().nullable(),
    zone_revenue: z.number().nullable(),
    day_of_week: z.number().nullable(),
    pickup_hour: z.number().nullable(),
    hour_trips: z.coerce.number().nullable(),
});

const query = `
    with totals as (
        select
            coalesce(sum(trips), 0)::bigint as trips,
            coalesce(sum(total_amount), 0)::double as revenue,
            count(*) as days,
            min(pickup_date)::varchar as first_day,
            max(pickup_date)::varchar as last_day,
            round(sum(fare_amount) / sum(trips), 2)::double as average_fare
        from analytics.mart_daily_revenue
    ),
    zone as (
        select zone_name, borough, total_amount::double as zone_revenue
        from analytics.mart_location_performance order by total_amount desc, location_id limit 1
    ),
    hour as (
        select day_of_week, pickup_hour, trips as hour_trips
        from analytics.mart_hourly_demand order by trips desc, day_of_week, pickup_hour limit 1
    )
    select * from totals left join zone on true left join hour on true`;

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/**
 * Opens `duckdbFile` read-only, and only for as long as the query takes.
 * @throws `marts-missing` where dbt has not built them, `duckdb-locked` while dbt is writing
 */
export async function martSummary(duckdbFile: string): Promise<MartSummary> {
    // DuckDB would say the same of a directory that is missing and of a file that is damaged.
    if (!existsSync(duckdbFile)) throw missing(`there is no file ${duckdbFile}`);
    let found: z.infer<typeof row>;
    try {
        const instance = await DuckDBInstance.create(duckdbFile, {
            access_mode: "READ_ONLY",
            autoinstall_known_extensions: "false",
            autoload_known_extensions: "false",
            threads: "1",
        });
        try {
            const connection = await instance.connect();
            const reader = await connection.runAndReadAll(query);
            found = row.parse(reader.getRowObjectsJS()[0]);
            connection.closeSync();
        } finally {
            instance.closeSync();
        }
    } catch (error) {
        throw lockError(messageOf(error), duckdbFile) ?? missing(shorten(messageOf(error)), error);
    }
    return {
        trips: found.trips,
        revenue: found.revenue,
        days: found.days,
        firstDay: found.first_day,
        lastDay: found.last_day,
        averageFare: found.average_fare,
        topZone:
            found.zone_name === null
                ? null
                : { name: found.zone_name, borough: found.borough ?? "", revenue: found.zone_revenue ?? 0 },
        busiestHour:
            found.day_of_week === null
                ? null
                : {
                      day: weekdays[found.day_of_week - 1] ?? "",
                      hour: found.pickup_hour ?? 0,
                      trips: found.hour_trips ?? 0,
                  },
    };
}

function missing(why: string, cause?: unknown): TidegateError {
    return new TidegateError(`The marts cannot be read: ${why}.`, {
        code: "marts-missing",
        hint: "Run `npx tidegate run dbt` first.",
        cause,
    });
}
