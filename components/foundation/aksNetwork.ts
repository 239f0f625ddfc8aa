/** The virtual network of a cluster on Azure, with a subnet for each kind of what is in it. */
import * as network from "@pulumi/azure-native/network";
import { blockOf, partOf } from "../cloud/cidr";
import type { AzureScope } from "../cloud/azure";

/** Of pods and of services: in no network, but nothing that they reach may have them. */

export interface AksNetwork {
    readonly network: network.VirtualNetwork;
    readonly nodes: network.Subnet;
    /** Of private endpoints. */
    readonly endpoints: network.Subnet;
    /** Delegated to flexible servers of PostgreSQL. */
    readonly databases: network.Subnet;
}

/** @param cidr a /16: nodes have the first 4096 addresses of it, endpoints and databases 256 each after them */
export function aksNetwork(scope: AzureScope, environment: string, cidr: string): AksNetwork {
    const { name, account, tags, group, options } = scope;
    const place = { resourceGroupName: group.name, location: account.location, tags };
    // Its rules are the ones that each has: in from the network itself alone.
    const security = new network.NetworkSecurityGroup(
        `${name}-security`,
        { ...place, networkSecurityGroupName: `tidegate-${environment}` },
        options,
    );
    const virtual = new network.VirtualNetwork(
        `${name}-network`,
        {
            ...place,
            virtualNetworkName: `tidegate-${environment}`,
            addressSpace: { addressPrefixes: [cidr] },
        },
        // Subnets are resources of their own.
        { ...options, ignoreChanges: ["subnets"] },
    );
    const whole = blockOf(cidr) ?? { first: 0, bits: 16 };
    const subnet = (what: string, prefix: string, more: Partial<network.SubnetArgs>, after?: network.Subnet) =>
        new network.Subnet(
            `${name}-${what}`,
            {
                resourceGroupName: group.name,
                virtualNetworkName: virtual.name,
                subnetName: what,
                addressPrefix: prefix,
                networkSecurityGroup: { id: security.id },
                defaultOutboundAccess: false,
                ...more,
            },
            // Azure changes a network once at a time, and refuses the second: AnotherOperationInProgress.
            { ...options, dependsOn: after ?? [] },
        );
    const nodes = subnet("nodes", partOf(whole, 20, 0), {});
    const endpoints = subnet(
        "endpoints",
        partOf(whole, 24, 16),
        // Rules of the security group are for endpoints too.
        { privateEndpointNetworkPolicies: network.VirtualNetworkPrivateEndpointNetworkPolicies.Enabled },
        nodes,
    );
    const databases = subnet(
        "databases",
        partOf(whole, 24, 17),
        { delegations: [{ name: "postgresql", serviceName: "Microsoft.DBforPostgreSQL/flexibleServers" }] },
        endpoints,
    );
    return { network: virtual, nodes, endpoints, databases };
}
