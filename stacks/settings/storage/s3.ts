import { z } from "zod";
import { lifecycle } from "./lifecycle";

export const s3 = z.strictObject({
    profile: z.literal("s3").describe("Amazon S3, encrypted with a key of its own"),
    ...lifecycle,
});
