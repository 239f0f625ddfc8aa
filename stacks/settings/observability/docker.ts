import { z } from "zod";
import { publishedPort } from "../common";

export const docker = z.strictObject({
    profile: z.literal("docker").describe("Prometheus as a container"),
    retentionDays: z.number().int().min(1).max(365).default(15),
    ports: z.strictObject({ prometheus: publishedPort(9090) }).prefault({}),
});
