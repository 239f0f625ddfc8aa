/**
 * What a policy pack of this repository is made of. It speaks the engine's analyser protocol itself (`serve`), for
 * `@pulumi/policy` takes the marks of secrets off before a policy sees a value (pulumi/pulumi-policy 241), and loads the
 * whole SDK for each stack.
 */
import type { Path, Values } from "../../components/provider/values";

export type Level = "advisory" | "mandatory" | "disabled";

/** A resource as the engine shows it to a pack. */
export interface Resource {
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    /** Of a single resource its inputs as the provider has checked them; of a whole stack its outputs too. */
    readonly values: Values;
    /** What Pulumi keeps encrypted in the state. */
    readonly secrets: readonly Path[];
    /** What is not known before something is made: of a preview alone. */
    readonly unknowns: readonly Path[];
    /** @default false */
    readonly protect: boolean;
    /** URN; empty where there is none. */
    readonly parent: string;
    /** URNs of what each property is made from; of a whole stack alone. */
    readonly dependencies: Readonly<Record<string, readonly string[]>>;
}

/** Of which stack, and what the pack was told. */
export interface Context {
    readonly project: string;
    readonly stack: string;
    /** Holds the Pulumi.yaml that is deployed from; undefined where the engine does not tell. */
    readonly directory: string | undefined;
    /** The stack's configuration in clear, by `namespace:key`. Nothing of it may get into a message. */
    readonly configuration: ReadonlyMap<string, string>;
    /** Keys of the configuration that are kept encrypted. */
    readonly secretKeys: ReadonlySet<string>;
}

export interface Violation {
    readonly message: string;
    /** The resource; none where it is of the stack. */
    readonly urn?: string;
}

type Violations = Iterable<Violation> | Promise<Iterable<Violation>>;

/** What `--policy-pack-config` says of one policy, beside its level. */
export type PolicySettings = Readonly<Record<string, unknown>>;

export interface Policy {
    /** kebab-case; unique in its pack. */
    readonly name: string;
    /** One sentence: what has to be so. */
    readonly description: string;
    /** @default "mandatory" */
    readonly level?: Level;
    /** Looks at one resource, before it is made or changed. */
    resource?(resource: Resource, context: Context, settings: PolicySettings): Violations;
    /** Looks at everything, after the program has ended. In an up that is after the changes: what can be told earlier should be. */
    stack?(resources: readonly Resource[], context: Context, settings: PolicySettings): Violations;
}

export interface Pack {
    /** As Pulumi takes it: `[a-zA-Z0-9-_.]{1,100}`. */
    readonly name: string;
    readonly version: string;
    readonly description: string;
    readonly policies: readonly Policy[];
}
