import { z } from "zod";
import { operatorSettings } from "./operators";
import { quotaSettings } from "./quotas";

const count = z.number().int().min(0).max(1000);

/** Nodes of one size, as many as are needed. */
const pool = (vmSize: string, minCount: number, maxCount: number) =>
    z
        .strictObject({
            vmSize: z
                .string()
                .regex(/^Standard_[A-Za-z0-9_]+$/, "a size of virtual machines, e.g. Standard_D4ds_v5")
                .default(vmSize),
            minCount: count.default(minCount),
            maxCount: count.default(maxCount),
        })
        .prefault({});

export const aks = z.strictObject({
    profile: z.literal("aks").describe("Azure Kubernetes Service"),
    administrators: z
        .array(
            z.strictObject({
                objectId: z.uuid().describe("In Entra ID."),
                type: z.enum(["Group", "User", "ServicePrincipal"]).default("Group"),
            }),
        )
        .min(1)
        .describe("Who administers the cluster, whoever deploys among them: it has no local accounts."),
    kubernetesVersion: z
        .string()
        .regex(/^1\.\d\d$/, "a minor version in quotes, e.g. '1.34'")
        .default("1.34")
        .describe("Minor version; patches come by themselves."),
    cidr: z
        .cidrv4()
        .default("10.64.0.0/16")
        .describe("Of the virtual network: a private /16. Not 10.244.0.0/16 and 10.245.0.0/16, which the cluster has."),
    authorizedAddresses: z
        .array(z.cidrv4())
        .default([])
        .describe("Public IPv4 blocks that reach the API server. Without any the cluster is private."),
    system: pool("Standard_D2ds_v5", 2, 4).describe("Nodes of the cluster's own pods."),
    classes: z
        .strictObject({
            small: pool("Standard_D4ds_v5", 1, 6),
            medium: pool("Standard_D8ds_v5", 0, 6),
            large: pool("Standard_E16ds_v5", 0, 6),
        })
        .prefault({})
        .describe("Nodes for Flink's resource classes, labelled tidegate.dev/resource-class."),
    quotas: quotaSettings,
    operators: operatorSettings,
});
