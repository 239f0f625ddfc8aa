/**
 * A data set manifest: the one description of an event stream from which sources, tables, checks and generated data
 * are made. `sql/datasets/<name>.yaml` holds one; docs/datasets.md tells how to add another.
 */
import { z } from "zod";
import { topicName } from "../components/broker/topicNames";

/** Flink SQL types that every reader of the tables (Flink, DuckDB, PyIceberg) shares. */
const columnTypes = ["STRING", "BOOLEAN", "INT", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP"] as const;
export type ColumnType = (typeof columnTypes)[number];

const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, "a letter or _, then letters, digits or _");
const topic = z.string().regex(topicName, "letters, digits, '.', '_' or '-', at most 249 of them");

const columnSchema = z.strictObject({
    /** Name of the field in the event (JSON key, Parquet or CSV column), case-sensitive. */
    field: identifier,
    /** Name of the column in the tables, lower case. */
    name: z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, "lower-case letters, digits or _"),
    /** TIMESTAMP is microseconds without time zone; in the event it is text, `2024-01-01 00:10:00` or with a `T`. */
    type: z.enum(columnTypes),
    /** A record without it goes to the dead-letter topic. @default false */
    required: z.boolean().default(false),
    description: z.string().min(1),
});
export type Column = z.infer<typeof columnSchema>;

export const ruleSchema = z.strictObject({
    name: identifier,
    /** A Flink SQL condition over table column names. A row for which it is not TRUE breaks the rule. */
    condition: z.string().min(1),
    /** What is said of a record that breaks it. */
    reason: z.string().min(1),
});
export type Rule = z.infer<typeof ruleSchema>;

export const datasetSchema = z
    .strictObject({
        name: identifier,
        description: z.string().min(1),
        topics: z.strictObject({ events: topic, deadLetters: topic }),
        tables: z.strictObject({ bronze: identifier, silver: identifier }),
        columns: z.array(columnSchema).min(1),
        /** Column (table name) of the time at which the event happened. */
        eventTime: z.string(),
        /** Columns (table names) that make two events the same one. */
        key: z.array(z.string()).min(1),
        /** Name of the DATE column by which silver is partitioned, computed from `eventTime`. */
        partition: identifier,
        /** Broken: the record goes to the dead-letter topic with the reason, and not to bronze. */
        reject: z.array(ruleSchema).default([]),
        /** Broken: the record stays in bronze and does not reach silver. */
        filter: z.array(ruleSchema).default([]),
    })
    .superRefine((dataset, context) => {
        const names = new Set(dataset.columns.map((column) => column.name));
        const eventTime = dataset.columns.find((column) => column.name === dataset.eventTime);
        const complain = (path: (string | number)[], message: string) =>
            context.addIssue({ code: "custom", path, message });
        if (eventTime?.type !== "TIMESTAMP")
            complain(["eventTime"], `'${dataset.eventTime}' is not a TIMESTAMP column`);
        if (eventTime && !eventTime.required)
            complain(["eventTime"], `column '${dataset.eventTime}' has to be required`);
        dataset.key.forEach((name, index) => {
            if (!names.has(name)) complain(["key", index], `there is no column '${name}'`);
        });
        // Silver is overwritten partition by partition: the versions of one event must all fall into one partition.
        if (!dataset.key.includes(dataset.eventTime))
            complain(["key"], `has to hold eventTime, '${dataset.eventTime}'`);
        if (names.size !== dataset.columns.length) complain(["columns"], "two columns have one name");
        if (new Set(dataset.columns.map((column) => column.field)).size !== dataset.columns.length)
            complain(["columns"], "two columns read one field");
        if (names.has(dataset.partition)) complain(["partition"], `'${dataset.partition}' is a column already`);
    });
export type Dataset = z.infer<typeof datasetSchema>;
