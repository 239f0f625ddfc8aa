-- The Iceberg catalog, over REST. Keys are in no statement: Iceberg's FileIO, and its SigV4 signer, take them from the
-- default chain of Flink's processes.
CREATE CATALOG lake WITH (
    'type' = 'iceberg',
    'catalog-type' = 'rest',
    'uri' = ${uri},
    'warehouse' = ${warehouse},
${file_io}${auth}
);

CREATE DATABASE IF NOT EXISTS lake.bronze;
CREATE DATABASE IF NOT EXISTS lake.silver;
