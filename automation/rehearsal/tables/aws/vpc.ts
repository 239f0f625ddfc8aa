/** Amazon VPC: networks, their subnets and gateways. */
import { blockOf, overlap, within } from "../../../../components/cloud/cidr";
import type { SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { immediate } from "../latencies";
import { accountId, arn, idOf, page, tagsAll } from "./common";
import type { Values } from "../../../../components/provider/values";

export const vpc = "aws:ec2/vpc:Vpc";
export const subnet = "aws:ec2/subnet:Subnet";
export const internetGateway = "aws:ec2/internetGateway:InternetGateway";
export const natGateway = "aws:ec2/natGateway:NatGateway";
const eip = "aws:ec2/eip:Eip";
const sizing = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html";
const tagging = "ec2:CreateTags";

/** Subnets of a network, but for one of just this block: that is the one asked for, where it is there already. */
const others = ({ vpcId, cidrBlock }: Values, cloud: SimulatedCloud) =>
    cloud.all(subnet).filter(({ inputs }) => inputs["vpcId"] === vpcId && inputs["cidrBlock"] !== cidrBlock);

/** What a thing has that is in a network, and that a network is not deleted over. */
export const ofVpc = { input: "vpcId", type: vpc };

export const rows: readonly Row[] = [
    {
        token: vpc,
        source: page("ec2", "vpc"),
        replaceOn: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength", "region"],
        required: ["cidrBlock"],
        unique: [],
        id: idOf("vpc"),
        computed: {
            arn: arn("ec2", ({ id }) => `vpc/${id}`),
            defaultSecurityGroupId: idOf("sg"),
            defaultRouteTableId: idOf("rtb"),
            mainRouteTableId: idOf("rtb"),
            ownerId: ({ settings }) => accountId(settings),
            tagsAll,
        },
        refuses: [
            {
                what: "a network of fewer than 16 or more than 28 bits, or whose block does not begin where it says",
                source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
                because: ({ cidrBlock }) => {
                    const block = blockOf(cidrBlock);
                    return block !== undefined && block.bits >= 16 && block.bits <= 28
                        ? undefined
                        : `InvalidVpc.Range: the CIDR '${String(cidrBlock)}' is invalid`;
                },
                refused: { cidrBlock: "10.0.0.0/8" },
            },
        ],
        latency: {
            create: 15,
            update: 2,
            delete: 2,
            source: "24 s in the log of turbot/steampipe-plugin-aws pull request 131; no published figure",
        },
        permissions: [
            "ec2:CreateVpc",
            "ec2:DeleteVpc",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcs",
            "ec2:ModifyVpcAttribute",
            tagging,
        ],
    },
    {
        token: subnet,
        source: page("ec2", "subnet"),
        replaceOn: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "region"],
        required: ["vpcId"],
        unique: ["vpcId", "cidrBlock"],
        references: [ofVpc],
        id: idOf("subnet"),
        computed: { arn: arn("ec2", ({ id }) => `subnet/${id}`), tagsAll },
        refuses: [
            {
                what: "a subnet outside its network's block, or of fewer than 16 or more than 28 bits",
                source: sizing,
                because: ({ vpcId, cidrBlock }, cloud) => {
                    const whole = blockOf(cloud.get(vpc, String(vpcId))?.outputs["cidrBlock"]);
                    const block = blockOf(cidrBlock);
                    return block !== undefined &&
                        block.bits >= 16 &&
                        block.bits <= 28 &&
                        (whole === undefined || within(block, whole))
                        ? undefined
                        : `InvalidSubnet.Range: the CIDR '${String(cidrBlock)}' is invalid`;
                },
                refused: { cidrBlock: "192.168.0.0/24" },
            },
            {
                what: "a subnet that overlaps another of its network",
                source: sizing,
                because: (inputs, cloud) => {
                    const block = blockOf(inputs["cidrBlock"]);
                    const other = others(inputs, cloud).find(({ inputs: { cidrBlock } }) => {
                        const taken = blockOf(cidrBlock);
                        return block !== undefined && taken !== undefined && overlap(block, taken);
                    });
                    return other === undefined
                        ? undefined
                        : `InvalidSubnet.Conflict: ${String(inputs["cidrBlock"])} conflicts with ${other.id}`;
                },
                // A part of the other example's.
                refused: { cidrBlock: "10.0.64.0/24" },
            },
        ],
        latency: immediate,
        permissions: ["ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:DescribeSubnets", "ec2:ModifySubnetAttribute"],
    },
    {
        token: internetGateway,
        source: page("ec2", "internetgateway"),
        replaceOn: ["region"],
        // A network has at most one.
        unique: ["vpcId"],
        references: [ofVpc],
        id: idOf("igw"),
        computed: { arn: arn("ec2", ({ id }) => `internet-gateway/${id}`), tagsAll },
        keeps: ({ inputs }, cloud) => {
            const mapped = cloud
                .all(natGateway)
                .find(
                    (gateway) =>
                        cloud.get(subnet, String(gateway.inputs["subnetId"]))?.inputs["vpcId"] === inputs["vpcId"],
                );
            return mapped === undefined
                ? undefined
                : `DependencyViolation: network ${String(inputs["vpcId"])} has some mapped public addresses`;
        },
        latency: immediate,
        permissions: [
            "ec2:AttachInternetGateway",
            "ec2:CreateInternetGateway",
            "ec2:DeleteInternetGateway",
            "ec2:DescribeInternetGateways",
            "ec2:DetachInternetGateway",
        ],
    },
    {
        token: eip,
        source: page("ec2", "eip"),
        replaceOn: ["domain", "publicIpv4Pool", "networkBorderGroup", "region"],
        // Nothing tells two apart: a lost answer leaves an address that nobody knows, and that is paid for.
        unique: [],
        id: idOf("eipalloc"),
        computed: {
            allocationId: ({ id }) => id,
            arn: arn("ec2", ({ id }) => `elastic-ip/${id}`),
            publicIp: ({ token }) => `203.0.113.${Number.parseInt(token.slice(0, 2), 16)}`,
            tagsAll,
        },
        latency: immediate,
        permissions: ["ec2:AllocateAddress", "ec2:DescribeAddresses*", "ec2:ReleaseAddress"],
    },
    {
        token: natGateway,
        source: page("ec2", "natgateway"),
        replaceOn: ["subnetId", "allocationId", "connectivityType", "region"],
        required: ["subnetId"],
        unique: ["allocationId"],
        references: [
            { input: "subnetId", type: subnet },
            { input: "allocationId", type: eip, by: "allocationId" },
        ],
        id: idOf("nat"),
        computed: {
            publicIp: ({ inputs, cloud }) =>
                cloud.find(eip, "allocationId", inputs["allocationId"])?.outputs["publicIp"],
            networkInterfaceId: idOf("eni"),
            tagsAll,
        },
        refuses: [
            {
                what: "a public NAT gateway without an address",
                source: "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
                because: ({ connectivityType = "public", allocationId }) =>
                    connectivityType === "public" && allocationId === undefined
                        ? "MissingParameter: the request must include an allocation ID"
                        : undefined,
                refused: { allocationId: undefined },
            },
            {
                what: "a public NAT gateway in a network without an internet gateway",
                source: "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html",
                because: ({ connectivityType = "public", subnetId }, cloud) => {
                    const network = cloud.get(subnet, String(subnetId))?.inputs["vpcId"];
                    return connectivityType !== "public" || cloud.find(internetGateway, "vpcId", network) !== undefined
                        ? undefined
                        : `Gateway.NotAttached: network ${String(network)} has no internet gateway attached`;
                },
                refused: { subnetId: "subnet-elsewhere" },
            },
        ],
        latency: {
            create: 120,
            update: 2,
            delete: 60,
            source: "the provider waits until it is available; no published figure, counted as two minutes",
        },
        permissions: ["ec2:CreateNatGateway", "ec2:DeleteNatGateway", "ec2:DescribeNatGateways"],
    },
];

/** In another zone: clusters want two. */
export const otherSubnet = `${subnet}#other`;

const inVpc = { vpcId: { example: vpc } };

export const examples: Readonly<Record<string, Values>> = {
    [vpc]: { cidrBlock: "10.0.0.0/16" },
    [otherSubnet]: { ...inVpc, cidrBlock: "10.0.64.0/18", availabilityZone: "us-east-1b" },
    // The tag is for the other one to be there.
    [subnet]: {
        ...inVpc,
        cidrBlock: "10.0.0.0/18",
        availabilityZone: "us-east-1a",
        tags: { beside: { example: otherSubnet } },
    },
    [internetGateway]: inVpc,
    [eip]: { domain: "vpc" },
    [natGateway]: {
        subnetId: { example: subnet },
        allocationId: { example: eip, by: "allocationId" },
        tags: { internet: { example: internetGateway } },
    },
};
