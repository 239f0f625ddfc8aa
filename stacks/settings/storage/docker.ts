import { z } from "zod";
import { memoryMiB, publishedPort } from "../common";

export const docker = z.strictObject({
    profile: z.literal("docker").describe("SeaweedFS as a container"),
    memoryMiB: memoryMiB(1024),
    ports: z.strictObject({ s3: publishedPort(8333) }).prefault({}),
});
