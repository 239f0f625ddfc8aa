/** Networks of Compute Engine. */
import { blockOf, overlap, type Block } from "../../../../components/cloud/cidr";
import type { Values } from "../../../../components/provider/values";
import { valuesAt } from "../../cloud";
import type { Making, Row } from "../../row";
import { google, inProject, page, projectOf, regionOf } from "./common";

export const networkToken = "gcp:compute/network:Network";
export const subnetworkToken = "gcp:compute/subnetwork:Subnetwork";
const routerToken = "gcp:compute/router:Router";

const selfLink = ({ id }: Pick<Making, "id">): string => `https://www.googleapis.com/compute/v1/${id}`;

const names = "https://cloud.google.com/compute/docs/naming-resources";
const invalidName = {
    what: "a name that RFC 1035 does not allow: 1 to 63 lower-case letters, digits and hyphens, a letter first",
    source: names,
    because: ({ name }: Values) =>
        /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(String(name))
            ? undefined
            : `Error 400: Invalid value for field 'resource.name': '${String(name)}'`,
    refused: { name: "My_Network" },
};

/** All ranges of a subnetwork. */
const rangesOf = (subnetwork: Values): Block[] =>
    ["ipCidrRange", "secondaryIpRanges.ipCidrRange"]
        .flatMap((path) => valuesAt(subnetwork, path.split(".")))
        .map(blockOf)
        .filter((block) => block !== undefined);

export const rows: readonly Row[] = [
    {
        token: networkToken,
        source: page("compute", "network"),
        replaceOn: [
            ...["name", "project", "autoCreateSubnetworks", "description", "enableUlaInternalIpv6"],
            ...["internalIpv6Range", "networkProfile"],
        ],
        autoName: { input: "name" },
        unique: ["name"],
        id: (making) => `projects/${projectOf(making)}/global/networks/${String(making.inputs["name"])}`,
        computed: {
            ...inProject,
            selfLink,
            networkId: ({ token }) => String(parseInt(token, 16)),
            numericId: ({ token }) => String(parseInt(token, 16)),
            routingMode: () => "REGIONAL",
            mtu: () => 1460,
        },
        refuses: [invalidName],
        latency: {
            create: 15,
            update: 10,
            delete: 15,
            source: "an operation that the provider waits for; no published figure, counted as a quarter of a minute",
        },
        permissions: [
            "compute.networks.create",
            "compute.networks.delete",
            "compute.networks.get",
            "compute.networks.updatePolicy",
        ],
    },
    {
        token: subnetworkToken,
        source: page("compute", "subnetwork"),
        // A primary range grows in place; whatever else is done to it makes another subnetwork, which is what is told.
        replaceOn: ["name", "project", "region", "network", "ipCidrRange", "description", "purpose"],
        required: ["network"],
        autoName: { input: "name" },
        unique: ["region", "name"],
        references: [{ input: "network", type: networkToken }],
        id: (making) =>
            `projects/${projectOf(making)}/regions/${regionOf(making)}/subnetworks/${String(making.inputs["name"])}`,
        computed: {
            ...inProject,
            selfLink,
            region: regionOf,
            fingerprint: ({ token }) => token,
            subnetworkId: ({ token }) => parseInt(token, 16),
            gatewayAddress: ({ inputs }) => String(inputs["ipCidrRange"]).replace(/\d+\/\d+$/, "1"),
            stackType: () => "IPV4_ONLY",
        },
        refuses: [
            invalidName,
            {
                what: "a range that is no block of addresses, or overlaps with another of its network",
                source: google("vpc/docs/subnets#valid-ranges"),
                because: (inputs, cloud) => {
                    const given = ["ipCidrRange", "secondaryIpRanges.ipCidrRange"].flatMap((path) =>
                        valuesAt(inputs, path.split(".")),
                    );
                    const own = rangesOf(inputs);
                    if (own.length < given.length) return "Error 400: Invalid value for field 'resource.ipCidrRange'";
                    const others = cloud
                        .all(subnetworkToken)
                        .filter((other) => other.inputs["network"] === inputs["network"])
                        .filter((other) => other.inputs["name"] !== inputs["name"])
                        .flatMap((other) => rangesOf(other.inputs));
                    return own.some(
                        (range, index) =>
                            others.some((other) => overlap(range, other)) ||
                            own.slice(index + 1).some((other) => overlap(range, other)),
                    )
                        ? "Error 400: Invalid IPCidrRange: conflicts with an existing range of the network."
                        : undefined;
                },
                refused: { secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.0.8.0/24" }] },
            },
        ],
        latency: {
            create: 20,
            update: 15,
            delete: 20,
            source: "an operation that the provider waits for; no published figure, counted as a third of a minute",
        },
        permissions: [
            "compute.networks.updatePolicy",
            "compute.subnetworks.create",
            "compute.subnetworks.delete",
            "compute.subnetworks.get",
            "compute.subnetworks.update",
        ],
    },
    {
        token: routerToken,
        source: page("compute", "router"),
        replaceOn: ["name", "project", "region", "network", "encryptedInterconnectRouter"],
        required: ["network"],
        autoName: { input: "name" },
        unique: ["region", "name"],
        references: [{ input: "network", type: networkToken }],
        id: (making) =>
            `projects/${projectOf(making)}/regions/${regionOf(making)}/routers/${String(making.inputs["name"])}`,
        computed: { ...inProject, selfLink, region: regionOf },
        refuses: [invalidName],
        latency: {
            create: 12,
            source: "an operation that the provider waits for; no published figure, counted as a fifth of a minute",
        },
        permissions: [
            "compute.networks.updatePolicy",
            "compute.routers.create",
            "compute.routers.delete",
            "compute.routers.get",
            "compute.routers.update",
        ],
    },
    {
        token: "gcp:compute/routerNat:RouterNat",
        source: page("compute", "routernat"),
        replaceOn: ["name", "project", "region", "router", "type", "endpointTypes", "initialNatIps"],
        required: ["router", "sourceSubnetworkIpRangesToNat"],
        autoName: { input: "name" },
        unique: ["region", "router", "name"],
        references: [
            { input: "router", type: routerToken, by: "name" },
            { input: "subnetworks.name", type: subnetworkToken },
        ],
        id: (making) =>
            [projectOf(making), regionOf(making), making.inputs["router"], making.inputs["name"]].map(String).join("/"),
        computed: { ...inProject, region: regionOf },
        refuses: [
            {
                what: "a list of subnetworks of a NAT that says that it has one, and has none",
                source: page("compute", "routernat"),
                because: ({ sourceSubnetworkIpRangesToNat: ranges, subnetworks }) =>
                    ranges === "LIST_OF_SUBNETWORKS" && !Array.isArray(subnetworks)
                        ? "Error 400: subnetworks have to be given for LIST_OF_SUBNETWORKS"
                        : undefined,
                refused: { subnetworks: undefined },
            },
        ],
        latency: {
            create: 15,
            source: "an operation that the provider waits for; no published figure, counted as a quarter of a minute",
        },
        permissions: ["compute.routers.get", "compute.routers.update"],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [networkToken]: { name: "example", autoCreateSubnetworks: false },
    [subnetworkToken]: {
        name: "example",
        region: "europe-west1",
        network: { example: networkToken },
        ipCidrRange: "10.0.0.0/20",
        secondaryIpRanges: [{ rangeName: "pods", ipCidrRange: "10.4.0.0/14" }],
    },
    [routerToken]: { name: "example", region: "europe-west1", network: { example: networkToken } },
    "gcp:compute/routerNat:RouterNat": {
        name: "example",
        region: "europe-west1",
        router: { example: routerToken, by: "name" },
        natIpAllocateOption: "AUTO_ONLY",
        sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
        subnetworks: [{ name: { example: subnetworkToken }, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
    },
};
