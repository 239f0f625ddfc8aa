/** Identities may do what they need, and it is named. */
import { demand, placesAt, textOf, typeOf, unmet, type Demand } from "../../analyzer/look";
import { pathText } from "../../../components/provider/values";
import type { Resource, Policy, Violation } from "../../analyzer/pack";
import { statementsOf, type Statement } from "./statements";

/** Property of a document of AWS by type. A key's own policy is not among them: in it `*` means the key. */
const documents: Readonly<Record<string, string>> = {
    "aws:iam/policy:Policy": "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    "aws:iam/groupPolicy:GroupPolicy": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
};

/** That list or describe: most of them know no resource. `Get` is none of them: it hands out objects and secrets. */
const isReading = (action: string): boolean => /^[a-z0-9-]+:(List|Describe)[A-Za-z*]*$/.test(action);

/** AWS's policies that let whoever has them do everything, or give it to himself. */
const almighty = /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

/** By id, the same everywhere. Source: https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles/privileged */
const almightyAzure =
    /(8e3af657-a8ff-443c-a75c-2fe8c4bcb635|b24988ac-6180-42a0-ab88-20f7382dd24c|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9|f58310d9-a9f6-439a-9e8d-f62e7b41a168)$/i;

const notOwner = (role: unknown): boolean => !/^roles\/(owner|editor)$/.test(textOf(role));
const narrower = "take a role for what is needed: this one lets its holder do almost everything";
const notStar = (value: unknown): boolean => value !== "*";
const rules = ["Role", "ClusterRole"].flatMap((kind) =>
    ["verbs", "resources", "apiGroups"].map((what) =>
        demand(`kubernetes:rbac.authorization.k8s.io/v1:${kind}`, `rules[*].${what}[*]`, notStar, "name each of them"),
    ),
);

const demands: readonly Demand[] = [
    ...[
        "rolePolicyAttachment:RolePolicyAttachment",
        "userPolicyAttachment:UserPolicyAttachment",
        "policyAttachment:PolicyAttachment",
    ].map((type) => demand(`aws:iam/${type}`, "policyArn", (arn) => !almighty.test(textOf(arn)), narrower)),
    demand("aws:iam/role:Role", "managedPolicyArns[*]", (arn) => !almighty.test(textOf(arn)), narrower),
    ...[
        "projects/iAMMember:IAMMember",
        "projects/iAMBinding:IAMBinding",
        "folder/iAMMember:IAMMember",
        "organizations/iAMMember:IAMMember",
        "storage/bucketIAMMember:BucketIAMMember",
    ].map((type) => demand(`gcp:${type}`, "role", notOwner, narrower)),
    demand(
        "azure-native:authorization:RoleAssignment",
        "roleDefinitionId",
        (role) => !almightyAzure.test(textOf(role)),
        narrower,
    ),
    demand("azure-native:authorization:RoleDefinition", "permissions[*].actions[*]", notStar, "name each of them"),
    demand("azure-native:authorization:RoleDefinition", "permissions[*].dataActions[*]", notStar, "name each of them"),
    ...rules,
    ...["RoleBinding", "ClusterRoleBinding"].map((kind) =>
        demand(
            `kubernetes:rbac.authorization.k8s.io/v1:${kind}`,
            "roleRef.name",
            (name) => name !== "cluster-admin",
            narrower,
        ),
    ),
    demand(
        "confluentcloud:index/roleBinding:RoleBinding",
        "roleName",
        (role) => role !== "OrganizationAdmin",
        narrower,
    ),
    ...["kafkaAcl:KafkaAcl"].map((type) =>
        demand(`confluentcloud:index/${type}`, "operation", (operation) => operation !== "ALL", "name each operation"),
    ),
    demand(
        "aiven:index/kafkaNativeAcl:KafkaNativeAcl",
        "operation",
        (operation) => textOf(operation).toLowerCase() !== "all",
        "name each operation",
    ),
];

function* wide({
    effect,
    actions,
    allButActions,
    resources,
    allButResources,
    conditioned,
    path,
}: Statement): Generator<string> {
    if (effect !== "Allow") return;
    if (allButActions) yield `${path}.NotAction: it allows everything else; name what is allowed.`;
    if (actions.some((action) => action === "*" || action.endsWith(":*")))
        yield `${path}.Action: it allows all actions of a service; name those that are needed.`;
    const everything = allButResources || resources.includes("*");
    if (everything && !conditioned && !actions.every(isReading))
        yield `${path}.Resource: it is about everything; name the resources, or a condition.`;
}

function* inDocuments(resource: Resource): Generator<Violation> {
    const property = documents[typeOf(resource)];
    if (property !== undefined)
        for (const one of statementsOf(resource, property))
            for (const message of wide(one)) yield { message, urn: resource.urn };
    for (const { path } of placesAt(resource, "inlinePolicies[*].policy"))
        for (const one of statementsOf(resource, path.join(".")))
            for (const message of wide(one)) yield { message: `${pathText(path)}: ${message}`, urn: resource.urn };
}

export const wildcards: Policy = {
    name: "no-wildcards",
    description: "What an identity may do is named, action by action and resource by resource.",
    *resource(resource) {
        yield* unmet(demands, resource);
        yield* inDocuments(resource);
    },
};
