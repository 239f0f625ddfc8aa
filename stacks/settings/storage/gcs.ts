import { z } from "zod";
import { lifecycle } from "./lifecycle";

export const gcs = z.strictObject({
    profile: z.literal("gcs").describe("Google Cloud Storage, encrypted with a key of its own"),
    recovery: z
        .enum(["versions", "softDelete"])
        .default("versions")
        .describe(
            "How what was overwritten or deleted is kept for oldVersionDays. softDelete: for 7 to 90 days, in which nobody can purge it.",
        ),
    hierarchicalNamespace: z
        .boolean()
        .default(false)
        .describe("Folders of their own, with an atomic rename. Needs softDelete. Never changed afterwards."),
    ...lifecycle,
});
