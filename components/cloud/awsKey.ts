/** A key of its own on AWS, for what a layer encrypts. */
import * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import { tagsOf, type CloudArgs } from "./args";

/** Days in which a deletion of the key can be taken back: the longest that KMS has. */
const deletionDays = 30;

/** Turned once a year, and protected as the data is: without the key it is lost. */
export function ownKey(
    name: string,
    description: string,
    layer: string,
    args: CloudArgs,
    parent: pulumi.Resource,
): kms.Key {
    const protect = args.protectData ?? true;
    const key = new kms.Key(
        `${name}-key`,
        { description, enableKeyRotation: true, deletionWindowInDays: deletionDays, tags: tagsOf(args, layer) },
        { parent, protect, retainOnDelete: protect },
    );
    new kms.Alias(
        `${name}-key-alias`,
        { name: `alias/tidegate-${args.environment}-${layer}`, targetKeyId: key.keyId },
        { parent },
    );
    return key;
}
