/** An operation that changes a stack, as every one of them is done: written down before and after, and told without secrets. */
import type { EngineFact } from "../engine/facts";
import type { OperationResult } from "../engine/protocol";
import type { StackSnapshot } from "../engine/snapshot";
import type { RolloutDependencies } from "./rollout";
import { changesText, type Teller } from "./teller";

export interface ChangeRequest {
    readonly operation: "up" | "refresh" | "destroy";
    /** For the ledger. */
    readonly why: string;
    /** Refresh before an up. @default false */
    readonly refresh?: boolean;
    /** Remove the stack after it was destroyed. @default false */
    readonly remove?: boolean;
    /** @default as `Teller.tell` */
    readonly tell?: (fact: EngineFact) => void;
    /** Takes the stack as an `up` has left it, before anything is told of its end. */
    readonly learn?: (snapshot: StackSnapshot) => void;
}

export async function change(
    { operate, read, signal, journal }: Pick<RolloutDependencies, "operate" | "read" | "signal" | "journal">,
    teller: Teller,
    layer: string,
    { operation, why, tell = (fact) => teller.tell(layer, fact), learn, ...options }: ChangeRequest,
): Promise<OperationResult> {
    await journal?.record({ type: "operation-started", stack: layer, operation, why });
    // A program may print, and a provider say of a failure, what is secret among the outputs before this run has seen them:
    // nothing that the engine tells is passed on until those of the last deployment are known.
    const known = Promise.resolve(read?.(layer))
        .then((snapshot) => teller.redactor.add(snapshot?.secrets ?? []))
        .catch(() => undefined);
    const result = await operate(layer, operation, {
        ...options,
        signal,
        onFact: (fact) => void known.then(() => tell(fact)),
    }).finally(() => known);
    if (result.snapshot !== undefined) learn?.(result.snapshot);
    await journal?.record({ type: "operation-finished", stack: layer, operation, changes: { ...result.changes } });
    teller.emit({ type: "note", layer, text: changesText(result.changes, "did") });
    return result;
}
