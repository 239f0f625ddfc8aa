/** Amazon EC2: security groups and launch templates. */
import type { SimulatedCloud } from "../../cloud";
import type { Making, Row } from "../../row";
import { valuesAt } from "../../cloud";
import { blockOf } from "../../../../components/cloud/cidr";
import { immediate, setting } from "../latencies";
import { arn, idOf, page, tagsAll } from "./common";
import type { Values } from "../../../../components/provider/values";

const vpc = "aws:ec2/vpc:Vpc";
const group = "aws:ec2/securityGroup:SecurityGroup";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const cluster = "aws:eks/cluster:Cluster";
const rules = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html";

/** A group that somebody made, or the one that EKS makes for a cluster. */
const isGroup = (id: unknown, cloud: SimulatedCloud): boolean =>
    cloud.get(group, String(id)) !== undefined ||
    cloud.all(cluster).some(({ outputs }) => valuesAt(outputs, ["vpcConfig", "clusterSecurityGroupId"]).includes(id)) ||
    cloud.find(vpc, "defaultSecurityGroupId", id) !== undefined;

/** One more for each change of what it says; its tags are no part of that. */
function versionOf({ before, inputs }: Making): number {
    const latest = before["latestVersion"];
    if (typeof latest !== "number") return 1;
    const says = ({ tags: _, updateDefaultVersion: __, ...rest }: Values) =>
        JSON.stringify(Object.entries(rest).sort());
    const old = Object.fromEntries(Object.keys(inputs).map((key) => [key, before[key]]));
    return says(old) === says(inputs) ? latest : latest + 1;
}

export const rows: readonly Row[] = [
    {
        token: group,
        source: page("ec2", "securitygroup"),
        replaceOn: ["name", "namePrefix", "description", "vpcId", "region"],
        autoName: { input: "name" },
        unique: ["vpcId", "name"],
        references: [{ input: "vpcId", type: vpc }],
        id: idOf("sg"),
        computed: { arn: arn("ec2", ({ id }) => `security-group/${id}`), tagsAll },
        refuses: [
            {
                what: "a name of a security group that begins with sg-",
                source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html",
                because: ({ name }) =>
                    String(name).startsWith("sg-") ? `InvalidParameterValue: group name ${String(name)}` : undefined,
                refused: { name: "sg-mine" },
            },
        ],
        // Its own rules go with it.
        keeps: ({ id }, cloud) => {
            const rule = cloud
                .all(ingress)
                .find(({ inputs }) => inputs["referencedSecurityGroupId"] === id && inputs["securityGroupId"] !== id);
            return rule === undefined ? undefined : `DependencyViolation: ${id} is named by the rule ${rule.id}`;
        },
        latency: immediate,
        permissions: [
            "ec2:CreateSecurityGroup",
            "ec2:DeleteSecurityGroup",
            "ec2:DescribeSecurityGroups",
            "ec2:RevokeSecurityGroupEgress",
        ],
    },
    {
        // Takes what the network has; deleting it leaves that as it is.
        token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        source: page("ec2", "defaultsecuritygroup"),
        replaceOn: ["vpcId"],
        unique: ["vpcId"],
        idempotent: true,
        references: [{ input: "vpcId", type: vpc, holds: false }],
        id: ({ inputs, cloud, token }) =>
            String(cloud.get(vpc, String(inputs["vpcId"]))?.outputs["defaultSecurityGroupId"] ?? idOf("sg")({ token })),
        computed: { arn: arn("ec2", ({ id }) => `security-group/${id}`), name: () => "default", tagsAll },
        latency: immediate,
        permissions: ["ec2:DescribeSecurityGroups", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
    },
    {
        token: ingress,
        source: page("vpc", "securitygroupingressrule"),
        replaceOn: ["securityGroupId"],
        required: ["securityGroupId", "ipProtocol"],
        unique: ["securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "referencedSecurityGroupId"],
        id: idOf("sgr"),
        computed: { arn: arn("ec2", ({ id }) => `security-group-rule/${id}`), tagsAll },
        refuses: [
            {
                what: "a rule of a security group that is not there, or that lets one in",
                source: rules,
                because: ({ securityGroupId, referencedSecurityGroupId = securityGroupId }, cloud) => {
                    const missing = [securityGroupId, referencedSecurityGroupId].find((id) => !isGroup(id, cloud));
                    return missing === undefined
                        ? undefined
                        : `InvalidGroup.NotFound: the security group '${String(missing)}' does not exist`;
                },
                refused: { securityGroupId: "sg-elsewhere" },
            },
            {
                what: "a rule that lets in nobody, or from a block that does not begin where it says",
                source: rules,
                because: ({ cidrIpv4, referencedSecurityGroupId, prefixListId, cidrIpv6 }) =>
                    [cidrIpv4, referencedSecurityGroupId, prefixListId, cidrIpv6].every((one) => one === undefined) ||
                    (cidrIpv4 !== undefined && blockOf(cidrIpv4) === undefined)
                        ? `InvalidParameterValue: CIDR block ${String(cidrIpv4)} is malformed`
                        : undefined,
                refused: { cidrIpv4: "10.0.0.1/8" },
            },
            {
                what: "a rule of TCP without ports",
                source: rules,
                because: ({ ipProtocol, fromPort, toPort }) =>
                    ipProtocol === "tcp" && (fromPort === undefined || toPort === undefined)
                        ? "InvalidParameterValue: TCP requires a range of ports"
                        : undefined,
                refused: { toPort: undefined },
            },
        ],
        latency: setting,
        permissions: [
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DescribeSecurityGroupRules",
            "ec2:ModifySecurityGroupRules",
            "ec2:RevokeSecurityGroupIngress",
        ],
    },
    {
        token: "aws:ec2/launchTemplate:LaunchTemplate",
        source: page("ec2", "launchtemplate"),
        replaceOn: ["name", "namePrefix", "region"],
        autoName: { input: "name" },
        unique: ["name"],
        id: idOf("lt"),
        computed: {
            arn: arn("ec2", ({ id }) => `launch-template/${id}`),
            latestVersion: versionOf,
            defaultVersion: versionOf,
            tagsAll,
        },
        refuses: [
            {
                what: "an encrypted disk of a size that gp3 has not",
                source: "https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
                because: (inputs) => {
                    const size = valuesAt(inputs, ["blockDeviceMappings", "ebs", "volumeSize"]).find(
                        (one) => Number(one) < 1 || Number(one) > 65_536,
                    );
                    return size === undefined ? undefined : `InvalidParameterValue: volume of ${String(size)} GiB`;
                },
                refused: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 0 } }] },
            },
        ],
        latency: immediate,
        permissions: [
            "ec2:CreateLaunchTemplate*",
            "ec2:DeleteLaunchTemplate",
            "ec2:DescribeLaunchTemplate*",
            "ec2:ModifyLaunchTemplate",
        ],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [group]: { name: "example", vpcId: { example: vpc } },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": { vpcId: { example: vpc } },
    [ingress]: {
        securityGroupId: { example: group },
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv4: "10.0.0.0/8",
    },
    "aws:ec2/launchTemplate:LaunchTemplate": { name: "example", instanceType: "m7i.large" },
};
