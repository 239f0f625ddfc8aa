/** Azure Database for PostgreSQL, flexible server, in a subnet that is delegated to it. */
import * as dbforpostgresql from "@pulumi/azure-native/dbforpostgresql";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { databaseRules } from "../../stacks/settings/catalog/database";
import { demandArgs } from "../arguments";
import { tagsOf } from "../cloud/args";
import { resourceGroup, type AzureAccount, type AzureScope } from "../cloud/azure";
import { lock } from "../cloud/azureAccess";
import { encryptionKey } from "../cloud/azureKey";
import {
    networkMissing,
    ownerPassword,
    ownerSecret,
    postgresPort,
    secretKeys,
    type DatabaseArgs,
    type Postgres,
} from "./postgres";

export interface FlexibleServerArgs extends DatabaseArgs {
    layer: string;
    account: AzureAccount;
    foundation: Pick<Upstream<"foundation">, "network">;
    /** Major version. @default 17 */
    version?: string;
    /** @default Standard_D2ds_v5 */
    sku?: string;
    /** GiB, one of the sizes that Azure has: it grows by itself. @default 32 */
    storageGb?: number;
    /** A second one in another zone. @default true */
    highAvailability?: boolean;
    /** Days in which any moment can be had back, 7 to 35. @default 14 */
    backupDays?: number;
    /** Extensions that an owner may create. @default none */
    extensions?: readonly string[];
}

export class FlexibleServerPostgres extends pulumi.ComponentResource implements Postgres {
    readonly host: pulumi.Output<string>;
    readonly port = postgresPort;
    readonly database: pulumi.Output<string>;
    readonly secret: Postgres["secret"];
    readonly ready: readonly pulumi.Resource[];

    private readonly args: FlexibleServerArgs;
    private readonly scope: AzureScope;

    /** @throws TidegateError `network-missing` */
    constructor(name: string, args: FlexibleServerArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("The database on a flexible server", databaseRules.flexibleServer, args);
        super("tidegate:database:FlexibleServer", name, {}, options);
        this.args = args;
        const { network } = args.foundation;
        if (network?.cloud !== "azure" || network.databaseSubnetId === undefined)
            throw networkMissing("a flexible server (a subnet that is delegated to it)", "Azure");
        const protect = args.protectData ?? true;
        const parts = {
            ...{ name, account: args.account, tags: tagsOf(args, args.layer), options: { parent: this } },
            data: { parent: this, protect, retainOnDelete: protect },
        };
        this.scope = { ...parts, group: resourceGroup(parts, args.environment, args.layer) };

        const password = ownerPassword(name, this);
        const server = this.server(name, network.virtualNetworkId, network.databaseSubnetId, password);
        if (protect) lock(this.scope, "database", server.id);
        const settings = this.settings(name, server);
        const { group, data, tags } = this.scope;
        const database = new dbforpostgresql.Database(
            `${name}-database`,
            {
                resourceGroupName: group.name,
                serverName: server.name,
                databaseName: args.databaseName,
                charset: "UTF8",
                collation: "en_US.utf8",
            },
            { ...data, dependsOn: settings },
        );
        const { databaseName: user, namespace } = args;
        const secret = ownerSecret(name, { namespace, labels: tags, user, password }, this);
        this.host = server.fullyQualifiedDomainName;
        this.database = pulumi.output(args.databaseName);
        this.secret = { name: secret.metadata.name, ...secretKeys };
        this.ready = [server, ...settings, database, secret];
        this.registerOutputs({});
    }

    private server(
        name: string,
        virtualNetworkId: string,
        delegatedSubnetResourceId: string,
        administratorLoginPassword: pulumi.Output<string>,
    ): dbforpostgresql.Server {
        const { args } = this;
        const { account, version = "17", storageGb = 32, backupDays = 14, highAvailability = true } = args;
        const { group, data, tags, options } = this.scope;
        const protect = args.protectData ?? true;
        const key = encryptionKey(this.scope, protect);
        const place = { resourceGroupName: group.name, location: "global", tags };
        const zone = new privatedns.PrivateZone(
            `${name}-zone`,
            // Azure wants this ending; what stands before it tells environments of one network apart.
            { ...place, privateZoneName: `tidegate-${args.environment}.private.postgres.database.azure.com` },
            options,
        );
        const link = new privatedns.VirtualNetworkLink(
            `${name}-zone-link`,
            {
                ...place,
                privateZoneName: zone.name,
                virtualNetworkLinkName: `tidegate-${args.environment}`,
                virtualNetwork: { id: virtualNetworkId },
                registrationEnabled: false,
            },
            options,
        );
        return new dbforpostgresql.Server(
            `${name}-server`,
            {
                resourceGroupName: group.name,
                location: account.location,
                administratorLogin: args.databaseName,
                administratorLoginPassword,
                authConfig: { activeDirectoryAuth: "Disabled", passwordAuth: "Enabled" },
                version,
                sku: { name: args.sku ?? "Standard_D2ds_v5", tier: "GeneralPurpose" },
                storage: { storageSizeGB: storageGb, autoGrow: "Enabled" },
                backup: { backupRetentionDays: backupDays, geoRedundantBackup: "Disabled" },
                highAvailability: { mode: highAvailability ? "ZoneRedundant" : "Disabled" },
                network: {
                    delegatedSubnetResourceId,
                    privateDnsZoneArmResourceId: zone.id,
                    publicNetworkAccess: "Disabled",
                },
                identity: {
                    type: "UserAssigned",
                    userAssignedIdentities: key.identity.id.apply((id) => ({ [id]: {} })),
                },
                dataEncryption: {
                    type: "AzureKeyVault",
                    primaryKeyURI: key.key.keyUriWithVersion,
                    primaryUserAssignedIdentityId: key.identity.id,
                },
                tags,
            },
            { ...data, dependsOn: [link, ...key.ready], ignoreChanges: ["storage.storageSizeGB"] },
        );
    }

    /** One after the other: a server changes one setting at a time. */
    private settings(name: string, server: dbforpostgresql.Server): dbforpostgresql.Configuration[] {
        const { extensions = [] } = this.args;
        const wanted = {
            require_secure_transport: "ON",
            ...(extensions.length === 0
                ? {}
                : { "azure.extensions": extensions.map((one) => one.toUpperCase()).join(",") }),
        };
        const made: dbforpostgresql.Configuration[] = [];
        for (const [configurationName, value] of Object.entries(wanted))
            made.push(
                new dbforpostgresql.Configuration(
                    `${name}-${configurationName.replace(/[._]/g, "-")}`,
                    {
                        resourceGroupName: this.scope.group.name,
                        serverName: server.name,
                        configurationName,
                        value,
                        source: "user-override",
                    },
                    { parent: this, dependsOn: made.slice(-1) },
                ),
            );
        return made;
    }
}
