/** The accounts that an environment's resources are in. None of this is secret: credentials come from who runs it. */
import { z } from "zod";

/** Lower-case letters, digits and hyphens: what all three clouds name their regions by. */
const region = z.string().regex(/^[a-z][a-z0-9-]{2,30}$/, "a region as the cloud names it, e.g. eu-west-1");
const uuid = z.uuid();

export const cloudSettings = {
    aws: z
        .strictObject({
            accountId: z
                .string()
                .regex(/^\d{12}$/, "the twelve digits of an account, in quotes")
                .describe("Credentials of any other account are refused."),
            region: region.describe("e.g. eu-west-1"),
        })
        .optional()
        .describe("Needed by profiles of Amazon Web Services."),
    gcp: z
        .strictObject({
            project: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "the id of a project, not its name or number"),
            region: region.describe("e.g. europe-west1"),
        })
        .optional()
        .describe("Needed by profiles of Google Cloud."),
    azure: z
        .strictObject({
            subscriptionId: uuid.describe("Credentials of any other subscription are refused."),
            tenantId: uuid,
            location: region.describe("e.g. westeurope"),
        })
        .optional()
        .describe("Needed by profiles of Microsoft Azure."),
    protectData: z
        .boolean()
        .default(true)
        .describe(
            "Whether what holds data cannot be deleted: Pulumi's `protect`, and the cloud's own deletion protection. To take a platform down set it to false, and roll that out first.",
        ),
    tags: z
        .record(
            // What all of them take: GCP's labels are the strictest.
            z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "lower-case letters, digits, _ and -, a letter first"),
            z.string().regex(/^[a-z0-9_-]{0,63}$/, "lower-case letters, digits, _ and -"),
        )
        .default({})
        .describe("On every resource that takes tags or labels, beside those that say what it belongs to."),
};

export type Cloud = "aws" | "gcp" | "azure";

/** What the cloud blocks of an environment file come to. */
export type CloudSettings = { readonly [C in Cloud]: NonNullable<z.infer<(typeof cloudSettings)[C]>> };

/** Profiles that are services of a cloud. */
export const cloudOf: Readonly<Record<string, Cloud>> = {
    eks: "aws",
    s3: "aws",
    msk: "aws",
    gke: "gcp",
    gcs: "gcp",
    google: "gcp",
    aks: "azure",
    adls: "azure",
    eventhubs: "azure",
};
