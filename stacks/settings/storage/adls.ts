import { z } from "zod";
import { lifecycle } from "./lifecycle";

const none = (what: string) =>
    z
        .literal(false, `an account with a hierarchical namespace has no ${what}: soft delete takes its place`)
        .default(false)
        .describe(
            `A hierarchical namespace has no ${what}; true is refused. oldVersionDays is of soft delete: at most 365.`,
        );

export const adls = z.strictObject({
    profile: z.literal("adls").describe("Azure Data Lake Storage Gen2, encrypted with a key of its own"),
    redundancy: z
        .enum(["ZRS", "GZRS", "LRS"])
        .default("ZRS")
        .describe("Copies in three zones; GZRS: in another region too; LRS: in one zone, where a region has no more."),
    allowedAddresses: z
        .array(z.cidrv4())
        .default([])
        .describe(
            "Public IPv4 blocks that reach the account. Only without a cluster on Azure: with one it is private.",
        ),
    versioning: none("versions"),
    pointInTimeRestore: none("point-in-time restore"),
    ...lifecycle,
});
