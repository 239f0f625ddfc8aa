import type * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../../automation/core/errors";
import { imageOf } from "../../../automation/images/lock";
import { LakekeeperCatalog, type LakekeeperCatalogArgs } from "../../../components/catalog/lakekeeper";
import { lakekeeperLabels } from "../../../components/catalog/lakekeeperChart";
import { kubernetesProvider } from "../../../components/kubernetes/provider";
import { cloudArgs, platformArgs } from "../../environment";
import type { LayerContext, Upstream } from "../../layer";
import type { Build } from "../../profile";
import { secretAccessOf } from "../../secretAccess";

/** Of Lakekeeper. Source: https://docs.lakekeeper.io/docs/nightly/production/ */
const extensions = ["uuid-ossp", "pgcrypto", "pg_trgm", "btree_gin", "btree_gist"];
const databaseName = "lakekeeper";

export const build: Build<"catalog", "lakekeeper"> = async (
    context,
    { profile: _, type: __, database: settings, auth, ingress, secretStore, ...rest },
) => {
    const { environment, upstream } = context;
    const [foundation, storage] = await Promise.all([upstream("foundation"), upstream("storage")]);
    if ("credentials" in storage)
        throw new TidegateError("The storage is on this machine: Lakekeeper on the cluster does not reach it.", {
            code: "environment-invalid",
            hint: "storage.profile is s3, gcs or adls.",
        });
    const { database, providers } = await databaseOf(context, settings, secretStore, foundation);
    const { contract } = new LakekeeperCatalog(
        "catalog",
        {
            ...platformArgs(environment, "catalog"),
            ...rest,
            auth,
            ingress: defined(ingress),
            foundation,
            storage,
            database,
            image: imageOf("lakekeeper", environment),
        },
        {
            providers: [
                kubernetesProvider(foundation),
                ...providers,
                // Of the role of the warehouse.
                ...(storage.profile === "s3" && settings.kind !== "rds" ? [await aws(context)] : []),
            ],
        },
    );
    return { ...contract };
};

const aws = async ({ environment }: Pick<LayerContext, "environment">): Promise<pulumi.ProviderResource> => {
    const { awsProvider } = await import("../../../components/cloud/aws.js");
    const args = cloudArgs(environment, "catalog", "aws");
    return awsProvider(args.account, args.tags);
};

type Settings = Parameters<typeof build>[1];

/** Loaded by name: a database brings the provider of its cloud along. */
async function databaseOf(
    context: LayerContext,
    database: Settings["database"],
    store: Settings["secretStore"],
    foundation: Upstream<"foundation">,
): Promise<{ database: LakekeeperCatalogArgs["database"]; providers: pulumi.ProviderResource[] }> {
    const { environment } = context;
    const common = { databaseName, layer: "catalog", foundation };
    const name = "lakekeeper";
    switch (database.kind) {
        case "rds": {
            const { RdsPostgres } = await import("../../../components/database/rds.js");
            const args = { ...cloudArgs(environment, "catalog", "aws"), ...common, ...database };
            return {
                database: (parent, namespace) => new RdsPostgres(name, { ...args, namespace }, { parent }),
                providers: [await aws(context)],
            };
        }
        case "cloudsql": {
            const { CloudSqlPostgres } = await import("../../../components/database/cloudsql.js");
            const { gcpProvider } = await import("../../../components/cloud/gcp.js");
            const args = { ...cloudArgs(environment, "catalog", "gcp"), ...common, ...database };
            return {
                database: (parent, namespace) => new CloudSqlPostgres(name, { ...args, namespace }, { parent }),
                providers: [gcpProvider(args.account, args.tags)],
            };
        }
        case "flexibleServer": {
            const { FlexibleServerPostgres } = await import("../../../components/database/flexibleServer.js");
            const { azureProvider } = await import("../../../components/cloud/azure.js");
            const args = { ...cloudArgs(environment, "catalog", "azure"), ...common, ...database, extensions };
            return {
                database: (parent, namespace) => new FlexibleServerPostgres(name, { ...args, namespace }, { parent }),
                providers: [azureProvider(args.account)],
            };
        }
        case "cluster": {
            const { ClusterPostgres } = await import("../../../components/database/cluster.js");
            const { storageClass, storageGb, memoryMiB } = database;
            const args = {
                ...{ ...platformArgs(environment, "catalog"), ...common, storageGb, memoryMiB },
                ...(storageClass === undefined ? {} : { storageClass }),
                image: imageOf("postgres", environment),
                clients: lakekeeperLabels,
            };
            return {
                database: (parent, namespace) => new ClusterPostgres(name, { ...args, namespace }, { parent }),
                providers: [],
            };
        }
        case "external": {
            const { ExternalPostgres } = await import("../../../components/database/external.js");
            const args = {
                ...{ ...platformArgs(environment, "catalog"), ...common, ...database },
                access: secretAccessOf(environment, store),
                serviceAccount: foundation.identities.catalog.serviceAccount,
            };
            return {
                database: (parent, namespace) => new ExternalPostgres(name, { ...args, namespace }, { parent }),
                providers: [],
            };
        }
    }
}

/** Without members that are undefined. */
const defined = ({ tlsSecretName, ...ingress }: Parameters<typeof build>[1]["ingress"]) => ({
    ...ingress,
    ...(tlsSecretName === undefined ? {} : { tlsSecretName }),
});
