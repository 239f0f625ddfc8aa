/** Amazon S3. */
import { randomBytes } from "node:crypto";
import { valuesAt, type SimulatedCloud, type Thing } from "../../cloud";
import type { Row } from "../../row";
import { immediate, setting } from "../latencies";
import { page, regionOf, tagsAll } from "./common";
import { at, type Values } from "../../../../components/provider/values";

const bucketToken = "aws:s3/bucket:Bucket";
const blockToken = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const naming = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";

/** One of the resources that are a part of a bucket: there is one of each for a bucket, and making it again sets it anew. */
function part(name: string, more: Partial<Row> & Pick<Row, "permissions">): Row {
    const type = `bucket${name}`;
    return {
        token: `aws:s3/${type}:${type[0]?.toUpperCase()}${type.slice(1)}`,
        source: page("s3", type.toLowerCase()),
        replaceOn: ["bucket"],
        required: ["bucket"],
        unique: ["bucket"],
        idempotent: true,
        references: [{ input: "bucket", type: bucketToken, by: "bucket", holds: false }],
        id: ({ inputs }) => String(inputs["bucket"]),
        computed: {},
        latency: setting,
        ...more,
    };
}

/** Statements of a policy that let anybody in. */
function isPublic(policy: unknown): boolean {
    if (typeof policy !== "string") return false;
    const { Statement } = JSON.parse(policy) as { Statement?: Values | Values[] };
    return [Statement ?? []]
        .flat()
        .some(
            ({ Effect, Principal, Condition }) =>
                Effect === "Allow" &&
                Condition === undefined &&
                (Principal === "*" || (Principal as Values | undefined)?.["AWS"] === "*"),
        );
}

const blocksPolicies = (bucket: unknown, cloud: SimulatedCloud): boolean =>
    cloud.all(blockToken).some(({ inputs }) => inputs["bucket"] === bucket && inputs["blockPublicPolicy"] === true);

export const rows: readonly Row[] = [
    {
        token: bucketToken,
        source: page("s3", "bucket"),
        replaceOn: ["bucket", "bucketPrefix", "region", "objectLockEnabled"],
        unique: ["bucket"],
        // The name is everybody's in the world: another account may have it.
        id: ({ inputs, token }) => String(inputs["bucket"] ?? `${String(inputs["bucketPrefix"] ?? "bucket-")}${token}`),
        computed: {
            bucket: ({ id }) => id,
            arn: ({ id }) => `arn:aws:s3:::${id}`,
            bucketDomainName: ({ id }) => `${id}.s3.amazonaws.com`,
            bucketRegionalDomainName: (making) => `${making.id}.s3.${regionOf(making)}.amazonaws.com`,
            hostedZoneId: () => "Z1BKCTXD74EZPE",
            region: regionOf,
            tagsAll,
        },
        refuses: [
            {
                what: "a name that is no DNS label of 3 to 63 characters",
                source: naming,
                because: ({ bucket }) =>
                    bucket === undefined || /^(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(String(bucket))
                        ? undefined
                        : `InvalidBucketName: ${String(bucket)}`,
                refused: { bucket: "Upper_Case" },
            },
            {
                what: "a prefix of more than 37 characters",
                source: page("s3", "bucket"),
                because: ({ bucketPrefix }) =>
                    String(bucketPrefix ?? "").length > 37
                        ? `expected length of bucket_prefix to be at most 37, got ${String(bucketPrefix)}`
                        : undefined,
                refused: { bucket: undefined, bucketPrefix: "a".repeat(38) },
            },
        ],
        keeps: (bucket: Thing, cloud) =>
            bucket.inputs["forceDestroy"] !== true &&
            cloud.all("aws:s3/bucketObject:BucketObject").some(({ inputs }) => inputs["bucket"] === bucket.id)
                ? `BucketNotEmpty: ${bucket.id}`
                : undefined,
        latency: immediate,
        permissions: ["s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket", "s3:GetBucket*", "s3:PutBucketTagging"],
    },
    part("PublicAccessBlock", { permissions: ["s3:PutBucketPublicAccessBlock", "s3:GetBucketPublicAccessBlock"] }),
    part("OwnershipControls", {
        permissions: ["s3:PutBucketOwnershipControls", "s3:GetBucketOwnershipControls"],
    }),
    part("ServerSideEncryptionConfiguration", {
        references: [
            { input: "bucket", type: bucketToken, by: "bucket", holds: false },
            {
                input: "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId",
                type: "aws:kms/key:Key",
                by: "arn",
                // KMS deletes a key whoever uses it, after its waiting time.
                holds: false,
            },
        ],
        permissions: ["s3:PutEncryptionConfiguration", "s3:GetEncryptionConfiguration"],
    }),
    part("Versioning", {
        refuses: [
            {
                what: "a status of versioning other than Enabled, Suspended and Disabled",
                source: page("s3", "bucketversioning"),
                because: (inputs) => {
                    const [status] = valuesAt(inputs, ["versioningConfiguration", "status"]);
                    return ["Enabled", "Suspended", "Disabled"].includes(String(status))
                        ? undefined
                        : `expected status to be one of Enabled, Suspended, Disabled, got ${String(status)}`;
                },
                refused: { versioningConfiguration: { status: "On" } },
            },
        ],
        permissions: ["s3:PutBucketVersioning", "s3:GetBucketVersioning"],
    }),
    part("LifecycleConfiguration", {
        refuses: [
            {
                what: "two lifecycle rules of one id",
                source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html",
                because: (inputs) => {
                    const ids = valuesAt(inputs, ["rules", "id"]);
                    return new Set(ids).size === ids.length ? undefined : "InvalidArgument: Rule ID must be unique";
                },
                refused: {
                    rules: [
                        { id: "a", status: "Enabled" },
                        { id: "a", status: "Enabled" },
                    ],
                },
            },
            {
                what: "a lifecycle rule that lets markers of what was deleted go and counts days too",
                source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html",
                because: (inputs) =>
                    valuesAt(inputs, ["rules", "expiration"]).some(
                        (one) =>
                            at(one, ["expiredObjectDeleteMarker"]) === true &&
                            (at(one, ["days"]) !== undefined || at(one, ["date"]) !== undefined),
                    )
                        ? "MalformedXML: ExpiredObjectDeleteMarker cannot be specified with Days or Date"
                        : undefined,
                refused: {
                    rules: [{ id: "a", status: "Enabled", expiration: { days: 1, expiredObjectDeleteMarker: true } }],
                },
            },
        ],
        permissions: ["s3:PutLifecycleConfiguration", "s3:GetLifecycleConfiguration"],
        latency: {
            create: 60,
            update: 60,
            delete: 5,
            source: "the provider waits until what it has set is read back: resource_aws_s3_bucket_lifecycle_configuration; no published figure, counted as a minute",
        },
    }),
    part("Logging", {
        references: [
            { input: "bucket", type: bucketToken, by: "bucket", holds: false },
            { input: "targetBucket", type: bucketToken, by: "bucket", holds: false },
        ],
        permissions: ["s3:PutBucketLogging", "s3:GetBucketLogging"],
    }),
    part("Policy", {
        refuses: [
            {
                what: "a policy that lets anybody in, where the bucket blocks public policies",
                source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
                because: ({ bucket, policy }, cloud) =>
                    isPublic(policy) && blocksPolicies(bucket, cloud)
                        ? "AccessDenied: the bucket's settings block public policies"
                        : undefined,
                refused: {
                    policy: JSON.stringify({
                        Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" }],
                    }),
                },
            },
        ],
        permissions: ["s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"],
    }),
];

/** Names of buckets are everybody's: one that nobody else has. */
const freeName = `example-${randomBytes(4).toString("hex")}`;

const bucket = { example: bucketToken, by: "bucket" };

export const examples: Readonly<Record<string, Values>> = {
    [bucketToken]: { bucket: freeName },
    [blockToken]: { bucket, blockPublicPolicy: true },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
        bucket,
        rule: { objectOwnership: "BucketOwnerEnforced" },
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        bucket,
        rules: [
            {
                applyServerSideEncryptionByDefault: {
                    sseAlgorithm: "aws:kms",
                    kmsMasterKeyId: { example: "aws:kms/key:Key", by: "arn" },
                },
            },
        ],
    },
    "aws:s3/bucketVersioning:BucketVersioning": { bucket, versioningConfiguration: { status: "Enabled" } },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        bucket,
        rules: [{ id: "a", status: "Enabled" }],
    },
    "aws:s3/bucketLogging:BucketLogging": { bucket, targetBucket: bucket, targetPrefix: "logs/" },
    // Of a bucket that blocks public policies.
    "aws:s3/bucketPolicy:BucketPolicy": {
        bucket: { example: blockToken, by: "bucket" },
        policy: JSON.stringify({ Statement: [] }),
    },
};
