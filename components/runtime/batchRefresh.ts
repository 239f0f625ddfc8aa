/** Runs the batch job of a FlinkDeployment again, on a schedule: the operator starts a job once, when it is deployed or changed. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { containerSecurity, podSecurity } from "../kubernetes/restricted";
import { apiOnlyPolicy, networkPolicy } from "./networkPolicies";

export interface BatchRefreshArgs {
    /** Name of the FlinkDeployment. */
    job: string;
    namespace: string;
    labels: Record<string, string>;
    /** Of images/dbt, which has Python and the script. */
    image: string;
    /** Five fields of cron, in UTC. */
    schedule: string;
}

/** Of the image's user. */
const uid = 10001;

/** Its account may read and patch that one FlinkDeployment, and nothing else. */
export function batchRefresh(
    name: string,
    { job, namespace, labels, image, schedule }: BatchRefreshArgs,
    options: pulumi.CustomResourceOptions,
): kubernetes.batch.v1.CronJob {
    const metadata = { name: `${job}-refresh`, namespace, labels };
    const podLabels = { ...labels, "tidegate-refresh": job };
    const account = new kubernetes.core.v1.ServiceAccount(
        `${name}-account`,
        { metadata, automountServiceAccountToken: false },
        options,
    );
    const role = new kubernetes.rbac.v1.Role(
        `${name}-role`,
        {
            metadata,
            rules: [
                {
                    apiGroups: ["flink.apache.org"],
                    resources: ["flinkdeployments"],
                    resourceNames: [job],
                    verbs: ["get", "patch"],
                },
            ],
        },
        options,
    );
    const binding = new kubernetes.rbac.v1.RoleBinding(
        `${name}-role-binding`,
        {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace }],
        },
        options,
    );
    networkPolicy(`${name}-policy`, metadata, apiOnlyPolicy({ "tidegate-refresh": job }), options);
    return new kubernetes.batch.v1.CronJob(
        name,
        {
            metadata,
            spec: {
                schedule,
                timeZone: "Etc/UTC",
                concurrencyPolicy: "Forbid",
                startingDeadlineSeconds: 300,
                successfulJobsHistoryLimit: 1,
                failedJobsHistoryLimit: 3,
                jobTemplate: {
                    spec: {
                        backoffLimit: 2,
                        activeDeadlineSeconds: 120,
                        ttlSecondsAfterFinished: 86_400,
                        template: {
                            metadata: { labels: podLabels },
                            spec: {
                                serviceAccountName: account.metadata.name,
                                automountServiceAccountToken: true,
                                restartPolicy: "Never",
                                securityContext: podSecurity(uid),
                                containers: [
                                    {
                                        name: "refresh",
                                        image,
                                        imagePullPolicy: "IfNotPresent",
                                        command: ["python", "/opt/tidegate/refresh.py", namespace, job],
                                        securityContext: containerSecurity,
                                        resources: {
                                            requests: { cpu: "50m", memory: "64Mi" },
                                            limits: { memory: "128Mi" },
                                        },
                                    },
                                ],
                            },
                        },
                    },
                },
            },
        },
        { ...options, dependsOn: [binding] },
    );
}
