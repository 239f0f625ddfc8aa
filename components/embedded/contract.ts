import type * as pulumi from "@pulumi/pulumi";
import type { Contract, Layer } from "../../stacks/contracts";

/** A layer's contract while the program runs: one output for each member, so that a secret one doesn't hide the rest. */
export type ContractOutputs<L extends Layer> =
    Contract<L> extends infer C ? { readonly [K in keyof C]: pulumi.Output<C[K]> } : never;

/** What every embedded component is told. */
export interface EmbeddedArgs {
    /** Name of the environment, e.g. `local`. */
    environment: string;
    /** The environment's data directory, absolute. A component keeps to a folder of its own in it. */
    dataDirectory: string;
    /** Versions of the tools it runs on; a change restarts its processes. @default none */
    versions?: Record<string, string>;
}
