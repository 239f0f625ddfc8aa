SET 'execution.runtime-mode' = 'streaming';
SET 'pipeline.name' = 'tidegate-events-bronze';
SET 'parallelism.default' = '2';
SET 'pipeline.object-reuse' = 'true';
SET 'table.local-time-zone' = 'UTC';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';
SET 'execution.checkpointing.interval' = '5 s';
SET 'execution.checkpointing.mode' = 'EXACTLY_ONCE';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
SET 'execution.checkpointing.dir' = 'file:///data/checkpoints';
SET 'execution.checkpointing.savepoint-dir' = 'file:///data/savepoints';
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
    'scan.startup.mode' = 'group-offsets',
    'properties.auto.offset.reset' = 'earliest',
    'format' = 'raw'
);
