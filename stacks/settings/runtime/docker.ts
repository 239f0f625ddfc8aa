import { z } from "zod";
import { publishedPort } from "../common";

export const docker = z.strictObject({
    profile: z.literal("docker").describe("a Flink session cluster as containers; dbt on this machine"),
    parallelism: z.number().int().min(1).max(64).default(2),
    taskSlots: z.number().int().min(1).max(64).default(8),
    checkpointIntervalSeconds: z.number().int().min(1).max(3600).default(10),
    ports: z.strictObject({ rest: publishedPort(8081), sqlGateway: publishedPort(8083) }).prefault({}),
});
