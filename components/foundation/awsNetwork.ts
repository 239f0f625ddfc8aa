/** A network of its own on AWS: in each zone a private subnet, whose way out is a NAT gateway, and a public one for that. */
import * as ec2 from "@pulumi/aws/ec2";
import * as ec2transitgateway from "@pulumi/aws/ec2transitgateway";
import * as pulumi from "@pulumi/pulumi";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { AwsAccount } from "../cloud/aws";
import { blockOf, partOf, type Block } from "../cloud/cidr";
import { refuseFirst } from "../cloud/problem";
import { awsNetworkProblems, defaultCidr, mostZones } from "./awsNetworkChecks";

export interface AwsNetworkArgs extends CloudArgs {
    account: AwsAccount;
    /** Two or more, e.g. `eu-west-1a`; a subnet is put into each. */
    zones: readonly string[];
    /** Addresses of the network: a private block of 16 to 20 bits. @default 10.0.0.0/16 */
    cidr?: string;
    /** `perZone`: a zone that fails takes no other's way out with it. `single`: cheaper. @default perZone */
    nat?: "perZone" | "single";
    /** A transit gateway that brings other networks here, and which addresses are behind it. @default none */
    transitGateway?: { id: string; cidrs: readonly string[] };
}

/** A quarter of the network for each zone's private subnet: every pod has an address of it. */
const privateBits = 2;
/** Of the last quarter a sixteenth for each public subnet: nothing but NAT gateways is in them. */
const publicBits = 6;

export class AwsNetwork extends pulumi.ComponentResource {
    readonly vpc: ec2.Vpc;
    readonly privateSubnets: ec2.Subnet[];

    private readonly args: AwsNetworkArgs;
    private readonly block: Block;

    constructor(name: string, args: AwsNetworkArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:foundation:AwsNetwork", name, {}, withTransform(args, options));
        this.args = args;
        refuseFirst(awsNetworkProblems(args), {
            code: "network-invalid",
            before: "The platform's network cannot be made",
        });
        this.block = blockOf(args.cidr ?? defaultCidr) as Block;
        this.vpc = this.network(name);
        const gateways = this.gateways(name);
        const { zones, nat = "perZone" } = args;
        const subnets = zones.map((zone, index) => ({ index, subnet: this.privateSubnet(name, zone, index) }));
        this.privateSubnets = subnets.map(({ subnet }) => subnet);
        const attachment = this.attachment(name);
        const tables = subnets.map(({ subnet, index }) =>
            this.privateRoutes(name, index, subnet, gateways[nat === "single" ? 0 : index], attachment),
        );
        this.s3Endpoint(name, tables);
        this.registerOutputs({});
    }

    private tags(name: string): Record<string, string> {
        return { ...tagsOf(this.args, "foundation"), Name: `${this.args.environment}-${name}` };
    }

    private network(name: string): ec2.Vpc {
        const vpc = new ec2.Vpc(
            `${name}-vpc`,
            {
                cidrBlock: partOf(this.block, this.block.bits, 0),
                // The private endpoint of the cluster is a name in the network's own DNS.
                enableDnsSupport: true,
                enableDnsHostnames: true,
                tags: this.tags("network"),
            },
            { parent: this },
        );
        // AWS gives each network a group that lets its members reach each other; here nobody is to get in by default.
        new ec2.DefaultSecurityGroup(
            `${name}-default-group`,
            { vpcId: vpc.id, ingress: [], egress: [], tags: this.tags("closed") },
            { parent: this },
        );
        return vpc;
    }

    /** One for each zone, or one for all. */
    private gateways(name: string): ec2.NatGateway[] {
        const { zones, nat = "perZone" } = this.args;
        const internet = new ec2.InternetGateway(
            `${name}-internet`,
            { vpcId: this.vpc.id, tags: this.tags("internet") },
            { parent: this },
        );
        const table = this.routeTable(`${name}-public-routes`, "public");
        const route = new ec2.Route(
            `${name}-public-way-out`,
            { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
            { parent: this },
        );
        return (nat === "single" ? zones.slice(0, 1) : zones).map((zone, index) => {
            const subnet = new ec2.Subnet(
                `${name}-public-${index}`,
                {
                    vpcId: this.vpc.id,
                    availabilityZone: zone,
                    cidrBlock: partOf(this.block, this.block.bits + publicBits, mostZones * 16 + index),
                    mapPublicIpOnLaunch: false,
                    tags: this.tags(`public-${zone}`),
                },
                { parent: this },
            );
            this.associate(`${name}-public-${index}-routes`, subnet, table);
            const address = new ec2.Eip(
                `${name}-nat-${index}-address`,
                { domain: "vpc", tags: this.tags(`nat-${zone}`) },
                { parent: this, dependsOn: [internet] },
            );
            return new ec2.NatGateway(
                `${name}-nat-${index}`,
                { subnetId: subnet.id, allocationId: address.allocationId, tags: this.tags(`nat-${zone}`) },
                { parent: this, dependsOn: [route] },
            );
        });
    }

    private privateSubnet(name: string, zone: string, index: number): ec2.Subnet {
        return new ec2.Subnet(
            `${name}-private-${index}`,
            {
                vpcId: this.vpc.id,
                availabilityZone: zone,
                cidrBlock: partOf(this.block, this.block.bits + privateBits, index),
                mapPublicIpOnLaunch: false,
                // Where a load balancer that the cluster makes is to be: inside.
                tags: { ...this.tags(`private-${zone}`), "kubernetes.io/role/internal-elb": "1" },
            },
            { parent: this },
        );
    }

    private attachment(name: string): ec2transitgateway.VpcAttachment | undefined {
        const { transitGateway } = this.args;
        if (transitGateway === undefined) return undefined;
        return new ec2transitgateway.VpcAttachment(
            `${name}-transit`,
            {
                transitGatewayId: transitGateway.id,
                vpcId: this.vpc.id,
                subnetIds: this.privateSubnets.map(({ id }) => id),
                tags: this.tags("transit"),
            },
            { parent: this },
        );
    }

    private privateRoutes(
        name: string,
        index: number,
        subnet: ec2.Subnet,
        gateway: ec2.NatGateway | undefined,
        attachment: ec2transitgateway.VpcAttachment | undefined,
    ): ec2.RouteTable {
        const child = `${name}-private-${index}`;
        const table = this.routeTable(`${child}-route-table`, `private-${index}`);
        this.associate(`${child}-routes`, subnet, table);
        if (gateway !== undefined)
            new ec2.Route(
                `${child}-way-out`,
                { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id },
                { parent: this },
            );
        if (attachment !== undefined)
            for (const [number, cidr] of (this.args.transitGateway?.cidrs ?? []).entries())
                new ec2.Route(
                    `${child}-transit-${number}`,
                    {
                        routeTableId: table.id,
                        destinationCidrBlock: cidr,
                        transitGatewayId: attachment.transitGatewayId,
                    },
                    { parent: this, dependsOn: [attachment] },
                );
        return table;
    }

    /** Without it every byte of the tables goes through a NAT gateway, and is paid for. */
    private s3Endpoint(name: string, tables: readonly ec2.RouteTable[]): void {
        new ec2.VpcEndpoint(
            `${name}-s3`,
            {
                vpcId: this.vpc.id,
                vpcEndpointType: "Gateway",
                serviceName: `com.amazonaws.${this.args.account.region}.s3`,
                routeTableIds: tables.map(({ id }) => id),
                tags: this.tags("s3"),
            },
            { parent: this },
        );
    }

    private routeTable(child: string, purpose: string): ec2.RouteTable {
        return new ec2.RouteTable(child, { vpcId: this.vpc.id, tags: this.tags(purpose) }, { parent: this });
    }

    private associate(child: string, subnet: ec2.Subnet, table: ec2.RouteTable): void {
        new ec2.RouteTableAssociation(child, { subnetId: subnet.id, routeTableId: table.id }, { parent: this });
    }
}
