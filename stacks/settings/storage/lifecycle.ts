/** How long the buckets of every cloud keep what is no longer there. */
import { z } from "zod";

const days = (least: number) => z.number().int().min(least).max(3650);

export const lifecycle = {
    oldVersionDays: days(1)
        .default(14)
        .describe("After which what was overwritten or deleted is gone for good. Iceberg deletes files all the time."),
    accessLogDays: days(1).default(90).describe("How long it is known who has read and written."),
};
