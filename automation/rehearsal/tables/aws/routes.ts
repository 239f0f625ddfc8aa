/** Amazon VPC: how what is in a network finds its way out. */
import type { Row } from "../../row";
import { immediate, setting } from "../latencies";
import { accountId, arn, idOf, page, tagsAll } from "./common";
import { internetGateway, natGateway, ofVpc, subnet, vpc } from "./vpc";
import type { Values } from "../../../../components/provider/values";

const routeTable = "aws:ec2/routeTable:RouteTable";
const attachment = "aws:ec2transitgateway/vpcAttachment:VpcAttachment";

export const rows: readonly Row[] = [
    {
        token: routeTable,
        source: page("ec2", "routetable"),
        replaceOn: ["vpcId", "region"],
        required: ["vpcId"],
        unique: [],
        references: [ofVpc],
        id: idOf("rtb"),
        computed: { arn: arn("ec2", ({ id }) => `route-table/${id}`), tagsAll },
        latency: immediate,
        permissions: ["ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:DescribeRouteTables"],
    },
    {
        token: "aws:ec2/route:Route",
        source: page("ec2", "route"),
        replaceOn: ["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
        required: ["routeTableId"],
        unique: ["routeTableId", "destinationCidrBlock"],
        // A route goes with its table, and leads nowhere when its gateway goes.
        references: [
            { input: "routeTableId", type: routeTable, holds: false },
            { input: "gatewayId", type: internetGateway, holds: false },
            { input: "natGatewayId", type: natGateway, holds: false },
            { input: "transitGatewayId", type: attachment, by: "transitGatewayId", holds: false },
        ],
        id: ({ inputs }) => `r-${String(inputs["routeTableId"])}${String(inputs["destinationCidrBlock"])}`,
        computed: { origin: () => "CreateRoute", state: () => "active" },
        refuses: [
            {
                what: "a route to nowhere",
                source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html",
                because: (inputs) =>
                    ["gatewayId", "natGatewayId", "transitGatewayId", "vpcPeeringConnectionId"].some(
                        (target) => inputs[target] !== undefined,
                    )
                        ? undefined
                        : "MissingParameter: the request must contain a target of the route",
                refused: { gatewayId: undefined },
            },
        ],
        latency: setting,
        permissions: ["ec2:CreateRoute", "ec2:DeleteRoute", "ec2:DescribeRouteTables", "ec2:ReplaceRoute"],
    },
    {
        token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
        source: page("ec2", "routetableassociation"),
        replaceOn: ["subnetId", "gatewayId"],
        required: ["routeTableId"],
        unique: ["subnetId"],
        references: [
            { input: "routeTableId", type: routeTable },
            { input: "subnetId", type: subnet, holds: false },
        ],
        id: idOf("rtbassoc"),
        computed: {},
        latency: setting,
        permissions: ["ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation"],
    },
    {
        token: "aws:ec2/vpcEndpoint:VpcEndpoint",
        source: page("ec2", "vpcendpoint"),
        replaceOn: ["vpcId", "serviceName", "vpcEndpointType", "region"],
        required: ["vpcId"],
        unique: [],
        references: [ofVpc, { input: "routeTableIds", type: routeTable, holds: false }],
        id: idOf("vpce"),
        computed: {
            arn: arn("ec2", ({ id }) => `vpc-endpoint/${id}`),
            prefixListId: idOf("pl"),
            state: () => "available",
            tagsAll,
        },
        refuses: [
            {
                what: "a service of an endpoint that is no name of one",
                source: "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html",
                because: ({ serviceName }) =>
                    /^(com|cn)\.amazonaws\.[a-z0-9.-]+$/.test(String(serviceName))
                        ? undefined
                        : `InvalidServiceName: the service '${String(serviceName)}' does not exist`,
                refused: { serviceName: "s3" },
            },
        ],
        latency: {
            create: 10,
            update: 5,
            delete: 10,
            source: "the provider waits until it is available; no published figure, counted as ten seconds",
        },
        permissions: [
            "ec2:CreateVpcEndpoint",
            "ec2:DeleteVpcEndpoints",
            "ec2:DescribePrefixLists",
            "ec2:DescribeVpcEndpoints",
            "ec2:ModifyVpcEndpoint",
        ],
    },
    {
        token: attachment,
        source: page("ec2transitgateway", "vpcattachment"),
        replaceOn: ["transitGatewayId", "vpcId"],
        required: ["transitGatewayId", "vpcId", "subnetIds"],
        unique: ["transitGatewayId", "vpcId"],
        // The gateway is somebody else's: whether it is there is not known here.
        references: [ofVpc, { input: "subnetIds", type: subnet }],
        id: idOf("tgw-attach"),
        computed: { vpcOwnerId: ({ settings }) => accountId(settings), tagsAll },
        latency: {
            create: 60,
            update: 30,
            delete: 60,
            source: "the provider waits until it is available; no published figure, counted as a minute",
        },
        permissions: [
            "ec2:CreateTransitGatewayVpcAttachment",
            "ec2:DeleteTransitGatewayVpcAttachment",
            "ec2:DescribeTransitGateway*",
            "ec2:ModifyTransitGatewayVpcAttachment",
        ],
    },
];

const inVpc = { vpcId: { example: vpc } };

export const examples: Readonly<Record<string, Values>> = {
    [routeTable]: inVpc,
    "aws:ec2/route:Route": {
        routeTableId: { example: routeTable },
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: { example: internetGateway },
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {
        routeTableId: { example: routeTable },
        subnetId: { example: subnet },
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        ...inVpc,
        serviceName: "com.amazonaws.us-east-1.s3",
        routeTableIds: [{ example: routeTable }],
    },
    [attachment]: { ...inVpc, transitGatewayId: "tgw-0123", subnetIds: [{ example: subnet }] },
};
