/** What the driver and a worker process say to each other over the worker's IPC channel. */
import type { Failure } from "./failure";
import type { EngineFact } from "./facts";

/** How long an engine may take to stop after SIGINT before its process group is killed, in seconds. */
export const graceSeconds = 20;

export type Operation = "prepare" | "up" | "preview" | "refresh" | "destroy";

export interface OperationRequest {
    readonly operation: Operation;
    /** `<environment>-<layer>`. */
    readonly stack: string;
    /** Holds the generated Pulumi.yaml of this stack. */
    readonly workDirectory: string;
    /** Environment of the engine and of the program. */
    readonly variables: Readonly<Record<string, string>>;
    readonly secretsProvider: string;
    /** Refresh before an up. @default false */
    readonly refresh?: boolean;
    /** Remove the stack after it was destroyed. @default false */
    readonly remove?: boolean;
}

/** Values of a stack's outputs by name, secrets in clear: they stay in the memory of the driver. */
export type Outputs = Readonly<Record<string, unknown>>;

export interface OperationResult {
    readonly outputs: Outputs;
    readonly changes: Readonly<Record<string, number>>;
}

export type WorkerMessage =
    | { readonly kind: "ready" }
    | { readonly kind: "fact"; readonly fact: EngineFact }
    | { readonly kind: "result"; readonly result: OperationResult }
    | { readonly kind: "failure"; readonly failure: Failure };

export type DriverMessage =
    { readonly kind: "run"; readonly request: OperationRequest } | { readonly kind: "interrupt" };
