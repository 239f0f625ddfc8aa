/** A key of one's own in a vault of its own, and the identity by which a service of Azure uses it. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureScope } from "./azure";
import { grant, lock } from "./azureAccess";

/** The longest for which Key Vault keeps what was deleted. */
const softDeleteDays = 90;
/** Each year, as ISO 8601 has it. What a retired version has encrypted it still decrypts. */
const rotation = "P365D";

export interface EncryptionKey {
    readonly vault: keyvault.Vault;
    readonly key: keyvault.Key;
    /** That the service works as. */
    readonly identity: managedidentity.UserAssignedIdentity;
    /** `https://….vault.azure.net/` */
    readonly vaultUri: pulumi.Output<string>;
    /** What has to be there before the service can use the key. */
    readonly ready: pulumi.Resource[];
}

/**
 * The vault's name is the provider's, with eight random digits: with purge protection a deleted vault keeps its name for
 * 90 days, and a platform that is made again needs another.
 */
export function encryptionKey(scope: AzureScope, locked: boolean): EncryptionKey {
    const { name, account, tags, group, options, data } = scope;
    const place = { resourceGroupName: group.name, location: account.location, tags };
    const vault = new keyvault.Vault(
        `${name}-keys`,
        {
            ...place,
            properties: {
                tenantId: account.tenantId,
                sku: { family: "A", name: "standard" },
                enableRbacAuthorization: true,
                enableSoftDelete: true,
                softDeleteRetentionInDays: softDeleteDays,
                enablePurgeProtection: true,
                // Services of Azure that are trusted reach it, nobody else does.
                networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
            },
        },
        data,
    );
    const key = new keyvault.Key(
        `${name}-key`,
        {
            resourceGroupName: group.name,
            vaultName: vault.name,
            keyName: "data",
            properties: {
                kty: "RSA",
                keySize: 3072,
                keyOps: ["wrapKey", "unwrapKey"],
                attributes: { enabled: true },
                rotationPolicy: {
                    lifetimeActions: [{ action: { type: "rotate" }, trigger: { timeAfterCreate: rotation } }],
                },
            },
            // No tags: of a key that is there the API changes nothing, and drift of them could not be healed.
        },
        // Only the vault itself could delete it, which nobody here reaches; it goes with its vault, recoverably.
        { ...data, retainOnDelete: true },
    );
    const identity = new managedidentity.UserAssignedIdentity(
        `${name}-key-user`,
        { ...place, resourceName: group.name.apply((of) => `${of}-key-user`) },
        options,
    );
    const granted = grant(scope, {
        what: "key-use",
        role: "Key Vault Crypto Service Encryption User",
        scope: key.id,
        principalId: identity.principalId,
    });
    if (locked) lock(scope, "keys", vault.id);
    const vaultUri = vault.properties.apply((properties) => properties.vaultUri);
    return { vault, key, identity, vaultUri, ready: [key, granted] };
}
