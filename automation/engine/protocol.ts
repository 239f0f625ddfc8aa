/** What the driver and a worker process say to each other over the worker's IPC channel. */
import type { Failure } from "./failure";
import type { EngineFact } from "./facts";
import type { StackSnapshot } from "./snapshot";
import type { StackTarget } from "./target";

/** How long an engine may take to stop after SIGINT before its process group is killed, in seconds. */
export const graceSeconds = 20;

/** `drift`: what a refresh would find, without keeping it. */
export type Operation = "prepare" | "up" | "preview" | "drift" | "refresh" | "destroy";

export interface OperationRequest extends StackTarget {
    /** Of the Pulumi on PATH, as the toolchain has found it. */
    readonly pulumiVersion: string;
    readonly operation: Operation;
    /** Refresh before an up or a preview. @default false */
    readonly refresh?: boolean;
    /** Remove the stack after it was destroyed. @default false */
    readonly remove?: boolean;
}

export interface OperationResult {
    /** The stack as an `up` left it; undefined after any other operation. */
    readonly snapshot?: StackSnapshot;
    readonly changes: Readonly<Record<string, number>>;
}

export type WorkerMessage =
    | { readonly kind: "ready" }
    | { readonly kind: "fact"; readonly fact: EngineFact }
    | { readonly kind: "result"; readonly result: OperationResult }
    | { readonly kind: "failure"; readonly failure: Failure };

export type DriverMessage =
    { readonly kind: "run"; readonly request: OperationRequest } | { readonly kind: "interrupt" };
