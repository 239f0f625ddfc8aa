/** Takes what is really there into the state of a stack; nothing of what is there is changed. */
import type { HookRunner } from "./hooks";
import { change } from "./operation";
import type { RolloutDependencies } from "./rollout";
import type { Teller } from "./teller";

export async function refresh(
    deps: Pick<RolloutDependencies, "operate" | "read" | "signal" | "journal">,
    teller: Teller,
    hooks: HookRunner,
    layer: string,
): Promise<void> {
    await hooks.between("Refresh", layer, async () => {
        await change(deps, teller, layer, {
            operation: "refresh",
            why: "asked for",
            tell: (fact) => void (fact.kind === "resource" ? teller.tellDrift(layer, fact) : teller.tell(layer, fact)),
        });
    });
}
