/** What rows of Azure have in common: how Azure Resource Manager names things, and what its provider makes of that. */
import type { Values } from "../../../../components/provider/values";
import type { SimulatedCloud, Thing } from "../../cloud";
import type { Making, Reference, Row } from "../../row";

/** Address of the page of a resource of the provider's documentation. */
export const page = (module: string, resource: string): string =>
    `https://www.pulumi.com/registry/packages/azure-native/api-docs/${module}/${resource}/`;

/** Address of a page of Microsoft's documentation. */
export const learn = (path: string): string => `https://learn.microsoft.com/en-us/azure/${path}`;

const nowhere = "00000000-0000-4000-8000-000000000000";

export const subscriptionId = (settings: Values): string => String(settings["subscriptionId"] ?? nowhere);
export const tenantId = (settings: Values): string => String(settings["tenantId"] ?? nowhere);

/** A GUID of a thing, the same for all its life; `kind` tells several of one thing apart, a hexadecimal digit. */
export const guid =
    (kind: string) =>
    ({ token }: Pick<Making, "token">): string =>
        `${token.slice(0, 8)}-${token.slice(8)}-4${kind.repeat(3)}-8000-${token}`;

const locks = "azure-native:authorization:ManagementLockByScope";

/** A lock holds what it is on, all that is below, and what that lies in. Source: the page named in the row of the lock. */
export function locked({ id }: Thing, cloud: SimulatedCloud): string | undefined {
    const holds = (scope: string): boolean => `${id}/`.startsWith(`${scope}/`) || scope.startsWith(`${id}/`);
    const lock = cloud.all(locks).find(({ inputs }) => holds(String(inputs["scope"])));
    return lock === undefined ? undefined : `ScopeLocked: the scope of ${id} is locked by ${lock.id}`;
}

export const resourceGroupToken = "azure-native:resources:ResourceGroup";

interface Arm extends Partial<Row> {
    readonly token: string;
    /** `Microsoft.Storage/storageAccounts/{accountName}/…`: its id below its resource group, with inputs in braces. */
    readonly path: string;
    /** Create-only properties, beside the parts of its id. */
    readonly createOnly?: readonly string[];
    /** Types of what it lies in, by the input that names them. */
    readonly within?: Readonly<Record<string, string>>;
    readonly latency: Row["latency"];
}

/** Inputs of a path's braces. */
const partsOf = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");

/**
 * A resource in a resource group. Its id is made of its inputs, so that ARM cannot have it twice: PUT is an upsert. The
 * provider asks with a GET before it creates, and refuses to take what is there for its own ("cannot create already
 * existing resource"): hence no create is idempotent here, and what a lost answer has made is found by its id and imported.
 * Source: CanCreate in provider/pkg/azure/client_azcore.go of pulumi/pulumi-azure-native.
 */
export function arm({ token, path, createOnly = [], within = {}, references = [], computed, ...more }: Arm): Row {
    const [, module = "", resource = ""] = token.split(":");
    const parts = partsOf(path);
    const own = parts.at(-1) ?? "";
    const parents = Object.entries(within).map(([input, type]): Reference => ({
        input,
        type,
        by: "name",
        holds: false,
    }));
    return {
        token,
        source: page(module, resource.toLowerCase()),
        replaceOn: ["resourceGroupName", ...parts, ...createOnly],
        // The provider's Diff says so for everything whose name the program gives.
        deleteBeforeReplace: true,
        required: ["resourceGroupName", ...Object.keys(within)],
        unique: ["resourceGroupName", ...parts],
        references: [
            { input: "resourceGroupName", type: resourceGroupToken, by: "name", holds: false },
            ...parents,
            ...references,
        ],
        id: ({ inputs, settings }) =>
            `/subscriptions/${subscriptionId(settings)}/resourceGroups/${String(inputs["resourceGroupName"])}` +
            `/providers/${path.replace(/\{(\w+)\}/g, (_, name: string) => String(inputs[name]))}`,
        computed: { name: ({ inputs }) => inputs[own], ...computed },
        // As ARM has it: what lies in a resource goes with it.
        contains: true,
        keeps: locked,
        permissions: actions(path),
        ...more,
    };
}

/** Actions of Azure's role-based access control that create, read and delete ask for. */
function actions(path: string): string[] {
    const type = path.replace(/\/(\{\w+\}|default)(?=\/|$)/g, "");
    return ["read", "write", "delete"].map((action) => `${type}/${action}`);
}

/** Of a name that the provider makes up: the program's, with eight hexadecimal digits. Source: getDefaultName of the provider. */
export const autoName = (input: string): NonNullable<Row["autoName"]> => ({ input, separator: "", digits: 8 });
