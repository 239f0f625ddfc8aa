/** Resource groups, identities, roles and locks. */
import type { Values } from "../../../../components/provider/values";
import type { SimulatedCloud } from "../../cloud";
import type { Row } from "../../row";
import { immediate, setting } from "../latencies";
import { arm, guid, learn, locked, page, resourceGroupToken, subscriptionId, tenantId } from "./common";

const identityToken = "azure-native:managedidentity:UserAssignedIdentity";
const credentialToken = "azure-native:managedidentity:FederatedIdentityCredential";
const assignmentToken = "azure-native:authorization:RoleAssignment";
const lockToken = "azure-native:authorization:ManagementLockByScope";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** In the principal ids of the simulated identities, and in nobody else's. */
const managed = "-4111-8000-";

/** Scopes below a subscription are ids of something that has to be there. */
function missingScope(scope: unknown, cloud: SimulatedCloud): string | undefined {
    const text = String(scope);
    if (/^\/subscriptions\/[^/]+$/.test(text) || cloud.all().some(({ id }) => id === text)) return undefined;
    return `ResourceNotFound: the scope ${text} was not found`;
}

export const rows: readonly Row[] = [
    {
        token: resourceGroupToken,
        source: page("resources", "resourcegroup"),
        replaceOn: ["resourceGroupName", "location"],
        deleteBeforeReplace: true,
        autoName: { input: "resourceGroupName", separator: "", digits: 8 },
        unique: ["resourceGroupName"],
        id: ({ inputs, settings }) =>
            `/subscriptions/${subscriptionId(settings)}/resourceGroups/${String(inputs["resourceGroupName"])}`,
        computed: { name: ({ inputs }) => inputs["resourceGroupName"] },
        contains: true,
        keeps: locked,
        refuses: [
            {
                what: "a name of a resource group that ends in a full stop or has more than 90 characters",
                source: learn("azure-resource-manager/management/resource-name-rules"),
                because: ({ resourceGroupName: name }) =>
                    /^[\w().-]{0,89}[\w()-]$/.test(String(name))
                        ? undefined
                        : `InvalidResourceGroup: the name '${String(name)}' is not valid`,
                refused: { resourceGroupName: "example." },
            },
        ],
        latency: immediate,
        permissions: ["read", "write", "delete"].map(
            (action) => `Microsoft.Resources/subscriptions/resourceGroups/${action}`,
        ),
    },
    arm({
        token: identityToken,
        path: "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
        createOnly: ["location"],
        computed: {
            principalId: guid("1"),
            clientId: guid("2"),
            tenantId: ({ settings }) => tenantId(settings),
        },
        refuses: [
            {
                what: "a name of an identity of fewer than 3 characters or more than 128",
                source: learn("azure-resource-manager/management/resource-name-rules"),
                because: ({ resourceName }) =>
                    /^[a-z0-9][\w-]{2,127}$/i.test(String(resourceName))
                        ? undefined
                        : `InvalidResourceName: '${String(resourceName)}'`,
                refused: { resourceName: "me" },
            },
        ],
        latency: immediate,
    }),
    arm({
        token: credentialToken,
        path: "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
        within: { resourceName: identityToken },
        required: ["resourceGroupName", "resourceName", "issuer", "subject", "audiences"],
        refuses: [
            {
                what: "a credential for other than one audience",
                source: "https://learn.microsoft.com/en-us/graph/api/resources/federatedidentitycredential",
                because: ({ audiences }) =>
                    Array.isArray(audiences) && audiences.length === 1
                        ? undefined
                        : "BadRequest: exactly one audience has to be given",
                refused: { audiences: [] },
            },
        ],
        latency: setting,
    }),
    {
        token: assignmentToken,
        source: page("authorization", "roleassignment"),
        // ForceNew of the provider, and the parts of its id.
        replaceOn: ["scope", "roleAssignmentName", "principalId", "roleDefinitionId"],
        deleteBeforeReplace: true,
        required: ["scope", "principalId", "roleDefinitionId"],
        unique: ["scope", "principalId", "roleDefinitionId"],
        id: ({ inputs, token }) =>
            `${String(inputs["scope"])}/providers/Microsoft.Authorization/roleAssignments/${String(inputs["roleAssignmentName"] ?? guid("3")({ token }))}`,
        computed: { name: ({ id }) => id.split("/").at(-1) },
        keeps: locked,
        refuses: [
            {
                what: "a name of a role assignment that is no GUID",
                source: "https://learn.microsoft.com/en-us/rest/api/authorization/role-assignments/create",
                because: ({ roleAssignmentName: name }) =>
                    name === undefined || uuid.test(String(name))
                        ? undefined
                        : `InvalidRoleAssignmentId: the name '${String(name)}' is not a GUID`,
                refused: { roleAssignmentName: "flink" },
            },
            {
                what: "a role on something that is not there",
                source: learn("role-based-access-control/troubleshooting"),
                because: ({ scope }, cloud) => missingScope(scope, cloud),
                refused: { scope: "/subscriptions/s/resourceGroups/nowhere" },
            },
            {
                what: "a role for a managed identity that is not there",
                source: learn("role-based-access-control/troubleshooting"),
                because: ({ principalId, principalType }, cloud) =>
                    !String(principalId).includes(managed) ||
                    cloud.find(identityToken, "principalId", principalId) !== undefined
                        ? undefined
                        : `PrincipalNotFound: ${String(principalType)} ${String(principalId)} does not exist in the directory`,
                refused: { principalId: `00000000-0000${managed}000000000000` },
            },
        ],
        latency: setting,
        permissions: ["read", "write", "delete"].map((action) => `Microsoft.Authorization/roleAssignments/${action}`),
    },
    {
        token: lockToken,
        source: page("authorization", "managementlockbyscope"),
        replaceOn: ["scope", "lockName"],
        deleteBeforeReplace: true,
        required: ["scope", "level"],
        autoName: { input: "lockName", separator: "", digits: 8 },
        unique: ["scope", "lockName"],
        id: ({ inputs }) =>
            `${String(inputs["scope"])}/providers/Microsoft.Authorization/locks/${String(inputs["lockName"])}`,
        computed: { name: ({ inputs }) => inputs["lockName"] },
        refuses: [
            {
                what: "a lock on something that is not there",
                source: learn("azure-resource-manager/management/lock-resources"),
                because: ({ scope }, cloud) => missingScope(scope, cloud),
                refused: { scope: "/subscriptions/s/resourceGroups/nowhere" },
            },
            {
                what: "a level of a lock other than CanNotDelete and ReadOnly",
                source: learn("azure-resource-manager/management/lock-resources"),
                because: ({ level }) =>
                    ["CanNotDelete", "ReadOnly"].includes(String(level))
                        ? undefined
                        : `InvalidLock: the level '${String(level)}' is not valid`,
                refused: { level: "Never" },
            },
        ],
        latency: setting,
        permissions: ["read", "write", "delete"].map((action) => `Microsoft.Authorization/locks/${action}`),
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [resourceGroupToken]: { resourceGroupName: "example", location: "westeurope" },
    [identityToken]: {
        resourceGroupName: { example: resourceGroupToken, by: "name" },
        resourceName: "example",
        location: "westeurope",
    },
    [credentialToken]: {
        resourceGroupName: { example: resourceGroupToken, by: "name" },
        resourceName: { example: identityToken, by: "name" },
        federatedIdentityCredentialResourceName: "example",
        issuer: "https://issuer.example/",
        subject: "system:serviceaccount:example:flink",
        audiences: ["api://AzureADTokenExchange"],
    },
    [assignmentToken]: {
        scope: { example: resourceGroupToken },
        principalId: { example: identityToken, by: "principalId" },
        principalType: "ServicePrincipal",
        roleDefinitionId:
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
    },
    [lockToken]: { scope: { example: identityToken }, lockName: "example", level: "CanNotDelete" },
};
