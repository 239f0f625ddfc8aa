import { z } from "zod";
import { topicSettings } from "../common";

export const google = z.strictObject({
    profile: z.literal("google").describe("Google Cloud Managed Service for Apache Kafka, by OAUTHBEARER alone"),
    vcpus: z.number().int().min(3).max(1500).default(3).describe("Of all brokers together, which are in three zones."),
    memoryGb: z
        .number()
        .int()
        .min(3)
        .max(12_000)
        .optional()
        .describe("GiB of all brokers together: 1 to 8 for each vCPU. Default: 4."),
    producers: z
        .array(z.email())
        .default([])
        .describe(
            "E-mails of the service accounts that write events; nobody else may. To connect they need roles/managedkafka.client.",
        ),
    ...topicSettings,
});
