import type { Output } from "@pulumi/pulumi";
import type { Contract, Layer } from "./contracts";
import type { Environment } from "./environment";

/** Names of the members of a contract that are secret outputs. */
export const secretMembers = {
    foundation: ["kubeconfig"],
    storage: ["credentials"],
    broker: ["credentials"],
    catalog: [],
    runtime: [],
    observability: [],
} as const satisfies Record<Layer, readonly string[]>;

type SecretMember<L extends Layer> = (typeof secretMembers)[L][number];

/** A contract as a Pulumi program reads it: plain values, and outputs marked as secret where they are. */
export type Upstream<L extends Layer> =
    Contract<L> extends infer C ? { [K in keyof C]: K extends SecretMember<L> ? Output<C[K]> : C[K] } : never;

export interface LayerContext {
    readonly environment: Environment;
    /** Whether the environment has an earlier layer that this one may read. */
    has(layer: Layer): boolean;
    /** The contract of an earlier layer, which has to be declared in `dependsOn` of tidegate.yaml. */
    upstream<L extends Layer>(layer: L): Promise<Upstream<L>>;
}

/** Builds one layer and returns its contract as stack outputs. */
export type LayerProgram = (context: LayerContext) => Promise<Record<string, unknown>>;

/** For components that grant something to the platform's workloads; without a cluster there are none. */
export async function foundationOf({ has, upstream }: Pick<LayerContext, "has" | "upstream">) {
    return has("foundation") ? { foundation: await upstream("foundation") } : {};
}
