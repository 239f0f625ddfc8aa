/** PostgreSQL on Cloud SQL, reached by a private address alone. */
import * as compute from "@pulumi/gcp/compute";
import * as projects from "@pulumi/gcp/projects";
import * as servicenetworking from "@pulumi/gcp/servicenetworking";
import * as sql from "@pulumi/gcp/sql";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { databaseRules } from "../../stacks/settings/catalog/database";
import { demandArgs } from "../arguments";
import { tagsOf } from "../cloud/args";
import type { GcpAccount } from "../cloud/gcp";
import { ownKey } from "../cloud/gcpKey";
import {
    networkMissing,
    ownerPassword,
    ownerSecret,
    postgresPort,
    secretKeys,
    type DatabaseArgs,
    type Postgres,
} from "./postgres";

export interface CloudSqlArgs extends DatabaseArgs {
    layer: string;
    account: GcpAccount;
    foundation: Pick<Upstream<"foundation">, "network">;
    /** Major version. @default 17 */
    version?: string;
    /** @default db-custom-2-7680 */
    tier?: string;
    /** GiB, to begin with: it grows by itself. @default 20 */
    storageGb?: number;
    /** A second one in another zone. @default true */
    highAvailability?: boolean;
    /** Backups of so many days; any moment of the last seven can be had back. @default 14 */
    backupDays?: number;
}

/** Days of the write-ahead log: the most that Cloud SQL's edition ENTERPRISE keeps. */
const logDays = 7;

export class CloudSqlPostgres extends pulumi.ComponentResource implements Postgres {
    readonly host: pulumi.Output<string>;
    readonly port = postgresPort;
    readonly database: pulumi.Output<string>;
    readonly secret: Postgres["secret"];
    readonly ready: readonly pulumi.Resource[];

    private readonly args: CloudSqlArgs;

    /** @throws TidegateError `network-missing` */
    constructor(name: string, args: CloudSqlArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("The database on Cloud SQL", databaseRules.cloudsql, args);
        super("tidegate:database:CloudSql", name, {}, options);
        this.args = args;
        const { network } = args.foundation;
        if (network?.cloud !== "gcp") throw networkMissing("Cloud SQL", "Google Cloud");
        const password = ownerPassword(name, this);
        const instance = this.instance(name, network.network);
        const protect = args.protectData ?? true;
        const { databaseName, namespace, account } = args;
        const database = new sql.Database(
            `${name}-database`,
            {
                project: account.project,
                instance: instance.name,
                name: databaseName,
                deletionPolicy: protect ? "ABANDON" : "DELETE",
            },
            { parent: this, protect, retainOnDelete: protect },
        );
        const user = new sql.User(
            `${name}-user`,
            // A role that owns tables cannot be dropped; it goes with the instance.
            {
                project: account.project,
                instance: instance.name,
                name: databaseName,
                password,
                deletionPolicy: "ABANDON",
            },
            { parent: this },
        );
        const labels = tagsOf(args, args.layer);
        const secret = ownerSecret(name, { namespace, labels, user: databaseName, password }, this);
        this.host = instance.privateIpAddress;
        this.database = database.name;
        this.secret = { name: secret.metadata.name, ...secretKeys };
        this.ready = [instance, database, user, secret];
        this.registerOutputs({});
    }

    private instance(name: string, privateNetwork: string): sql.DatabaseInstance {
        const { args } = this;
        const { account, version = "17", storageGb = 20, backupDays = 14, highAvailability = true } = args;
        const protect = args.protectData ?? true;
        const agent = new projects.ServiceIdentity(
            `${name}-agent`,
            { project: account.project, service: "sqladmin.googleapis.com" },
            { parent: this },
        );
        const { key, granted } = ownKey(name, { ...args, agent: agent.member }, this);
        const peering = this.peering(name, privateNetwork);
        return new sql.DatabaseInstance(
            `${name}-instance`,
            {
                project: account.project,
                region: account.region,
                databaseVersion: `POSTGRES_${version}`,
                encryptionKeyName: key.id,
                deletionProtection: protect,
                settings: {
                    edition: "ENTERPRISE",
                    tier: args.tier ?? "db-custom-2-7680",
                    availabilityType: highAvailability ? "REGIONAL" : "ZONAL",
                    diskType: "PD_SSD",
                    diskSize: storageGb,
                    diskAutoresize: true,
                    deletionProtectionEnabled: protect,
                    ipConfiguration: { ipv4Enabled: false, privateNetwork, sslMode: "ENCRYPTED_ONLY" },
                    backupConfiguration: {
                        enabled: true,
                        pointInTimeRecoveryEnabled: true,
                        transactionLogRetentionDays: logDays,
                        backupRetentionSettings: { retainedBackups: backupDays, retentionUnit: "COUNT" },
                    },
                    insightsConfig: { queryInsightsEnabled: true },
                    userLabels: tagsOf(args, args.layer),
                },
            },
            {
                parent: this,
                protect,
                retainOnDelete: protect,
                dependsOn: [granted, peering],
                // It grows by itself.
                ignoreChanges: ["settings.diskSize"],
            },
        );
    }

    /** Cloud SQL lies in a network of Google's own, which is joined to ours. */
    private peering(name: string, network: string): servicenetworking.Connection {
        const { account, environment } = this.args;
        const range = new compute.GlobalAddress(
            `${name}-range`,
            {
                project: account.project,
                name: `tidegate-${environment}-services`,
                purpose: "VPC_PEERING",
                addressType: "INTERNAL",
                prefixLength: 20,
                network,
            },
            { parent: this },
        );
        return new servicenetworking.Connection(
            `${name}-peering`,
            {
                network,
                service: "servicenetworking.googleapis.com",
                reservedPeeringRanges: [range.name],
                // It cannot be taken away for days after the last instance in it has gone.
                deletionPolicy: "ABANDON",
            },
            { parent: this },
        );
    }
}
