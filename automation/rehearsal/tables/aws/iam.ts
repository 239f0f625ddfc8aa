/** AWS Identity and Access Management. */
import type { Row } from "../../row";
import { immediate, setting } from "../latencies";
import { accountId, page, tagsAll } from "./common";
import type { Values } from "../../../../components/provider/values";

/** A policy has to be JSON with statements. Source: the service's MalformedPolicyDocument. */
function malformed(policy: unknown): string | undefined {
    try {
        const parsed = JSON.parse(String(policy)) as { Statement?: unknown };
        if (parsed.Statement !== undefined) return undefined;
    } catch {
        // Told below.
    }
    return "MalformedPolicyDocument: the policy is no JSON with a Statement";
}

const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const policies = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html";

export const rows: readonly Row[] = [
    {
        token: "aws:iam/role:Role",
        source: page("iam", "role"),
        replaceOn: ["name", "namePrefix", "path"],
        required: ["assumeRolePolicy"],
        autoName: { input: "name" },
        unique: ["name"],
        id: ({ inputs }) => String(inputs["name"]),
        computed: {
            arn: ({ id, settings }) => `arn:aws:iam::${accountId(settings)}:role/${id}`,
            uniqueId: ({ token }) => `AROA${token.toUpperCase()}`,
            tagsAll,
        },
        refuses: [
            {
                what: "a trust policy that is no JSON with statements",
                source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
                because: ({ assumeRolePolicy }) => malformed(assumeRolePolicy),
                refused: { assumeRolePolicy: "{}" },
            },
            {
                what: "a name of a role of more than 64 characters",
                source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
                because: ({ name }) =>
                    String(name).length > 64 ? `ValidationError: roleName ${String(name)}` : undefined,
                refused: { name: "r".repeat(65) },
            },
        ],
        latency: immediate,
        permissions: ["iam:CreateRole", "iam:DeleteRole", "iam:GetRole", "iam:TagRole", "iam:UpdateAssumeRolePolicy"],
    },
    {
        token: "aws:iam/rolePolicy:RolePolicy",
        source: page("iam", "rolepolicy"),
        replaceOn: ["name", "namePrefix", "role"],
        required: ["role", "policy"],
        autoName: { input: "name" },
        unique: ["role", "name"],
        idempotent: true,
        references: [{ input: "role", type: "aws:iam/role:Role" }],
        id: ({ inputs }) => `${String(inputs["role"])}:${String(inputs["name"])}`,
        computed: {},
        refuses: [
            {
                what: "a policy of a role that is no JSON with statements",
                source: policies,
                because: ({ policy }) => malformed(policy),
                refused: { policy: "{}" },
            },
            {
                what: "policies of a role of more than 10,240 characters",
                source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
                because: ({ policy }) =>
                    String(policy).replace(/\s/g, "").length > 10_240
                        ? "LimitExceeded: maximum policy size of 10240 bytes exceeded"
                        : undefined,
                refused: { policy: JSON.stringify({ Statement: ["x".repeat(10_240)] }) },
            },
        ],
        latency: setting,
        permissions: ["iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy"],
    },
    {
        token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        source: page("iam", "rolepolicyattachment"),
        replaceOn: ["role", "policyArn"],
        required: ["role", "policyArn"],
        unique: ["role", "policyArn"],
        idempotent: true,
        references: [{ input: "role", type: "aws:iam/role:Role" }],
        id: ({ inputs, token }) => `${String(inputs["role"])}-${token}`,
        computed: {},
        refuses: [
            {
                what: "attaching what is no ARN of a policy",
                source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html",
                because: ({ policyArn }) =>
                    /^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/\S+$/.test(String(policyArn))
                        ? undefined
                        : `ValidationError: ARN ${String(policyArn)} is not valid`,
                refused: { policyArn: "AmazonEKSClusterPolicy" },
            },
        ],
        latency: setting,
        permissions: ["iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:ListAttachedRolePolicies"],
    },
    {
        token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        source: page("iam", "openidconnectprovider"),
        replaceOn: ["url"],
        required: ["url", "clientIdLists"],
        unique: ["url"],
        id: ({ inputs, settings }) =>
            `arn:aws:iam::${accountId(settings)}:oidc-provider/${String(inputs["url"]).replace("https://", "")}`,
        computed: { arn: ({ id }) => id, thumbprintLists: () => ["0".repeat(40)], tagsAll },
        refuses: [
            {
                what: "an identity provider whose address is not of https, or has a query",
                source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html",
                because: ({ url }) =>
                    /^https:\/\/[^?#]+$/.test(String(url)) ? undefined : `ValidationError: invalid URL ${String(url)}`,
                refused: { url: "http://issuer.example" },
            },
        ],
        latency: immediate,
        permissions: [
            "iam:CreateOpenIDConnectProvider",
            "iam:DeleteOpenIDConnectProvider",
            "iam:GetOpenIDConnectProvider",
            "iam:TagOpenIDConnectProvider",
        ],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    "aws:iam/role:Role": { name: "example", assumeRolePolicy: trust },
    "aws:iam/rolePolicy:RolePolicy": {
        name: "example",
        role: { example: "aws:iam/role:Role" },
        policy: JSON.stringify({ Statement: [] }),
    },
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        role: { example: "aws:iam/role:Role" },
        policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
    },
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        url: "https://issuer.example/id/1",
        clientIdLists: ["sts.amazonaws.com"],
    },
};
