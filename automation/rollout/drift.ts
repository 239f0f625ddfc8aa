/** Whether a stack is as it was deployed, by what a refresh would find; nothing is changed. */
import type { RolloutDependencies } from "./rollout";
import type { Teller } from "./teller";

/** What cannot be asked is told as a problem, and is no drift. */
export async function askForDrift(
    { operate, signal, now }: Pick<RolloutDependencies, "operate" | "signal" | "now">,
    teller: Teller,
    layer: string,
): Promise<boolean> {
    if (signal.aborted) return false;
    const begun = now();
    const end = (state: "succeeded" | "failed" | "interrupted"): void =>
        teller.emit({ type: "layer", layer, state, seconds: Math.round(now() - begun) / 1000 });
    teller.emit({ type: "layer", layer, state: "deploying" });
    try {
        // By what is told of each resource: the summary counts StackReferences too, whose outputs are another's.
        const found = new Set<string>();
        await operate(layer, "drift", {
            signal,
            onFact: (fact) => {
                if (fact.kind !== "resource") teller.tell(layer, fact);
                else if (teller.tellDrift(layer, fact)) found.add(fact.urn);
            },
        });
        const text = found.size === 0 ? "no drift" : `${found.size} of its resources drifted`;
        teller.emit({ type: "note", layer, text });
        end("succeeded");
        return found.size > 0;
    } catch (error) {
        teller.fail(layer, error);
        end(signal.aborted ? "interrupted" : "failed");
        return false;
    }
}
