/** Azure Event Hubs. */
import { premiumUnits } from "../../../../components/broker/eventhubsChecks";
import { randomBytes } from "node:crypto";
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud, type Thing } from "../../cloud";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { arm, autoName, learn, resourceGroupToken } from "./common";
import { vaultWithoutPurgeProtection } from "./keyvault";

const namespaceToken = "azure-native:eventhub:Namespace";
const hubToken = "azure-native:eventhub:EventHub";
const ruleSetToken = "azure-native:eventhub:NamespaceNetworkRuleSet";

const namespace = "Microsoft.EventHub/namespaces/{namespaceName}";
const quotas = learn("event-hubs/event-hubs-quotas");

/** What a namespace of each tier takes. Source: `quotas`. */
const limits: Readonly<Record<string, { partitions: number; hours: number; hubs: number }>> = {
    Basic: { partitions: 32, hours: 24, hubs: 10 },
    Standard: { partitions: 32, hours: 7 * 24, hubs: 10 },
    Premium: { partitions: 100, hours: 90 * 24, hubs: 100 },
};

function tierOf(name: unknown, cloud: SimulatedCloud): string {
    const [tier] = valuesAt(cloud.find(namespaceToken, "name", name)?.inputs, ["sku", "name"]);
    return String(tier ?? "Standard");
}

const limitsOf = (name: unknown, cloud: SimulatedCloud) => limits[tierOf(name, cloud)] ?? limits["Standard"];

function tooManyPartitions({ namespaceName, partitionCount = 1 }: Values, cloud: SimulatedCloud): string | undefined {
    const most = limitsOf(namespaceName, cloud)?.partitions ?? 0;
    return Number(partitionCount) <= most
        ? undefined
        : `BadRequest: PartitionCount ${String(partitionCount)} is not between 1 and ${most}`;
}

/** Source: https://learn.microsoft.com/en-us/azure/event-hubs/dynamically-add-partitions */
function otherPartitions(
    { namespaceName, eventHubName, partitionCount = 1 }: Values,
    cloud: SimulatedCloud,
): string | undefined {
    const isIt = ({ inputs }: Thing): boolean =>
        inputs["namespaceName"] === namespaceName && inputs["eventHubName"] === eventHubName;
    const has = cloud.all(hubToken).find(isIt)?.inputs["partitionCount"] ?? partitionCount;
    const more = Number(partitionCount) - Number(has);
    return more < 0 || (more > 0 && tierOf(namespaceName, cloud) !== "Premium")
        ? `BadRequest: ${String(eventHubName)} has ${String(has)} partitions, which cannot become ${String(partitionCount)}`
        : undefined;
}

export const rows: readonly Row[] = [
    arm({
        token: namespaceToken,
        path: namespace,
        // x-ms-mutability of the API; a namespace cannot move between Standard and Premium either.
        createOnly: ["location", "sku.name", "zoneRedundant", "encryption.requireInfrastructureEncryption"],
        autoName: autoName("namespaceName"),
        // Everybody's in the world.
        unique: ["namespaceName"],
        computed: {
            serviceBusEndpoint: ({ inputs }) =>
                `https://${String(inputs["namespaceName"])}.servicebus.windows.net:443/`,
        },
        refuses: [
            {
                what: "a name of a namespace that is not of 6 to 50 letters, digits and hyphens, a letter first",
                source: learn("azure-resource-manager/management/resource-name-rules"),
                because: ({ namespaceName }) =>
                    /^[a-z][a-z0-9-]{4,48}[a-z0-9]$/i.test(String(namespaceName))
                        ? undefined
                        : `BadRequest: the namespace name '${String(namespaceName)}' is not valid`,
                refused: { namespaceName: "short" },
            },
            {
                what: "Kafka on the Basic tier",
                source: quotas,
                because: ({ kafkaEnabled, sku }) =>
                    kafkaEnabled === true && valuesAt(sku, ["name"])[0] === "Basic"
                        ? "BadRequest: Kafka is not available in the Basic tier"
                        : undefined,
                refused: { kafkaEnabled: true, sku: { name: "Basic" } },
            },
            {
                what: "a key of one's own for a namespace that is not Premium",
                source: learn("event-hubs/configure-customer-managed-key"),
                because: ({ encryption, sku }) =>
                    encryption !== undefined && valuesAt(sku, ["name"])[0] !== "Premium"
                        ? "BadRequest: customer-managed keys need the Premium tier"
                        : undefined,
                refused: { encryption: { keySource: "Microsoft.KeyVault", keyVaultProperties: [] } },
            },
            {
                what: "encryption of events by a key of a vault without purge protection",
                source: learn("event-hubs/configure-customer-managed-key"),
                because: (inputs, cloud) =>
                    vaultWithoutPurgeProtection(
                        valuesAt(inputs, ["encryption", "keyVaultProperties", "keyVaultUri"]),
                        cloud,
                    ),
                refused: {
                    sku: { name: "Premium", capacity: 1 },
                    encryption: {
                        keyVaultProperties: [{ keyName: "k", keyVaultUri: "https://nowhere.vault.azure.net/" }],
                    },
                },
            },
            {
                what: "a number of processing units that Premium has not",
                source: learn("event-hubs/event-hubs-premium-overview"),
                because: ({ sku }) => {
                    const [name, capacity = 1] = [valuesAt(sku, ["name"])[0], valuesAt(sku, ["capacity"])[0]];
                    return name !== "Premium" || premiumUnits.includes(Number(capacity))
                        ? undefined
                        : `BadRequest: capacity ${String(capacity)} of Premium`;
                },
                refused: { sku: { name: "Premium", capacity: 3 } },
            },
        ],
        latency: {
            create: 180,
            update: 60,
            delete: 60,
            source: "quickstart of the service: deployment takes a few minutes; no published figure, counted as 180 s",
        },
    }),
    arm({
        token: hubToken,
        path: `${namespace}/eventhubs/{eventHubName}`,
        within: { namespaceName: namespaceToken },
        autoName: autoName("eventHubName"),
        refuses: [
            {
                what: "more partitions than the tier has; fewer than a hub has; other than it has, on Standard",
                source: quotas,
                because: (inputs, cloud) => tooManyPartitions(inputs, cloud) ?? otherPartitions(inputs, cloud),
                refused: { partitionCount: 33 },
            },
            {
                what: "a longer retention than the tier has",
                source: quotas,
                because: (inputs, cloud) => {
                    const [hours = 1] = valuesAt(inputs, ["retentionDescription", "retentionTimeInHours"]);
                    const most = limitsOf(inputs["namespaceName"], cloud)?.hours ?? 0;
                    return Number(hours) <= most
                        ? undefined
                        : `BadRequest: retentionTimeInHours ${String(hours)} is more than ${most}`;
                },
                refused: { retentionDescription: { cleanupPolicy: "Delete", retentionTimeInHours: 169 } },
            },
        ],
        latency: setting,
    }),
    arm({
        token: ruleSetToken,
        path: `${namespace}/networkRuleSets/default`,
        within: { namespaceName: namespaceToken },
        // It is there as soon as the namespace is, and cannot be deleted: the provider takes it as it is.
        idempotent: true,
        unique: ["resourceGroupName", "namespaceName"],
        computed: { name: () => "default" },
        refuses: [
            {
                what: "network rules that are on for a namespace without public access, or the other way round",
                source: learn("event-hubs/event-hubs-ip-filtering"),
                because: ({ namespaceName, publicNetworkAccess = "Enabled" }, cloud) => {
                    const its = cloud.find(namespaceToken, "name", namespaceName)?.inputs["publicNetworkAccess"];
                    return its === undefined || its === publicNetworkAccess
                        ? undefined
                        : `BadRequest: publicNetworkAccess is ${String(its)} on the namespace`;
                },
                refused: { publicNetworkAccess: "Disabled" },
            },
        ],
        latency: setting,
    }),
];

const group = { example: resourceGroupToken, by: "name" };

export const examples: Readonly<Record<string, Values>> = {
    [namespaceToken]: {
        resourceGroupName: group,
        namespaceName: `example-${randomBytes(4).toString("hex")}`,
        location: "westeurope",
        sku: { name: "Standard", tier: "Standard", capacity: 1 },
        publicNetworkAccess: "Enabled",
    },
    [hubToken]: {
        resourceGroupName: group,
        namespaceName: { example: namespaceToken, by: "name" },
        eventHubName: "example",
        partitionCount: 3,
    },
    [ruleSetToken]: {
        resourceGroupName: group,
        namespaceName: { example: namespaceToken, by: "name" },
        publicNetworkAccess: "Enabled",
        defaultAction: "Deny",
    },
};
