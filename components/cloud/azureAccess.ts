/** Who may do what in Azure, and what nobody may delete. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { guidOf, type AzureScope } from "./azure";

/** Ids of built-in roles, the same everywhere. Source: https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles */
export const roles = {
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Blob Delegator": "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
    "Azure Event Hubs Data Receiver": "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
    "Azure Event Hubs Data Sender": "2b629674-e913-4c01-ae53-ef4638d8f975",
    "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "Azure Kubernetes Service RBAC Cluster Admin": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
} as const;
export type Role = keyof typeof roles;

export interface Grant {
    /** Ends the resource's name in the program: `flink-warehouse`. */
    readonly what: string;
    readonly role: Role;
    /** Id of what the role is for. */
    readonly scope: pulumi.Input<string>;
    /** Object id in the directory. */
    readonly principalId: pulumi.Input<string>;
    /**
     * `ServicePrincipal` of managed identities: without it Azure looks the principal up, which it does not find while the
     * directory is being replicated. @default ServicePrincipal
     */
    readonly principalType?: "ServicePrincipal" | "Group" | "User";
}

/** A role assignment whose name follows from what it says: made twice it is one, and a new principal has another. */
export function grant(
    { name, account, options }: Pick<AzureScope, "name" | "account" | "options">,
    { what, role, scope, principalId, principalType = "ServicePrincipal" }: Grant,
): authorization.RoleAssignment {
    const roleAssignmentName = pulumi
        .all([scope, principalId])
        .apply(([on, who]) => guidOf(`${on} ${roles[role]} ${who}`));
    return new authorization.RoleAssignment(
        `${name}-${what}`,
        {
            roleAssignmentName,
            scope,
            principalId,
            principalType,
            roleDefinitionId: `/subscriptions/${account.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`,
            description: `Tidegate: ${what}`,
        },
        options,
    );
}

/** Azure's own deletion protection: nobody deletes it, nor anything in it, until the lock is gone. */
export const lock = (
    { name, options }: Pick<AzureScope, "name" | "options">,
    what: string,
    scope: pulumi.Input<string>,
): authorization.ManagementLockByScope =>
    new authorization.ManagementLockByScope(
        `${name}-${what}-lock`,
        { scope, lockName: "tidegate", level: "CanNotDelete", notes: "Tidegate: protectData of the environment" },
        options,
    );
