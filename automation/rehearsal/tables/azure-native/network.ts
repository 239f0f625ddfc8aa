/** Virtual networks, private endpoints and the names by which they are found. */
import type { Values } from "../../../../components/provider/values";
import { valuesAt } from "../../cloud";
import type { Row } from "../../row";
import { immediate, setting } from "../latencies";
import { arm, autoName, learn, resourceGroupToken } from "./common";

const groupToken = "azure-native:network:NetworkSecurityGroup";
export const networkToken = "azure-native:network:VirtualNetwork";
export const subnetToken = "azure-native:network:Subnet";
const endpointToken = "azure-native:network:PrivateEndpoint";
const zoneGroupToken = "azure-native:network:PrivateDnsZoneGroup";
export const zoneToken = "azure-native:privatedns:PrivateZone";
export const linkToken = "azure-native:privatedns:VirtualNetworkLink";

/** First and last address of `10.0.0.0/16`; undefined where it is no such block. */
function block(cidr: unknown): readonly [number, number] | undefined {
    const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(String(cidr)) ?? [];
    if (bits === undefined) return undefined;
    const address = ((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d);
    const size = 2 ** (32 - Number(bits));
    return address % size === 0 && Number(bits) <= 32 ? [address, address + size - 1] : undefined;
}

const overlap = (one: unknown, other: unknown): boolean => {
    const [left, right] = [block(one), block(other)];
    return left !== undefined && right !== undefined && left[0] <= right[1] && right[0] <= left[1];
};

const within = (inner: unknown, outer: unknown): boolean => {
    const [left, right] = [block(inner), block(outer)];
    return left !== undefined && right !== undefined && left[0] >= right[0] && left[1] <= right[1];
};

const takenSubnet = `${subnetToken}#taken`;

export const rows: readonly Row[] = [
    arm({
        token: groupToken,
        path: "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}",
        createOnly: ["location"],
        autoName: autoName("networkSecurityGroupName"),
        refuses: [
            {
                what: "two rules of one priority and direction in a network security group",
                source: learn("virtual-network/network-security-groups-overview"),
                because: ({ securityRules = [] }) => {
                    const keys = (securityRules as Values[]).map((rule) => `${rule["direction"]} ${rule["priority"]}`);
                    return new Set(keys).size === keys.length ? undefined : "SecurityRuleConflict: priorities collide";
                },
                refused: {
                    securityRules: [
                        { name: "a", direction: "Inbound", priority: 100 },
                        { name: "b", direction: "Inbound", priority: 100 },
                    ],
                },
            },
        ],
        latency: immediate,
    }),
    arm({
        token: networkToken,
        path: "Microsoft.Network/virtualNetworks/{virtualNetworkName}",
        createOnly: ["location"],
        autoName: autoName("virtualNetworkName"),
        refuses: [
            {
                what: "an address space of a virtual network that is no CIDR block",
                source: learn("virtual-network/virtual-networks-faq"),
                because: (inputs) => {
                    const bad = valuesAt(inputs, ["addressSpace", "addressPrefixes"]).find(
                        (prefix) => block(prefix) === undefined,
                    );
                    return bad === undefined ? undefined : `InvalidAddressPrefixFormat: ${String(bad)}`;
                },
                refused: { addressSpace: { addressPrefixes: ["10.0.0.1/16"] } },
            },
        ],
        latency: immediate,
    }),
    arm({
        token: subnetToken,
        path: "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
        within: { virtualNetworkName: networkToken },
        autoName: autoName("subnetName"),
        references: [{ input: "networkSecurityGroup.id", type: groupToken }],
        refuses: [
            {
                what: "a subnet outside the address space of its virtual network",
                source: learn("virtual-network/virtual-network-manage-subnet"),
                because: ({ virtualNetworkName, addressPrefix }, cloud) => {
                    const network = cloud.find(networkToken, "name", virtualNetworkName);
                    const spaces = valuesAt(network?.inputs, ["addressSpace", "addressPrefixes"]);
                    return spaces.some((space) => within(addressPrefix, space))
                        ? undefined
                        : `NetcfgInvalidSubnet: ${String(addressPrefix)} is not within the address space`;
                },
                refused: { addressPrefix: "192.168.0.0/24" },
            },
            {
                what: "a subnet that overlaps another of its virtual network",
                source: learn("virtual-network/virtual-network-manage-subnet"),
                because: ({ virtualNetworkName, subnetName, addressPrefix }, cloud) => {
                    const other = cloud
                        .all(subnetToken)
                        .find(
                            ({ inputs }) =>
                                inputs["virtualNetworkName"] === virtualNetworkName &&
                                inputs["subnetName"] !== subnetName &&
                                overlap(inputs["addressPrefix"], addressPrefix),
                        );
                    return other === undefined
                        ? undefined
                        : `NetcfgInvalidSubnet: ${String(addressPrefix)} overlaps with ${other.id}`;
                },
                refused: {
                    subnetName: "another",
                    virtualNetworkName: { example: takenSubnet, by: "virtualNetworkName" },
                    addressPrefix: "10.0.1.128/25",
                },
            },
        ],
        latency: immediate,
    }),
    arm({
        token: endpointToken,
        path: "Microsoft.Network/privateEndpoints/{privateEndpointName}",
        createOnly: ["location", "subnet"],
        autoName: autoName("privateEndpointName"),
        references: [{ input: "subnet.id", type: subnetToken }],
        refuses: [
            {
                what: "a private endpoint of something that is not there, or of none of its kinds",
                source: learn("private-link/private-endpoint-overview#private-link-resource"),
                because: (inputs, cloud) => {
                    const [target] = valuesAt(inputs, ["privateLinkServiceConnections", "privateLinkServiceId"]);
                    const kinds = valuesAt(inputs, ["privateLinkServiceConnections", "groupIds"]).map(String);
                    if (!cloud.all().some(({ id }) => id === target)) return `ResourceNotFound: ${String(target)}`;
                    const known = ["blob", "dfs", "namespace", "vault", "postgresqlServer", "management"];
                    return kinds.length === 1 && kinds.every((kind) => known.includes(kind))
                        ? undefined
                        : `InvalidParameter: groupIds ${kinds.join(", ")}`;
                },
                refused: {
                    privateLinkServiceConnections: [
                        { name: "it", privateLinkServiceId: "/subscriptions/s/nowhere", groupIds: ["blob"] },
                    ],
                },
            },
        ],
        latency: {
            create: 60,
            update: 10,
            delete: 30,
            source: "quickstart of Private Link: about a minute; no published figure",
        },
    }),
    arm({
        token: zoneGroupToken,
        path: "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
        within: { privateEndpointName: endpointToken },
        autoName: autoName("privateDnsZoneGroupName"),
        references: [{ input: "privateDnsZoneConfigs.privateDnsZoneId", type: zoneToken }],
        computed: {},
        latency: setting,
    }),
    arm({
        token: zoneToken,
        path: "Microsoft.Network/privateDnsZones/{privateZoneName}",
        required: ["resourceGroupName", "privateZoneName"],
        refuses: [
            {
                what: "a private DNS zone in a region: they are global",
                source: learn("dns/private-dns-privatednszone"),
                because: ({ location }) =>
                    location === undefined || String(location).toLowerCase() === "global"
                        ? undefined
                        : `BadRequest: the location of a private zone has to be global, got ${String(location)}`,
                refused: { location: "westeurope" },
            },
        ],
        latency: {
            create: 30,
            update: 2,
            delete: 10,
            source: "no published figure; a long-running operation of the API, counted as 30 s",
        },
    }),
    arm({
        token: linkToken,
        path: "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}",
        within: { privateZoneName: zoneToken },
        createOnly: ["virtualNetwork"],
        // A network knows one zone of a name. Source: learn.microsoft.com/azure/dns/private-dns-virtual-network-links
        unique: ["privateZoneName", "virtualNetwork.id"],
        autoName: autoName("virtualNetworkLinkName"),
        references: [{ input: "virtualNetwork.id", type: networkToken }],
        latency: {
            create: 30,
            update: 5,
            delete: 10,
            source: "no published figure; a long-running operation of the API, counted as 30 s",
        },
    }),
];

const group = { example: resourceGroupToken, by: "name" };

export const examples: Readonly<Record<string, Values>> = {
    [groupToken]: { resourceGroupName: group, networkSecurityGroupName: "example", location: "westeurope" },
    [networkToken]: {
        resourceGroupName: group,
        virtualNetworkName: "example",
        location: "westeurope",
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
    },
    [subnetToken]: {
        resourceGroupName: group,
        virtualNetworkName: { example: networkToken, by: "name" },
        subnetName: "example",
        addressPrefix: "10.0.0.0/24",
    },
    [takenSubnet]: {
        resourceGroupName: group,
        virtualNetworkName: { example: networkToken, by: "name" },
        subnetName: "taken",
        addressPrefix: "10.0.1.0/24",
        networkSecurityGroup: { id: { example: groupToken } },
    },
    [endpointToken]: {
        resourceGroupName: group,
        privateEndpointName: "example",
        location: "westeurope",
        subnet: { id: { example: subnetToken } },
        privateLinkServiceConnections: [
            {
                name: "it",
                privateLinkServiceId: { example: "azure-native:storage:StorageAccount" },
                groupIds: ["blob"],
            },
        ],
    },
    [zoneGroupToken]: {
        resourceGroupName: group,
        privateEndpointName: { example: endpointToken, by: "name" },
        privateDnsZoneGroupName: "example",
        privateDnsZoneConfigs: [{ name: "blob", privateDnsZoneId: { example: zoneToken } }],
    },
    [zoneToken]: {
        resourceGroupName: group,
        privateZoneName: "privatelink.blob.core.windows.net",
        location: "global",
    },
    [linkToken]: {
        resourceGroupName: group,
        privateZoneName: { example: zoneToken, by: "name" },
        virtualNetworkLinkName: "example",
        location: "global",
        virtualNetwork: { id: { example: networkToken } },
    },
};
