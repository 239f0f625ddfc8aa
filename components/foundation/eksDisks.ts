/** Disks of pods on EKS: a class that encrypts them, for EKS has had no default class since Kubernetes 1.30. */
import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/**
 * What the driver of the disks needs beside its managed policy for disks with a key of ours.
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
 */
export function diskKeyGrant(name: string, role: iam.Role, key: kms.Key, parent: pulumi.Resource): iam.RolePolicy {
    const policy = {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "Attach",
                Effect: "Allow",
                Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
                Resource: key.arn,
                // For the disk service alone, not for whom the driver likes.
                Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
            },
            {
                Sid: "Encrypt",
                Effect: "Allow",
                Action: [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                    "kms:GenerateDataKey",
                    "kms:GenerateDataKeyWithoutPlaintext",
                    "kms:DescribeKey",
                ],
                Resource: key.arn,
            },
        ],
    };
    return new iam.RolePolicy(name, { role: role.name, policy: pulumi.jsonStringify(policy) }, { parent });
}

/** The cluster's default class. A claim keeps its disk in the zone of the pod that first takes it. */
export const defaultStorageClass = (
    name: string,
    keyArn: pulumi.Input<string>,
    options: pulumi.CustomResourceOptions,
): kubernetes.storage.v1.StorageClass =>
    new kubernetes.storage.v1.StorageClass(
        name,
        {
            metadata: {
                name: "tidegate-gp3",
                annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
                labels: { "app.kubernetes.io/managed-by": "tidegate" },
            },
            provisioner: "ebs.csi.aws.com",
            parameters: { type: "gp3", encrypted: "true", kmsKeyId: keyArn },
            volumeBindingMode: "WaitForFirstConsumer",
            allowVolumeExpansion: true,
        },
        options,
    );
