/** PostgreSQL on Amazon RDS, in the private subnets of the cluster's network. */
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { databaseRules } from "../../stacks/settings/catalog/database";
import { demandArgs } from "../arguments";
import { tagsOf } from "../cloud/args";
import { ownKey } from "../cloud/awsKey";
import { nodesOnly } from "../cloud/awsNodesOnly";
import {
    networkMissing,
    ownerPassword,
    ownerSecret,
    postgresPort,
    secretKeys,
    type DatabaseArgs,
    type Postgres,
} from "./postgres";

export interface RdsArgs extends DatabaseArgs {
    layer: string;
    foundation: Pick<Upstream<"foundation">, "network">;
    /** Major version; RDS keeps it on the newest minor one. @default 17 */
    version?: string;
    /** @default db.t4g.medium */
    instanceClass?: string;
    /** GiB, to begin with. @default 20 */
    storageGb?: number;
    /** GiB that it grows to. @default 100 */
    maxStorageGb?: number;
    /** A second one in another zone. @default true */
    highAvailability?: boolean;
    /** Days in which any moment can be had back, 1 to 35. @default 14 */
    backupDays?: number;
}

export class RdsPostgres extends pulumi.ComponentResource implements Postgres {
    readonly host: pulumi.Output<string>;
    readonly port = postgresPort;
    readonly database: pulumi.Output<string>;
    readonly secret: Postgres["secret"];
    readonly ready: readonly pulumi.Resource[];

    private readonly args: RdsArgs;
    private readonly tags: Record<string, string>;

    /** @throws TidegateError `network-missing` */
    constructor(name: string, args: RdsArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("The database on RDS", databaseRules.rds, args);
        super("tidegate:database:Rds", name, {}, options);
        this.args = args;
        this.tags = tagsOf(args, args.layer);
        const { network } = args.foundation;
        if (network?.cloud !== "aws") throw networkMissing("RDS", "AWS");
        const password = ownerPassword(name, this);
        const instance = this.instance(name, network, password);
        const { databaseName: user, namespace } = args;
        const secret = ownerSecret(name, { namespace, labels: this.tags, user, password }, this);
        this.host = instance.address;
        this.database = pulumi.output(args.databaseName);
        this.secret = { name: secret.metadata.name, ...secretKeys };
        this.ready = [instance, secret];
        this.registerOutputs({});
    }

    private instance(
        name: string,
        network: Extract<Upstream<"foundation">["network"], { cloud: "aws" }>,
        password: pulumi.Output<string>,
    ): rds.Instance {
        const { args, tags } = this;
        const { version = "17", storageGb = 20, maxStorageGb = 100, backupDays = 14 } = args;
        const protect = args.protectData ?? true;
        const identifier = `tidegate-${args.environment}-${args.layer}`;
        const key = ownKey(name, `Database of the ${args.layer} of ${args.environment}`, args.layer, args, this);
        const group = new rds.SubnetGroup(
            `${name}-subnets`,
            { name: identifier, subnetIds: [...network.privateSubnetIds], tags },
            { parent: this },
        );
        const parameters = new rds.ParameterGroup(
            `${name}-parameters`,
            {
                name: `${identifier}-${version}`,
                family: `postgres${version}`,
                // Who does not encrypt is refused.
                parameters: [{ name: "rds.force_ssl", value: "1" }],
                tags,
            },
            { parent: this },
        );
        const fromNodes = nodesOnly(
            name,
            {
                ...{
                    environment: args.environment,
                    layer: args.layer,
                    of: `Database of the ${args.layer} of the platform`,
                },
                ...{ speaks: "PostgreSQL", port: postgresPort, network, tags },
            },
            this,
        );
        return new rds.Instance(
            `${name}-instance`,
            {
                identifier,
                engine: "postgres",
                engineVersion: version,
                autoMinorVersionUpgrade: true,
                // Who writes another `version` means it; the parameters of the new one are there before.
                allowMajorVersionUpgrade: true,
                instanceClass: (args.instanceClass ?? "db.t4g.medium") as rds.InstanceType,
                storageType: "gp3",
                allocatedStorage: storageGb,
                maxAllocatedStorage: maxStorageGb,
                storageEncrypted: true,
                kmsKeyId: key.arn,
                dbName: args.databaseName,
                username: args.databaseName,
                password,
                dbSubnetGroupName: group.name,
                vpcSecurityGroupIds: [fromNodes.id],
                parameterGroupName: parameters.name,
                publiclyAccessible: false,
                multiAz: args.highAvailability ?? true,
                backupRetentionPeriod: backupDays,
                copyTagsToSnapshot: true,
                deletionProtection: protect,
                skipFinalSnapshot: !protect,
                ...(protect ? { finalSnapshotIdentifier: `${identifier}-final` } : {}),
                performanceInsightsEnabled: true,
                performanceInsightsKmsKeyId: key.arn,
                enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
                tags,
            },
            {
                parent: this,
                protect,
                retainOnDelete: protect,
                // It grows by itself. Of a version without a minor one the provider passes over what AWS has made of it.
                ignoreChanges: ["allocatedStorage"],
            },
        );
    }
}
