/** Amazon Relational Database Service. */
import type { Values } from "../../../../components/provider/values";
import type { Refusal, Row } from "../../row";
import { setting } from "../latencies";
import { arn, page, regionOf, tagsAll, zonesOf } from "./common";
import { otherSubnet, subnet } from "./vpc";

const instance = "aws:rds/instance:Instance";
const subnetGroup = "aws:rds/subnetGroup:SubnetGroup";
const parameterGroup = "aws:rds/parameterGroup:ParameterGroup";
const guide = (file: string): string => `https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/${file}.html`;
const provider = (file: string): string => `terraform-provider-aws internal/service/rds/${file}.go`;

const range = (input: string, what: string, least: number, most: number, unit: string): Refusal => ({
    what: `${what} of less than ${least} or more than ${most} ${unit}`,
    source: guide("CHAP_Limits"),
    because: ({ [input]: value }) =>
        value === undefined || (Number(value) >= least && Number(value) <= most)
            ? undefined
            : `InvalidParameterValue: ${input} ${String(value)}`,
    refused: { [input]: most + 1 },
});

export const rows: readonly Row[] = [
    {
        token: subnetGroup,
        source: page("rds", "subnetgroup"),
        replaceOn: ["name", "namePrefix", "region"],
        required: ["subnetIds"],
        autoName: { input: "name" },
        unique: ["name"],
        references: [{ input: "subnetIds", type: subnet }],
        id: ({ inputs }) => String(inputs["name"]),
        computed: { arn: arn("rds", ({ id }) => `subgrp:${id}`), tagsAll },
        refuses: [
            {
                what: "a group of subnets of fewer than two zones",
                source: guide("USER_VPC.WorkingWithRDSInstanceinaVPC"),
                because: ({ subnetIds }, cloud) =>
                    zonesOf(Array.isArray(subnetIds) ? (subnetIds as unknown[]) : [], cloud).size >= 2
                        ? undefined
                        : "DBSubnetGroupDoesNotCoverEnoughAZs: add subnets to cover at least 2 availability zones",
                refused: { subnetIds: [] },
            },
        ],
        latency: setting,
        permissions: [
            "rds:AddTagsToResource",
            "rds:CreateDBSubnetGroup",
            "rds:DeleteDBSubnetGroup",
            "rds:DescribeDBSubnetGroups",
            "rds:ModifyDBSubnetGroup",
        ],
    },
    {
        token: parameterGroup,
        source: page("rds", "parametergroup"),
        replaceOn: ["name", "namePrefix", "family", "description", "region"],
        required: ["family"],
        autoName: { input: "name" },
        unique: ["name"],
        id: ({ inputs }) => String(inputs["name"]),
        computed: { arn: arn("rds", ({ id }) => `pg:${id}`), tagsAll },
        refuses: [
            {
                what: "a family of parameters of PostgreSQL without a major version that RDS has",
                source: "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
                because: ({ family }) =>
                    !String(family).startsWith("postgres") || /^postgres1[3-8]$/.test(String(family))
                        ? undefined
                        : `InvalidParameterValue: ParameterGroupFamily ${String(family)} is not a valid parameter group family`,
                refused: { family: "postgres9" },
            },
        ],
        latency: setting,
        permissions: [
            "rds:CreateDBParameterGroup",
            "rds:DeleteDBParameterGroup",
            "rds:DescribeDBParameter*",
            "rds:ModifyDBParameterGroup",
        ],
    },
    {
        token: instance,
        source: `${page("rds", "instance")} and ForceNew in ${provider("instance")}`,
        replaceOn: [
            ...["availabilityZone", "characterSetName", "dbName", "engine", "kmsKeyId", "region"],
            ...["storageEncrypted", "timezone", "username"],
        ],
        required: ["instanceClass"],
        autoName: { input: "identifier" },
        unique: ["identifier"],
        references: [
            { input: "dbSubnetGroupName", type: subnetGroup, by: "name" },
            { input: "parameterGroupName", type: parameterGroup, by: "name" },
            { input: "vpcSecurityGroupIds", type: "aws:ec2/securityGroup:SecurityGroup" },
            { input: "kmsKeyId", type: "aws:kms/key:Key", by: "arn", holds: false },
            { input: "performanceInsightsKmsKeyId", type: "aws:kms/key:Key", by: "arn", holds: false },
        ],
        id: ({ token }) => `db-${token.toUpperCase()}`,
        computed: {
            arn: arn("rds", ({ inputs }) => `db:${String(inputs["identifier"])}`),
            address: (making) =>
                `${String(making.inputs["identifier"])}.${making.token}.${regionOf(making)}.rds.amazonaws.com`,
            port: () => 5432,
            resourceId: ({ id }) => id,
            status: () => "available",
            tagsAll,
        },
        refuses: [
            {
                what: "a key for a database that is not encrypted",
                source: guide("Overview.Encryption"),
                because: ({ kmsKeyId, storageEncrypted }) =>
                    kmsKeyId !== undefined && storageEncrypted !== true
                        ? "InvalidParameterCombination: kms_key_id needs storage_encrypted"
                        : undefined,
                refused: { storageEncrypted: false },
            },
            {
                what: "a database whose deletion is to leave a snapshot that has no name",
                source: page("rds", "instance"),
                because: ({ skipFinalSnapshot, finalSnapshotIdentifier }) =>
                    skipFinalSnapshot === true || finalSnapshotIdentifier !== undefined
                        ? undefined
                        : "final_snapshot_identifier is required when skip_final_snapshot is false",
                refused: { skipFinalSnapshot: false, finalSnapshotIdentifier: undefined },
            },
            {
                what: "a password that RDS makes beside one that is given",
                source: page("rds", "instance"),
                because: ({ manageMasterUserPassword, password }) =>
                    manageMasterUserPassword === true && password !== undefined
                        ? "InvalidParameterCombination: manage_master_user_password conflicts with password"
                        : undefined,
                refused: { manageMasterUserPassword: true, password: "a-password-of-an-example" },
            },
            range("backupRetentionPeriod", "backups", 0, 35, "days"),
            range("allocatedStorage", "a disk of PostgreSQL on gp3", 20, 65_536, "GiB"),
        ],
        keeps: ({ inputs, id }) =>
            inputs["deletionProtection"] === true
                ? `InvalidParameterCombination: Cannot delete protected DB Instance ${id}, please disable deletion protection and try again`
                : undefined,
        latency: {
            create: 900,
            update: 300,
            delete: 300,
            source: "7 to 20 minutes with a second zone in logs of https://github.com/hashicorp/terraform-provider-aws/issues/12361 and others; no published figure, counted as a quarter of an hour",
        },
        permissions: [
            "iam:CreateServiceLinkedRole",
            "kms:CreateGrant",
            "kms:DescribeKey",
            "rds:CreateDBInstance",
            "rds:CreateDBSnapshot",
            "rds:DeleteDBInstance",
            "rds:DescribeDBInstances",
            "rds:ModifyDBInstance",
        ],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [subnetGroup]: { name: "example", subnetIds: [{ example: subnet }, { example: otherSubnet }] },
    [parameterGroup]: { name: "example", family: "postgres17", parameters: [{ name: "rds.force_ssl", value: "1" }] },
    [instance]: {
        identifier: "example",
        engine: "postgres",
        instanceClass: "db.t4g.medium",
        allocatedStorage: 20,
        storageEncrypted: true,
        kmsKeyId: { example: "aws:kms/key:Key", by: "arn" },
        dbSubnetGroupName: { example: subnetGroup, by: "name" },
        parameterGroupName: { example: parameterGroup, by: "name" },
        vpcSecurityGroupIds: [{ example: "aws:ec2/securityGroup:SecurityGroup" }],
        username: "example",
        password: "a-password-of-an-example",
        backupRetentionPeriod: 7,
        skipFinalSnapshot: true,
    },
};
