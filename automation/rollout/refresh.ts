/** Takes what is really there into the state of a stack; nothing of what is there is changed. */
import type { HookRunner } from "./hooks";
import type { RolloutDependencies } from "./rollout";
import { changesText, type Teller } from "./teller";

export async function refresh(
    { operate, read, signal, journal }: Pick<RolloutDependencies, "operate" | "read" | "signal" | "journal">,
    teller: Teller,
    hooks: HookRunner,
    layer: string,
): Promise<void> {
    await hooks.between("Refresh", layer, async () => {
        await journal?.record({ type: "operation-started", stack: layer, operation: "refresh", why: "asked for" });
        // A refresh runs no program; but what a provider says of a failure may hold what is secret among the outputs.
        const known = read?.(layer)
            .then(({ secrets }) => teller.redactor.add(secrets))
            .catch(() => undefined);
        const { changes } = await operate(layer, "refresh", {
            signal,
            onFact: (fact) =>
                void Promise.resolve(known).then(() => {
                    if (fact.kind === "resource") teller.tellDrift(layer, fact);
                    else teller.tell(layer, fact);
                }),
        }).finally(() => known);
        await journal?.record({
            type: "operation-finished",
            stack: layer,
            operation: "refresh",
            changes: { ...changes },
        });
        teller.emit({ type: "note", layer, text: changesText(changes, "did") });
    });
}
