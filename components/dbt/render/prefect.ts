/**
 * A Prefect flow and its deployment that run dbt in a pod of the platform's cluster.
 * Source: https://docs.prefect.io/integrations/prefect-kubernetes
 */
import { header, literal, type Orchestrated } from "./python";

export const prefectFile = "tidegate_dbt.py";

export function prefectFlow({ environment, namespace, pod, schedule, timeZone, deadlineMinutes }: Orchestrated): string {
    const job = {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { generateName: "dbt-build-", namespace },
        spec: {
            backoffLimit: 1,
            activeDeadlineSeconds: deadlineMinutes * 60,
            ttlSecondsAfterFinished: 86_400,
            template: pod,
        },
    };
    return `${header(environment)}
from prefect import flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron
from prefect_kubernetes.credentials import KubernetesCredentials
from prefect_kubernetes.flows import run_namespaced_job
from prefect_kubernetes.jobs import KubernetesJob

JOB = ${literal(job)}


@flow(name=${literal(`tidegate-${environment}-dbt`)}, timeout_seconds=${deadlineMinutes * 60}, retries=0)
def dbt_build() -> None:
    run_namespaced_job(
        KubernetesJob(
            # Those of the worker: its service account has to be allowed to make jobs in ${namespace}.
            credentials=KubernetesCredentials(),
            namespace=${literal(namespace)},
            v1_job=JOB,
            delete_after_completion=False,
            timeout_seconds=${deadlineMinutes * 60},
        )
    )


if __name__ == "__main__":
    dbt_build.serve(
        name=${literal(environment)},
        schedule=Cron(${literal(schedule)}, timezone=${literal(timeZone)}),
        # A DuckDB file has one writer.
        global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
    )
`;
}
