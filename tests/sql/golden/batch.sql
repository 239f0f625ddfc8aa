-- bronze: tidegate-events-bronze
CREATE CATALOG lake WITH (
    'type' = 'iceberg',
    'catalog-type' = 'rest',
    'uri' = 'http://127.0.0.1:8181',
    'warehouse' = 's3://lake',
    'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
    's3.endpoint' = 'http://127.0.0.1:8333',
    's3.path-style-access' = 'true',
    'client.region' = 'us-east-1',
    'rest.sigv4-enabled' = 'true',
    'rest.signing-name' = 's3tables',
    'rest.signing-region' = 'us-east-1'
);
CREATE DATABASE IF NOT EXISTS lake.bronze;
CREATE DATABASE IF NOT EXISTS lake.silver;
SET 'execution.runtime-mode' = 'batch';
SET 'pipeline.name' = 'tidegate-events-bronze';
SET 'parallelism.default' = '3';
SET 'pipeline.object-reuse' = 'true';
SET 'table.local-time-zone' = 'UTC';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';
CREATE TEMPORARY TABLE events (
    v STRING,
    kafka_partition INT METADATA FROM 'partition' VIRTUAL,
    kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL,
    kafka_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL
) WITH (
    'connector' = 'kafka',
    'topic' = 'tests.events',
    'properties.group.id' = 'tidegate-events-bronze',
    'properties.bootstrap.servers' = '127.0.0.1:9092',
    'scan.startup.mode' = 'specific-offsets',
    'scan.startup.specific-offsets' = 'partition:0,offset:5;partition:1,offset:0',
    'scan.bounded.mode' = 'specific-offsets',
    'scan.bounded.specific-offsets' = 'partition:0,offset:9007199254740993;partition:1,offset:7',
    'format' = 'raw'
);
CREATE TEMPORARY TABLE dead_letters (
    `position` STRING,
    `dataset` STRING,
    `reasons` ARRAY<STRING>,
    `topic` STRING,
    `partition` INT,
    `offset` BIGINT,
    `timestamp` TIMESTAMP_LTZ(3),
    `payload` STRING,
    `payload_base64` STRING
) WITH (
    'connector' = 'kafka',
    'topic' = 'tests.events.dlq',
    'properties.bootstrap.servers' = '127.0.0.1:9092',
    'key.format' = 'raw',
    'key.fields' = 'position',
    'value.format' = 'json',
    'value.fields-include' = 'EXCEPT_KEY',
    'value.json.encode.ignore-null-fields' = 'true',
    'value.json.timestamp-format.standard' = 'ISO-8601',
    'sink.delivery-guarantee' = 'at-least-once'
);
CREATE TABLE IF NOT EXISTS lake.bronze.`raw_events` (
    `id` BIGINT,
    `at` TIMESTAMP(6),
    `note` STRING,
    `kafka_partition` INT,
    `kafka_offset` BIGINT,
    `kafka_timestamp` TIMESTAMP(6),
    `ingested_at` TIMESTAMP(6)
) WITH (
    'format-version' = '2',
    'write.format.default' = 'parquet',
    'write.parquet.compression-codec' = 'snappy'
);
CREATE TEMPORARY VIEW tokens AS
SELECT
    v, kafka_partition, kafka_offset, kafka_timestamp,
    CASE WHEN v LIKE '{\"id\":%\"at\":%\"note\":%}' ESCAPE '!' THEN REGEXP_EXTRACT_ALL(v, '\G(?:[{,] ?+"\w++": ?+(?:null|"?+((?<=")[ !#-\[\]-~\xA0-\uFFFC\x{10000}-\x{10FFFF}]*+(?=")|(?<!")(?:-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+|true|false)(?!"))"?+)(?=[,}])|\}\z)', 1 + RAND_INTEGER(1)) END AS t
FROM events;
CREATE TEMPORARY VIEW fields AS
SELECT
    v, kafka_partition, kafka_offset, kafka_timestamp, RAND_INTEGER(1) AS zero,
    CASE
        WHEN CARDINALITY(t) = 4 THEN t
        WHEN v IS JSON OBJECT AND CAST(v AS BYTES) = ENCODE(v, 'UTF-8') AND ('[' || v || ']') IS JSON ARRAY AND NOT JSON_EXISTS('[' || v || ']', 'lax $[1]') AND ('{"a":' || v || '}') IS JSON OBJECT THEN ARRAY[COALESCE(JSON_VALUE(v, 'lax $.id'), CASE WHEN JSON_QUERY(v, 'lax $.id') IS NOT NULL THEN (CHR(1) || 'nested') END), COALESCE(JSON_VALUE(v, 'lax $.at'), CASE WHEN JSON_QUERY(v, 'lax $.at') IS NOT NULL THEN (CHR(1) || 'nested') END), COALESCE(JSON_VALUE(v, 'lax $.note'), CASE WHEN JSON_QUERY(v, 'lax $.note') IS NOT NULL THEN (CHR(1) || 'nested') END)]
    END AS f
FROM tokens;
CREATE TEMPORARY VIEW typed AS
SELECT
    v, kafka_partition, kafka_offset, kafka_timestamp, zero + zero + RAND_INTEGER(1) AS zero,
    CASE WHEN f IS NULL THEN -1 ELSE CASE WHEN f[1] IS NULL THEN 0 ELSE 1 END + CASE WHEN f[2] IS NULL THEN 0 ELSE 1 END + CASE WHEN f[3] IS NULL THEN 0 ELSE 1 END END AS present,
    CASE WHEN f[1] LIKE '%.%' THEN TRY_CAST(REGEXP_EXTRACT(f[1], '^(-?[0-9]+)[.]0*$', 1) AS BIGINT) ELSE TRY_CAST(f[1] AS BIGINT) END AS `id`,
    CASE WHEN REGEXP(f[2], '\A(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)[ T](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?\z') THEN CASE WHEN CHAR_LENGTH(f[2]) = 19 THEN TIMESTAMPADD(SECOND, TRY_CAST(SUBSTRING(f[2], 12, 2) AS INT) * 3600 + TRY_CAST(SUBSTRING(f[2], 15, 2) AS INT) * 60 + TRY_CAST(SUBSTRING(f[2], 18, 2) AS INT), CAST(TRY_CAST(SUBSTRING(f[2], 1, 10) AS DATE) AS TIMESTAMP(6))) ELSE TRY_CAST(REPLACE(f[2], 'T', ' ') AS TIMESTAMP(6)) END END AS `at`,
    CASE WHEN f[3] <> (CHR(1) || 'nested') THEN f[3] END AS `note`
FROM fields;
CREATE TEMPORARY VIEW checked AS
SELECT
    *,
    -- Two uses of `zero`, for the planner (see above).
    zero = 0 AND zero < 1 AND present = (CASE WHEN `id` IS NULL THEN 0 ELSE 1 END + CASE WHEN `at` IS NULL THEN 0 ELSE 1 END + CASE WHEN `note` IS NULL THEN 0 ELSE 1 END) AND `id` IS NOT NULL AND `at` IS NOT NULL AND (id > 0) IS TRUE AS good
FROM typed;
EXECUTE STATEMENT SET BEGIN
    INSERT INTO lake.bronze.`raw_events`
    SELECT
        `id`, `at`, `note`, kafka_partition, kafka_offset, CAST(kafka_timestamp AS TIMESTAMP(6)),
        CAST(CURRENT_TIMESTAMP AS TIMESTAMP(6))
    FROM checked
    WHERE good IS TRUE;
    INSERT INTO dead_letters
    SELECT
        'tests.events' || '/' || CAST(kafka_partition AS STRING) || '/' || CAST(kafka_offset AS STRING),
        'events',
        CASE
            WHEN v IS NULL THEN ARRAY['the payload is null']
            WHEN CHAR_LENGTH(v) = 0 THEN ARRAY['the payload is empty']
            WHEN NOT (CAST(v AS BYTES) = ENCODE(v, 'UTF-8')) THEN ARRAY['the payload is not valid UTF-8']
            WHEN present = -1 THEN ARRAY['the payload is not one JSON object']
            ELSE ARRAY_REMOVE(ARRAY[
                CASE WHEN `id` IS NULL AND COALESCE(JSON_VALUE(v, 'lax $.id'), CASE WHEN JSON_QUERY(v, 'lax $.id') IS NOT NULL THEN (CHR(1) || 'nested') END) IS NOT NULL THEN 'field id is not a BIGINT' WHEN `id` IS NULL THEN 'field id is missing' ELSE '' END,
                CASE WHEN `at` IS NULL AND COALESCE(JSON_VALUE(v, 'lax $.at'), CASE WHEN JSON_QUERY(v, 'lax $.at') IS NOT NULL THEN (CHR(1) || 'nested') END) IS NOT NULL THEN 'field at is not a TIMESTAMP' WHEN `at` IS NULL THEN 'field at is missing' ELSE '' END,
                CASE WHEN `note` IS NULL AND COALESCE(JSON_VALUE(v, 'lax $.note'), CASE WHEN JSON_QUERY(v, 'lax $.note') IS NOT NULL THEN (CHR(1) || 'nested') END) IS NOT NULL THEN 'field note is not a STRING' ELSE '' END,
                CASE WHEN (id > 0) IS TRUE THEN '' ELSE 'positive_id: the id is not positive' END
            ], '')
        END,
        'tests.events', kafka_partition, kafka_offset, kafka_timestamp,
        v,
        CASE WHEN NOT (CAST(v AS BYTES) = ENCODE(v, 'UTF-8')) THEN TO_BASE64(v) END
    FROM checked
    WHERE good IS NOT TRUE;
END;

-- silver: tidegate-events-silver
CREATE CATALOG lake WITH (
    'type' = 'iceberg',
    'catalog-type' = 'rest',
    'uri' = 'http://127.0.0.1:8181',
    'warehouse' = 's3://lake',
    'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
    's3.endpoint' = 'http://127.0.0.1:8333',
    's3.path-style-access' = 'true',
    'client.region' = 'us-east-1',
    'rest.sigv4-enabled' = 'true',
    'rest.signing-name' = 's3tables',
    'rest.signing-region' = 'us-east-1'
);
CREATE DATABASE IF NOT EXISTS lake.bronze;
CREATE DATABASE IF NOT EXISTS lake.silver;
SET 'execution.runtime-mode' = 'batch';
SET 'pipeline.name' = 'tidegate-events-silver';
SET 'parallelism.default' = '2';
SET 'pipeline.object-reuse' = 'true';
SET 'table.local-time-zone' = 'UTC';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';
CREATE TABLE IF NOT EXISTS lake.silver.`events` (
    `event_id` STRING NOT NULL,
    `id` BIGINT,
    `at` TIMESTAMP(6),
    `note` STRING,
    `event_date` DATE NOT NULL
) PARTITIONED BY (`event_date`) WITH (
    'format-version' = '2',
    'write.format.default' = 'parquet',
    'write.parquet.compression-codec' = 'zstd',
    'write.parquet.compression-level' = '1',
    'write.distribution-mode' = 'none'
);
INSERT OVERWRITE lake.silver.`events`
SELECT
    MD5(COALESCE('=' || CAST(`at` AS STRING), '~') || '|' || COALESCE('=' || CAST(`id` AS STRING), '~') || '|' || COALESCE('=' || CAST(CHAR_LENGTH(`note`) AS STRING) || ':' || `note`, '~')),
    `id`, `at`, `note`,
    CAST(`at` AS DATE)
FROM (
    SELECT
        `id`, `at`, `note`,
        ROW_NUMBER() OVER (
            PARTITION BY `at`, `id`, `note`
            ORDER BY kafka_timestamp DESC, kafka_partition DESC, kafka_offset DESC
        ) AS version
    FROM lake.bronze.`raw_events`
    WHERE TRUE
)
WHERE version = 1;
