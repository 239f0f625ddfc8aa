/**
 * The seam between the plugin's protocol (server.ts) and its resource types (resources/): a handler knows one type and
 * nothing of gRPC, secrets on the wire or unknown values. server.ts validates inputs and state by the schemas,
 * unwraps secrets before a call and marks them again after it.
 */
import type { z } from "zod";
import type { Tools } from "./tools";

/** What a handler gets beside its values. */
export interface Context {
    /** Aborted when the engine cancels or ends: stop waiting, undo what the call began, throw. */
    readonly signal: AbortSignal;
    /** One line that the engine's display shows at the resource while it is worked on; never a secret. */
    log(text: string): void;
    /** The tools of the toolchain, located once per plugin; throws a TidegateError where one is missing. */
    tools(): Promise<Tools>;
}

/** An input that can't work; the engine shows `reason` at the resource, before anything is changed. */
export interface Failure {
    /** Path of the property, e.g. `ports.http`. */
    readonly property: string;
    readonly reason: string;
}

/** Change of one property as the engine shows it; `path` as Pulumi writes it, e.g. `files["server.properties"]`. */
export interface Change {
    readonly path: string;
    /** `input`: compare the inputs; `state`: what the world has differs (drift). @default "input" */
    readonly of?: "input" | "state";
    /** Whether it can only be had by another resource. @default false */
    readonly replace?: boolean;
}

/** The last known resource. `inputs` are those it was made from. */
export interface Known<I, S> {
    readonly id: string;
    readonly inputs: I;
    readonly state: S;
}

/**
 * One resource type. `I` are its inputs after defaults, `S` its outputs. An output that carries the name of an input
 * takes its place for the program. Errors for a person are TidegateErrors; everything waits with a time limit.
 */
export interface Handler<I extends object, S extends object> {
    readonly inputs: z.ZodObject<z.ZodRawShape, z.core.$ZodObjectConfig> & z.ZodType<I>;
    readonly state: z.ZodObject<z.ZodRawShape, z.core.$ZodObjectConfig> & z.ZodType<S>;
    /**
     * Outputs that are secret whatever the inputs are. An output that carries the name of an input is secret wherever
     * that input is.
     */
    readonly secretOutputs: readonly (keyof S & string)[];
    /** What a schema can't say. Not called while an input is unknown. */
    check?(inputs: I, old: I | undefined): Failure[];
    /**
     * Empty: nothing to do. Without it every changed input is an update in place.
     * Not called while an input is unknown: then `defaultDiff` with `replaceOnChange` decides.
     */
    diff?(old: Known<I, S>, inputs: I): Change[];
    /** Inputs whose change replaces the resource (used by `defaultDiff`). */
    readonly replaceOnChange?: readonly (keyof I & string)[];
    /** A replacement deletes first, because the name or the port can exist only once. @default false */
    readonly deleteBeforeReplace?: boolean;
    /** Outputs that are certain before an update has run; the rest is unknown in a preview. */
    preview?(old: Known<I, S>, inputs: I): Partial<S>;
    /** Makes it or, where an interrupted create left it behind, adopts it. A create that fails leaves nothing behind. */
    create(inputs: I, context: Context): Promise<{ id: string; state: S }>;
    /** The state of the world; undefined where the resource is gone. Not being able to tell is an error. */
    read(old: Known<I, S>, context: Context): Promise<S | undefined>;
    update(old: Known<I, S>, inputs: I, context: Context): Promise<S>;
    /** Succeeds where there is nothing left to delete. */
    delete(old: Known<I, S>, context: Context): Promise<void>;
}

/** A handler as the registry holds it: its types are known to the handler alone. */
export type AnyHandler = Handler<object, object>;

/** Lets a handler be written with its own types and kept among others. */
export function defineHandler<I extends object, S extends object>(handler: Handler<I, S>): Handler<I, S> {
    return handler;
}
