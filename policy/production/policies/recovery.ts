/** What was overwritten or deleted can be had back. */
import { companions, demand, isNotTrue, isTrue, typeOf, unmet, valueAt, type Demand } from "../../analyzer/look";
import type { Resource, Policy } from "../../analyzer/pack";
import { takesLogs } from "./buckets";

const demands: readonly Demand[] = [
    demand(
        "azure-native:keyvault:Vault",
        "properties.enableSoftDelete",
        (flag) => flag === undefined || isTrue(flag),
        "set it to true",
    ),
    demand("azure-native:keyvault:Vault", "properties.enablePurgeProtection", isTrue, "set it to true"),
    demand("azure-native:storage:BlobServiceProperties", "deleteRetentionPolicy.enabled", isTrue, "set it to true"),
    demand(
        "azure-native:storage:BlobServiceProperties",
        "containerDeleteRetentionPolicy.enabled",
        isTrue,
        "set it to true",
    ),
    demand(
        "aws:rds/instance:Instance",
        "backupRetentionPeriod",
        (days) => Number(days) > 0,
        "keep backups for some days",
    ),
    demand("aws:rds/instance:Instance", "skipFinalSnapshot", isNotTrue, "leave it out"),
    demand(
        "gcp:sql/databaseInstance:DatabaseInstance",
        "settings.backupConfiguration.enabled",
        isTrue,
        "set it to true",
    ),
];

const recoverable: Readonly<Record<string, (one: Resource, all: readonly Resource[]) => string | undefined>> = {
    "aws:s3/bucket:Bucket": (bucket, all) =>
        companions(all, "aws:s3/bucketVersioning:BucketVersioning", "bucket", bucket).some(
            (one) => valueAt(one, "versioningConfiguration.status") === "Enabled",
        )
            ? undefined
            : "has no BucketVersioning with the status Enabled.",
    "gcp:storage/bucket:Bucket": (bucket) =>
        isTrue(valueAt(bucket, "versioning.enabled")) ||
        Number(valueAt(bucket, "softDeletePolicy.retentionDurationSeconds") ?? 0) > 0
            ? undefined
            : "versioning, softDeletePolicy: set one of them; without it what is deleted is gone.",
    "azure-native:storage:StorageAccount": (account, all) =>
        companions(all, "azure-native:storage:BlobServiceProperties", "accountName", account).length > 0
            ? undefined
            : "has no BlobServiceProperties with soft delete.",
    "tidegate:database:Cluster": () =>
        "nobody makes a backup of this PostgreSQL: take a managed one, or one that somebody looks after (database.kind: external).",
};

export const recovery: Policy = {
    name: "recoverable-data",
    description:
        "What was overwritten or deleted can be had back: versions or soft delete of objects, backups of databases.",
    resource: (resource) => unmet(demands, resource),
    *stack(resources) {
        for (const resource of resources) {
            const message = recoverable[typeOf(resource)]?.(resource, resources);
            if (message !== undefined && !takesLogs(resource, resources)) yield { message, urn: resource.urn };
        }
    },
};
