-- Dead letters are written at least once: a job that is restarted writes some of them again, under the same key. With
-- exactly-once their readers would have to wait for transactions, which not every managed broker offers.
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
    'topic' = ${topic},
${connection},
    'key.format' = 'raw',
    'key.fields' = 'position',
    'value.format' = 'json',
    'value.fields-include' = 'EXCEPT_KEY',
    'value.json.encode.ignore-null-fields' = 'true',
    'value.json.timestamp-format.standard' = 'ISO-8601',
    'sink.delivery-guarantee' = 'at-least-once'
);
