/** The provider of an environment's Azure subscription, and names in it. */
import { createHash } from "node:crypto";
import { Provider } from "@pulumi/azure-native/provider";
import * as resources from "@pulumi/azure-native/resources";
import type * as pulumi from "@pulumi/pulumi";

export interface AzureAccount {
    subscriptionId: string;
    tenantId: string;
    /** e.g. `westeurope` */
    location: string;
}

/** Explicit, so that nothing depends on which subscription or tenant a shell happens to name. */
export const azureProvider = (
    { subscriptionId, tenantId, location }: AzureAccount,
    options?: pulumi.ResourceOptions,
): Provider => new Provider("azure", { subscriptionId, tenantId, location }, options);

/** What a component hands to what makes a part of it. */
export interface AzureScope {
    /** Begins the names of children. */
    readonly name: string;
    readonly account: AzureAccount;
    readonly tags: Record<string, string>;
    readonly group: resources.ResourceGroup;
    /** `{ parent }` of children. */
    readonly options: pulumi.CustomResourceOptions;
    /** Of what holds data: `protect` and `retainOnDelete` too, where the environment protects data. */
    readonly data: pulumi.CustomResourceOptions;
}

/** A group for each layer of an environment: what belongs together is seen, granted and counted together. */
export const resourceGroup = (
    { name, account, tags, data }: Omit<AzureScope, "group">,
    environment: string,
    layer: string,
): resources.ResourceGroup =>
    new resources.ResourceGroup(
        `${name}-group`,
        { resourceGroupName: `tidegate-${environment}-${layer}`, location: account.location, tags },
        // Whoever deletes a group deletes all that is in it.
        data,
    );

/** The first hexadecimal digits of a text's digest. */
const digits = (text: string, count: number): string => createHash("sha256").update(text).digest("hex").slice(0, count);

/**
 * Name of a storage account: unique in the world, of at most 24 lower-case letters and digits. Made of what tells the
 * environment from all others, so that it is known before anything is made, and the same again after a lost answer.
 */
export const accountNameOf = (environment: string, { subscriptionId }: AzureAccount): string =>
    `${environment.slice(0, 11)}lake${digits(`${subscriptionId} ${environment}`, 9)}`;

/** Name of an Event Hubs namespace: unique in the world, of 6 to 50 letters, digits and hyphens. */
export const namespaceNameOf = (environment: string, { subscriptionId }: AzureAccount): string =>
    `${environment}-events-${digits(`${subscriptionId} ${environment} events`, 9)}`;

/** A GUID that is the same for the same text: version 5 of RFC 9562, in a name space of this project. */
export function guidOf(text: string): string {
    const bytes = createHash("sha1").update(`tidegate ${text}`).digest().subarray(0, 16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.toString("hex");
    return [8, 12, 16, 20, 32].map((end, index, ends) => hex.slice(ends[index - 1] ?? 0, end)).join("-");
}
