import { z } from "zod";

export const external = z.strictObject({
    profile: z.literal("external").describe("a Flink that somebody else runs"),
    flinkRest: z.url({ protocol: /^https?$/ }).describe("The JobManager's REST API, reached from where Tidegate runs."),
    sqlGateway: z.url({ protocol: /^https?$/ }).describe("Flink's SQL gateway, without the version path."),
    parallelism: z.number().int().min(1).max(256).default(2),
    checkpointIntervalSeconds: z.number().int().min(1).max(3600).default(60),
    connector: z
        .enum(["shaded", "plain"])
        .default("shaded")
        .describe("Its Kafka connector: flink-sql-connector-kafka is shaded, flink-connector-kafka plain."),
});
