SET 'execution.runtime-mode' = 'streaming';
SET 'pipeline.name' = ${job_name};
SET 'parallelism.default' = ${parallelism};
SET 'pipeline.object-reuse' = 'true';
SET 'table.local-time-zone' = 'UTC';
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';
-- Iceberg commits when a checkpoint completes, and only then.
SET 'execution.checkpointing.interval' = ${checkpoint_interval};
SET 'execution.checkpointing.mode' = 'EXACTLY_ONCE';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
SET 'execution.checkpointing.dir' = ${checkpoints};
SET 'execution.checkpointing.savepoint-dir' = ${savepoints};
