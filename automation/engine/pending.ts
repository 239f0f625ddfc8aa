/**
 * Creates that were begun and never ended, as a crash leaves them in a stack's state: the resource may be there or not.
 * Pulumi keeps such an entry through every update, and creates the resource again beside it. Pure: an export of a stack
 * goes in, one for `pulumi stack import` comes out.
 *
 * The CLI's own `--import-pending-creates` is not used: in 3.250.0 it names the entry an import, which the refresh after it
 * drops (pkg/cmd/pulumi/operations/refresh.go, pkg/backend/snapshot.go), and the resource with it.
 */
import { z } from "zod";
import { nameOf } from "./facts";
import { signature } from "./snapshot";

const resourceSchema = z.looseObject({
    urn: z.string(),
    type: z.string(),
    custom: z.boolean().optional(),
    id: z.string().optional(),
    inputs: z.record(z.string(), z.unknown()).optional(),
    delete: z.boolean().optional(),
    pendingReplacement: z.boolean().optional(),
});
type Resource = z.infer<typeof resourceSchema>;

const operationSchema = z.looseObject({ type: z.string(), resource: resourceSchema });

const exportSchema = z.looseObject({
    deployment: z.looseObject({
        resources: z.array(resourceSchema).nullish(),
        pending_operations: z.array(operationSchema).nullish(),
    }),
});

/** A resource that may be there. */
export interface PendingCreate {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** What it was to be created from, as its provider had checked it: with generated names. Secrets are left out. */
    readonly inputs: Readonly<Record<string, unknown>>;
    /** The id under which the state knows a resource of this URN: it was created again since. */
    readonly known: string | undefined;
}

/** What is to become of it. */
export type PendingDecision =
    /** It is there, and this is it. */
    | { readonly kind: "import"; readonly id: string }
    /** It is not there, or creating it again gives the same one. */
    | { readonly kind: "create" };

/** What the state has of a URN. One that is about to be replaced is not the one that was being created. */
export const resourceOf = (json: unknown, urn: string): { readonly id?: string | undefined } | undefined =>
    exportSchema
        .parse(json)
        .deployment.resources?.find((one) => one.urn === urn && one.delete !== true && one.pendingReplacement !== true);

/** Of what `pulumi stack export` prints; each URN once. */
export function pendingCreates(json: unknown): PendingCreate[] {
    const { pending_operations } = exportSchema.parse(json).deployment;
    const found = new Map<string, PendingCreate>();
    for (const { type, resource } of pending_operations ?? []) {
        if (type !== "creating" || resource.custom === false) continue;
        found.set(resource.urn, {
            urn: resource.urn,
            type: resource.type,
            name: nameOf(resource.urn),
            inputs: (withoutSecrets(resource.inputs ?? {}) ?? {}) as Record<string, unknown>,
            known: resourceOf(json, resource.urn)?.id,
        });
    }
    return [...found.values()];
}

/**
 * The state with every pending create decided: what is there becomes a resource of the stack, of which a refresh then
 * reads the rest; what is not is forgotten. Other operations that never ended need no more than that refresh.
 */
export function settled(json: unknown, decisions: ReadonlyMap<string, PendingDecision>): unknown {
    const exported = exportSchema.parse(json);
    const { deployment } = exported;
    let resources: Resource[] = [...(deployment.resources ?? [])];
    for (const { type, resource } of deployment.pending_operations ?? []) {
        if (type !== "creating") continue;
        const decision = decisions.get(resource.urn);
        if (decision?.kind !== "import") continue;
        if (resources.some(({ urn, id }) => urn === resource.urn && id === decision.id)) continue;
        resources = resources
            .filter(({ urn, pendingReplacement }) => urn !== resource.urn || pendingReplacement !== true)
            // What it was to take the place of is deleted by the next update, as after any other replacement.
            .map((one) => (one.urn === resource.urn ? { ...one, delete: true } : one));
        resources.push({ ...resource, id: decision.id });
    }
    return { ...exported, deployment: { ...deployment, resources, pending_operations: [] } };
}

function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutSecrets);
    if (typeof value !== "object" || value === null) return value;
    if (signature in value) return "[secret]";
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]));
}
