-- The Iceberg catalog, as files. Not safe for several writers at once.
CREATE CATALOG lake WITH (
    'type' = 'iceberg',
    'catalog-type' = 'hadoop',
    'warehouse' = ${warehouse}
);

CREATE DATABASE IF NOT EXISTS lake.bronze;
CREATE DATABASE IF NOT EXISTS lake.silver;
