import { z } from "zod";
import { foundationContract, workloads } from "../../contracts";
import { operatorsWith } from "./operators";
import { quotaSettings } from "./quotas";

const text = z.string().min(1);

const identity = z
    .strictObject({
        aws: z
            .strictObject({
                roleName: text,
                roleArn: z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/.+$/, "the ARN of a role"),
            })
            .optional()
            .describe("IAM role that trusts the workload's service account."),
        gcp: z
            .strictObject({ email: z.email() })
            .optional()
            .describe("Google service account that the workload's service account may impersonate."),
        azure: z
            .strictObject({ clientId: z.uuid(), principalId: z.uuid() })
            .optional()
            .describe("User-assigned managed identity with a federated credential for the workload's service account."),
    })
    .optional();

export const kubeconfig = z.strictObject({
    profile: z.literal("kubeconfig").describe("a cluster that somebody else runs"),
    context: text.describe("Which cluster of the kubeconfig, and as whom."),
    file: text
        .optional()
        .describe("The kubeconfig; relative to the environment file. Default: KUBECONFIG, else ~/.kube/config."),
    oidcIssuer: z
        .url({ protocol: /^https$/ })
        .optional()
        .describe("Who signs the tokens of the cluster's service accounts."),
    identities: z
        .strictObject({ flink: identity, catalog: identity, dbt: identity } satisfies Record<
            (typeof workloads)[number],
            typeof identity
        >)
        .prefault({})
        .describe("Who the workloads are in a cloud; storage, broker and catalog attach their grants to it."),
    network: foundationContract.shape.network
        .default(null)
        .describe("Where the cloud puts brokers and databases so that the cluster reaches them."),
    quotas: quotaSettings,
    operators: operatorsWith("adopt"),
});
