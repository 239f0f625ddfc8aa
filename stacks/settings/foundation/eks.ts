import { z } from "zod";
import { operatorSettings } from "./operators";
import { quotaSettings } from "./quotas";

const block = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "a block of addresses, e.g. 192.0.2.0/24");

const nodeClass = (instanceType: string, count: number, diskGb: number) =>
    z
        .strictObject({
            instanceType: z
                .string()
                .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, "an EC2 instance type, e.g. m7i.xlarge")
                .default(instanceType)
                .describe("Graviton's (m7g, …) want images for arm64."),
            count: z.number().int().min(0).max(450).default(count).describe("Nothing adds or takes nodes by itself."),
            diskGb: z.number().int().min(30).max(16_384).default(diskGb).describe("GiB of each node."),
        })
        .prefault({});

/** What CloudWatch has. Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const logDays = z
    .union([30, 60, 90, 180, 365, 731, 1827].map((days) => z.literal(days)))
    .default(90)
    .describe("How long logs are kept, in days.");

export const eks = z.strictObject({
    profile: z.literal("eks").describe("Amazon Elastic Kubernetes Service"),
    version: z
        .string()
        .regex(/^1\.\d{2}$/, "a minor version in quotes, e.g. '1.35'")
        .default("1.35")
        .describe("Of Kubernetes. EKS goes up by one at a time and never down."),
    zones: z.number().int().min(2).max(3).default(3).describe("Availability zones, each with a subnet of its own."),
    cidr: block
        .default("10.0.0.0/16")
        .describe("Addresses of the platform's network: 16 to 20 bits of a private block. Never changed afterwards."),
    nat: z
        .enum(["perZone", "single"])
        .default("perZone")
        .describe("single: one NAT gateway for all zones. It is cheaper, and its zone is everybody's way out."),
    api: z
        .strictObject({
            publicCidrs: z
                .array(block)
                .default([])
                .describe("Who on the internet reaches the API server. Without any there is no public endpoint."),
            privateCidrs: z.array(block).default([]).describe("Who in joined networks does."),
            transitGatewayId: z
                .string()
                .regex(/^tgw-[0-9a-f]+$/)
                .optional()
                .describe("Joins them. Without it, join them by hand: by peering, VPN or Direct Connect."),
        })
        .prefault({})
        .describe("The driver has to be in one of these: it makes namespaces and installs operators."),
    admins: z
        .array(z.string().regex(/^arn:aws:iam::\d{12}:(role|user)\/\S+$/, "the ARN of a role or a user"))
        .default([])
        .describe("Who may do everything on the cluster, besides who makes it."),
    nodes: z
        .strictObject({
            small: nodeClass("m7i.large", 3, 100),
            medium: nodeClass("m7i.2xlarge", 0, 100),
            large: nodeClass("m7i.4xlarge", 0, 200),
        })
        .prefault({})
        .describe("By the class of the Flink jobs that run on them."),
    logDays,
    quotas: quotaSettings,
    operators: operatorSettings,
});
