/**
 * Types of which one account has one of a name, and whose id in Pulumi is that name: by it a resource is found again
 * without asking its cloud otherwise. From the section "Import" of each type in the Pulumi registry. Short on purpose: a type
 * belongs here only where its id is made of inputs alone.
 */
import type { PendingCreate } from "./pending";

const nameInput: Readonly<Record<string, string>> = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:s3/bucketV2:BucketV2": "bucket",
    "aws:dynamodb/table:Table": "name",
    "aws:iam/role:Role": "name",
    "aws:iam/user:User": "name",
    "aws:iam/instanceProfile:InstanceProfile": "name",
    "aws:kms/alias:Alias": "name",
    "aws:cloudwatch/logGroup:LogGroup": "name",
    "aws:eks/cluster:Cluster": "name",
    "aws:lambda/function:Function": "name",
    "gcp:storage/bucket:Bucket": "name",
};

/** Undefined where the type is not here, or its name was not known when it was to be created. */
export function uniqueId({ type, inputs }: Pick<PendingCreate, "type" | "inputs">): string | undefined {
    const input = nameInput[type];
    const value = input === undefined ? undefined : inputs[input];
    return typeof value === "string" && value !== "" && value !== "[secret]" ? value : undefined;
}
