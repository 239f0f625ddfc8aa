/**
 * A Dagster job and its schedule that run dbt in a pod of the platform's cluster.
 * Source: https://docs.dagster.io/api/libraries/dagster-k8s
 */
import { header, literal, type Orchestrated } from "./python";

export const dagsterFile = "tidegate_dbt.py";

export function dagsterDefinitions({
    environment,
    namespace,
    pod,
    schedule,
    timeZone,
    deadlineMinutes,
}: Orchestrated): string {
    return `${header(environment)}
import dagster
from dagster_k8s import execute_k8s_job
from dagster_k8s.job import K8sConfigMergeBehavior

POD = ${literal(pod)}


@dagster.op
def dbt_build(context: dagster.OpExecutionContext) -> None:
    container = dict(POD["spec"]["containers"][0])
    execute_k8s_job(
        context,
        image=container.pop("image"),
        args=container.pop("args"),
        namespace=${literal(namespace)},
        timeout=${deadlineMinutes * 60},
        # What the instance says of pods must not be mixed into this one: it would not pass Pod Security.
        merge_behavior=K8sConfigMergeBehavior.SHALLOW,
        container_config={key: value for key, value in container.items() if key != "name"},
        pod_template_spec_metadata=POD["metadata"],
        pod_spec_config={key: value for key, value in POD["spec"].items() if key != "containers"},
        job_spec_config={"backoff_limit": 1, "active_deadline_seconds": ${deadlineMinutes * 60}},
    )


# A DuckDB file has one writer: limit the pool ${environment}-duckdb to one run.
@dagster.job(tags={"dagster/concurrency_key": ${literal(`${environment}-duckdb`)}})
def tidegate_dbt() -> None:
    dbt_build()


defs = dagster.Definitions(
    jobs=[tidegate_dbt],
    schedules=[
        dagster.ScheduleDefinition(
            job=tidegate_dbt,
            cron_schedule=${literal(schedule)},
            execution_timezone=${literal(timeZone)},
        )
    ],
)
`;
}
