/** The storage layer on Google Cloud Storage: a bucket of tables, one of checkpoints, one of usage logs, and the key of the first two. */
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { gcs as settings } from "../../stacks/settings/storage/gcs";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { GcpAccount } from "../cloud/gcp";
import { deletionPolicy, ownKey, type OwnKey } from "../cloud/gcpKey";
import { refuseFirst } from "../cloud/problem";
import type { ContractOutputs } from "../embedded/contract";
import { gcsProblems } from "./gcsChecks";

export interface GcsStorageArgs extends CloudArgs {
    account: GcpAccount;
    /** Whose identities get their grants. @default nobody's: the buckets are reached by who owns the project */
    foundation?: Pick<Upstream<"foundation">, "identities">;
    /**
     * How what was overwritten or deleted is kept. `versions`: as older versions, which are listed and copied back like any
     * object, for any number of days; as S3 does it. `softDelete`: apart from the bucket, for 7 to 90 days, in which nobody can
     * purge it, whatever rights on objects he has. Never both: each of them keeps and bills all that the other does.
     * @default versions
     */
    recovery?: "versions" | "softDelete";
    /**
     * Folders of their own for tables, with an atomic rename. Settled when the buckets are made. It has no versions, so that it
     * is refused without `softDelete`. @default false
     */
    hierarchicalNamespace?: boolean;
    /** Days after which overwritten and deleted objects are gone for good. @default 14 */
    oldVersionDays?: number;
    /** Days for which accesses are known. @default 90 */
    accessLogDays?: number;
}

/** Days in which parts of an upload that was never completed are kept. */
const multipartDays = 7;
const daySeconds = 86_400;

/** Who delivers usage logs. Source: https://cloud.google.com/storage/docs/access-logs#delivery */
const logWriter = "group:cloud-storage-analytics@google.com";

type Contract = Extract<ContractOutputs<"storage">, { encryptionKey: unknown }>;

const reader = "roles/storage.objectViewer";
const writer = "roles/storage.objectUser";
/** Name and settings of a bucket, which the Hadoop connector and Lakekeeper ask for; nothing of its policy. */
const bucketReader = "roles/storage.legacyBucketReader";

/**
 * What a workload may do: Flink and the catalog read and write tables, dbt reads them; only Flink has checkpoints. The
 * catalog vends tokens that are limited to a table, which no other role on the bucket is known to suffice for.
 * Cloud Storage uses the key for them: a grant on the bucket is all that they need.
 */
const access = {
    flink: { warehouse: [writer], checkpoints: [writer, bucketReader] },
    catalog: { warehouse: ["roles/storage.objectAdmin", bucketReader], checkpoints: [] },
    dbt: { warehouse: [reader], checkpoints: [] },
} as const;

export class GcsStorage extends pulumi.ComponentResource {
    readonly contract: Contract;
    readonly warehouse: storage.Bucket;
    readonly checkpoints: storage.Bucket;
    readonly key: OwnKey["key"];

    private readonly args: GcsStorageArgs;
    private readonly protect: boolean;

    /** @throws TidegateError `gcs-invalid` */
    constructor(name: string, args: GcsStorageArgs, options?: pulumi.ComponentResourceOptions) {
        refuseFirst(gcsProblems(args), { code: "gcs-invalid" });
        demandArgs("Storage on Cloud Storage", rulesOf(settings), args);
        super("tidegate:storage:Gcs", name, {}, withTransform(args, options));
        this.args = args;
        this.protect = args.protectData ?? true;

        const own = ownKey(name, { ...args, layer: "storage", agent: this.serviceAgent() }, this);
        this.key = own.key;
        const logs = this.logBucket(name);
        this.warehouse = this.dataBucket(name, "warehouse", own, logs);
        this.checkpoints = this.dataBucket(name, "checkpoints", own, logs);
        for (const workload of ["flink", "catalog", "dbt"] as const) this.grant(name, workload);

        const { project, region } = args.account;
        this.contract = {
            profile: pulumi.output("gcs" as const),
            bucket: this.warehouse.name,
            region: pulumi.output(region),
            warehouse: pulumi.interpolate`gs://${this.warehouse.name}/warehouse`,
            checkpoints: pulumi.interpolate`gs://${this.checkpoints.name}/checkpoints`,
            savepoints: pulumi.interpolate`gs://${this.checkpoints.name}/savepoints`,
            // The bucket encrypts with its own key whatever comes without one.
            fileIo: pulumi.output<Record<string, string>>({
                "io-impl": "org.apache.iceberg.gcp.gcs.GCSFileIO",
                "gcs.project-id": project,
            }),
            // flink-gs-fs-hadoop asks the metadata server of GKE for the workload's token where nothing else is set.
            flinkFileSystem: pulumi.output<Record<string, string>>({}),
            checkpointBucket: this.checkpoints.name,
            encryptionKey: this.key.id,
            account: pulumi.output(project),
        };
        this.registerOutputs({ contract: this.contract });
    }

    /** Who encrypts for the buckets of a project. Asking for it makes it where it is not there yet. */
    private serviceAgent(): pulumi.Output<string> {
        const { project } = this.args.account;
        return storage.getProjectServiceAccountOutput({ project }, { parent: this }).member;
    }

    /** With Google's key: nobody says that usage logs are delivered to a bucket with another. */
    private logBucket(name: string): storage.Bucket {
        const { accessLogDays = 90 } = this.args;
        const bucket = this.bucket(name, "logs", {
            lifecycleRules: [{ action: { type: "Delete" }, condition: { age: accessLogDays } }],
        });
        new storage.BucketIAMMember(
            `${name}-logs-delivery`,
            { bucket: bucket.name, role: "roles/storage.objectCreator", member: logWriter },
            { parent: this },
        );
        return bucket;
    }

    private dataBucket(
        name: string,
        purpose: "warehouse" | "checkpoints",
        { key, granted }: OwnKey,
        logs: storage.Bucket,
    ): storage.Bucket {
        const { oldVersionDays = 14, recovery = "versions", hierarchicalNamespace = false } = this.args;
        const versions = recovery === "versions";
        return this.bucket(
            name,
            purpose,
            {
                encryption: { defaultKmsKeyName: key.id },
                versioning: { enabled: versions },
                softDeletePolicy: { retentionDurationSeconds: versions ? 0 : oldVersionDays * daySeconds },
                ...(hierarchicalNamespace ? { hierarchicalNamespace: { enabled: true } } : {}),
                // Never by age: a table's oldest file may be a live one.
                lifecycleRules: [
                    { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: multipartDays } },
                    ...(versions
                        ? [
                              {
                                  action: { type: "Delete" },
                                  condition: { daysSinceNoncurrentTime: oldVersionDays, withState: "ARCHIVED" },
                              },
                          ]
                        : []),
                ],
                logging: { logBucket: logs.name, logObjectPrefix: `${this.args.environment}/${purpose}` },
            },
            [granted],
        );
    }

    /** Private, and without access lists. Its name begins with the project's, which nobody else in the world has. */
    private bucket(
        name: string,
        purpose: string,
        more: Partial<storage.BucketArgs>,
        dependsOn: pulumi.Resource[] = [],
    ): storage.Bucket {
        const { environment, account } = this.args;
        return new storage.Bucket(
            `${name}-${purpose}`,
            {
                name: `${account.project}-${environment}-${purpose}`,
                project: account.project,
                location: account.region.toUpperCase(),
                storageClass: "STANDARD",
                uniformBucketLevelAccess: true,
                publicAccessPrevention: "enforced",
                forceDestroy: false,
                deletionPolicy: deletionPolicy(this.protect),
                labels: tagsOf(this.args, "storage"),
                ...more,
            },
            { parent: this, protect: this.protect, retainOnDelete: this.protect, dependsOn },
        );
    }

    private grant(name: string, workload: keyof typeof access): void {
        const identity = this.args.foundation?.identities[workload].gcp;
        if (identity === undefined || identity === null) return;
        for (const purpose of ["warehouse", "checkpoints"] as const)
            for (const role of access[workload][purpose])
                new storage.BucketIAMMember(
                    `${name}-${purpose}-${workload}-${role.replace("roles/storage.", "")}`,
                    { bucket: this[purpose].name, role, member: identity.member },
                    { parent: this },
                );
    }
}
