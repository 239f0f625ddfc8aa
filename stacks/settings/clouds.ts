/** The accounts that an environment's resources are in. None of this is secret: credentials come from who runs it. */
import { z } from "zod";

export const clouds = ["aws", "gcp", "azure"] as const;
export type Cloud = (typeof clouds)[number];

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
            // What all of them take: Google Cloud's labels have the fewest characters, those of Kubernetes have to begin and end with one of them.
            // Sources: https://cloud.google.com/resource-manager/docs/labels-overview, https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
            z
                .string()
                .regex(
                    /^[a-z]([a-z0-9_-]{0,61}[a-z0-9])?$/,
                    "1 to 63 lower-case letters, digits, _ and -, a letter first, no _ or - last",
                ),
            z
                .string()
                .regex(
                    /^([a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)?$/,
                    "at most 63 lower-case letters, digits, _ and -, no _ or - first or last",
                ),
        )
        .default({})
        .describe("On every resource that takes tags or labels, beside those that say what it belongs to."),
};

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
