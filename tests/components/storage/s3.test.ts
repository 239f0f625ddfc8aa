import assert from "node:assert/strict";
import { S3Storage, type S3StorageArgs } from "../../../components/storage/s3";
import { contracts } from "../../../stacks/contracts";
import {
    account,
    allowed,
    identities,
    makeRoles,
    making,
    ofType,
    only,
    statementsOf,
    tagged,
    transformsOf,
    type Program,
} from "../aws";

const args = { environment: "prod", account, tags: { team: "lakehouse" } };
const make = (changes: Partial<S3StorageArgs> = {}) =>
    making(() => new S3Storage("storage", { ...args, foundation: { identities }, ...changes }), makeRoles);
const data = ["storage-warehouse", "storage-checkpoints"];

describe("S3Storage", () => {
    let program: Program;
    before(async () => (program = await make()));
    const named = (type: string, name: string) => only(program.made, type, name).inputs;

    it("fulfils the contract of the layer, with what Iceberg and Flink need", () => {
        const parsed = contracts.storage.parse(program.contract);
        assert.equal(parsed.warehouse, `s3://${parsed.bucket}/warehouse`);
        assert.match(parsed.bucket, /^prod-warehouse-/);
        assert.match(parsed.checkpoints, /^s3:\/\/prod-checkpoints-.+\/checkpoints$/);
        assert.equal(parsed.fileIo["client.region"], "eu-west-1");
        assert.equal(
            parsed.flinkFileSystem["fs.s3a.aws.credentials.provider"],
            "com.amazonaws.auth.WebIdentityTokenCredentialsProvider",
        );
        assert.deepEqual(program.secrets, []);
    });

    it("encrypts tables and checkpoints with a key of its own that is turned, and tells Iceberg which", () => {
        const { id, inputs } = only(program.made, "kms/key:Key");
        assert.equal(inputs["enableKeyRotation"], true);
        const arn = `arn:aws:kms:eu-west-1:123456789012:key/${id}`;
        for (const name of data)
            assert.deepEqual(named("BucketServerSideEncryptionConfiguration", `${name}-encryption`)["rules"], [
                {
                    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arn },
                    bucketKeyEnabled: true,
                },
            ]);
        const { fileIo, encryptionKey } = program.contract as { fileIo: object; encryptionKey: string };
        assert.deepEqual({ ...fileIo, "s3.sse.type": "kms", "s3.sse.key": arn }, fileIo);
        assert.equal(encryptionKey, arn);
    });

    it("denies whoever comes without TLS 1.2, at each bucket", () => {
        const policies = ofType(program.made, "BucketPolicy");
        assert.equal(policies.length, 3);
        for (const { inputs } of policies) {
            const denied = statementsOf(inputs["policy"]).filter(({ Effect }) => Effect === "Deny");
            assert.deepEqual(
                denied.map(({ Principal, Action, Condition }) => ({ Principal, Action, Condition })),
                [
                    { Principal: "*", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
                    { Principal: "*", Action: "s3:*", Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
                ],
            );
            for (const { Resource } of denied)
                assert.deepEqual(Resource, [
                    `arn:aws:s3:::${String(inputs["bucket"])}`,
                    `arn:aws:s3:::${String(inputs["bucket"])}/*`,
                ]);
        }
    });

    it("keeps the public out, and access lists", () => {
        const blocks = ofType(program.made, "BucketPublicAccessBlock");
        assert.equal(blocks.length, 3);
        for (const { inputs } of blocks) {
            const { bucket: _, ...flags } = inputs;
            assert.deepEqual(flags, {
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            });
        }
        for (const { inputs } of ofType(program.made, "BucketOwnershipControls"))
            assert.deepEqual(inputs["rule"], { objectOwnership: "BucketOwnerEnforced" });
    });

    it("keeps old versions for a time, and never deletes what is live by its age", () => {
        for (const name of data) {
            assert.deepEqual(named("BucketVersioning", `${name}-versioning`)["versioningConfiguration"], {
                status: "Enabled",
            });
            const rules = named("BucketLifecycleConfiguration", `${name}-lifecycle`)["rules"] as object[];
            assert.deepEqual(rules, [
                {
                    id: "multipart-leftovers",
                    status: "Enabled",
                    filter: {},
                    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
                },
                {
                    id: "old-versions",
                    status: "Enabled",
                    filter: {},
                    noncurrentVersionExpiration: { noncurrentDays: 14 },
                    expiration: { expiredObjectDeleteMarker: true },
                },
            ]);
        }
    });

    it("lets the markers of what was deleted go with its last version, in no rule that goes by days", () => {
        const rules = ofType(program.made, "BucketLifecycleConfiguration").flatMap(
            ({ inputs }) =>
                inputs["rules"] as { expiration?: { days?: number; expiredObjectDeleteMarker?: boolean } }[],
        );
        const marked = rules.filter(({ expiration }) => expiration?.expiredObjectDeleteMarker === true);
        assert.equal(marked.length, data.length);
        for (const { expiration } of marked) assert.equal(expiration?.days, undefined);
    });

    it("logs accesses to a bucket of their own, which only S3 of this account writes to", () => {
        const logs = only(program.made, "Bucket", "storage-logs").id;
        for (const name of ["warehouse", "checkpoints"]) {
            const { targetBucket, targetPrefix } = named("BucketLogging", `storage-${name}-logging`);
            assert.deepEqual([targetBucket, targetPrefix], [logs, `prod/${name}/`]);
        }
        const { policy } = named("BucketPolicy", "storage-logs-policy");
        assert.deepEqual(allowed(policy), [`s3:PutObject on arn:aws:s3:::${logs}/prod/*`]);
        const [writer] = statementsOf(policy).filter(({ Effect }) => Effect === "Allow");
        assert.deepEqual(writer?.Principal, { Service: "logging.s3.amazonaws.com" });
        assert.deepEqual(writer?.Condition, { StringEquals: { "aws:SourceAccount": account.accountId } });
    });

    describe("grants", () => {
        const policyOf = (workload: string): string => {
            const { inputs } = only(program.made, "RolePolicy", `storage-${workload}-access`);
            assert.equal(inputs["role"], `tidegate-prod-${workload}`);
            return ["warehouse", "checkpoints"]
                .reduce(
                    (text, bucket) =>
                        text.replaceAll(only(program.made, "Bucket", `storage-${bucket}`).id, bucket.toUpperCase()),
                    String(inputs["policy"]),
                )
                .replaceAll(only(program.made, "kms/key:Key").id, "KEY");
        };
        const key = "arn:aws:kms:eu-west-1:123456789012:key/KEY";
        const readAll = (bucket: string) => [
            `s3:GetBucketLocation on arn:aws:s3:::${bucket}`,
            `s3:GetObject on arn:aws:s3:::${bucket}/*`,
            `s3:ListBucket on arn:aws:s3:::${bucket}`,
        ];
        const writeAll = (bucket: string) => [
            ...readAll(bucket),
            ...["AbortMultipartUpload", "DeleteObject", "ListMultipartUploadParts", "PutObject"].map(
                (action) => `s3:${action} on arn:aws:s3:::${bucket}/*`,
            ),
        ];

        it("let Flink write tables and checkpoints, and nothing else", () => {
            assert.deepEqual(
                allowed(policyOf("flink")),
                [
                    ...writeAll("WAREHOUSE"),
                    ...writeAll("CHECKPOINTS"),
                    `kms:Decrypt on ${key}`,
                    `kms:GenerateDataKey on ${key}`,
                ].sort(),
            );
        });

        it("let the catalog write tables alone", () => {
            assert.deepEqual(
                allowed(policyOf("catalog")),
                [...writeAll("WAREHOUSE"), `kms:Decrypt on ${key}`, `kms:GenerateDataKey on ${key}`].sort(),
            );
        });

        it("let dbt read tables alone", () => {
            assert.deepEqual(allowed(policyOf("dbt")), [...readAll("WAREHOUSE"), `kms:Decrypt on ${key}`].sort());
        });

        it("are for nobody where there is no cluster", async () => {
            const { made } = await making(() => new S3Storage("storage", args));
            assert.deepEqual(ofType(made, "RolePolicy"), []);
        });
    });

    it("protects buckets and key, but for an environment that says otherwise", async () => {
        const guarded = ({ made }: Program) =>
            made.filter(({ protect, retainOnDelete }) => protect && retainOnDelete).map(({ name }) => name);
        assert.deepEqual(guarded(program).sort(), [
            "storage-checkpoints",
            "storage-key",
            "storage-logs",
            "storage-warehouse",
        ]);
        const open = await make({ protectData: false });
        assert.deepEqual(
            open.made.filter(({ protect, retainOnDelete }) => protect || retainOnDelete),
            [],
        );
        for (const { inputs } of ofType(open.made, "Bucket")) assert.equal(inputs["forceDestroy"], false);
    });

    it("says on everything that takes tags what it belongs to", () => {
        const all = tagged(program.made);
        assert.equal(all.length, 4);
        for (const { inputs, name } of all)
            assert.deepEqual(
                inputs["tags"],
                { team: "lakehouse", environment: "prod", layer: "storage", "managed-by": "tidegate" },
                name,
            );
    });

    it("takes a transform for what it does not foresee", async () => {
        const transform = () => undefined;
        const all = { ...args, foundation: { identities }, transform };
        const seen = await transformsOf((options) => new S3Storage("storage", all, options), makeRoles);
        assert.deepEqual(seen, [transform]);
    });
});
