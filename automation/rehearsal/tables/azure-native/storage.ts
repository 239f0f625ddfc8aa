/** Azure Storage, and the keys and logs that go with it. */
import { randomBytes } from "node:crypto";
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { arm, autoName, learn, locked, page, resourceGroupToken } from "./common";
import { vaultWithoutPurgeProtection } from "./keyvault";

const accountToken = "azure-native:storage:StorageAccount";
const containerToken = "azure-native:storage:BlobContainer";
const servicesToken = "azure-native:storage:BlobServiceProperties";
const policyToken = "azure-native:storage:ManagementPolicy";
const workspaceToken = "azure-native:operationalinsights:Workspace";
const diagnosticToken = "azure-native:monitor:DiagnosticSetting";

const account = "Microsoft.Storage/storageAccounts/{accountName}";
const hierarchical = learn("storage/blobs/storage-feature-support-in-storage-accounts");

const isHierarchical = ({ accountName }: Values, cloud: SimulatedCloud): boolean =>
    cloud.find(accountToken, "name", accountName)?.inputs["isHnsEnabled"] === true;

const privateAddress = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;

const days = (inputs: Values, policy: string): number[] => valuesAt(inputs, [policy, "days"]).map(Number);

export const rows: readonly Row[] = [
    arm({
        token: accountToken,
        path: account,
        // ForceNew of the provider, and x-ms-mutability of the API.
        createOnly: ["location", "isHnsEnabled", "encryption.requireInfrastructureEncryption"],
        required: ["resourceGroupName", "kind", "sku"],
        // A name is everybody's in the world: another subscription may have it.
        unique: ["accountName"],
        autoName: autoName("accountName"),
        references: [
            { input: "resourceGroupName", type: resourceGroupToken, by: "name", holds: false },
            {
                input: "encryption.encryptionIdentity.encryptionUserAssignedIdentity",
                type: "azure-native:managedidentity:UserAssignedIdentity",
                holds: false,
            },
        ],
        computed: {
            primaryEndpoints: ({ inputs }) =>
                Object.fromEntries(
                    ["blob", "dfs"].map((kind) => [
                        kind,
                        `https://${String(inputs["accountName"])}.${kind}.core.windows.net/`,
                    ]),
                ),
        },
        refuses: [
            {
                what: "a name of a storage account that is not of 3 to 24 lower-case letters and digits",
                source: learn("storage/common/storage-account-overview#storage-account-name"),
                because: ({ accountName }) =>
                    /^[a-z0-9]{3,24}$/.test(String(accountName))
                        ? undefined
                        : `AccountNameInvalid: ${String(accountName)} is not a valid storage account name`,
                refused: { accountName: "Example-Account" },
            },
            {
                what: "encryption of storage by a key of a vault without purge protection",
                source: learn("storage/common/customer-managed-keys-configure-new-account"),
                because: (inputs, cloud) =>
                    vaultWithoutPurgeProtection(
                        valuesAt(inputs, ["encryption", "keyVaultProperties", "keyVaultUri"]),
                        cloud,
                    ),
                refused: {
                    encryption: {
                        keySource: "Microsoft.Keyvault",
                        keyVaultProperties: { keyName: "key", keyVaultUri: "https://nowhere.vault.azure.net/" },
                    },
                },
            },
            {
                what: "private addresses, or a mask of /31 or /32, in the firewall of a storage account",
                source: learn("storage/common/storage-network-security-limitations"),
                because: (inputs) => {
                    const bad = valuesAt(inputs, ["networkRuleSet", "ipRules", "iPAddressOrRange"])
                        .map(String)
                        .find((range) => privateAddress.test(range) || /\/3[12]$/.test(range));
                    return bad === undefined ? undefined : `InvalidValuesForRequestParameters: ipRules ${bad}`;
                },
                refused: { networkRuleSet: { defaultAction: "Deny", ipRules: [{ iPAddressOrRange: "10.0.0.0/8" }] } },
            },
        ],
        latency: {
            create: 30,
            update: 10,
            delete: 5,
            source: "quickstart of the service: a few seconds to a minute; no published figure, counted as 30 s",
        },
    }),
    arm({
        token: containerToken,
        path: `${account}/blobServices/default/containers/{containerName}`,
        within: { accountName: accountToken },
        autoName: autoName("containerName"),
        refuses: [
            {
                what: "a name of a container that is not of 3 to 63 lower-case letters, digits and single hyphens",
                source: "https://learn.microsoft.com/en-us/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata",
                because: ({ containerName }) =>
                    /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(String(containerName))
                        ? undefined
                        : `InvalidResourceName: ${String(containerName)}`,
                refused: { containerName: "Ware_house" },
            },
            {
                what: "public access to a container of an account that allows none",
                source: learn("storage/blobs/anonymous-read-access-configure"),
                because: ({ publicAccess = "None", accountName }, cloud) =>
                    publicAccess !== "None" &&
                    cloud.find(accountToken, "name", accountName)?.inputs["allowBlobPublicAccess"] !== true
                        ? "PublicAccessNotPermitted: public access is not permitted on this storage account"
                        : undefined,
                refused: { publicAccess: "Blob" },
            },
        ],
        latency: setting,
    }),
    arm({
        token: servicesToken,
        path: `${account}/blobServices/{blobServicesName}`,
        within: { accountName: accountToken },
        // It is there as soon as the account is, and cannot be deleted: the provider takes it as it is.
        idempotent: true,
        refuses: [
            {
                what: "versioning, where the account has a hierarchical namespace",
                source: hierarchical,
                because: (inputs, cloud) =>
                    inputs["isVersioningEnabled"] === true && isHierarchical(inputs, cloud)
                        ? "FeatureNotSupportedForAccount: versioning is not supported for an account with a hierarchical namespace"
                        : undefined,
                refused: { isVersioningEnabled: true },
            },
            {
                what: "point-in-time restore, where the account has a hierarchical namespace",
                source: hierarchical,
                because: (inputs, cloud) =>
                    valuesAt(inputs, ["restorePolicy", "enabled"])[0] === true && isHierarchical(inputs, cloud)
                        ? "FeatureNotSupportedForAccount: point-in-time restore is not supported for an account with a hierarchical namespace"
                        : undefined,
                refused: { restorePolicy: { enabled: true, days: 6 } },
            },
            {
                what: "soft delete for less than 1 or more than 365 days",
                source: learn("storage/blobs/soft-delete-blob-overview"),
                because: (inputs) =>
                    [...days(inputs, "deleteRetentionPolicy"), ...days(inputs, "containerDeleteRetentionPolicy")].every(
                        (value) => value >= 1 && value <= 365,
                    )
                        ? undefined
                        : "InvalidXmlNodeValue: days has to be between 1 and 365",
                refused: { deleteRetentionPolicy: { enabled: true, days: 366 } },
            },
        ],
        latency: setting,
    }),
    arm({
        token: policyToken,
        path: `${account}/managementPolicies/{managementPolicyName}`,
        within: { accountName: accountToken },
        required: ["resourceGroupName", "accountName", "policy"],
        refuses: [
            {
                what: "a management policy of another name than default",
                source: "https://learn.microsoft.com/en-us/rest/api/storagerp/management-policies/create-or-update",
                because: ({ managementPolicyName: name }) =>
                    name === "default"
                        ? undefined
                        : `InvalidRequest: the name has to be 'default', got ${String(name)}`,
                refused: { managementPolicyName: "mine" },
            },
            {
                what: "a management policy with rules for versions, where the account has a hierarchical namespace",
                source: hierarchical,
                because: (inputs, cloud) =>
                    valuesAt(inputs, ["policy", "rules", "definition", "actions", "version"]).length > 0 &&
                    isHierarchical(inputs, cloud)
                        ? "InvalidRequestPropertyValue: versions are not supported for this account"
                        : undefined,
                refused: {
                    policy: {
                        rules: [
                            {
                                name: "old",
                                type: "Lifecycle",
                                definition: {
                                    actions: { version: { delete: { daysAfterCreationGreaterThan: 1 } } },
                                },
                            },
                        ],
                    },
                },
            },
        ],
        latency: setting,
    }),
    arm({
        token: workspaceToken,
        path: "Microsoft.OperationalInsights/workspaces/{workspaceName}",
        createOnly: ["location"],
        autoName: autoName("workspaceName"),
        computed: { customerId: ({ token }) => `${token.slice(0, 8)}-${token.slice(8)}-4000-8000-${token}` },
        refuses: [
            {
                what: "a workspace that keeps logs for less than 30 days or more than 730",
                source: learn("azure-monitor/logs/data-retention-configure"),
                because: ({ retentionInDays: kept }) =>
                    kept === undefined || (Number(kept) >= 30 && Number(kept) <= 730)
                        ? undefined
                        : `InvalidParameter: retentionInDays ${String(kept)} is not between 30 and 730`,
                refused: { retentionInDays: 7 },
            },
            {
                what: "a name of a workspace that is not of 4 to 63 letters, digits and hyphens",
                source: learn("azure-resource-manager/management/resource-name-rules"),
                because: ({ workspaceName }) =>
                    /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/i.test(String(workspaceName))
                        ? undefined
                        : `InvalidWorkspaceName: ${String(workspaceName)}`,
                refused: { workspaceName: "a_b" },
            },
        ],
        latency: {
            create: 60,
            update: 5,
            delete: 10,
            source: "no published figure; the API is a long-running operation, counted as a minute",
        },
    }),
    {
        token: diagnosticToken,
        source: page("monitor", "diagnosticsetting"),
        replaceOn: ["resourceUri", "name"],
        deleteBeforeReplace: true,
        required: ["resourceUri"],
        autoName: autoName("name"),
        unique: ["resourceUri", "name"],
        references: [{ input: "workspaceId", type: workspaceToken, holds: false }],
        id: ({ inputs }) =>
            `${String(inputs["resourceUri"])}/providers/Microsoft.Insights/diagnosticSettings/${String(inputs["name"])}`,
        computed: {},
        keeps: locked,
        refuses: [
            {
                what: "a diagnostic setting without a destination",
                source: learn("azure-monitor/essentials/diagnostic-settings"),
                because: (inputs) =>
                    ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId"].some(
                        (name) => inputs[name] !== undefined,
                    )
                        ? undefined
                        : "BadRequest: at least one destination has to be specified",
                refused: { workspaceId: undefined },
            },
        ],
        latency: setting,
        permissions: ["read", "write", "delete"].map((action) => `Microsoft.Insights/diagnosticSettings/${action}`),
    },
];

const group = { example: resourceGroupToken, by: "name" };

/** Names of accounts are everybody's: one that nobody else has. */
const freeName = `example${randomBytes(4).toString("hex")}`;

export const examples: Readonly<Record<string, Values>> = {
    [accountToken]: {
        resourceGroupName: group,
        accountName: freeName,
        location: "westeurope",
        kind: "StorageV2",
        sku: { name: "Standard_ZRS" },
        isHnsEnabled: true,
        allowBlobPublicAccess: false,
    },
    [containerToken]: {
        resourceGroupName: group,
        accountName: { example: accountToken, by: "name" },
        containerName: "example",
    },
    [servicesToken]: {
        resourceGroupName: group,
        accountName: { example: accountToken, by: "name" },
        blobServicesName: "default",
        deleteRetentionPolicy: { enabled: true, days: 14 },
    },
    [policyToken]: {
        resourceGroupName: group,
        accountName: { example: accountToken, by: "name" },
        managementPolicyName: "default",
        policy: { rules: [] },
    },
    [workspaceToken]: { resourceGroupName: group, workspaceName: "example", location: "westeurope" },
    [diagnosticToken]: {
        resourceUri: { example: accountToken },
        name: "example",
        workspaceId: { example: workspaceToken },
    },
};
