/** The events that are generated where no file is given. */
import { z } from "zod";

const share = z.number().min(0).max(0.5);

export const eventSettings = z
    .strictObject({
        count: z.number().int().min(1).max(50_000_000).default(100_000),
        seed: z
            .number()
            .int()
            .min(0)
            .max(2 ** 31 - 1)
            .default(20240101),
        shares: z
            .strictObject({
                duplicates: share.default(0.01).describe("sent twice"),
                late: share.default(0.02).describe("older than their neighbours, and valid"),
                filtered: share.default(0.01).describe("break a filter rule: in bronze, not in silver"),
                broken: share.default(0.001).describe("go to the dead-letter topic"),
            })
            .prefault({}),
    })
    .prefault({})
    .describe("The events that are generated where no file is given.");
