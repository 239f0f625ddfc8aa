/** Amazon Elastic Kubernetes Service. */
import { valuesAt } from "../../cloud";
import type { Row } from "../../row";
import { immediate } from "../latencies";
import { arn, idOf, page, regionOf, tagsAll, zonesOf } from "./common";
import { otherSubnet } from "./vpc";
import type { Values } from "../../../../components/provider/values";

const cluster = "aws:eks/cluster:Cluster";
const subnet = "aws:ec2/subnet:Subnet";
const role = "aws:iam/role:Role";
const api = "https://docs.aws.amazon.com/eks/latest/APIReference/API_";
const provider = (file: string): string => `terraform-provider-aws internal/service/eks/${file}.go`;

/** Add-ons of AWS that Tidegate knows; there are more. Source: https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html */
const addons = ["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "aws-ebs-csi-driver", "metrics-server"];

const ofCluster = { input: "clusterName", type: cluster, by: "name" } as const;

export const rows: readonly Row[] = [
    {
        token: cluster,
        source: `${page("eks", "cluster")} and ForceNew in ${provider("cluster")}`,
        replaceOn: [
            "name",
            "roleArn",
            "bootstrapSelfManagedAddons",
            "accessConfig.bootstrapClusterCreatorAdminPermissions",
            "kubernetesNetworkConfig",
            "region",
        ],
        required: ["roleArn", "vpcConfig"],
        autoName: { input: "name" },
        unique: ["name"],
        references: [
            // IAM and KMS do not ask who still needs theirs.
            { input: "roleArn", type: role, by: "arn", holds: false },
            { input: "encryptionConfig.provider.keyArn", type: "aws:kms/key:Key", by: "arn", holds: false },
            { input: "vpcConfig.subnetIds", type: subnet },
        ],
        id: ({ inputs }) => String(inputs["name"]),
        computed: {
            arn: arn("eks", ({ id }) => `cluster/${id}`),
            endpoint: (making) => `https://${making.token.toUpperCase()}.gr7.${regionOf(making)}.eks.amazonaws.com`,
            certificateAuthority: ({ token }) => ({ data: Buffer.from(`certificate ${token}`).toString("base64") }),
            identities: (making) => [
                {
                    oidcs: [
                        {
                            issuer: `https://oidc.eks.${regionOf(making)}.amazonaws.com/id/${making.token.toUpperCase()}`,
                        },
                    ],
                },
            ],
            platformVersion: () => "eks.1",
            status: () => "ACTIVE",
            version: () => "1.35",
            tagsAll,
            "vpcConfig.clusterSecurityGroupId": idOf("sg"),
            "vpcConfig.vpcId": ({ inputs, cloud }) =>
                cloud.get(subnet, String(valuesAt(inputs, ["vpcConfig", "subnetIds"])[0]))?.outputs["vpcId"],
        },
        refuses: [
            {
                what: "a cluster in subnets of fewer than two zones",
                source: "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html",
                because: (inputs, cloud) =>
                    zonesOf(valuesAt(inputs, ["vpcConfig", "subnetIds"]), cloud).size < 2
                        ? "InvalidParameterException: subnets specified must be in at least two different AZs"
                        : undefined,
                refused: { vpcConfig: { subnetIds: [], endpointPrivateAccess: true } },
            },
            {
                what: "a cluster that nobody reaches: neither a public nor a private endpoint",
                source: `${api}VpcConfigRequest.html`,
                because: ({ vpcConfig }) => {
                    const { endpointPrivateAccess = false, endpointPublicAccess = true } = vpcConfig as Values;
                    return endpointPrivateAccess === true || endpointPublicAccess === true
                        ? undefined
                        : "InvalidParameterException: private and public endpoint access cannot both be false";
                },
                refused: { vpcConfig: { endpointPublicAccess: false } },
            },
            {
                what: "a name of a cluster with other than letters, digits, hyphens and underscores",
                source: page("eks", "cluster"),
                because: ({ name }) =>
                    /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(String(name))
                        ? undefined
                        : `InvalidParameterException: the cluster name ${String(name)} is not valid`,
                refused: { name: "my cluster" },
            },
            {
                what: "a version of Kubernetes that is no minor version",
                source: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
                because: ({ version }) =>
                    version === undefined || /^1\.\d+$/.test(String(version))
                        ? undefined
                        : `InvalidParameterException: unsupported Kubernetes version ${String(version)}`,
                refused: { version: "1.35.2" },
            },
        ],
        keeps: ({ inputs, id }) =>
            inputs["deletionProtection"] === true
                ? `InvalidRequestException: deletion protection is enabled for the cluster ${id}`
                : undefined,
        latency: {
            create: 540,
            update: 600,
            delete: 180,
            published: true,
            source: "9 minutes on average, https://aws.amazon.com/about-aws/whats-new/2021/03/amazon-eks-reduces-cluster-creation-time-40-percent/; no published figure for changes and deletion, counted as ten and three",
        },
        permissions: [
            "eks:CreateCluster",
            "eks:DeleteCluster",
            "eks:DescribeCluster",
            "eks:DescribeUpdate",
            "eks:TagResource",
            "eks:UpdateCluster*",
            "iam:CreateServiceLinkedRole",
            "iam:PassRole",
            "kms:CreateGrant",
            "kms:DescribeKey",
        ],
    },
    {
        token: "aws:eks/nodeGroup:NodeGroup",
        source: `${page("eks", "nodegroup")} and ForceNew in ${provider("node_group")}`,
        replaceOn: [
            "clusterName",
            "nodeGroupName",
            "nodeGroupNamePrefix",
            "nodeRoleArn",
            "subnetIds",
            "amiType",
            "capacityType",
            "diskSize",
            "instanceTypes",
            "launchTemplate.id",
            "launchTemplate.name",
        ],
        required: ["clusterName", "nodeRoleArn", "subnetIds", "scalingConfig"],
        unique: ["clusterName", "nodeGroupName"],
        references: [
            ofCluster,
            { input: "nodeRoleArn", type: role, by: "arn", holds: false },
            { input: "subnetIds", type: subnet },
            { input: "launchTemplate.id", type: "aws:ec2/launchTemplate:LaunchTemplate", holds: false },
        ],
        id: ({ inputs, token }) =>
            `${String(inputs["clusterName"])}:${String(inputs["nodeGroupName"] ?? `${String(inputs["nodeGroupNamePrefix"] ?? "")}${token}`)}`,
        computed: {
            arn: arn("eks", ({ id, token }) => `nodegroup/${id.replace(":", "/")}/${token}`),
            nodeGroupName: ({ id }) => id.split(":")[1],
            status: () => "ACTIVE",
            tagsAll,
        },
        refuses: [
            {
                what: "a node group whose wanted number is not between its least and its most, or whose most is 0",
                source: `${api}NodegroupScalingConfig.html`,
                because: ({ scalingConfig }) => {
                    const { minSize, desiredSize, maxSize } = scalingConfig as Record<string, number>;
                    return Number(minSize) >= 0 &&
                        Number(maxSize) >= 1 &&
                        Number(minSize) <= Number(desiredSize) &&
                        Number(desiredSize) <= Number(maxSize)
                        ? undefined
                        : "InvalidParameterException: minimum, desired and maximum capacity do not agree";
                },
                refused: { scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 0 } },
            },
            {
                what: "a disk of a node group beside that of its launch template",
                source: `${api}CreateNodegroup.html`,
                because: ({ diskSize, launchTemplate }) =>
                    diskSize !== undefined && launchTemplate !== undefined
                        ? "InvalidParameterException: disk size must be specified within the launch template"
                        : undefined,
                refused: { diskSize: 50, launchTemplate: { id: "lt-any", version: "1" } },
            },
        ],
        latency: {
            create: 150,
            update: 300,
            delete: 240,
            source: "the provider waits until all nodes are ready; no published figure, counted as two and a half minutes",
        },
        permissions: [
            "ec2:RunInstances",
            "eks:CreateNodegroup",
            "eks:DeleteNodegroup",
            "eks:DescribeNodegroup",
            "eks:TagResource",
            "eks:UpdateNodegroup*",
            "iam:PassRole",
        ],
    },
    {
        token: "aws:eks/addon:Addon",
        source: `${page("eks", "addon")} and ForceNew in ${provider("addon")}`,
        replaceOn: ["clusterName", "addonName"],
        required: ["clusterName", "addonName"],
        unique: ["clusterName", "addonName"],
        references: [
            // They go with their cluster.
            { ...ofCluster, holds: false },
            { input: "serviceAccountRoleArn", type: role, by: "arn", holds: false },
        ],
        id: ({ inputs }) => `${String(inputs["clusterName"])}:${String(inputs["addonName"])}`,
        computed: {
            arn: arn("eks", ({ id, token }) => `addon/${id.replace(":", "/")}/${token}`),
            addonVersion: () => "v1.0.0-eksbuild.1",
            tagsAll,
        },
        refuses: [
            {
                what: "an add-on that is not known here",
                source: `${api}DescribeAddonVersions.html`,
                because: ({ addonName }) =>
                    addons.includes(String(addonName))
                        ? undefined
                        : `InvalidParameterException: addon ${String(addonName)} is not supported`,
                refused: { addonName: "ebs" },
            },
            {
                what: "settings of an add-on that are no JSON",
                source: `${api}CreateAddon.html`,
                because: ({ configurationValues }) => {
                    try {
                        JSON.parse(String(configurationValues ?? "{}"));
                        return undefined;
                    } catch {
                        return "InvalidParameterException: ConfigurationValue is not in valid JSON format";
                    }
                },
                refused: { configurationValues: "enableNetworkPolicy: true" },
            },
        ],
        latency: {
            create: 60,
            update: 60,
            delete: 30,
            source: "the provider waits until its pods are there; no published figure, counted as a minute",
        },
        permissions: [
            "eks:CreateAddon",
            "eks:DeleteAddon",
            "eks:DescribeAddon",
            "eks:TagResource",
            "eks:UpdateAddon",
            "iam:PassRole",
        ],
    },
    {
        token: "aws:eks/accessEntry:AccessEntry",
        source: page("eks", "accessentry"),
        replaceOn: ["clusterName", "principalArn", "type"],
        required: ["clusterName", "principalArn"],
        unique: ["clusterName", "principalArn"],
        references: [{ ...ofCluster, holds: false }],
        id: ({ inputs }) => `${String(inputs["clusterName"])}:${String(inputs["principalArn"])}`,
        computed: { accessEntryArn: arn("eks", ({ token }) => `access-entry/${token}`), tagsAll },
        refuses: [
            {
                what: "an access entry for what is neither a role nor a user",
                source: "https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html",
                because: ({ principalArn }) =>
                    /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\//.test(String(principalArn))
                        ? undefined
                        : `InvalidParameterException: the principalArn ${String(principalArn)} is not valid`,
                refused: { principalArn: "arn:aws:iam::123456789012:group/admins" },
            },
        ],
        latency: immediate,
        permissions: ["eks:CreateAccessEntry", "eks:DeleteAccessEntry", "eks:DescribeAccessEntry", "eks:TagResource"],
    },
    {
        token: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        source: page("eks", "accesspolicyassociation"),
        replaceOn: ["clusterName", "principalArn", "policyArn", "accessScope"],
        required: ["clusterName", "principalArn", "policyArn", "accessScope"],
        unique: ["clusterName", "principalArn", "policyArn"],
        idempotent: true,
        references: [
            { ...ofCluster, holds: false },
            { input: "principalArn", type: "aws:eks/accessEntry:AccessEntry", by: "principalArn", holds: false },
        ],
        id: ({ inputs }) => ["clusterName", "principalArn", "policyArn"].map((key) => String(inputs[key])).join("#"),
        computed: { associatedAt: () => "2026-01-01T00:00:00Z" },
        refuses: [
            {
                what: "a policy of access that is none of EKS's",
                source: "https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html",
                because: ({ policyArn }) =>
                    /^arn:aws[a-z-]*:eks::aws:cluster-access-policy\//.test(String(policyArn))
                        ? undefined
                        : `InvalidParameterException: the policyArn ${String(policyArn)} is not valid`,
                refused: { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
            },
        ],
        latency: immediate,
        permissions: ["eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy", "eks:ListAssociatedAccessPolicies"],
    },
];

const inCluster = { clusterName: { example: cluster, by: "name" } };
const subnetIds = [{ example: subnet }, { example: otherSubnet }];

export const examples: Readonly<Record<string, Values>> = {
    [cluster]: { name: "example", roleArn: { example: role, by: "arn" }, vpcConfig: { subnetIds } },
    "aws:eks/nodeGroup:NodeGroup": {
        ...inCluster,
        nodeGroupName: "example",
        nodeRoleArn: { example: role, by: "arn" },
        subnetIds,
        scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 },
    },
    "aws:eks/addon:Addon": { ...inCluster, addonName: "vpc-cni" },
    "aws:eks/accessEntry:AccessEntry": { ...inCluster, principalArn: "arn:aws:iam::123456789012:role/admins" },
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
        ...inCluster,
        principalArn: { example: "aws:eks/accessEntry:AccessEntry", by: "principalArn" },
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        accessScope: { type: "cluster" },
    },
};
