/** How the state of a stack is shown: by a word and a sign too, for colours are not seen by everybody. */
import { isUnchanged, type LayerFacts, type RunFacts } from "./facts";

export interface ShownState {
    /** Of the style sheet. */
    readonly style: "good" | "same" | "bad" | "cut" | "held" | "out";
    readonly sign: string;
    readonly word: string;
}

export function shownState(layer: LayerFacts, operation: RunFacts["operation"]): ShownState {
    switch (layer.state) {
        case "succeeded":
            if (operation === "drift")
                return layer.resources.length > 0
                    ? { style: "bad", sign: "≠", word: "drifted" }
                    : { style: "good", sign: "=", word: "as it was deployed" };
            if (isUnchanged(layer, operation)) return { style: "same", sign: "=", word: "unchanged" };
            return { style: "good", sign: "✓", word: operation === "down" ? "gone" : "done" };
        case "failed":
            return { style: "bad", sign: "✗", word: "failed" };
        case "interrupted":
            return { style: "cut", sign: "!", word: "interrupted" };
        case "blocked":
            return { style: "held", sign: "–", word: "not started" };
        case "skipped":
            return { style: "out", sign: "·", word: "left out" };
        case "pending":
        case "ready":
            return { style: "held", sign: "–", word: "not started" };
        default:
            return { style: "cut", sign: "…", word: layer.state };
    }
}
