/** Private endpoints: a service of Azure by an address of one's own network, and by the name that it always has. */
import * as network from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import type { AzureScope } from "./azure";

/** Kinds of endpoints and the zones of their names. Source: https://learn.microsoft.com/en-us/azure/private-link/private-endpoint-dns */
const zones = {
    blob: "privatelink.blob.core.windows.net",
    dfs: "privatelink.dfs.core.windows.net",
    namespace: "privatelink.servicebus.windows.net",
} as const;

export type AzureNetwork = Extract<Upstream<"foundation">["network"], { cloud: "azure" }>;

/** The network of a cluster on Azure; undefined where it was adopted or is of another cloud. */
export const azureNetworkOf = (
    foundation: Pick<Upstream<"foundation">, "network"> | undefined,
): AzureNetwork | undefined => (foundation?.network?.cloud === "azure" ? foundation.network : undefined);

export function privateEndpoint(
    { name, account, tags, group, options }: AzureScope,
    { endpointSubnetId, virtualNetworkId }: AzureNetwork,
    kind: keyof typeof zones,
    of: pulumi.Input<string>,
): network.PrivateEndpoint {
    const child = `${name}-${kind}`;
    const resourceGroupName = group.name;
    const zone = new privatedns.PrivateZone(
        `${child}-zone`,
        { resourceGroupName, privateZoneName: zones[kind], location: "global", tags },
        options,
    );
    const link = new privatedns.VirtualNetworkLink(
        `${child}-zone-link`,
        {
            resourceGroupName,
            privateZoneName: zone.name,
            virtualNetworkLinkName: "cluster",
            location: "global",
            registrationEnabled: false,
            virtualNetwork: { id: virtualNetworkId },
            tags,
        },
        options,
    );
    const endpoint = new network.PrivateEndpoint(
        `${child}-endpoint`,
        {
            resourceGroupName,
            privateEndpointName: pulumi.interpolate`${resourceGroupName}-${kind}`,
            location: account.location,
            subnet: { id: endpointSubnetId },
            privateLinkServiceConnections: [{ name: kind, privateLinkServiceId: of, groupIds: [kind] }],
            tags,
        },
        options,
    );
    new network.PrivateDnsZoneGroup(
        `${child}-names`,
        {
            resourceGroupName,
            privateEndpointName: endpoint.name,
            privateDnsZoneGroupName: "default",
            privateDnsZoneConfigs: [{ name: kind, privateDnsZoneId: zone.id }],
        },
        { ...options, dependsOn: link },
    );
    return endpoint;
}
