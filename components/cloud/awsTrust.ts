/** Who may take on a role of AWS. */
import * as pulumi from "@pulumi/pulumi";

/** Of the tokens by which a service account of EKS becomes a role. */
export const audience = "sts.amazonaws.com";

const policy = (statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

/** A service of AWS, e.g. `eks.amazonaws.com`. */
export const serviceTrust = (service: string): string =>
    policy({ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" });

/**
 * One service account of one cluster, and no other.
 * @param subject `system:serviceaccount:<namespace>:<name>`
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
export const accountTrust = (
    providerArn: pulumi.Input<string>,
    issuer: pulumi.Input<string>,
    subject: string,
): pulumi.Output<string> =>
    pulumi.all([providerArn, issuer]).apply(([provider, url]) => {
        const host = url.replace(/^https:\/\//, "");
        return policy({
            Effect: "Allow",
            Principal: { Federated: provider },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: { StringEquals: { [`${host}:sub`]: subject, [`${host}:aud`]: audience } },
        });
    });

/** ARN of a policy that AWS keeps. */
export const managedPolicy = (name: string): string => `arn:aws:iam::aws:policy/${name}`;
