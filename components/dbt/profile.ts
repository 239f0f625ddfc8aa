/**
 * dbt's profiles.yml on a cluster: DuckDB with the catalog attached, and credentials from the pod's environment alone.
 * Sources: https://github.com/duckdb/dbt-duckdb, https://duckdb.org/docs/stable/core_extensions/iceberg/iceberg_rest_catalogs
 */
import { stringify } from "yaml";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { CatalogContract, StorageContract } from "../../stacks/contracts";

/** Absolute, in the pods of dbt. */
export const dbtPaths = {
    project: "/opt/tidegate/dbt",
    profiles: "/etc/tidegate/dbt",
    /** A volume that outlives a run: marts are incremental. */
    data: "/data",
    duckdbFile: "/data/lakehouse.duckdb",
    work: "/work",
    catalogToken: "/var/run/secrets/tidegate/catalog/token",
} as const;

/** Environment variables that hold secrets; dbt masks those of this prefix in its logs. */
export const dbtSecrets = {
    catalogToken: "DBT_ENV_SECRET_CATALOG_TOKEN",
    catalogClientId: "DBT_ENV_SECRET_CATALOG_CLIENT_ID",
    catalogClientSecret: "DBT_ENV_SECRET_CATALOG_CLIENT_SECRET",
} as const;

export interface ProfileArgs {
    readonly storage: Pick<StorageContract, "profile" | "region">;
    readonly catalog: CatalogContract;
    readonly threads: number;
}

const secret = (variable: string): string => `{{ env_var('${variable}') }}`;

/** What DuckDB needs beside httpfs and iceberg to read where the tables are. */
const extensions = { s3: ["aws"], gcs: [], adls: ["azure"], embedded: [], docker: [] } as const;

/** @throws TidegateError `dbt-target-unfit` */
export function dbtProfile({ storage, catalog, threads }: ProfileArgs): string {
    if (catalog.type !== "rest" || !catalog.attach)
        throw new TidegateError("DuckDB cannot attach this catalog, and on a cluster nobody asks it where a table is.", {
            code: "dbt-target-unfit",
            hint: "Use a REST catalog that DuckDB can attach: Lakekeeper, or an external one with `attach: true`.",
            exitCode: exitCodes.usage,
        });
    const login = catalogSecret(catalog.auth);
    return stringify(
        {
            tidegate: {
                target: "attach",
                outputs: {
                    attach: {
                        type: "duckdb",
                        path: dbtPaths.duckdbFile,
                        threads,
                        extensions: ["avro", "httpfs", "iceberg", ...extensions[storage.profile]],
                        config_options: {
                            extension_directory: secret("TIDEGATE_DUCKDB_EXTENSIONS"),
                            // An extension that is missing is an error, never a download.
                            custom_extension_repository: secret("TIDEGATE_DUCKDB_EXTENSIONS"),
                            autoinstall_known_extensions: "false",
                            allow_persistent_secrets: "false",
                            temp_directory: `${dbtPaths.work}/duckdb`,
                        },
                        secrets: [
                            // The workload's own identity.
                            ...(storage.profile === "s3"
                                ? [{ type: "s3", name: "warehouse", provider: "credential_chain", region: storage.region }]
                                : []),
                            ...(login === undefined ? [] : [login]),
                        ],
                        attach: [
                            {
                                path: catalog.warehouse,
                                alias: "lake",
                                type: "iceberg",
                                options: {
                                    // DuckDB 2.0 calls it `uri`; images/dbt has 1.5.
                                    endpoint: catalog.uri,
                                    ...(login === undefined
                                        ? { authorization_type: catalog.auth.mode }
                                        : { secret: login.name }),
                                    // DuckDB has no credentials of its own for the other clouds: the catalog lends them.
                                    access_delegation_mode: storage.profile === "s3" ? "none" : "vended_credentials",
                                },
                            },
                        ],
                    },
                },
            },
        },
        { lineWidth: 0 },
    );
}

function catalogSecret(auth: Extract<CatalogContract, { type: "rest" }>["auth"]) {
    const base = { type: "iceberg", name: "catalog" } as const;
    switch (auth.mode) {
        case "none":
        case "sigv4":
            return undefined;
        case "serviceAccount":
            return { ...base, token: secret(dbtSecrets.catalogToken) };
        case "oauth2":
            return {
                ...base,
                client_id: secret(dbtSecrets.catalogClientId),
                client_secret: secret(dbtSecrets.catalogClientSecret),
                oauth2_server_uri: auth.tokenEndpoint,
                // DuckDB's default is a scope of Polaris.
                ...(auth.scope === null ? {} : { oauth2_scope: auth.scope }),
            };
    }
}
