/** Where Pulumi keeps the state of an environment, the driver its ledger, and what encrypts the secrets in both. */
import { z } from "zod";
import { withoutSecret } from "../../automation/secrets/inUrl";

export const stateSettings = z
    .strictObject({
        backend: z
            .string()
            .regex(
                /^(file:\/\/.+|s3:\/\/.+|gs:\/\/.+|azblob:\/\/.+|https:\/\/.+|file)$/,
                "'file', file://DIR, s3://…, gs://…, azblob://… or https://…",
            )
            .superRefine(withoutSecret)
            .default("file")
            .describe("Pulumi's backend URL; `file` is a folder inside the data directory."),
        ledger: z
            .string()
            .regex(/^(file|s3|gs|azblob):\/\/.+$/, "file://DIR, s3://…, gs://… or azblob://…")
            .superRefine(withoutSecret)
            .optional()
            .describe(
                "Where the ledger is kept. Default: beside the state; in the data directory where that is https://.",
            ),
        secretsProvider: z
            .string()
            .regex(
                /^(passphrase|awskms:\/\/.+|gcpkms:\/\/.+|azurekeyvault:\/\/.+|hashivault:\/\/.+)$/,
                "passphrase, or the URL of a key: awskms://…, gcpkms://…, azurekeyvault://…, hashivault://…",
            )
            .superRefine(withoutSecret)
            .default("passphrase"),
    })
    .prefault({});
