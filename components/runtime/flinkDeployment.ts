/** One job as a FlinkDeployment: a cluster of its own, in application mode, that runs one SQL script. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { taskManagerTemplate, podTemplate, type Mount } from "./podTemplate";
import type { ResourceClass } from "./resourceClasses";
import { files, mounted } from "../../sql/cluster";

export interface FlinkDeploymentArgs {
    /**
     * Name of the object, and so of the pods and of the data of high availability: a letter, then at most 44 lower-case letters,
     * digits and hyphens. Another name is another job, without the state of this one.
     */
    job: string;
    kind: "streaming" | "batch";
    namespace: string;
    serviceAccount: string;
    /** By digest. */
    image: string;
    /** Of Flink, e.g. `2.0.0`. */
    flinkVersion: string;
    labels: Record<string, string>;
    /** Only on pods. */
    podLabels: Record<string, string>;
    sql: { readonly configMap: kubernetes.core.v1.ConfigMap; readonly hash: pulumi.Output<string> };
    configuration: Record<string, string>;
    mounts: readonly Mount[];
    resources: ResourceClass;
    /** Labels of the nodes that its pods run on. @default any node will do */
    nodes?: Readonly<Record<string, string>>;
    parallelism: number;
    /** Whether it cannot be deleted or replaced: it has state. */
    protect: boolean;
}

/** Seconds until the job is up; a batch job has ended. */
const patience = { streaming: 900, batch: 3600 } as const;

/**
 * What Pulumi waits for. It may see the state from before a change, and waits to the end where a job has failed: the gate in
 * automation/gates/validation/flinkDeployment.ts knows better.
 */
const awaited = {
    streaming: "jsonpath={.status.lifecycleState}=STABLE",
    batch: "jsonpath={.status.jobStatus.state}=FINISHED",
} as const;

/** `2.0.0` → `v2_0`. The operator 1.15 knows up to v2_2; Iceberg has a runtime for up to 2.1. */
export function flinkVersionOf(version: string): string {
    const [, major, minor] = /^(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
    if (major === "2" && (minor === "0" || minor === "1")) return `v${major}_${minor}`;
    throw new TidegateError(`Flink ${version} cannot run the jobs of a cluster.`, {
        code: "flink-version-unfit",
        hint: "SqlDriver, which runs a script without a jar, comes with Flink 2.0; Iceberg has a runtime for 2.0 and 2.1.",
        exitCode: exitCodes.usage,
    });
}

/** Labels by which the pods of one job are found; the operator adds `component`. */
export const podsOf = (job: string): Record<string, string> => ({ "tidegate-job": job });

/** @throws TidegateError `flink-job-name-invalid`, `flink-version-unfit` */
export function flinkDeployment(
    name: string,
    args: FlinkDeploymentArgs,
    options: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
    const { job, kind, namespace, image, resources, parallelism, sql, protect } = args;
    if (!/^[a-z][a-z0-9-]{0,43}[a-z0-9]$/.test(job))
        throw new TidegateError(`'${job}' cannot be the name of a FlinkDeployment.`, {
            code: "flink-job-name-invalid",
            hint: "A letter, then at most 44 lower-case letters, digits and hyphens.",
            exitCode: exitCodes.usage,
        });
    const pods = { ...args.labels, ...args.podLabels, ...podsOf(job) };
    return new kubernetes.apiextensions.CustomResource(
        name,
        {
            apiVersion: "flink.apache.org/v1beta1",
            kind: "FlinkDeployment",
            metadata: {
                name: job,
                namespace,
                labels: args.labels,
                annotations: {
                    "pulumi.com/waitFor": awaited[kind],
                    "pulumi.com/timeoutSeconds": String(patience[kind]),
                },
            },
            spec: {
                image,
                imagePullPolicy: "IfNotPresent",
                flinkVersion: flinkVersionOf(args.flinkVersion),
                // Native mode wants exactly one jar, and SQL has none.
                mode: "standalone",
                serviceAccount: args.serviceAccount,
                flinkConfiguration: args.configuration,
                podTemplate: podTemplate({
                    labels: pods,
                    annotations: { "tidegate/sql": sql.hash },
                    mounts: [
                        {
                            name: "sql",
                            path: mounted.sql,
                            volume: { configMap: { name: sql.configMap.metadata.name } },
                        },
                        ...args.mounts,
                    ],
                    scratchGi: resources.scratchGi,
                    kubernetesApi: kind === "streaming",
                    ...(args.nodes === undefined ? {} : { nodes: args.nodes }),
                }),
                jobManager: { replicas: 1, resource: resources.jobManager },
                // No number of replicas: the operator takes as many as parallelism and slots make, whoever scales.
                taskManager: { resource: resources.taskManager, podTemplate: taskManagerTemplate(podsOf(job)) },
                job: {
                    entryClass: "org.apache.flink.table.runtime.application.SqlDriver",
                    args: ["--scriptUri", `file://${files.script}`],
                    parallelism,
                    upgradeMode: kind === "streaming" ? "savepoint" : "stateless",
                    state: "running",
                    // A changed script that cannot take up all of the old state is refused, and rolled back.
                    allowNonRestoredState: false,
                },
            },
        },
        { ...options, protect, customTimeouts: { create: "1h", update: "1h", delete: "30m" } },
    );
}
