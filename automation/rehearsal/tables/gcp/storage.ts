/** Google Cloud Storage. */
import { randomBytes } from "node:crypto";
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { immediate } from "../latencies";
import { google, iamMember, inProject, labelOutputs, page, prevented, projectNumber, projectOf } from "./common";
import { cryptoKeyToken } from "./kms";

const bucketToken = "gcp:storage/bucket:Bucket";
const bucketPage = page("storage", "bucket");

const isOn = (inputs: Values, path: string): boolean => valuesAt(inputs, path.split("."))[0] === true;

/** Whether the storage agent of any project may use a key. */
const mayUse = (key: unknown, cloud: SimulatedCloud): boolean =>
    cloud
        .all("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
        .some(
            ({ inputs }) =>
                inputs["cryptoKeyId"] === key &&
                inputs["role"] === "roles/cloudkms.cryptoKeyEncrypterDecrypter" &&
                /@gs-project-accounts\./.test(String(inputs["member"])),
        );

/** `projects/p/locations/europe-west1/…` → `europe-west1` */
const locationOf = (name: unknown): string => String(name).split("/")[3] ?? "";

const foreignKey = "projects/example-project/locations/europe-west1/keyRings/example/cryptoKeys/foreign";

export const rows: readonly Row[] = [
    {
        token: bucketToken,
        source: bucketPage,
        replaceOn: [
            "name",
            "location",
            "project",
            "hierarchicalNamespace",
            "customPlacementConfig",
            "enableObjectRetention",
        ],
        required: ["location"],
        autoName: { input: "name" },
        // The name is everybody's in the world.
        unique: ["name"],
        references: [
            { input: "encryption.defaultKmsKeyName", type: cryptoKeyToken, holds: false },
            { input: "logging.logBucket", type: bucketToken, by: "name", holds: false },
        ],
        id: ({ inputs }) => String(inputs["name"]),
        computed: {
            ...inProject,
            ...labelOutputs(),
            projectNumber: (making) => Number(projectNumber(projectOf(making))),
            selfLink: ({ id }) => `https://www.googleapis.com/storage/v1/b/${id}`,
            url: ({ id }) => `gs://${id}`,
            storageClass: () => "STANDARD",
        },
        refuses: [
            {
                what: "a name of a bucket that is not of 3 to 63 lower-case letters, digits, _, - and dots, or that has 'google' in it",
                source: google("storage/docs/buckets#naming"),
                because: ({ name }) =>
                    /^(?!goog)(?!.*google)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(String(name))
                        ? undefined
                        : `Error 400: Invalid bucket name: '${String(name)}'`,
                refused: { name: "My_Bucket" },
            },
            {
                what: "a hierarchical namespace with versions",
                source: google("storage/docs/hns-overview#limitations"),
                because: (inputs) =>
                    isOn(inputs, "hierarchicalNamespace.enabled") && isOn(inputs, "versioning.enabled")
                        ? "Error 400: Hierarchical namespace is not supported with object versioning."
                        : undefined,
                refused: { hierarchicalNamespace: { enabled: true }, versioning: { enabled: true } },
            },
            {
                what: "a hierarchical namespace without uniform bucket-level access",
                source: bucketPage,
                because: (inputs) =>
                    isOn(inputs, "hierarchicalNamespace.enabled") && inputs["uniformBucketLevelAccess"] !== true
                        ? "Error 400: Hierarchical namespace requires uniform bucket-level access."
                        : undefined,
                refused: {
                    hierarchicalNamespace: { enabled: true },
                    versioning: { enabled: false },
                    uniformBucketLevelAccess: false,
                },
            },
            {
                what: "soft delete for less than 7 or more than 90 days, other than none",
                source: google("storage/docs/soft-delete"),
                because: (inputs) => {
                    const [kept] = valuesAt(inputs, ["softDeletePolicy", "retentionDurationSeconds"]).map(Number);
                    return kept === undefined || kept === 0 || (kept >= 604_800 && kept <= 7_776_000)
                        ? undefined
                        : `Error 400: The soft delete retention duration of ${kept} seconds is not within 7 and 90 days.`;
                },
                refused: { softDeletePolicy: { retentionDurationSeconds: 3600 } },
            },
            {
                what: "a key of a bucket that Cloud Storage's agent may not use",
                source: google("storage/docs/encryption/using-customer-managed-keys#prereqs"),
                because: (inputs, cloud) =>
                    valuesAt(inputs, ["encryption", "defaultKmsKeyName"]).some((key) => !mayUse(key, cloud))
                        ? "Error 403: Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key."
                        : undefined,
                refused: { encryption: { defaultKmsKeyName: foreignKey } },
            },
            {
                what: "a key of a bucket from another region",
                source: google("storage/docs/encryption/customer-managed-keys#key-locations"),
                because: (inputs) =>
                    valuesAt(inputs, ["encryption", "defaultKmsKeyName"]).some(
                        (key) => locationOf(key).toLowerCase() !== String(inputs["location"]).toLowerCase(),
                    )
                        ? "Error 400: Cloud KMS key and bucket have to be in the same location."
                        : undefined,
                refused: { location: "US-EAST1", encryption: { defaultKmsKeyName: foreignKey } },
            },
        ],
        keeps: prevented,
        latency: immediate,
        permissions: [
            "storage.buckets.create",
            "storage.buckets.delete",
            "storage.buckets.get",
            "storage.buckets.update",
            "storage.objects.list",
        ],
    },
    iamMember({
        token: "gcp:storage/bucketIAMMember:BucketIAMMember",
        source: page("storage", "bucketiammember"),
        on: "bucket",
        references: [{ input: "bucket", type: bucketToken, by: "name", holds: false }],
        refuses: [
            {
                what: "anybody as member of a policy of a bucket that prevents public access",
                source: google("storage/docs/public-access-prevention"),
                because: ({ bucket, member }, cloud) =>
                    /^all(Authenticated)?Users$/.test(String(member)) &&
                    cloud.find(bucketToken, "name", bucket)?.inputs["publicAccessPrevention"] === "enforced"
                        ? "Error 412: The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced."
                        : undefined,
                refused: { member: "allUsers" },
            },
        ],
        permissions: ["storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy"],
    }),
];

/** Names of buckets are everybody's: one that nobody else has. */
const freeName = `example-${randomBytes(4).toString("hex")}`;

export const examples: Readonly<Record<string, Values>> = {
    [bucketToken]: {
        name: freeName,
        location: "EUROPE-WEST1",
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
    },
    "gcp:storage/bucketIAMMember:BucketIAMMember": {
        bucket: { example: bucketToken },
        role: "roles/storage.objectViewer",
        member: "group:somebody@example.com",
    },
};
