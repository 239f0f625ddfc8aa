-- The events, as they are in Kafka: one text each, and where it lies.
CREATE TEMPORARY TABLE events (
    v STRING,
    kafka_partition INT METADATA FROM 'partition' VIRTUAL,
    kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL,
    kafka_timestamp TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL
) WITH (
    'connector' = 'kafka',
    'topic' = ${topic},
    'properties.group.id' = ${group},
${connection},
${scan},
    'format' = 'raw'
);
