/** The nodes of a cluster of EKS: a managed group for each class of Flink's jobs. */
import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { tagsOf, type CloudArgs } from "../cloud/args";
import { managedPolicy, serviceTrust } from "../cloud/awsTrust";
import { defaultNodes } from "./eksChecks";
import { resourceClassLabel, type ResourceClass } from "./names";

export interface NodeClassArgs {
    /** E.g. `m7i.xlarge`. Those of Graviton want images for arm64. */
    instanceType: string;
    /** Nodes, all zones together; nothing adds or takes any by itself. */
    count: number;
    /** GiB of a node's disk: images, and Flink's state while it runs. @default 100 */
    diskGb?: number;
}

export interface EksNodesArgs extends Pick<CloudArgs, "environment" | "tags"> {
    clusterName: pulumi.Input<string>;
    /** One for each zone. */
    subnetIds: pulumi.Input<string>[];
    /** @default `defaultNodes` */
    classes?: Partial<Record<ResourceClass, NodeClassArgs>>;
}

/** M7g, C7gn, X2gd …: a `g` after the generation is Graviton. */
const isArm = (instanceType: string): boolean => /^[a-z]+\d+g/.test(instanceType);

export class EksNodes extends pulumi.ComponentResource {
    readonly role: iam.Role;

    private readonly args: EksNodesArgs;
    private readonly tags: Record<string, string>;

    /** @param options its `dependsOn` is what has to be on the cluster before a node can get ready */
    constructor(name: string, args: EksNodesArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:foundation:EksNodes", name, {}, options);
        this.args = args;
        this.tags = tagsOf(args, "foundation");
        this.role = new iam.Role(
            `${name}-role`,
            {
                name: `tidegate-${args.environment}-nodes`,
                assumeRolePolicy: serviceTrust("ec2.amazonaws.com"),
                tags: this.tags,
            },
            { parent: this },
        );
        const grants = this.grants(name);
        for (const [size, node] of Object.entries({ ...defaultNodes, ...args.classes }))
            this.group(`${name}-${size}`, size, node, grants);
        this.registerOutputs({});
    }

    /** To join, and to pull images; what the network add-on needs, its own service account has. */
    private grants(name: string): iam.RolePolicyAttachment[] {
        return ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"].map(
            (policy) =>
                new iam.RolePolicyAttachment(
                    `${name}-${policy}`,
                    { role: this.role.name, policyArn: managedPolicy(policy) },
                    { parent: this },
                ),
        );
    }

    private group(child: string, size: string, node: NodeClassArgs, dependsOn: pulumi.Resource[]): void {
        const { clusterName, subnetIds } = this.args;
        const { instanceType, count } = node;
        const template = this.template(child, node);
        new eks.NodeGroup(
            child,
            {
                clusterName,
                // A prefix, so that a group that has to be replaced is there before the old one goes.
                nodeGroupNamePrefix: `${size}-`,
                nodeRoleArn: this.role.arn,
                subnetIds,
                amiType: `AL2023_${isArm(instanceType) ? "ARM_64" : "x86_64"}_STANDARD`,
                launchTemplate: { id: template.id, version: pulumi.interpolate`${template.latestVersion}` },
                labels: { [resourceClassLabel]: size },
                scalingConfig: { minSize: count, desiredSize: count, maxSize: Math.max(count, 1) },
                updateConfig: { maxUnavailable: 1 },
                nodeRepairConfig: { enabled: true },
                tags: this.tags,
            },
            { parent: this, dependsOn },
        );
    }

    private template(child: string, { instanceType, diskGb = 100 }: NodeClassArgs): ec2.LaunchTemplate {
        const ebs = { volumeType: "gp3", volumeSize: diskGb, encrypted: "true", deleteOnTermination: "true" };
        return new ec2.LaunchTemplate(
            `${child}-template`,
            {
                namePrefix: `tidegate-${this.args.environment}-`,
                // Here, not in the group: there a change would replace the group, here it rolls its nodes.
                instanceType,
                updateDefaultVersion: true,
                // One hop, and only with a token: a pod does not get at its node's role.
                metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
                blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }],
                tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: this.tags })),
                tags: this.tags,
            },
            { parent: this },
        );
    }
}
