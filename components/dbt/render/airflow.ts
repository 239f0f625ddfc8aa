/**
 * An Airflow DAG that runs dbt in a pod of the platform's cluster.
 * Source: https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/operators.html
 */
import { header, literal, type Orchestrated } from "./python";

export const airflowFile = "tidegate_dbt.py";

export function airflowDag({ environment, namespace, pod, schedule, timeZone, deadlineMinutes }: Orchestrated): string {
    return `${header(environment)}
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG

POD = ${literal({ apiVersion: "v1", kind: "Pod", ...pod })}

with DAG(
    dag_id=${literal(`tidegate_${environment}_dbt`)},
    schedule=${literal(schedule)},
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo(${literal(timeZone)})),
    catchup=False,
    # A DuckDB file has one writer.
    max_active_runs=1,
    tags=["tidegate", ${literal(environment)}],
):
    KubernetesPodOperator(
        task_id="dbt_build",
        namespace=${literal(namespace)},
        name="dbt-build",
        base_container_name="dbt",
        pod_template_dict=POD,
        # None: what the template says stands.
        image=None,
        in_cluster=None,
        get_logs=True,
        on_finish_action="delete_succeeded_pod",
        startup_timeout_seconds=600,
        execution_timeout=timedelta(minutes=${deadlineMinutes}),
        retries=1,
    )
`;
}
