/** No secret in clear: neither in the configuration that is committed, nor in the state that the engine writes. */
import type { Pack } from "../analyzer/pack";
import { configurationPolicy } from "./configuration";
import { inputsPolicy } from "./inputs";
import { Known } from "./known";

export function noSecrets(): Pack {
    const known = new Known();
    return {
        name: "tidegate-no-secrets",
        version: "1.0.0",
        description: "No secret stands in clear in configuration, inputs or outputs",
        policies: [configurationPolicy(), inputsPolicy(known)],
    };
}
