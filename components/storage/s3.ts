/** The storage layer on Amazon S3: a bucket of tables, one of checkpoints, one of access logs, and the key of the first two. */
import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import type * as types from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { s3 as settings } from "../../stacks/settings/storage/s3";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { AwsAccount } from "../cloud/aws";
import { ownKey } from "../cloud/awsKey";
import type { ContractOutputs } from "../embedded/contract";

export interface S3StorageArgs extends CloudArgs {
    account: AwsAccount;
    /** Whose identities get their grants. @default nobody's: the buckets are reached by who owns the account */
    foundation?: Pick<Upstream<"foundation">, "identities">;
    /** Days after which overwritten and deleted objects are gone for good. @default 14 */
    oldVersionDays?: number;
    /** Days for which accesses are known. @default 90 */
    accessLogDays?: number;
}

/** Days in which parts of an upload that was never completed are kept. */
const multipartDays = 7;

type Contract = Extract<ContractOutputs<"storage">, { encryptionKey: unknown }>;

/** What a workload may do: Flink and the catalog read and write tables, dbt reads them; only Flink has checkpoints. */
const access = {
    flink: { warehouse: "write", checkpoints: "write" },
    catalog: { warehouse: "write", checkpoints: undefined },
    dbt: { warehouse: "read", checkpoints: undefined },
} as const;

const readActions = ["s3:GetObject"];
const writeActions = [
    ...readActions,
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
];

export class S3Storage extends pulumi.ComponentResource {
    readonly contract: Contract;
    readonly warehouse: s3.Bucket;
    readonly checkpoints: s3.Bucket;
    readonly key: kms.Key;

    private readonly args: S3StorageArgs;
    private readonly data: pulumi.CustomResourceOptions;
    private readonly tags: Record<string, string>;

    constructor(name: string, args: S3StorageArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Storage on S3", rulesOf(settings), args);
        super("tidegate:storage:S3", name, {}, withTransform(args, options));
        this.args = args;
        this.tags = tagsOf(args, "storage");
        const protect = args.protectData ?? true;
        this.data = { parent: this, protect, retainOnDelete: protect };

        this.key = ownKey(name, `Tables and checkpoints of ${args.environment}`, "storage", args, this);
        const logs = this.logBucket(name);
        this.warehouse = this.bucket(name, "warehouse", logs);
        this.checkpoints = this.bucket(name, "checkpoints", logs);
        for (const workload of ["flink", "catalog", "dbt"] as const) this.grant(name, workload);

        const { region } = args.account;
        this.contract = {
            profile: pulumi.output("s3" as const),
            bucket: this.warehouse.bucket,
            region: pulumi.output(region),
            warehouse: pulumi.interpolate`s3://${this.warehouse.bucket}/warehouse`,
            checkpoints: pulumi.interpolate`s3://${this.checkpoints.bucket}/checkpoints`,
            savepoints: pulumi.interpolate`s3://${this.checkpoints.bucket}/savepoints`,
            fileIo: this.key.arn.apply((arn): Record<string, string> => ({
                "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
                "client.region": region,
                "s3.sse.type": "kms",
                "s3.sse.key": arn,
            })),
            // The plugin is built on version 1 of AWS's SDK, whose default chain does not know a service account's token.
            flinkFileSystem: pulumi.output<Record<string, string>>({
                "fs.s3a.aws.credentials.provider": "com.amazonaws.auth.WebIdentityTokenCredentialsProvider",
                "fs.s3a.endpoint.region": region,
            }),
            checkpointBucket: this.checkpoints.bucket,
            encryptionKey: this.key.arn,
            account: pulumi.output(null),
        };
        this.registerOutputs({ contract: this.contract });
    }

    /** S3 delivers access logs to a bucket without a key of its own alone. */
    private logBucket(name: string): s3.Bucket {
        const { environment, accessLogDays = 90, account } = this.args;
        const bucket = this.plainBucket(name, "logs");
        this.encryption(`${name}-logs`, bucket, { sseAlgorithm: "AES256" });
        this.lifecycle(`${name}-logs`, bucket, [
            { id: "expire", status: "Enabled", filter: {}, expiration: { days: accessLogDays } },
        ]);
        this.policy(`${name}-logs`, bucket, [
            {
                Sid: "AccessLogs",
                Effect: "Allow",
                Principal: { Service: "logging.s3.amazonaws.com" },
                Action: "s3:PutObject",
                Resource: pulumi.interpolate`${bucket.arn}/${environment}/*`,
                Condition: { StringEquals: { "aws:SourceAccount": account.accountId } },
            },
        ]);
        return bucket;
    }

    private bucket(name: string, purpose: "warehouse" | "checkpoints", logs: s3.Bucket): s3.Bucket {
        const { environment, oldVersionDays = 14 } = this.args;
        const bucket = this.plainBucket(name, purpose);
        const child = `${name}-${purpose}`;
        const versioning = new s3.BucketVersioning(
            `${child}-versioning`,
            { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
            { parent: this },
        );
        this.encryption(child, bucket, { sseAlgorithm: "aws:kms", kmsMasterKeyId: this.key.arn }, true);
        // Never by age: a table's oldest file may be a live one.
        this.lifecycle(
            child,
            bucket,
            [
                {
                    id: "old-versions",
                    status: "Enabled",
                    filter: {},
                    noncurrentVersionExpiration: { noncurrentDays: oldVersionDays },
                    // Of what is deleted a marker stays when its last version has gone, and listings step over each of them.
                    // It cannot be with `days`. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
                    expiration: { expiredObjectDeleteMarker: true },
                },
            ],
            [versioning],
        );
        new s3.BucketLogging(
            `${child}-logging`,
            { bucket: bucket.bucket, targetBucket: logs.bucket, targetPrefix: `${environment}/${purpose}/` },
            { parent: this },
        );
        this.policy(child, bucket, []);
        return bucket;
    }

    /** Private, and without access lists. */
    private plainBucket(name: string, purpose: string): s3.Bucket {
        const child = `${name}-${purpose}`;
        const bucket = new s3.Bucket(
            child,
            { bucketPrefix: `${this.args.environment}-${purpose}-`, forceDestroy: false, tags: this.tags },
            this.data,
        );
        new s3.BucketPublicAccessBlock(
            `${child}-private`,
            {
                bucket: bucket.bucket,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            },
            { parent: this },
        );
        new s3.BucketOwnershipControls(
            `${child}-ownership`,
            { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
            { parent: this },
        );
        return bucket;
    }

    private encryption(
        child: string,
        bucket: s3.Bucket,
        applyServerSideEncryptionByDefault: { sseAlgorithm: string; kmsMasterKeyId?: pulumi.Input<string> },
        bucketKeyEnabled = false,
    ): void {
        new s3.BucketServerSideEncryptionConfiguration(
            `${child}-encryption`,
            { bucket: bucket.bucket, rules: [{ applyServerSideEncryptionByDefault, bucketKeyEnabled }] },
            { parent: this },
        );
    }

    private lifecycle(
        child: string,
        bucket: s3.Bucket,
        rules: types.input.s3.BucketLifecycleConfigurationRule[],
        dependsOn: pulumi.Resource[] = [],
    ): void {
        const leftovers = {
            id: "multipart-leftovers",
            status: "Enabled",
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: multipartDays },
        };
        new s3.BucketLifecycleConfiguration(
            `${child}-lifecycle`,
            { bucket: bucket.bucket, rules: [leftovers, ...rules] },
            { parent: this, dependsOn },
        );
    }

    /** Over TLS 1.2 or newer alone, and what `statements` allow. */
    private policy(child: string, bucket: s3.Bucket, statements: readonly object[]): void {
        const whole = [bucket.arn, pulumi.interpolate`${bucket.arn}/*`];
        const deny = (sid: string, condition: object) => ({
            Sid: sid,
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: whole,
            Condition: condition,
        });
        const policy = pulumi.jsonStringify({
            Version: "2012-10-17",
            Statement: [
                deny("OnlyOverTls", { Bool: { "aws:SecureTransport": "false" } }),
                deny("OnlyTls12", { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
                ...statements,
            ],
        });
        new s3.BucketPolicy(`${child}-policy`, { bucket: bucket.bucket, policy }, { parent: this });
    }

    private grant(name: string, workload: keyof typeof access): void {
        const role = this.args.foundation?.identities[workload].aws;
        if (role === undefined || role === null) return;
        const may = access[workload];
        const statements = [
            ...this.statements(this.warehouse, may.warehouse),
            ...(may.checkpoints === undefined ? [] : this.statements(this.checkpoints, may.checkpoints)),
            {
                Effect: "Allow",
                Action: may.warehouse === "read" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"],
                Resource: this.key.arn,
            },
        ];
        new iam.RolePolicy(
            `${name}-${workload}-access`,
            {
                name: `tidegate-${this.args.environment}-storage`,
                role: role.roleName,
                policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }),
            },
            { parent: this },
        );
    }

    private statements(bucket: s3.Bucket, mode: "read" | "write"): object[] {
        return [
            { Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucket.arn },
            {
                Effect: "Allow",
                Action: mode === "read" ? readActions : writeActions,
                Resource: pulumi.interpolate`${bucket.arn}/*`,
            },
        ];
    }
}
