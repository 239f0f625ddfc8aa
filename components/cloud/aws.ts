/** The provider of an environment's AWS account. */
import type { Region } from "@pulumi/aws";
import { Provider } from "@pulumi/aws/provider";
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
): Provider =>
    new Provider(
        "aws",
        { region: region as Region, allowedAccountIds: [accountId], defaultTags: { tags: { ...tags } } },
        options,
    );
