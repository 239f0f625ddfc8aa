/** The provider of an environment's AWS account. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface AwsAccount {
    /** Twelve digits. */
    accountId: string;
    region: string;
}

/** Explicit, so that nothing depends on which region or account a shell happens to name. */
export const awsProvider = (
    { accountId, region }: AwsAccount,
    tags: Readonly<Record<string, string>>,
    options?: pulumi.ResourceOptions,
): aws.Provider =>
    new aws.Provider(
        "aws",
        { region: region as aws.Region, allowedAccountIds: [accountId], defaultTags: { tags: { ...tags } } },
        options,
    );
