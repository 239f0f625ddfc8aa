/** Who reaches a service in the network of a cluster on AWS: its nodes alone. */
import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";

export interface NodesOnlyArgs {
    environment: string;
    layer: string;
    /** What the group is of, as its description: "Brokers of the platform". With another one it is another group. */
    of: string;
    /** What is spoken on the port, for the rule's description. */
    speaks: string;
    port: number;
    network: { readonly vpcId: string; readonly nodeSecurityGroupId: string };
    tags: Readonly<Record<string, string>>;
}

/** Whatever else is in the network does not get in. */
export function nodesOnly(
    name: string,
    { environment, layer, of, speaks, port, network, tags }: NodesOnlyArgs,
    parent: pulumi.Resource,
): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(
        `${name}-group`,
        { namePrefix: `tidegate-${environment}-${layer}-`, description: of, vpcId: network.vpcId, tags },
        { parent },
    );
    new vpc.SecurityGroupIngressRule(
        `${name}-from-nodes`,
        {
            securityGroupId: group.id,
            description: `${speaks}, from the nodes of the cluster`,
            ipProtocol: "tcp",
            fromPort: port,
            toPort: port,
            referencedSecurityGroupId: network.nodeSecurityGroupId,
            tags,
        },
        { parent },
    );
    return group;
}
