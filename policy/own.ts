/** The packs of this repository, as the driver hands them to the engine. */
import { join } from "node:path";
import { repositoryRoot } from "../automation/core/repository";
import type { PolicyPack } from "../automation/engine/target";
import type { PolicyName } from "./production/names";

const folder = (pack: string): string => join(repositoryRoot, "policy", pack);

export type PackLevel = "mandatory" | "advisory" | "off";

/** Of each policy; a policy that is not named has the level of its pack. */
export type PolicyLevels = { readonly [P in PolicyName]?: "mandatory" | "advisory" | "disabled" };

/** Undefined where it is off. */
export function noSecretsPack(level: PackLevel = "mandatory"): PolicyPack | undefined {
    return level === "off" ? undefined : { path: folder("no-secrets"), config: { all: level } };
}

export interface ProductionChoices {
    readonly level: PackLevel;
    readonly levels: PolicyLevels;
    /** Kinds of secrets providers that are allowed. */
    readonly secretsProviders: readonly string[];
    /** Keys of tags that everything has to have. */
    readonly tags: readonly string[];
    /** Whether nothing of it is real: a rehearsal has a state, and images, of its own. */
    readonly simulated: boolean;
}

/** Undefined where it is off. */
export function productionPack(choices: ProductionChoices): PolicyPack | undefined {
    const { level, levels, secretsProviders, tags, simulated } = choices;
    if (level === "off") return undefined;
    const of = (policy: PolicyName) => levels[policy] ?? level;
    const settings: { readonly [P in PolicyName]?: Readonly<Record<string, unknown>> } = {
        "secrets-provider": { allowed: secretsProviders, simulated },
        "required-tags": { keys: tags },
        "pinned-images": { lock: !simulated },
    };
    const configured = Object.entries(settings).map(([policy, more]) => [
        policy,
        { enforcementLevel: of(policy as PolicyName), ...more },
    ]);
    return { path: folder("production"), config: { all: level, ...levels, ...Object.fromEntries(configured) } };
}
