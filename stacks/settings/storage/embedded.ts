import { z } from "zod";
import { port } from "../common";

export const embedded = z.strictObject({
    profile: z.literal("embedded").describe("SeaweedFS as a process"),
    ports: z.strictObject({ s3: port.optional(), iceberg: port.optional() }).prefault({}),
});
