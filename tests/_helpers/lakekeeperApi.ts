/**
 * The part of Lakekeeper's published management API (0.13.3) that is in use, written down strictly: a member that is not
 * in the description is refused in requests and in answers. tests/proofs/lakekeeperApi.proof.ts holds it against the
 * description itself.
 */
import { z } from "zod";

const uuid = z.uuid();
const seconds = z.number().int().min(0);
const text = z.string().nullish();
const flag = z.boolean().nullish();

const s3 = z.strictObject({
    type: z.literal("s3"),
    bucket: z.string(),
    region: z.string(),
    "sts-enabled": z.boolean(),
    flavor: z.enum(["aws", "s3-compat"]).optional(),
    "key-prefix": text,
    endpoint: z.url().nullish(),
    "sts-endpoint": z.url().nullish(),
    "path-style-access": flag,
    "assume-role-arn": text,
    "sts-role-arn": text,
    "sts-token-validity-seconds": seconds.optional(),
    "aws-kms-key-arn": text,
    "remote-signing-enabled": z.boolean().optional(),
    "push-s3-delete-disabled": z.boolean().optional(),
});
const gcs = z.strictObject({
    type: z.literal("gcs"),
    bucket: z.string(),
    "key-prefix": text,
    "sts-enabled": z.boolean().optional(),
});
const adls = z.strictObject({
    type: z.literal("adls"),
    "account-name": z.string(),
    filesystem: z.string(),
    "key-prefix": text,
    host: text,
    "authority-host": z.url().nullish(),
    "sas-enabled": z.boolean().optional(),
    "sas-token-validity-seconds": seconds.nullish(),
});
export const storageProfile = z.discriminatedUnion("type", [s3, gcs, adls]);
export type StorageProfile = z.infer<typeof storageProfile>;

const serviceKey = z.strictObject(
    Object.fromEntries(
        [
            ...["type", "project_id", "private_key_id", "private_key", "client_email", "client_id", "auth_uri"],
            ...["token_uri", "auth_provider_x509_cert_url", "client_x509_cert_url", "universe_domain"],
        ].map((member) => [member, z.string()]),
    ),
);
const kind = <T extends string, C extends string>(type: T, credential: C) => ({
    type: z.literal(type),
    "credential-type": z.literal(credential),
});
export const storageCredential = z.union([
    z.strictObject({
        ...kind("s3", "access-key"),
        "access-key-id": z.string(),
        "secret-access-key": z.string(),
        "external-id": text,
    }),
    z.strictObject({ ...kind("s3", "aws-system-identity"), "external-id": text }),
    z.strictObject({ ...kind("gcs", "service-account-key"), key: serviceKey }),
    z.strictObject(kind("gcs", "gcp-system-identity")),
    z.strictObject({
        ...kind("az", "client-credentials"),
        "client-id": z.string(),
        "client-secret": z.string(),
        "tenant-id": z.string(),
    }),
    z.strictObject({ ...kind("az", "shared-access-key"), key: z.string() }),
    z.strictObject(kind("az", "azure-system-identity")),
]);
export type StorageCredential = z.infer<typeof storageCredential>;

export const deleteProfile = z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("hard") }),
    z.strictObject({ type: z.literal("soft"), "expiration-seconds": z.number().int() }),
]);

export const warehouse = z.strictObject({
    id: uuid,
    "warehouse-id": uuid,
    name: z.string(),
    "project-id": z.string(),
    "storage-profile": storageProfile,
    "storage-credential-type": z.strictObject({ type: z.string(), "credential-type": z.string() }).nullish(),
    "delete-profile": deleteProfile,
    status: z.enum(["active", "inactive"]),
    protected: z.boolean(),
    "allowed-format-versions": z.array(z.number().int()),
    "managed-by": z.enum(["self-managed", "instance-admin"]).optional(),
    "updated-at": z.iso.datetime().nullish(),
});

/** Bodies of requests, by method and path; `*` is an id. */
export const requests = {
    "POST /bootstrap": z.strictObject({
        "accept-terms-of-use": z.boolean(),
        "is-operator": z.boolean().optional(),
        "user-email": text,
        "user-name": text,
    }),
    "POST /warehouse": z.strictObject({
        "warehouse-name": z.string(),
        "project-id": text,
        "storage-profile": storageProfile,
        "storage-credential": storageCredential.nullish(),
        "delete-profile": deleteProfile.optional(),
    }),
    "POST /warehouse/*/storage": z.strictObject({
        "storage-profile": storageProfile,
        "storage-credential": storageCredential.nullish(),
    }),
    "POST /warehouse/*/storage-credential": z.strictObject({ "new-storage-credential": storageCredential.nullish() }),
    "POST /warehouse/*/delete-profile": z.strictObject({ "delete-profile": deleteProfile }),
    "POST /warehouse/*/protection": z.strictObject({ protected: z.boolean() }),
    "POST /warehouse/*/rename": z.strictObject({ "new-name": z.string() }),
} as const;

const protection = z.strictObject({ protected: z.boolean(), updated_at: z.iso.datetime().nullish() });

/** Status and body of what succeeds; null: no body. */
export const answers = {
    "GET /info": {
        status: 200,
        body: z.strictObject({
            version: z.string(),
            "lakekeeper-version": z.string(),
            bootstrapped: z.boolean(),
            "server-id": uuid,
            "default-project-id": text,
            "authz-backend": z.string(),
            "aws-system-identities-enabled": z.boolean(),
            "azure-system-identities-enabled": z.boolean(),
            "gcp-system-identities-enabled": z.boolean(),
            queues: z.array(z.string()),
            "license-status": z.strictObject({ "license-type": z.string(), valid: z.boolean() }),
        }),
    },
    "POST /bootstrap": { status: 204, body: null },
    "GET /warehouse": { status: 200, body: z.strictObject({ warehouses: z.array(warehouse) }) },
    "POST /warehouse": { status: 201, body: warehouse },
    "GET /warehouse/*": { status: 200, body: warehouse },
    "DELETE /warehouse/*": { status: 204, body: null },
    "POST /warehouse/*/storage": { status: 200, body: warehouse },
    "POST /warehouse/*/storage-credential": { status: 200, body: warehouse },
    "POST /warehouse/*/delete-profile": { status: 200, body: warehouse },
    "POST /warehouse/*/protection": { status: 200, body: protection },
    "POST /warehouse/*/rename": { status: 200, body: warehouse },
    "POST /warehouse/*/activate": { status: 200, body: null },
    "POST /warehouse/*/deactivate": { status: 200, body: null },
    "GET /warehouse/*/statistics": {
        status: 200,
        body: z.strictObject({
            "warehouse-ident": uuid,
            stats: z.array(
                z.strictObject({
                    timestamp: z.iso.datetime(),
                    "number-of-tables": z.number().int(),
                    "number-of-views": z.number().int(),
                    "updated-at": z.iso.datetime(),
                }),
            ),
            "next-page-token": text,
        }),
    },
} as const satisfies Record<string, { status: number; body: z.ZodType | null }>;
export type Operation = keyof typeof answers;

/** Of whatever fails. */
export const failure = z.strictObject({
    error: z.strictObject({
        message: z.string(),
        type: z.string(),
        code: z.number().int(),
        stack: z.array(z.string()).optional(),
    }),
});
