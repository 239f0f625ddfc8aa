import { z } from "zod";
import { port, topicSettings } from "../common";

export const embedded = z.strictObject({
    profile: z.literal("embedded").describe("Kafka in KRaft mode as a process"),
    security: z.enum(["plaintext", "sasl_ssl"]).default("plaintext").describe("sasl_ssl: SCRAM-SHA-512 over TLS"),
    ...topicSettings,
    ports: z.strictObject({ broker: port.optional() }).prefault({}),
});
