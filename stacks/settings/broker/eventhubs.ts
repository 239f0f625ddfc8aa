import { z } from "zod";
import { topicSettings } from "../common";

export const eventhubs = z.strictObject({
    profile: z.literal("eventhubs").describe("Azure Event Hubs by its Kafka endpoint"),
    sku: z
        .enum(["Premium", "Standard"])
        .default("Premium")
        .describe("Standard: without a key of one's own; at most 32 partitions, which stay as many, and 7 days."),
    capacity: z
        .number()
        .int()
        .min(1)
        .max(40)
        .default(1)
        .describe("Processing units of Premium: 1, 2, 4, 6, 8, 10, 12 or 16; throughput units of Standard."),
    maximumCapacity: z
        .number()
        .int()
        .min(1)
        .max(40)
        .optional()
        .describe("Throughput units to which Standard grows by itself. Default: 10; Premium does not grow."),
    allowedAddresses: z
        .array(z.cidrv4())
        .default([])
        .describe("Public IPv4 blocks that reach it. Only without a cluster on Azure: with one it is private."),
    ...topicSettings,
});
