/** What the tests of Azure's components share: a cloud of mocks that answers as Azure does, and what was made in it. */
import * as pulumi from "@pulumi/pulumi";
import { standIns } from "../../stacks/standIns";
import type { Upstream } from "../../stacks/layer";

export interface Made {
    readonly type: string;
    readonly name: string;
    readonly inputs: Record<string, unknown>;
}

export const account = {
    subscriptionId: "6a2f41c3-0d4b-4c1e-9a77-1f5f0f0b7c11",
    tenantId: "0b9c7d52-7c1f-4d7a-8f5e-3f1f6f1c2a22",
    location: "westeurope",
};

/** A cluster on Azure, as its contract tells of it. */
export const foundation: Pick<Upstream<"foundation">, "identities" | "network"> = {
    identities: {
        flink: identity("flink"),
        catalog: identity("catalog"),
        dbt: identity("dbt"),
    },
    network: {
        cloud: "azure",
        resourceGroup: "tidegate-prod-foundation",
        virtualNetworkId: "/network",
        nodeSubnetId: "/network/subnets/nodes",
        endpointSubnetId: "/network/subnets/endpoints",
    },
};

function identity(name: string) {
    const azure = { clientId: `client of ${name}`, principalId: `principal of ${name}` };
    return { ...standIns.foundation.identities.flink, namespace: name, serviceAccount: name, azure };
}

/** Members of inputs that become `name` of what was made; of several the last. */
const names = ["resourceGroupName", "accountName", "vaultName", "namespaceName", "privateEndpointName"];
const ownNames = ["containerName", "keyName", "eventHubName", "resourceName", "privateZoneName", "virtualNetworkName"];

/** Runs a program against mocks, waits for all that it registers, and answers with what that is. */
export async function making<T extends { contract?: object }>(
    program: () => T,
): Promise<{ made: Made[]; contract: Record<string, unknown>; component: T }> {
    const made: Made[] = [];
    await pulumi.runtime.setMocks({
        call: ({ token }) => (token.endsWith("listManagedClusterUserCredentials") ? { kubeconfigs } : {}),
        newResource: ({ type, name, inputs }) => {
            const given = inputs as Record<string, unknown>;
            made.push({ type: type.replace("azure-native:", ""), name, inputs: given });
            const own = [...names, ...ownNames].map((key) => given[key]).filter((value) => value !== undefined);
            const outputs = {
                name: type.includes("FederatedIdentityCredential") ? name : own.at(-1),
                principalId: given["principalId"] ?? `principal of ${name}`,
                clientId: `client of ${name}`,
                keyUri: "https://vault.example/keys/data",
                ...(type.endsWith(":Vault") && {
                    name,
                    properties: { ...(given["properties"] as object), vaultUri: "https://vault.example/" },
                }),
                ...(type.endsWith(":ManagedCluster") && {
                    oidcIssuerProfile: { enabled: true, issuerURL: "https://issuer.example/" },
                }),
            };
            return { id: `/${name}`, state: { ...given, ...outputs } };
        },
    });
    const component = program();
    await new Promise<void>((resolve) => setImmediate(resolve));
    await pulumi.runtime.disconnect();
    const entries = Object.entries(component.contract ?? {}) as [string, pulumi.Output<unknown>][];
    return {
        made,
        contract: Object.fromEntries(
            await Promise.all(entries.map(async ([key, value]) => [key, await valueOf(value)])),
        ),
        component,
    };
}

export const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
    new Promise((resolve) => output.apply((value) => resolve(value as T)));

const kubeconfigs = [
    {
        name: "clusterUser",
        value: Buffer.from(
            "clusters: [{name: a, cluster: {server: 'https://api.example:443', certificate-authority-data: Q0E=}}]\nusers: [{name: a, user: {token: a-token-of-azure}}]\n",
        ).toString("base64"),
    },
];

/** Whatever of these types was made. */
export const ofType = (made: readonly Made[], type: string): Made[] => made.filter((one) => one.type === type);

/** The one of its type. */
export function only(made: readonly Made[], type: string): Record<string, unknown> {
    const [found, ...others] = ofType(made, type);
    if (found === undefined || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} of ${type}`);
    return found.inputs;
}

/** `[who, role, on what]` of each role assignment, by the names that the mocks give. */
export const grantsOf = (made: readonly Made[], roles: Readonly<Record<string, string>>): string[] =>
    ofType(made, "authorization:RoleAssignment")
        .map(({ inputs }) => {
            const id = String(inputs["roleDefinitionId"]).split("/").at(-1);
            const role = Object.entries(roles).find(([, known]) => known === id)?.[0];
            return `${String(inputs["principalId"])}: ${role} on ${String(inputs["scope"])}`;
        })
        .sort();
