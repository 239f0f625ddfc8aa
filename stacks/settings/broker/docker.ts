import { z } from "zod";
import { memoryMiB, publishedPort, topicSettings } from "../common";

export const docker = z.strictObject({
    profile: z.literal("docker").describe("Kafka in KRaft mode as a container"),
    security: z.enum(["plaintext", "sasl_ssl"]).default("plaintext").describe("sasl_ssl: SCRAM-SHA-512 over TLS"),
    ...topicSettings,
    memoryMiB: memoryMiB(1024),
    ports: z.strictObject({ broker: publishedPort(9092) }).prefault({}),
});
