SET 'execution.runtime-mode' = 'batch';
SET 'pipeline.name' = ${job_name};
SET 'parallelism.default' = ${parallelism};
SET 'pipeline.object-reuse' = 'true';
SET 'table.local-time-zone' = 'UTC';
-- Views that two sinks read are planned, and computed, once.
SET 'table.optimizer.reuse-optimize-block-with-digest-enabled' = 'true';
