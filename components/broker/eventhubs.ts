/** The broker layer on Azure Event Hubs, by its Kafka endpoint: a namespace, a hub for each topic, and who reads and writes them. */
import * as eventhub from "@pulumi/azure-native/eventhub";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { eventhubs as settings } from "../../stacks/settings/broker/eventhubs";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { namespaceNameOf, resourceGroup, type AzureAccount, type AzureScope } from "../cloud/azure";
import { grant, lock, type Role } from "../cloud/azureAccess";
import { azureNetworkOf, privateEndpoint } from "../cloud/azureEndpoint";
import { encryptionKey, type EncryptionKey } from "../cloud/azureKey";
import { refuseFirst } from "../cloud/problem";
import type { ContractOutputs } from "../embedded/contract";
import { deadLettersOf, eventHubsProblems, eventsOf } from "./eventhubsChecks";
import { probeTopic, topicProblems } from "./topicNames";
import type { MoreTopic } from "./topics";

export interface HubArgs {
    partitions: number;
    retentionHours: number;
}

export interface EventHubsBrokerArgs extends CloudArgs {
    account: AzureAccount;
    /** Whose identity gets its grants, and in whose network the namespace is. @default nobody's */
    foundation?: Pick<Upstream<"foundation">, "identities" | "network">;
    /** `Standard` has no key of one's own, and its limits. @default Premium */
    sku?: "Premium" | "Standard";
    /** Processing units of Premium: 1, 2, 4, 6, 8, 10, 12 or 16; throughput units of Standard: 1 to 40. @default 1 */
    capacity?: number;
    /** Of Standard alone: throughput units to which it grows by itself, up to 40. @default 10 */
    maximumCapacity?: number;
    /** Public IPv4 blocks that reach the namespace without a foundation. @default none */
    allowedAddresses?: readonly string[];
    /** Names of the data set's topics. */
    topics: { events: string; deadLetters: string };
    /** @default 3 partitions, 72 hours */
    events?: HubArgs;
    /** @default 1 partition, 168 hours */
    deadLetters?: HubArgs;
    /** @default none */
    moreTopics?: readonly MoreTopic[];
}

/** What Flink does with each hub; no other workload reads or writes events. */
const access = {
    events: ["Azure Event Hubs Data Receiver"],
    // Validation counts what is there.
    deadLetters: ["Azure Event Hubs Data Sender", "Azure Event Hubs Data Receiver"],
    probe: ["Azure Event Hubs Data Sender", "Azure Event Hubs Data Receiver"],
} as const satisfies Record<string, readonly Role[]>;

/**
 * Kafka's own login handler sends a client secret, and Entra ID wants the token of the service account as an assertion;
 * Microsoft publishes no handler. images/flink-azure holds this one. It implements the interfaces of Kafka's own clients:
 * with `flink-sql-connector-kafka`, which has them under other names, it cannot be loaded.
 */
const loginHandler = "tidegate.azure.EntraLoginCallbackHandler";

/** Source of the times and the size: https://learn.microsoft.com/en-us/azure/event-hubs/apache-kafka-configurations */
const clientProperties: Readonly<Record<string, string>> = {
    "sasl.login.callback.handler.class": loginHandler,
    "metadata.max.age.ms": "180000",
    "connections.max.idle.ms": "180000",
    "request.timeout.ms": "60000",
    "session.timeout.ms": "30000",
    "max.request.size": "1000000",
    // Of the compressions it knows gzip alone for certain.
    "compression.type": "gzip",
};

export class EventHubsBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;
    readonly namespace: eventhub.Namespace;

    private readonly args: EventHubsBrokerArgs;
    private readonly scope: AzureScope;

    constructor(name: string, args: EventHubsBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        refuseFirst(eventHubsProblems(args, azureNetworkOf(args.foundation) !== undefined), {
            code: "environment-invalid",
        });
        refuseFirst(topicProblems(args.topics, args.moreTopics ?? []), {
            code: "broker-settings-invalid",
            before: "A hub cannot be made",
        });
        demandArgs("Event Hubs", rulesOf(settings, "events", "deadLetters", "moreTopics"), args);
        super("tidegate:broker:EventHubs", name, {}, withTransform(args, options));
        this.args = args;
        const { environment, account, topics, moreTopics = [] } = args;
        const protect = args.protectData ?? true;
        const place = {
            name,
            account,
            tags: tagsOf(args, "broker"),
            options: { parent: this },
            data: { parent: this, protect, retainOnDelete: protect },
        };
        this.scope = { ...place, group: resourceGroup(place, environment, "broker") };

        const key = this.isPremium() ? encryptionKey(this.scope, protect) : undefined;
        this.namespace = this.hubNamespace(key);
        if (protect) lock(this.scope, "namespace", this.namespace.id);
        this.network();
        const hubs = {
            events: this.hub(topics.events, eventsOf(args)),
            deadLetters: this.hub(topics.deadLetters, deadLettersOf(args)),
            probe: this.hub(probeTopic, { partitions: 1, retentionHours: 1 }),
        };
        this.grants(hubs);
        const more = moreTopics.map((one) => this.hub(one.name, one));

        this.contract = {
            profile: pulumi.output("eventhubs" as const),
            bootstrapServers: pulumi.interpolate`${this.namespace.name}.servicebus.windows.net:9093`,
            securityProtocol: pulumi.output("SASL_SSL" as const),
            saslMechanism: pulumi.output("OAUTHBEARER" as const),
            caPem: pulumi.output(null),
            caFile: pulumi.output(null),
            clientProperties: pulumi.output({ ...clientProperties }),
            topics: pulumi.output({
                events: hubs.events.name,
                deadLetters: hubs.deadLetters.name,
                probe: hubs.probe.name,
                more: more.map((hub) => hub.name),
            }),
            credentials: pulumi.output(null),
            secretRef: pulumi.output(null),
            cluster: this.namespace.id,
        };
        this.registerOutputs({ contract: this.contract });
    }

    private isPremium(): boolean {
        return (this.args.sku ?? "Premium") === "Premium";
    }

    private hubNamespace(key: EncryptionKey | undefined): eventhub.Namespace {
        const { environment, account, sku = "Premium", capacity = 1, maximumCapacity = 10 } = this.args;
        const growth = this.isPremium()
            ? {}
            : { isAutoInflateEnabled: true, maximumThroughputUnits: Math.max(capacity, maximumCapacity) };
        return new eventhub.Namespace(
            `${this.scope.name}-namespace`,
            {
                resourceGroupName: this.scope.group.name,
                namespaceName: namespaceNameOf(environment, account),
                location: account.location,
                sku: { name: sku, tier: sku, capacity },
                ...growth,
                kafkaEnabled: true,
                disableLocalAuth: true,
                minimumTlsVersion: eventhub.TlsVersion.TlsVersion_1_2,
                zoneRedundant: true,
                publicNetworkAccess: this.publicAccess(),
                ...(key === undefined ? {} : encryptedBy(key)),
                tags: this.scope.tags,
            },
            { ...this.scope.data, dependsOn: key?.ready ?? [] },
        );
    }

    private publicAccess(): "Enabled" | "Disabled" {
        return azureNetworkOf(this.args.foundation) === undefined ? "Enabled" : "Disabled";
    }

    private network(): void {
        const { foundation, allowedAddresses = [] } = this.args;
        new eventhub.NamespaceNetworkRuleSet(
            `${this.scope.name}-rules`,
            {
                resourceGroupName: this.scope.group.name,
                namespaceName: this.namespace.name,
                defaultAction: eventhub.DefaultAction.Deny,
                publicNetworkAccess: this.publicAccess(),
                trustedServiceAccessEnabled: true,
                ipRules: allowedAddresses.map((ipMask) => ({
                    ipMask,
                    action: eventhub.NetworkRuleIPAction.Allow,
                })),
            },
            this.scope.options,
        );
        const network = azureNetworkOf(foundation);
        if (network !== undefined) privateEndpoint(this.scope, network, "namespace", this.namespace.id);
    }

    /** Kafka's consumer groups make themselves: they are not those of Event Hubs, of which none is needed. */
    private hub(topic: string, { partitions, retentionHours }: HubArgs): eventhub.EventHub {
        return new eventhub.EventHub(
            `${this.scope.name}-${topic}`,
            {
                resourceGroupName: this.scope.group.name,
                namespaceName: this.namespace.name,
                eventHubName: topic,
                partitionCount: partitions,
                retentionDescription: {
                    cleanupPolicy: eventhub.CleanupPolicyRetentionDescription.Delete,
                    retentionTimeInHours: retentionHours,
                },
            },
            this.scope.data,
        );
    }

    private grants(hubs: Readonly<Record<keyof typeof access, eventhub.EventHub>>): void {
        const identity = this.args.foundation?.identities.flink.azure;
        if (identity === undefined || identity === null) return;
        for (const [topic, itsRoles] of Object.entries(access) as [keyof typeof access, readonly Role[]][])
            for (const role of itsRoles)
                grant(this.scope, {
                    what: `flink-${topic}-${role.endsWith("Sender") ? "send" : "receive"}`,
                    role,
                    scope: hubs[topic].id,
                    principalId: identity.principalId,
                });
    }
}

const encryptedBy = ({ key, identity, vaultUri }: EncryptionKey) => ({
    identity: {
        type: eventhub.ManagedServiceIdentityType.UserAssigned,
        userAssignedIdentities: [identity.id],
    },
    encryption: {
        keySource: eventhub.KeySource.Microsoft_KeyVault,
        requireInfrastructureEncryption: true,
        // Without a version: it follows the key's rotation.
        keyVaultProperties: [
            { keyName: key.name, keyVaultUri: vaultUri, identity: { userAssignedIdentity: identity.id } },
        ],
    },
});
