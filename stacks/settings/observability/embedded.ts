import { z } from "zod";

export const embedded = z.strictObject({
    profile: z.literal("embedded").describe("metrics through Flink's REST API"),
});
