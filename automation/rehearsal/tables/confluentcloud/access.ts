/** Service accounts, their keys and their roles. */
import type { Values } from "../../../../components/provider/values";
import type { Row } from "../../row";
import { immediate } from "../latencies";
import { accountToken, bindingToken, clusterCrn, clusterToken, idIn, idOf, keyToken, page, provider } from "./common";

export const rows: readonly Row[] = [
    {
        token: accountToken,
        source: provider("resource_service_account"),
        replaceOn: [],
        unique: ["displayName"],
        id: idOf("sa"),
        computed: { apiVersion: () => "iam/v2", kind: () => "ServiceAccount" },
        refuses: [
            {
                what: "a name of a service account of more than 64 characters",
                source: page("serviceaccount"),
                because: ({ displayName }) =>
                    String(displayName).length > 64
                        ? `display_name must be 64 characters or fewer, got ${String(displayName).length}`
                        : undefined,
                refused: { displayName: "a".repeat(65) },
            },
        ],
        latency: immediate,
        permissions: ["AccountAdmin"],
    },
    {
        token: keyToken,
        source: provider("resource_api_key"),
        replaceOn: ["owner", "managedResource", "disableWaitForReady"],
        required: ["owner"],
        // A lost answer leaves a key whose secret nobody knows.
        unique: [],
        references: [
            // It takes its keys with it.
            { input: "managedResource.id", type: clusterToken, holds: false },
        ],
        id: ({ token }) => `SIMU${token.toUpperCase()}`,
        computed: { secret: ({ token }) => `${token.repeat(5)}+SIMU` },
        secret: ["secret"],
        refuses: [
            {
                what: "a key whose owner is neither a service account nor a user",
                source: provider("resource_api_key"),
                because: (inputs) =>
                    /^(u|sa)-/.test(String(idIn(inputs, "owner")))
                        ? undefined
                        : "the owner ID must be of the form 'u-' or 'sa-'",
                refused: { owner: { id: "pool-1", apiVersion: "iam/v2", kind: "ServiceAccount" } },
            },
            {
                what: "a key of a service account that is not there",
                source: provider("resource_api_key"),
                because: (inputs, cloud) => {
                    const owner = String(idIn(inputs, "owner"));
                    return owner.startsWith("sa-") && cloud.find(accountToken, "id", owner) === undefined
                        ? `404 Not Found: the service account ${owner} does not exist`
                        : undefined;
                },
                refused: { owner: { id: "sa-nobody", apiVersion: "iam/v2", kind: "ServiceAccount" } },
            },
        ],
        latency: {
            create: 60,
            update: 1,
            delete: 2,
            source: `${provider("resource_api_key")} (waits until the cluster knows the key; no published figure, counted as a minute)`,
        },
        permissions: ["CloudClusterAdmin"],
    },
    {
        token: bindingToken,
        source: page("rolebinding"),
        replaceOn: ["principal", "roleName", "crnPattern", "disableWaitForReady"],
        required: ["principal", "roleName", "crnPattern"],
        unique: ["principal", "roleName", "crnPattern"],
        id: idOf("rb"),
        computed: {},
        refuses: [
            {
                what: "a principal of a role that is not written User:…",
                source: page("rolebinding"),
                because: ({ principal }) =>
                    /^User:(u|sa|pool|group)-/.test(String(principal))
                        ? undefined
                        : `the principal must be of the form 'User:', got ${String(principal)}`,
                refused: { principal: "sa-123abc" },
            },
            {
                what: "a pattern of a role that is no Confluent resource name",
                source: page("rolebinding"),
                because: ({ crnPattern }) =>
                    String(crnPattern).startsWith("crn://")
                        ? undefined
                        : `the CRN must be of the form 'crn://', got ${String(crnPattern)}`,
                refused: { crnPattern: "lkc-123abc" },
            },
        ],
        latency: {
            create: 90,
            delete: 2,
            source: `${page("rolebinding")} (waits until the role has spread; no published figure, counted as a minute and a half)`,
        },
        permissions: ["EnvironmentAdmin"],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [accountToken]: { displayName: "example" },
    [keyToken]: {
        displayName: "example",
        owner: { id: { example: accountToken }, apiVersion: "iam/v2", kind: "ServiceAccount" },
        managedResource: { id: { example: clusterToken }, apiVersion: "cmk/v2", kind: "Cluster" },
    },
    [`${keyToken}#ofAPerson`]: {
        displayName: "example",
        owner: { id: "u-123abc", apiVersion: "iam/v2", kind: "User" },
        managedResource: { id: { example: clusterToken }, apiVersion: "cmk/v2", kind: "Cluster" },
    },
    [bindingToken]: {
        principal: "User:sa-123abc",
        roleName: "CloudClusterAdmin",
        crnPattern: clusterCrn("env-123abc", "lkc-123abc"),
    },
};
