/**
 * Where a warehouse of Lakekeeper lies and how it gets in: as arguments of ours, and as bodies of its API (0.13.3,
 * docs/docs/api/management-open-api.yaml of lakekeeper/lakekeeper, StorageProfile and StorageCredential).
 */
import { z } from "zod";
import { localSecretRef, readLocalJson, readLocalSecret } from "./localSecret";

/** The engine leaves out members that are null. */
const nullable = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
const text = nullable(z.string().min(1));
const flag = nullable(z.boolean());
/** Below the bucket, without a slash at either end. */
const keyPrefix = nullable(z.string().regex(/^[^/\s](.*[^/\s])?$/, "a path without '/' at either end"));
const seconds = nullable(z.number().int().min(1).max(604_800));

const s3 = z.strictObject({
    type: z.literal("s3"),
    /** `s3-compat`: another server than AWS's. */
    flavor: z.enum(["aws", "s3-compat"]).default("aws"),
    bucket: z.string().min(1),
    region: z.string().min(1),
    keyPrefix,
    endpoint: nullable(z.url()),
    /** @default that of S3 */
    stsEndpoint: nullable(z.url()),
    pathStyleAccess: flag,
    /** Whether clients get credentials that are good for their table alone. */
    stsEnabled: z.boolean().default(true),
    /** The role that Lakekeeper takes on. */
    assumeRoleArn: text,
    /** The role of what clients get. @default assumeRoleArn */
    stsRoleArn: text,
    stsTokenValiditySeconds: seconds,
    kmsKeyArn: text,
    /** Whether Lakekeeper signs requests of clients that have no credentials. @default true, by Lakekeeper */
    remoteSigningEnabled: flag,
    /** Whether clients are told to delete no files. It keeps a soft delete soft, and maintenance from its work. */
    pushS3DeleteDisabled: flag,
});

const gcs = z.strictObject({
    type: z.literal("gcs"),
    bucket: z.string().min(1),
    keyPrefix,
    stsEnabled: z.boolean().default(true),
});

const adls = z.strictObject({
    type: z.literal("adls"),
    accountName: z.string().min(1),
    /** The container. */
    filesystem: z.string().min(1),
    keyPrefix,
    host: text,
    authorityHost: nullable(z.url()),
    sasEnabled: z.boolean().default(true),
    sasTokenValiditySeconds: seconds,
});

export const warehouseStorage = z.discriminatedUnion("type", [s3, gcs, adls]);
export type WarehouseStorage = z.infer<typeof warehouseStorage>;
export type WarehouseStorageArgs = z.input<typeof warehouseStorage>;

export const warehouseCredential = z.discriminatedUnion("type", [
    /** Either the key itself, as secret values, or `secretRef`: a JSON object with both members. */
    z.strictObject({
        type: z.literal("access-key"),
        accessKeyId: text,
        secretAccessKey: text,
        secretRef: nullable(localSecretRef),
    }),
    /** Who Lakekeeper itself runs as. `externalId` is a condition in the trust of the role that it takes on. */
    z.strictObject({ type: z.literal("aws-system-identity"), externalId: text }),
    z.strictObject({ type: z.literal("gcp-system-identity") }),
    /** `secretRef`: the JSON of a key of a Google service account. */
    z.strictObject({ type: z.literal("service-account-key"), secretRef: localSecretRef }),
    z.strictObject({ type: z.literal("azure-system-identity") }),
    /** `secretRef`: a JSON object with clientId, clientSecret and tenantId. */
    z.strictObject({ type: z.literal("client-credentials"), secretRef: localSecretRef }),
    /** `secretRef`: the key of the storage account. */
    z.strictObject({ type: z.literal("shared-access-key"), secretRef: localSecretRef }),
]);
export type WarehouseCredential = z.infer<typeof warehouseCredential>;
export type WarehouseCredentialArgs = z.input<typeof warehouseCredential>;

/** By the type of a credential, the storage that it is for, and the type that the API gives it. */
export const credentialTypes = {
    "access-key": { storage: "s3", api: "s3" },
    "aws-system-identity": { storage: "s3", api: "s3" },
    "gcp-system-identity": { storage: "gcs", api: "gcs" },
    "service-account-key": { storage: "gcs", api: "gcs" },
    "azure-system-identity": { storage: "adls", api: "az" },
    "client-credentials": { storage: "adls", api: "az" },
    "shared-access-key": { storage: "adls", api: "az" },
} as const satisfies Record<WarehouseCredential["type"], { storage: WarehouseStorage["type"]; api: string }>;

/** Members of each storage by which the API calls them. */
const members = {
    s3: {
        flavor: "flavor",
        bucket: "bucket",
        region: "region",
        keyPrefix: "key-prefix",
        endpoint: "endpoint",
        stsEndpoint: "sts-endpoint",
        pathStyleAccess: "path-style-access",
        stsEnabled: "sts-enabled",
        assumeRoleArn: "assume-role-arn",
        stsRoleArn: "sts-role-arn",
        stsTokenValiditySeconds: "sts-token-validity-seconds",
        kmsKeyArn: "aws-kms-key-arn",
        remoteSigningEnabled: "remote-signing-enabled",
        pushS3DeleteDisabled: "push-s3-delete-disabled",
    },
    gcs: { bucket: "bucket", keyPrefix: "key-prefix", stsEnabled: "sts-enabled" },
    adls: {
        accountName: "account-name",
        filesystem: "filesystem",
        keyPrefix: "key-prefix",
        host: "host",
        authorityHost: "authority-host",
        sasEnabled: "sas-enabled",
        sasTokenValiditySeconds: "sas-token-validity-seconds",
    },
} as const satisfies { readonly [T in WarehouseStorage["type"]]: Readonly<Record<string, string>> };

type Body = Readonly<Record<string, unknown>>;

export function profileBody(storage: WarehouseStorage): Body {
    const values: Body = storage;
    const given = Object.entries(members[storage.type])
        .map(([ours, theirs]) => [theirs, values[ours]] as const)
        .filter(([, value]) => value !== null);
    return { type: storage.type, ...Object.fromEntries(given) };
}

/** What the API says of a warehouse's storage, in our words; undefined: of a kind that we do not make. */
export function storageOf(body: Body): WarehouseStorage | undefined {
    const type = String(body["type"]);
    if (!Object.hasOwn(members, type)) return undefined;
    const named = Object.entries(members[type as WarehouseStorage["type"]]).map(([ours, theirs]) => [
        ours,
        normal(body[theirs]),
    ]);
    const parsed = warehouseStorage.safeParse({ type, ...Object.fromEntries(named) });
    return parsed.success ? parsed.data : undefined;
}

/** Lakekeeper writes a URL with a slash at its end, and a prefix with none. */
const normal = (value: unknown): unknown => {
    if (typeof value !== "string") return value;
    return value.replace(/^\/+|\/+$/g, "") || null;
};

/** Members that say which files a warehouse has; the API lets none of them be changed. */
const location: readonly string[] = ["type", "bucket", "keyPrefix", "accountName", "filesystem", "host"];

/** `s3://bucket/prefix`, `gs://bucket/prefix`, `abfss://container@account.host/prefix`. */
export function locationOf(storage: WarehouseStorage): string {
    const prefix = storage.keyPrefix === null ? "" : `/${storage.keyPrefix}`;
    if (storage.type !== "adls") return `${storage.type === "s3" ? "s3" : "gs"}://${storage.bucket}${prefix}`;
    return `abfss://${storage.filesystem}@${storage.accountName}.${storage.host ?? "dfs.core.windows.net"}${prefix}`;
}

/**
 * Whether a change of this member makes it another warehouse. The region of an S3 with an endpoint of its own only
 * names it: UpdateWarehouseStorageRequest of the API.
 */
export const moves = (member: string, storage: WarehouseStorage): boolean =>
    location.includes(member) || (member === "region" && storage.type === "s3" && storage.endpoint === null);

/** Members of `wanted` that what is there does not have; what was not asked for may be as Lakekeeper has set it. */
export function storageDrift(there: WarehouseStorage, wanted: WarehouseStorage): string[] {
    if (there.type !== wanted.type) return ["type"];
    const [seen, asked] = [there as Body, wanted as Body];
    return Object.keys(asked).filter((key) => asked[key] !== null && normal(asked[key]) !== normal(seen[key]));
}

const accessKey = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });
const azureClient = z.object({
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
    tenantId: z.string().min(1),
});
const googleKey = z.looseObject({
    type: z.literal("service_account"),
    client_email: z.string(),
    private_key: z.string(),
});

/**
 * Looks its secrets up.
 * @throws TidegateError `secret-unreadable`
 */
export async function credentialBody(credential: WarehouseCredential): Promise<Body> {
    const { type } = credential;
    const head = { type: credentialTypes[type].api, "credential-type": type };
    switch (type) {
        case "access-key": {
            const key =
                credential.secretRef === null
                    ? accessKey.parse(credential)
                    : await readLocalJson(credential.secretRef, accessKey);
            return { ...head, "access-key-id": key.accessKeyId, "secret-access-key": key.secretAccessKey };
        }
        case "aws-system-identity":
            return { ...head, ...(credential.externalId === null ? {} : { "external-id": credential.externalId }) };
        case "service-account-key":
            return { ...head, key: await readLocalJson(credential.secretRef, googleKey) };
        case "client-credentials": {
            const { clientId, clientSecret, tenantId } = await readLocalJson(credential.secretRef, azureClient);
            return { ...head, "client-id": clientId, "client-secret": clientSecret, "tenant-id": tenantId };
        }
        case "shared-access-key":
            return { ...head, key: await readLocalSecret(credential.secretRef) };
        case "gcp-system-identity":
        case "azure-system-identity":
            return head;
    }
}
