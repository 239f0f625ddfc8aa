import { z } from "zod";

export const embedded = z.discriminatedUnion("type", [
    z.strictObject({
        type: z.literal("rest"),
        profile: z.literal("embedded").describe("the Iceberg REST catalog in SeaweedFS"),
    }),
    z.strictObject({
        type: z.literal("hadoop"),
        profile: z.literal("embedded").describe("files; not safe for several writers, so `local` only"),
    }),
]);
