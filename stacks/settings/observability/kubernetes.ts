import { z } from "zod";

export const kubernetes = z.strictObject({
    profile: z.literal("kubernetes").describe("objects of the Prometheus operator on the cluster"),
    monitorLabels: z
        .record(z.string(), z.string())
        .default({})
        .describe("On monitors and rules, where the Prometheus of the cluster reads only what carries them."),
    freshnessMinutes: z
        .number()
        .int()
        .min(1)
        .max(24 * 60)
        .default(5)
        .describe("The newest checkpoint is at most as old, or the data counts as stale."),
    lagRecords: z.number().int().min(1).default(10_000).describe("Records that bronze may be behind."),
    objectives: z
        .strictObject({
            freshness: z.number().min(50).max(99.99).default(99).describe("Per cent of the time, over 30 days."),
            availability: z.number().min(50).max(99.99).default(99.5).describe("Per cent of the time, over 30 days."),
        })
        .prefault({}),
});
