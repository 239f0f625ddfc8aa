import { z } from "zod";
import { topicSettings } from "../common";
import { logDays } from "../foundation/eks";

const gibibytes = z.number().int().min(1).max(16_384);

const provisioned = z.strictObject({
    kind: z.literal("provisioned").describe("brokers of a number and a size, in KRaft mode"),
    kafkaVersion: z
        .string()
        .regex(/^\d+\.\d+\.[x\d]+\.kraft$/, "a version of MSK in KRaft mode, e.g. 3.9.x.kraft")
        .default("3.9.x.kraft"),
    instanceType: z
        .string()
        .regex(
            /^kafka\.(t3|m5|m7g)\.[a-z0-9]+$/,
            "a Standard broker: kafka.t3.small, or a size of kafka.m5 or kafka.m7g",
        )
        .default("kafka.m7g.large"),
    brokersPerZone: z.number().int().min(1).max(20).default(1),
    storageGb: gibibytes.default(100).describe("GiB of each broker, to begin with: a later change has no effect."),
    maxStorageGb: gibibytes.default(1000).describe("GiB of each broker that it grows to by itself."),
    monitoring: z
        .enum(["DEFAULT", "PER_BROKER", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"])
        .default("PER_BROKER")
        .describe("What CloudWatch is told of the brokers. All but DEFAULT cost."),
    logDays,
});

const serverless = z.strictObject({
    kind: z
        .literal("serverless")
        .describe(
            "nothing to size, but: no key of your own, and topics that a Job on the cluster makes, see docs/profiles/aws.md",
        ),
});

export const msk = z.strictObject({
    profile: z.literal("msk").describe("Amazon Managed Streaming for Apache Kafka, by IAM alone"),
    cluster: z.discriminatedUnion("kind", [provisioned, serverless]).prefault({ kind: "provisioned" }),
    ...topicSettings,
});
