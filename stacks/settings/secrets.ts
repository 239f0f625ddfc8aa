/** How secrets that are named by a `secretRef` are looked up. */
import { z } from "zod";
import type { SecretRefKind } from "../secretRef";

export const secretSettings = z
    .strictObject({
        checkedFrom: z
            .enum(["machine", "cluster"])
            .default("machine")
            .describe(
                "Who looks, before a layer is deployed, whether the secrets that it names are there. cluster: only the cluster may read them; that they were not looked up is told, and holds nothing up.",
            ),
        vault: z
            .strictObject({
                server: z.url({ protocol: /^https$/ }).describe("The address of Vault: https://…"),
                role: z
                    .string()
                    .min(1)
                    .describe("That Vault's Kubernetes method gives to the service accounts of Flink and dbt."),
                mountPath: z.string().min(1).default("kubernetes").describe("Where that method is mounted."),
            })
            .optional()
            .describe("Needed where a workload on a cluster has a secret of Vault."),
    })
    .prefault({});

/** What the environment has to say for the cluster to reach a store of this kind. */
export const storeNeeds: Readonly<Partial<Record<SecretRefKind, readonly [string, ...string[]]>>> = {
    "aws-sm": ["aws"],
    "aws-ssm": ["aws"],
    "azure-kv": ["azure"],
    vault: ["secrets", "vault"],
};
