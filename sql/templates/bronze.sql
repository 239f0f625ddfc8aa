CREATE TABLE IF NOT EXISTS lake.bronze.${table} (
${columns},
    `kafka_partition` INT,
    `kafka_offset` BIGINT,
    `kafka_timestamp` TIMESTAMP(6),
    `ingested_at` TIMESTAMP(6)
) WITH (
    'format-version' = '2',
    'write.format.default' = 'parquet',
    'write.parquet.compression-codec' = 'snappy'
);

-- One scan, in which every record becomes one row, so that no record can be lost between two ways of parsing.
-- The quick way: a flat object with the fields of the manifest, in its order. The pattern accepts only strict JSON
-- scalars; it has matched the whole text, and nothing else, if it yields one value per field and one at the end.
-- RAND_INTEGER(1) is always 0. It keeps the planner from copying an expression into each place where its column is used:
-- Flink does that with deterministic ones, and would then compute them once per use.
CREATE TEMPORARY VIEW tokens AS
SELECT
    v, kafka_partition, kafka_offset, kafka_timestamp,
    CASE WHEN v LIKE ${order_pattern} ESCAPE '!' THEN REGEXP_EXTRACT_ALL(v, ${token_pattern}, 1 + RAND_INTEGER(1)) END AS t
FROM events;

-- Every other record: any JSON object, by the field's name. NULL: not one JSON object in valid UTF-8.
CREATE TEMPORARY VIEW fields AS
SELECT
    v, kafka_partition, kafka_offset, kafka_timestamp, RAND_INTEGER(1) AS zero,
    CASE
        WHEN CARDINALITY(t) = ${token_count} THEN t
        WHEN ${is_object} THEN ARRAY[${texts}]
    END AS f
FROM tokens;

-- `present` counts the fields that are there, `converted` (below) those that became a value of their type.
CREATE TEMPORARY VIEW typed AS
SELECT
    v, kafka_partition, kafka_offset, kafka_timestamp, zero + zero + RAND_INTEGER(1) AS zero,
    CASE WHEN f IS NULL THEN -1 ELSE ${present} END AS present,
${typed}
FROM fields;

CREATE TEMPORARY VIEW checked AS
SELECT
    *,
    -- Two uses of `zero`, for the planner (see above).
    zero = 0 AND zero < 1 AND present = ${converted}${checks} AS good
FROM typed;

EXECUTE STATEMENT SET BEGIN
    INSERT INTO lake.bronze.${table}
    SELECT
        ${names}, kafka_partition, kafka_offset, CAST(kafka_timestamp AS TIMESTAMP(6)),
        CAST(CURRENT_TIMESTAMP AS TIMESTAMP(6))
    FROM checked
    WHERE good IS TRUE;
    INSERT INTO dead_letters
    SELECT
        ${topic} || '/' || CAST(kafka_partition AS STRING) || '/' || CAST(kafka_offset AS STRING),
        ${dataset},
        CASE
            WHEN v IS NULL THEN ARRAY['the payload is null']
            WHEN CHAR_LENGTH(v) = 0 THEN ARRAY['the payload is empty']
            WHEN NOT (${is_utf8}) THEN ARRAY['the payload is not valid UTF-8']
            WHEN present = -1 THEN ARRAY['the payload is not one JSON object']
            ELSE ARRAY_REMOVE(ARRAY[
${reasons}
            ], '')
        END,
        ${topic}, kafka_partition, kafka_offset, kafka_timestamp,
        v,
        CASE WHEN NOT (${is_utf8}) THEN TO_BASE64(v) END
    FROM checked
    WHERE good IS NOT TRUE;
END;
