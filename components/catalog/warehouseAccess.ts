/** How Lakekeeper gets into the warehouse of a cloud: as its own identity, which on AWS takes on a role of the warehouse. */
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../automation/core/errors";
import { tagsOf } from "../cloud/args";
import type { LakekeeperCatalogArgs } from "./lakekeeper";
import type { WarehouseCredentialArgs, WarehouseStorageArgs } from "./lakekeeperResources";

export class WarehouseAccess extends pulumi.ComponentResource {
    readonly storage: WarehouseStorageArgs;
    readonly credential: WarehouseCredentialArgs;
    /** What has to be there before a warehouse can be made: it is tried. */
    readonly ready: readonly pulumi.Resource[];

    /** @throws TidegateError `identity-missing` */
    constructor(
        name: string,
        args: Pick<LakekeeperCatalogArgs, "storage" | "foundation" | "environment" | "tags">,
        options?: pulumi.ComponentResourceOptions,
    ) {
        super("tidegate:catalog:WarehouseAccess", `${name}-access`, {}, options);
        const { storage, foundation } = args;
        const identity = foundation.identities.catalog;
        const keyPrefix = prefixOf(storage.warehouse);
        switch (storage.profile) {
            case "s3": {
                if (identity.aws === null) throw missing("AWS", "roleName and roleArn");
                // Not secret: with the one role that may use it, it keeps others from making Lakekeeper use it for them.
                const externalId = `tidegate-${args.environment}-lakekeeper`;
                const { role, ready } = this.role(name, args, identity.aws, externalId, keyPrefix);
                this.storage = {
                    ...{ type: "s3", flavor: "aws", bucket: storage.bucket, region: storage.region, keyPrefix },
                    ...{ assumeRoleArn: role.arn, kmsKeyArn: storage.encryptionKey },
                };
                this.credential = { type: "aws-system-identity", externalId };
                this.ready = ready;
                break;
            }
            case "gcs":
                if (identity.gcp === null) throw missing("Google Cloud", "email");
                this.storage = { type: "gcs", bucket: storage.bucket, keyPrefix };
                this.credential = { type: "gcp-system-identity" };
                this.ready = [];
                break;
            case "adls":
                if (identity.azure === null) throw missing("Azure", "clientId and principalId");
                this.storage = {
                    ...{ type: "adls", accountName: storage.account ?? "", filesystem: storage.bucket, keyPrefix },
                };
                this.credential = { type: "azure-system-identity" };
                this.ready = [];
                break;
        }
        this.registerOutputs({});
    }

    /** What clients are given is a part of what this role may, for one table and an hour. */
    private role(
        name: string,
        { environment, storage, tags }: Pick<LakekeeperCatalogArgs, "environment" | "storage" | "tags">,
        catalog: { readonly roleName: string; readonly roleArn: string },
        externalId: string,
        keyPrefix: string,
    ): { role: iam.Role; ready: pulumi.Resource[] } {
        const roleName = `tidegate-${environment}-warehouse`;
        const document = (...statements: object[]) =>
            pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
        const role = new iam.Role(
            `${name}-warehouse-role`,
            {
                name: roleName,
                description: `What Lakekeeper of ${environment} may do in its warehouse`,
                // Sessions of EKS Pod Identity bring their tags along.
                assumeRolePolicy: document(
                    {
                        Effect: "Allow",
                        Principal: { AWS: catalog.roleArn },
                        Action: "sts:AssumeRole",
                        Condition: { StringEquals: { "sts:ExternalId": externalId } },
                    },
                    { Effect: "Allow", Principal: { AWS: catalog.roleArn }, Action: "sts:TagSession" },
                ),
                tags: tagsOf({ environment, ...(tags === undefined ? {} : { tags }) }, "catalog"),
            },
            { parent: this },
        );
        const bucket = `arn:aws:s3:::${storage.bucket}`;
        const inside = new iam.RolePolicy(
            `${name}-warehouse-access`,
            {
                name: "warehouse",
                role: role.name,
                policy: document(
                    {
                        Effect: "Allow",
                        Action: ["s3:ListBucket", "s3:GetBucketLocation"],
                        Resource: bucket,
                    },
                    {
                        Effect: "Allow",
                        Action: [
                            ...["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                            ...["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
                        ],
                        Resource: `${bucket}/${keyPrefix}/*`,
                    },
                    {
                        Effect: "Allow",
                        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
                        Resource: storage.encryptionKey,
                    },
                ),
            },
            { parent: this },
        );
        const assume = new iam.RolePolicy(
            `${name}-assume-warehouse`,
            {
                name: `tidegate-${environment}-warehouse`,
                role: catalog.roleName,
                policy: document({ Effect: "Allow", Action: ["sts:AssumeRole", "sts:TagSession"], Resource: role.arn }),
            },
            { parent: this },
        );
        return { role, ready: [inside, assume] };
    }
}

/** What follows the bucket of `s3://bucket/warehouse`. */
const prefixOf = (warehouse: string): string => new URL(warehouse).pathname.replace(/^\/+|\/+$/g, "");

const missing = (cloud: string, members: string): TidegateError =>
    new TidegateError(
        `The identity of the catalog has no part of ${cloud}: Lakekeeper could not get into its warehouse.`,
        {
            code: "identity-missing",
            hint: `A cluster that was adopted is told it under foundation.identities.catalog: ${members}.`,
        },
    );
