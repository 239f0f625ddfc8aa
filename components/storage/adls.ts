/** The storage layer on Azure Data Lake Storage Gen2: an account with a container of tables and one of checkpoints, and its key. */
import * as monitor from "@pulumi/azure-native/monitor";
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as storage from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { adls as settings } from "../../stacks/settings/storage/adls";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { accountNameOf, resourceGroup, type AzureAccount, type AzureScope } from "../cloud/azure";
import { grant, lock, type Role } from "../cloud/azureAccess";
import { azureNetworkOf, privateEndpoint } from "../cloud/azureEndpoint";
import { encryptionKey, type EncryptionKey } from "../cloud/azureKey";
import { refuseFirst } from "../cloud/problem";
import type { ContractOutputs } from "../embedded/contract";
import { adlsProblems } from "./adlsChecks";

export interface AdlsStorageArgs extends CloudArgs {
    account: AzureAccount;
    /**
     * Whose identities get their grants, and in whose network the account is.
     * @default nobody's: the account is reached by who has roles on it, from `allowedAddresses`
     */
    foundation?: Pick<Upstream<"foundation">, "identities" | "network">;
    /** Copies of the data: in three zones (`ZRS`), in another region too (`GZRS`), or in one zone (`LRS`). @default ZRS */
    redundancy?: "ZRS" | "GZRS" | "LRS";
    /** Days, 1 to 365, after which what was deleted is gone for good; what is overwritten is gone at once. @default 14 */
    oldVersionDays?: number;
    /** Days, 30 to 730, for which accesses are known. @default 90 */
    accessLogDays?: number;
    /** Public IPv4 blocks that reach the account without a foundation, e.g. `203.0.113.0/28`. @default none */
    allowedAddresses?: readonly string[];
    /** Refused: a hierarchical namespace has none. @default false */
    versioning?: boolean;
    /** Refused: a hierarchical namespace has none. @default false */
    pointInTimeRestore?: boolean;
}

type Contract = Extract<ContractOutputs<"storage">, { encryptionKey: unknown }>;

/** What a workload may do: Flink and the catalog read and write tables, dbt reads them; only Flink has checkpoints. */
const access = {
    flink: { warehouse: "Storage Blob Data Contributor", checkpoints: "Storage Blob Data Contributor" },
    // The delegator signs what the catalog vends: tokens for one table and one hour.
    catalog: { warehouse: "Storage Blob Data Contributor", account: "Storage Blob Delegator" },
    dbt: { warehouse: "Storage Blob Data Reader" },
} as const satisfies Record<string, { warehouse: Role; checkpoints?: Role; account?: Role }>;

/**
 * Flink's file system has the Hadoop client of 2022, which does not know workload identity (HADOOP-18610 came later), and
 * the alternatives are a key of the account or an identity that every pod of a node can use. It takes a class of one's
 * own, though: images/flink-azure holds this one, for Flink's image.
 */
const tokenProvider = "tidegate.azure.WorkloadIdentityTokenProvider";

export class AdlsStorage extends pulumi.ComponentResource {
    readonly contract: Contract;
    readonly account: storage.StorageAccount;
    readonly warehouse: storage.BlobContainer;
    readonly checkpoints: storage.BlobContainer;

    private readonly args: AdlsStorageArgs;
    private readonly scope: AzureScope;

    constructor(name: string, args: AdlsStorageArgs, options?: pulumi.ComponentResourceOptions) {
        refuseFirst(adlsProblems(args, azureNetworkOf(args.foundation) !== undefined), { code: "environment-invalid" });
        demandArgs("Storage on Azure", rulesOf(settings), args);
        super("tidegate:storage:Adls", name, {}, withTransform(args, options));
        this.args = args;
        const { environment, account } = args;
        const protect = args.protectData ?? true;
        const place = {
            name,
            account,
            tags: tagsOf(args, "storage"),
            options: { parent: this },
            data: { parent: this, protect, retainOnDelete: protect },
        };
        this.scope = { ...place, group: resourceGroup(place, environment, "storage") };

        const key = encryptionKey(this.scope, protect);
        this.account = this.storageAccount(key);
        if (protect) lock(this.scope, "account", this.account.id);
        this.retention();
        this.accessLog();
        this.endpoints();
        this.warehouse = this.container("warehouse");
        this.checkpoints = this.container("checkpoints");
        for (const workload of ["flink", "catalog", "dbt"] as const) this.grants(workload);

        const root = (container: storage.BlobContainer): pulumi.Output<string> =>
            pulumi.interpolate`abfss://${container.name}@${this.account.name}.dfs.core.windows.net`;
        this.contract = {
            profile: pulumi.output("adls" as const),
            bucket: this.warehouse.name,
            region: pulumi.output(account.location),
            warehouse: pulumi.interpolate`${root(this.warehouse)}/warehouse`,
            checkpoints: pulumi.interpolate`${root(this.checkpoints)}/checkpoints`,
            savepoints: pulumi.interpolate`${root(this.checkpoints)}/savepoints`,
            // Without a credential it takes Azure's default chain, of which the workload's identity is a part.
            fileIo: pulumi.output<Record<string, string>>({
                "io-impl": "org.apache.iceberg.azure.adlsv2.ADLSFileIO",
            }),
            flinkFileSystem: pulumi.output(this.flinkFileSystem()),
            checkpointBucket: this.checkpoints.name,
            encryptionKey: key.key.keyUri,
            account: this.account.name,
        };
        this.registerOutputs({ contract: this.contract });
    }

    private storageAccount({ key, identity, vaultUri, ready }: EncryptionKey): storage.StorageAccount {
        const { environment, account, redundancy = "ZRS", allowedAddresses = [] } = this.args;
        const isPrivateOnly = this.network() !== undefined;
        return new storage.StorageAccount(
            `${this.scope.name}-account`,
            {
                resourceGroupName: this.scope.group.name,
                accountName: accountNameOf(environment, account),
                location: account.location,
                kind: storage.Kind.StorageV2,
                sku: { name: `Standard_${redundancy}` },
                isHnsEnabled: true,
                minimumTlsVersion: storage.MinimumTlsVersion.TLS1_2,
                enableHttpsTrafficOnly: true,
                allowBlobPublicAccess: false,
                allowSharedKeyAccess: false,
                defaultToOAuthAuthentication: true,
                allowCrossTenantReplication: false,
                allowedCopyScope: storage.AllowedCopyScope.AAD,
                isLocalUserEnabled: false,
                isSftpEnabled: false,
                publicNetworkAccess: isPrivateOnly ? "Disabled" : "Enabled",
                networkRuleSet: {
                    defaultAction: storage.DefaultAction.Deny,
                    bypass: storage.Bypass.AzureServices,
                    ipRules: allowedAddresses.map((range) => ({
                        action: storage.Action.Allow,
                        // A single address is written without its mask.
                        iPAddressOrRange: range.replace(/\/32$/, ""),
                    })),
                },
                identity: { type: storage.IdentityType.UserAssigned, userAssignedIdentities: [identity.id] },
                encryption: {
                    keySource: storage.KeySource.Microsoft_Keyvault,
                    requireInfrastructureEncryption: true,
                    // Without a version: it follows the key's rotation.
                    keyVaultProperties: { keyName: key.name, keyVaultUri: vaultUri },
                    encryptionIdentity: { encryptionUserAssignedIdentity: identity.id },
                },
                tags: this.scope.tags,
            },
            { ...this.scope.data, dependsOn: ready },
        );
    }

    /**
     * A hierarchical namespace has no versions: soft delete takes their place. Nothing else goes by age: a table's oldest
     * file may be a live one. Blocks of an upload that was never completed go after a week, by Azure itself.
     */
    private retention(): void {
        const { oldVersionDays: days = 14 } = this.args;
        const of = { resourceGroupName: this.scope.group.name, accountName: this.account.name };
        const softDelete = { enabled: true, days };
        new storage.BlobServiceProperties(
            `${this.scope.name}-soft-delete`,
            {
                ...of,
                blobServicesName: "default",
                deleteRetentionPolicy: softDelete,
                containerDeleteRetentionPolicy: softDelete,
            },
            this.scope.options,
        );
        new storage.ManagementPolicy(
            `${this.scope.name}-lifecycle`,
            {
                ...of,
                managementPolicyName: "default",
                policy: {
                    rules: [
                        {
                            name: "old-snapshots",
                            enabled: true,
                            type: storage.RuleType.Lifecycle,
                            definition: {
                                filters: { blobTypes: ["blockBlob"] },
                                actions: { snapshot: { delete: { daysAfterCreationGreaterThan: days } } },
                            },
                        },
                    ],
                },
            },
            this.scope.options,
        );
    }

    private accessLog(): void {
        const { name, group, tags, data, options } = this.scope;
        const workspace = new operationalinsights.Workspace(
            `${name}-access-log`,
            {
                resourceGroupName: group.name,
                workspaceName: group.name.apply((of) => `${of}-access-log`),
                location: this.args.account.location,
                sku: { name: "PerGB2018" },
                retentionInDays: this.args.accessLogDays ?? 90,
                features: { disableLocalAuth: true },
                tags,
            },
            data,
        );
        new monitor.DiagnosticSetting(
            `${name}-access`,
            {
                name: "access",
                resourceUri: pulumi.interpolate`${this.account.id}/blobServices/default`,
                workspaceId: workspace.id,
                logs: ["StorageRead", "StorageWrite", "StorageDelete"].map((category) => ({ category, enabled: true })),
            },
            options,
        );
    }

    /** Two: Hadoop and Iceberg speak to `dfs`, but some of their calls, and DuckDB's, go to `blob`. */
    private endpoints(): void {
        const network = this.network();
        if (network === undefined) return;
        for (const kind of ["blob", "dfs"] as const) privateEndpoint(this.scope, network, kind, this.account.id);
    }

    private container(purpose: "warehouse" | "checkpoints"): storage.BlobContainer {
        return new storage.BlobContainer(
            `${this.scope.name}-${purpose}`,
            {
                resourceGroupName: this.scope.group.name,
                accountName: this.account.name,
                containerName: purpose,
                publicAccess: storage.PublicAccess.None,
            },
            this.scope.data,
        );
    }

    private grants(workload: keyof typeof access): void {
        const identity = this.args.foundation?.identities[workload].azure;
        if (identity === undefined || identity === null) return;
        const resources = { warehouse: this.warehouse, checkpoints: this.checkpoints, account: this.account };
        for (const [on, role] of Object.entries(access[workload]) as [keyof typeof resources, Role][])
            grant(this.scope, {
                what: `${workload}-${on}`,
                role,
                scope: resources[on].id,
                principalId: identity.principalId,
            });
    }

    private flinkFileSystem(): Record<string, string> {
        if (!this.args.foundation?.identities.flink.azure) return {};
        return { "fs.azure.account.auth.type": "Custom", "fs.azure.account.oauth.provider.type": tokenProvider };
    }

    private network() {
        return azureNetworkOf(this.args.foundation);
    }
}
