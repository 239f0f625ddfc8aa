/** Azure Key Vault. */
import { randomBytes } from "node:crypto";
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { arm, autoName, learn, resourceGroupToken } from "./common";

const vaultToken = "azure-native:keyvault:Vault";
const keyToken = "azure-native:keyvault:Key";

const vault = "Microsoft.KeyVault/vaults/{vaultName}";

const uriOf = (name: unknown): string => `https://${String(name)}.vault.azure.net/`;

/** Why keys of these vaults cannot encrypt anything: what is deleted by mistake would be gone for good. */
export function vaultWithoutPurgeProtection(uris: readonly unknown[], cloud: SimulatedCloud): string | undefined {
    const unprotected = uris.find(
        (uri) =>
            !cloud
                .all(vaultToken)
                .some(
                    ({ inputs }) =>
                        uriOf(inputs["vaultName"]) === uri &&
                        valuesAt(inputs, ["properties", "enablePurgeProtection"])[0] === true,
                ),
    );
    return unprotected === undefined
        ? undefined
        : `KeyVaultNotRecoverable: ${String(unprotected)} has no purge protection, or is not there`;
}

export const rows: readonly Row[] = [
    arm({
        token: vaultToken,
        path: vault,
        createOnly: ["location"],
        required: ["resourceGroupName", "properties"],
        autoName: autoName("vaultName"),
        // Everybody's in the world.
        unique: ["vaultName"],
        computed: {
            properties: ({ inputs }) => ({ vaultUri: uriOf(inputs["vaultName"]) }),
        },
        refuses: [
            {
                what: "a name of a vault that is not of 3 to 24 letters, digits and single hyphens, a letter first",
                source: learn("azure-resource-manager/management/resource-name-rules"),
                because: ({ vaultName }) =>
                    /^(?=.{3,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/i.test(String(vaultName))
                        ? undefined
                        : `VaultNameNotValid: ${String(vaultName)}`,
                refused: { vaultName: "a-name-that-is-much-too-long" },
            },
            {
                what: "purge protection that is switched off: once on it stays, so it may be true or absent",
                source: "https://learn.microsoft.com/en-us/rest/api/keyvault/keyvault/vaults/create-or-update",
                because: (inputs) =>
                    valuesAt(inputs, ["properties", "enablePurgeProtection"])[0] === false
                        ? 'BadRequest: the property "enablePurgeProtection" cannot be set to false'
                        : undefined,
                refused: { properties: { enablePurgeProtection: false } },
            },
            {
                what: "soft delete of a vault for less than 7 or more than 90 days",
                source: learn("key-vault/general/soft-delete-overview"),
                because: (inputs) => {
                    const [kept = 90] = valuesAt(inputs, ["properties", "softDeleteRetentionInDays"]);
                    return Number(kept) >= 7 && Number(kept) <= 90
                        ? undefined
                        : `BadRequest: softDeleteRetentionInDays ${String(kept)} is not between 7 and 90`;
                },
                refused: { properties: { softDeleteRetentionInDays: 5 } },
            },
        ],
        latency: {
            create: 60,
            update: 5,
            delete: 10,
            source: "no published figure; the provider waits until the vault's name resolves, counted as a minute",
        },
    }),
    arm({
        token: keyToken,
        path: `${vault}/keys/{keyName}`,
        within: { vaultName: vaultToken },
        // The API makes a key and never changes it.
        createOnly: ["properties.kty", "properties.keySize", "properties.curveName"],
        required: ["resourceGroupName", "vaultName", "properties"],
        computed: {
            keyUri: ({ inputs }) => `${uriOf(inputs["vaultName"])}keys/${String(inputs["keyName"])}`,
            keyUriWithVersion: ({ inputs, token }) =>
                `${uriOf(inputs["vaultName"])}keys/${String(inputs["keyName"])}/${token}${token}00000000`,
        },
        refuses: [
            {
                what: "an RSA key of another size than 2048, 3072 or 4096 bits",
                source: learn("key-vault/keys/about-keys"),
                because: (inputs) => {
                    const [size = 2048] = valuesAt(inputs, ["properties", "keySize"]);
                    return [2048, 3072, 4096].includes(Number(size))
                        ? undefined
                        : `BadParameter: key size ${String(size)}`;
                },
                refused: { properties: { kty: "RSA", keySize: 1024 } },
            },
        ],
        latency: setting,
    }),
];

const group = { example: resourceGroupToken, by: "name" };

export const examples: Readonly<Record<string, Values>> = {
    [vaultToken]: {
        resourceGroupName: group,
        vaultName: `example${randomBytes(4).toString("hex")}`,
        location: "westeurope",
        properties: { enablePurgeProtection: true, enableRbacAuthorization: true },
    },
    [keyToken]: {
        resourceGroupName: group,
        vaultName: { example: vaultToken, by: "name" },
        keyName: "example",
        properties: { kty: "RSA", keySize: 3072 },
    },
};
