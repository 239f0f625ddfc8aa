/** Data at rest is encrypted with a key of one's own, which can be taken away from whoever holds the disks. */
import {
    atLeast,
    companions,
    demand,
    isThere,
    isTrue,
    listOf,
    oneOf,
    placesAt,
    textOf,
    typeOf,
    unmet,
} from "../../analyzer/look";
import type { Demand } from "../../analyzer/look";
import type { Resource, Policy, Violation } from "../../analyzer/pack";
import { takesLogs } from "./buckets";

/** Days for which a deletion of a key can be taken back: the least that AWS has. */
const leastKeyDays = 7;

const demands: readonly Demand[] = [
    demand("aws:kms/key:Key", "enableKeyRotation", isTrue, "set it to true"),
    demand(
        "aws:kms/key:Key",
        "deletionWindowInDays",
        (days) => days === undefined || atLeast(leastKeyDays)(days),
        `keep a deleted key for at least ${leastKeyDays} days`,
    ),
    demand(
        "aws:msk/cluster:Cluster",
        "encryptionInfo.encryptionAtRestKmsKeyArn",
        isThere,
        "name a key of KMS; without one MSK takes AWS's",
    ),
    demand(
        "aws:eks/cluster:Cluster",
        "encryptionConfig.provider.keyArn",
        isThere,
        "name a key for Kubernetes' secrets",
    ),
    demand("aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings[*].ebs.encrypted", isTrue, "set it to true"),
    demand("aws:ebs/volume:Volume", "kmsKeyId", isThere, "name a key of KMS"),
    demand("aws:rds/instance:Instance", "storageEncrypted", isTrue, "set it to true"),
    demand("aws:rds/instance:Instance", "kmsKeyId", isThere, "name a key of KMS"),
    demand("aws:rds/cluster:Cluster", "storageEncrypted", isTrue, "set it to true"),
    demand("aws:rds/cluster:Cluster", "kmsKeyId", isThere, "name a key of KMS"),
    demand("gcp:kms/cryptoKey:CryptoKey", "rotationPeriod", isThere, "let it be rotated"),
    demand("gcp:container/cluster:Cluster", "databaseEncryption.state", oneOf("ENCRYPTED"), "set it to ENCRYPTED"),
    demand("gcp:container/cluster:Cluster", "databaseEncryption.keyName", isThere, "name a key of Cloud KMS"),
    demand("gcp:managedkafka/cluster:Cluster", "gcpConfig.kmsKey", isThere, "name a key of Cloud KMS"),
    demand("gcp:sql/databaseInstance:DatabaseInstance", "encryptionKeyName", isThere, "name a key of Cloud KMS"),
    demand(
        "azure-native:storage:StorageAccount",
        "encryption.keySource",
        oneOf("Microsoft.Keyvault"),
        "set it to Microsoft.Keyvault and name a key",
    ),
    demand(
        "azure-native:eventhub:Namespace",
        "encryption.keySource",
        oneOf("Microsoft.KeyVault"),
        "set it to Microsoft.KeyVault and name a key, which takes sku Premium",
    ),
    demand(
        "azure-native:containerservice:ManagedCluster",
        "agentPoolProfiles[*].enableEncryptionAtHost",
        isTrue,
        "set it to true",
    ),
    demand("azure-native:containerservice:AgentPool", "enableEncryptionAtHost", isTrue, "set it to true"),
];

const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const byDefault = "rules[*].applyServerSideEncryptionByDefault";

function* buckets(resources: readonly Resource[]): Generator<Violation> {
    for (const bucket of resources) {
        if (takesLogs(bucket, resources)) continue;
        if (typeOf(bucket) === "aws:s3/bucket:Bucket") {
            const rules = companions(resources, encryption, "bucket", bucket).flatMap((one) =>
                listOf(placesAt(one, `${byDefault}.sseAlgorithm`)).map(() => one),
            );
            const own = rules.some((one) =>
                placesAt(one, `${byDefault}.sseAlgorithm`).some(({ value }) => textOf(value).startsWith("aws:kms")),
            );
            const named = rules.some(
                (one) =>
                    one.unknowns.length > 0 ||
                    placesAt(one, `${byDefault}.kmsMasterKeyId`).some(({ value }) => isThere(value)),
            );
            if (!own || !named)
                yield {
                    message: "has no BucketServerSideEncryptionConfiguration with aws:kms and a key of one's own.",
                    urn: bucket.urn,
                };
        } else if (typeOf(bucket) === "gcp:storage/bucket:Bucket")
            for (const { value } of placesAt(bucket, "encryption.defaultKmsKeyName"))
                if (!isThere(value))
                    yield { message: "encryption.defaultKmsKeyName: name a key of Cloud KMS.", urn: bucket.urn };
    }
}

export const ownKeys: Policy = {
    name: "own-keys",
    description: "Data at rest is encrypted with a key of one's own, which is rotated.",
    resource: (resource) => unmet(demands, resource),
    *stack(resources) {
        yield* buckets(resources);
    },
};
