/** The name of every rule, for documents and tests. */
import { keyRules } from "./detect";
import { structureRules } from "./structures";
import { tokenRules } from "./tokens";

export const ruleNames: readonly string[] = [
    ...new Set([...tokenRules.map(({ rule }) => rule), ...structureRules, ...keyRules]),
].sort();
