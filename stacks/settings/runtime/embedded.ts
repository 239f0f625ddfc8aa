import { z } from "zod";
import { port } from "../common";

export const embedded = z.strictObject({
    profile: z.literal("embedded").describe("a Flink session cluster as processes"),
    parallelism: z.number().int().min(1).max(64).default(2),
    taskSlots: z.number().int().min(1).max(64).default(8),
    checkpointIntervalSeconds: z.number().int().min(1).max(3600).default(10),
    ports: z.strictObject({ rest: port.optional(), sqlGateway: port.optional() }).prefault({}),
});
