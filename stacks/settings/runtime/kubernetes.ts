import { z } from "zod";
import { schedule } from "../schedule";

export const resourceClasses = ["small", "medium", "large"] as const;

export const kubernetes = z.strictObject({
    profile: z.literal("kubernetes").describe("Flink on the cluster, by its Kubernetes operator"),
    parallelism: z
        .number()
        .int()
        .min(1)
        .max(120)
        .default(2)
        .describe("Of each job. More than the topic has partitions is of no use to bronze."),
    taskSlots: z
        .number()
        .int()
        .min(1)
        .max(16)
        .default(2)
        .describe("Of one TaskManager; there are as many as parallelism needs."),
    resourceClass: z
        .enum(resourceClasses)
        .default("small")
        .describe("Of JobManagers and TaskManagers: small 1 core and 2 GiB, medium 2 and 4, large 4 and 16."),
    checkpointIntervalSeconds: z.number().int().min(1).max(3600).default(60).describe("How often bronze is committed."),
    checkpointTimeoutSeconds: z.number().int().min(10).max(7200).default(600),
    autoscaler: z
        .strictObject({
            enabled: z.boolean().default(false).describe("Whether the operator changes the parallelism of bronze."),
            maxParallelism: z.number().int().min(1).max(120).default(12),
            targetUtilization: z.number().min(0.1).max(0.95).default(0.7),
        })
        .prefault({}),
    silverSchedule: schedule
        .default("*/30 * * * *")
        .describe("When silver is made anew of bronze: five fields of cron, in UTC."),
    operator: z
        .enum(["install", "adopt"])
        .default("install")
        .describe("adopt: somebody's Flink operator watches the namespace of the jobs."),
    operatorCrds: z
        .enum(["install", "adopt"])
        .default("install")
        .describe("adopt: they are there, as where another environment on the cluster has installed them."),
    monitoringNamespace: z
        .string()
        .min(1)
        .default("monitoring")
        .describe("Where Prometheus runs, which is let in to the metrics."),
    secretStore: z
        .strictObject({
            kind: z.enum(["SecretStore", "ClusterSecretStore"]).default("ClusterSecretStore"),
            name: z.string().min(1),
        })
        .optional()
        .describe(
            "A store of External Secrets that somebody has set up, where all secrets that are named by a secretRef are. Default: one is made for each store that is named, which the workload's own identity reads.",
        ),
});
