/** Whether a table that is there is the one that a data set manifest describes. */
import type { ColumnType, Dataset } from "../../sql/dataset";
import type { IcebergField } from "../clients/iceberg";

const icebergType: Record<ColumnType, string> = {
    STRING: "string",
    BOOLEAN: "boolean",
    INT: "int",
    BIGINT: "long",
    DOUBLE: "double",
    DATE: "date",
    TIMESTAMP: "timestamp",
};

/** The first difference, in words; undefined where there is none. */
export function schemaProblem(
    dataset: Dataset,
    layer: "bronze" | "silver",
    schema: readonly IcebergField[],
): string | undefined {
    const columns = dataset.columns.map(({ name, type }) => [name, icebergType[type]] as const);
    const expected: (readonly [string, string])[] =
        layer === "bronze"
            ? [
                  ...columns,
                  ["kafka_partition", "int"],
                  ["kafka_offset", "long"],
                  ["kafka_timestamp", "timestamp"],
                  ["ingested_at", "timestamp"],
              ]
            : [["event_id", "string"], ...columns, [dataset.partition, "date"]];
    const there = new Map(schema.map(({ name, type }) => [name, type]));
    for (const [name, type] of expected) {
        const found = there.get(name);
        if (found === undefined) return `it has no column '${name}'`;
        if (found !== type) return `its column '${name}' is ${found}, not ${type}`;
    }
    const names = new Set(expected.map(([name]) => name));
    const further = schema.find(({ name }) => !names.has(name));
    if (further !== undefined) return `it has a further column '${further.name}'`;
    const order = schema.findIndex(({ name }, index) => name !== expected[index]?.[0]);
    return order < 0 ? undefined : `its column '${schema[order]?.name}' is in another place`;
}
