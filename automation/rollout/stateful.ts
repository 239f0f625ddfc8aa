/**
 * Types of resources whose replacement or deletion loses data, or the key to data. Pure. It is a list of well-known ones:
 * a graph adds its own by `stateful`, and takes one out by `!`.
 */

const under = (prefix: string, ...names: readonly string[]): string[] => names.map((name) => `${prefix}${name}`);

export const knownStateful: readonly string[] = [
    ...under("aws:s3/", "bucket:Bucket", "bucketV2:BucketV2", "directoryBucket:DirectoryBucket"),
    ...under("aws:s3tables/", "tableBucket:TableBucket", "namespace:Namespace", "table:Table"),
    ...under("aws:dynamodb/", "table:Table", "globalTable:GlobalTable"),
    ...under("aws:rds/", "instance:Instance", "cluster:Cluster", "clusterInstance:ClusterInstance"),
    ...under("aws:rds/", "globalCluster:GlobalCluster", "snapshot:Snapshot", "clusterSnapshot:ClusterSnapshot"),
    ...under("aws:", "docdb/cluster:Cluster", "neptune/cluster:Cluster", "keyspaces/table:Table", "qldb/ledger:Ledger"),
    ...under("aws:", "redshift/cluster:Cluster", "redshiftserverless/namespace:Namespace"),
    ...under("aws:elasticache/", "cluster:Cluster", "replicationGroup:ReplicationGroup"),
    ...under("aws:", "memorydb/cluster:Cluster", "opensearch/domain:Domain", "elasticsearch/domain:Domain"),
    ...under("aws:msk/", "cluster:Cluster", "serverlessCluster:ServerlessCluster", "topic:Topic"),
    ...under("aws:", "kinesis/stream:Stream", "sqs/queue:Queue", "mq/broker:Broker"),
    ...under("aws:", "efs/fileSystem:FileSystem", "ebs/volume:Volume", "ebs/snapshot:Snapshot"),
    ...under("aws:fsx/", "*FileSystem", "*Volume"),
    ...under("aws:", "kms/key:Key", "kms/replicaKey:ReplicaKey", "secretsmanager/secret:Secret"),
    ...under("aws:", "ecr/repository:Repository", "backup/vault:Vault", "timestreamwrite/table:Table"),
    ...under("aws:", "glue/catalogDatabase:CatalogDatabase", "glue/catalogTable:CatalogTable"),
    "aws:cognito/userPool:UserPool",

    ...under("gcp:", "storage/bucket:Bucket", "filestore/instance:Instance"),
    ...under("gcp:", "sql/databaseInstance:DatabaseInstance", "sql/database:Database"),
    ...under("gcp:", "bigquery/dataset:Dataset", "bigquery/table:Table", "firestore/database:Database"),
    ...under("gcp:", "spanner/instance:Instance", "spanner/database:Database"),
    ...under("gcp:", "bigtable/instance:Instance", "bigtable/table:Table"),
    ...under("gcp:", "alloydb/cluster:Cluster", "alloydb/instance:Instance"),
    ...under("gcp:", "managedkafka/cluster:Cluster", "managedkafka/topic:Topic"),
    ...under("gcp:pubsub/", "topic:Topic", "subscription:Subscription", "liteTopic:LiteTopic"),
    ...under("gcp:", "redis/instance:Instance", "memorystore/instance:Instance"),
    ...under("gcp:compute/", "disk:Disk", "regionDisk:RegionDisk", "snapshot:Snapshot"),
    ...under("gcp:kms/", "keyRing:KeyRing", "cryptoKey:CryptoKey", "cryptoKeyVersion:CryptoKeyVersion"),
    ...under("gcp:secretmanager/", "secret:Secret", "secretVersion:SecretVersion"),
    ...under("gcp:biglake/", "catalog:Catalog", "icebergCatalog:IcebergCatalog", "database:Database", "table:Table"),
    "gcp:artifactregistry/repository:Repository",

    // Those of Azure come with a version in between as well: azure-native:storage/v20240101:BlobContainer.
    ...under("azure-native:storage*:", "StorageAccount", "BlobContainer", "FileShare", "Queue", "Table"),
    ...under("azure-native:sql*:", "Server", "Database", "ManagedInstance", "ManagedDatabase"),
    ...under("azure-native:dbfor*:", "Server", "Database"),
    ...under("azure-native:cosmosdb*:", "DatabaseAccount", "*Database", "*Container", "*Collection", "*Graph"),
    ...under("azure-native:cosmosdb*:", "*Keyspace", "*Table"),
    ...under("azure-native:eventhub*:", "Namespace", "EventHub"),
    ...under("azure-native:servicebus*:", "Namespace", "Queue", "Topic", "Subscription"),
    ...under("azure-native:keyvault*:", "Vault", "Key", "Secret"),
    ...under("azure-native:compute*:", "Disk", "Snapshot"),
    ...under("azure-native:", "redis*:Redis", "kusto*:Cluster", "kusto*:*Database", "containerregistry*:Registry"),
    ...under("azure-native:netapp*:", "CapacityPool", "CapacityPoolVolume"),
    ...under("azure-native:", "synapse*:Workspace", "recoveryservices*:Vault"),

    ...under("kubernetes:core/v1:", "PersistentVolumeClaim", "PersistentVolume"),
    // With them goes everything that is in them, or of them.
    ...under("kubernetes:", "core/v1:Namespace", "apiextensions.k8s.io/v1:CustomResourceDefinition"),
    ...under("kubernetes:", "kafka.strimzi.io/*:Kafka", "kafka.strimzi.io/*:KafkaTopic"),
    ...under("kubernetes:", "kafka.strimzi.io/*:KafkaNodePool", "postgresql.cnpg.io/*:Cluster"),
    ...under("kubernetes:", "flink.apache.org/*:FlinkDeployment"),

    "docker:index/volume:Volume",

    ...under("confluentcloud:index/", "environment:Environment", "kafkaCluster:KafkaCluster", "kafkaTopic:KafkaTopic"),
    ...under("aiven:index/", "kafka:Kafka", "kafkaTopic:KafkaTopic", "pg:Pg", "clickhouse:Clickhouse"),

    // A process keeps what it writes in a folder of its own, which goes with it.
    ...under("tidegate:embedded:", "Process", "Directory", "Bucket", "TableBucket", "KafkaTopic", "FlinkSqlJob"),
    ...under("tidegate:lakekeeper:", "Warehouse"),
];

/** `own`: patterns of the stack, which go before the known ones; `!` takes a type out. */
export function isStateful(type: string, own: readonly string[] = []): boolean {
    const out = own.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
    if (out.some((pattern) => matches(pattern, type))) return false;
    return [...own.filter((pattern) => !pattern.startsWith("!")), ...knownStateful].some((pattern) =>
        matches(pattern, type),
    );
}

function matches(pattern: string, type: string): boolean {
    if (!pattern.includes("*")) return pattern === type;
    const text = pattern
        .split("*")
        .map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
        .join(".*");
    return new RegExp(`^${text}$`).test(type);
}
