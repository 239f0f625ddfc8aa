/** Azure Database for PostgreSQL, flexible server. */
import type { Values } from "../../../../components/provider/values";
import { valuesAt } from "../../cloud";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { arm, autoName, learn, resourceGroupToken } from "./common";
import { linkToken, networkToken, subnetToken, zoneToken } from "./network";

const serverToken = "azure-native:dbforpostgresql:Server";
const databaseToken = "azure-native:dbforpostgresql:Database";
const configurationToken = "azure-native:dbforpostgresql:Configuration";

const server = "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}";
const docs = (path: string): string => learn(`postgresql/${path}`);
const sizes = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
const one = (inputs: Values, ...path: string[]): unknown => valuesAt(inputs, path)[0];

export const rows: readonly Row[] = [
    arm({
        token: serverToken,
        path: server,
        createOnly: [
            ...["location", "administratorLogin", "availabilityZone", "createMode", "sourceServerResourceId"],
            ...["network.delegatedSubnetResourceId", "dataEncryption.type"],
        ],
        autoName: autoName("serverName"),
        // Everybody's in the world.
        unique: ["serverName"],
        references: [
            { input: "network.delegatedSubnetResourceId", type: subnetToken },
            { input: "network.privateDnsZoneArmResourceId", type: zoneToken },
        ],
        computed: {
            fullyQualifiedDomainName: ({ inputs }) => `${String(inputs["serverName"])}.postgres.database.azure.com`,
            state: () => "Ready",
        },
        refuses: [
            {
                what: "a flexible server in a subnet that is not delegated to it",
                source: docs("network/concepts-networking-private"),
                because: (inputs, cloud) => {
                    const id = one(inputs, "network", "delegatedSubnetResourceId");
                    if (id === undefined) return undefined;
                    const to = valuesAt(cloud.get(subnetToken, String(id))?.inputs, ["delegations", "serviceName"]);
                    return to.includes("Microsoft.DBforPostgreSQL/flexibleServers")
                        ? undefined
                        : `SubnetIsNotDelegated: ${String(id)} is not delegated to Microsoft.DBforPostgreSQL/flexibleServers`;
                },
                refused: { network: { delegatedSubnetResourceId: { example: subnetToken } } },
            },
            {
                what: "a flexible server in a subnet without a private zone of names that ends as Azure wants, linked to a network",
                source: docs("network/concepts-networking-private"),
                because: (inputs, cloud) => {
                    if (one(inputs, "network", "delegatedSubnetResourceId") === undefined) return undefined;
                    const id = String(one(inputs, "network", "privateDnsZoneArmResourceId"));
                    const name = String(cloud.get(zoneToken, id)?.inputs["privateZoneName"]);
                    if (!name.endsWith(".postgres.database.azure.com"))
                        return `PrivateDnsZoneNameInvalid: ${name} does not end with postgres.database.azure.com`;
                    return cloud.all(linkToken).some(({ inputs: link }) => link["privateZoneName"] === name)
                        ? undefined
                        : `VNetPrivateDnsZoneNotLinked: ${name}`;
                },
                refused: {
                    network: {
                        delegatedSubnetResourceId: { example: subnetToken },
                        privateDnsZoneArmResourceId: { example: zoneToken },
                    },
                },
            },
            {
                what: "a disk of a flexible server of a size that Azure has not",
                source: docs("compute-storage/concepts-storage-premium-ssd"),
                because: (inputs) => {
                    const size = one(inputs, "storage", "storageSizeGB");
                    return size === undefined || sizes.includes(Number(size))
                        ? undefined
                        : `InvalidParameterValue: storageSizeGB ${String(size)}`;
                },
                refused: { storage: { storageSizeGB: 50 } },
            },
            {
                what: "backups of a flexible server of fewer than 7 or more than 35 days",
                source: docs("backup-restore/concepts-backup-restore"),
                because: (inputs) => {
                    const days = one(inputs, "backup", "backupRetentionDays");
                    return days === undefined || (Number(days) >= 7 && Number(days) <= 35)
                        ? undefined
                        : `InvalidParameterValue: backupRetentionDays ${String(days)}`;
                },
                refused: { backup: { backupRetentionDays: 5 } },
            },
            {
                what: "a key of one's own without the identity that uses it",
                source: docs("security/security-data-encryption"),
                because: (inputs) => {
                    if (one(inputs, "dataEncryption", "type") !== "AzureKeyVault") return undefined;
                    const who = String(one(inputs, "dataEncryption", "primaryUserAssignedIdentityId"));
                    const has = one(inputs, "identity", "userAssignedIdentities");
                    const ids = Array.isArray(has) ? has.map(String) : Object.keys((has ?? {}) as Values);
                    return ids.includes(who) ? undefined : `InvalidParameterValue: identity ${who} is not the server's`;
                },
                refused: { dataEncryption: { type: "AzureKeyVault", primaryUserAssignedIdentityId: "/nobody" } },
            },
        ],
        latency: {
            create: 600,
            update: 120,
            delete: 120,
            source: `${docs("configure-maintain/quickstart-create-server")}: the deployment takes some minutes; no published figure, counted as ten`,
        },
    }),
    arm({
        token: databaseToken,
        path: `${server}/databases/{databaseName}`,
        createOnly: ["charset", "collation"],
        within: { serverName: serverToken },
        autoName: autoName("databaseName"),
        latency: setting,
    }),
    arm({
        token: configurationToken,
        path: `${server}/configurations/{configurationName}`,
        within: { serverName: serverToken },
        required: ["resourceGroupName", "serverName", "configurationName"],
        latency: {
            create: 30,
            update: 30,
            delete: 10,
            source: "a long-running operation of the API; no published figure, counted as 30 s",
        },
    }),
];

const group = { example: resourceGroupToken, by: "name" };

export const examples: Readonly<Record<string, Values>> = {
    [serverToken]: {
        resourceGroupName: group,
        serverName: "example",
        location: "westeurope",
        version: "17",
        administratorLogin: "example",
        storage: { storageSizeGB: 32 },
    },
    [`${serverToken}#private`]: {
        resourceGroupName: group,
        serverName: "private",
        location: "westeurope",
        administratorLogin: "example",
        // It wants the link, which no input names.
        tags: { link: { example: `${linkToken}#postgresql` } },
        network: {
            delegatedSubnetResourceId: { example: `${subnetToken}#delegated` },
            privateDnsZoneArmResourceId: { example: `${zoneToken}#postgresql` },
        },
    },
    [`${subnetToken}#delegated`]: {
        resourceGroupName: group,
        virtualNetworkName: { example: networkToken, by: "name" },
        subnetName: "delegated",
        addressPrefix: "10.0.2.0/24",
        delegations: [{ name: "postgresql", serviceName: "Microsoft.DBforPostgreSQL/flexibleServers" }],
    },
    [`${zoneToken}#postgresql`]: {
        resourceGroupName: group,
        privateZoneName: "example.private.postgres.database.azure.com",
        location: "global",
    },
    [`${linkToken}#postgresql`]: {
        resourceGroupName: group,
        privateZoneName: { example: `${zoneToken}#postgresql`, by: "name" },
        virtualNetworkLinkName: "example",
        location: "global",
        virtualNetwork: { id: { example: networkToken } },
    },
    [databaseToken]: {
        resourceGroupName: group,
        serverName: { example: serverToken, by: "name" },
        databaseName: "example",
    },
    [configurationToken]: {
        resourceGroupName: group,
        serverName: { example: serverToken, by: "name" },
        configurationName: "require_secure_transport",
        value: "ON",
        source: "user-override",
    },
};
