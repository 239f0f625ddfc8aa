CREATE TABLE IF NOT EXISTS lake.silver.${table} (
    `event_id` STRING NOT NULL,
${columns},
    ${partition} DATE NOT NULL
) PARTITIONED BY (${partition}) WITH (
    'format-version' = '2',
    'write.format.default' = 'parquet',
    'write.parquet.compression-codec' = 'zstd',
    'write.parquet.compression-level' = '1',
    'write.distribution-mode' = 'none'
);

-- All of it anew, partition by partition: the same events give the same table.
INSERT OVERWRITE lake.silver.${table}
SELECT
    MD5(${event_id}),
    ${names},
    CAST(${event_time} AS DATE)
FROM (
    SELECT
        ${names},
        ROW_NUMBER() OVER (
            PARTITION BY ${key}
            ORDER BY kafka_timestamp DESC, kafka_partition DESC, kafka_offset DESC
        ) AS version
    FROM lake.bronze.${bronze}
    WHERE ${filters}
)
WHERE version = 1;
