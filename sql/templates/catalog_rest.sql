-- The Iceberg catalog, over REST. Keys are in no statement: Iceberg's S3FileIO and its SigV4 signer take them from the
-- AWS default chain of Flink's processes.
CREATE CATALOG lake WITH (
    'type' = 'iceberg',
    'catalog-type' = 'rest',
    'uri' = ${uri},
    'warehouse' = ${warehouse},
    'io-impl' = 'org.apache.iceberg.aws.s3.S3FileIO',
    's3.endpoint' = ${s3_endpoint},
    's3.path-style-access' = ${s3_path_style},
    'client.region' = ${region}${auth}
);

CREATE DATABASE IF NOT EXISTS lake.bronze;
CREATE DATABASE IF NOT EXISTS lake.silver;
