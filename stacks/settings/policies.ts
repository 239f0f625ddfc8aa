/** Which policies the stacks of an environment have to pass, and how strictly. */
import { z } from "zod";
import { policyNames } from "../../policy/production/names";

const level = z.enum(["mandatory", "advisory", "off"]);

const providerKinds = ["passphrase", "awskms", "gcpkms", "azurekeyvault", "hashivault"] as const;

export const policySettings = z
    .strictObject({
        secrets: level
            .default("mandatory")
            .describe("Of the pack policy/no-secrets: no secret in clear in configuration, inputs and outputs."),
        production: level
            .optional()
            .describe(
                "Of the pack policy/production. Default: mandatory in an environment whose name begins with 'prod', off in 'local', advisory in all others.",
            ),
        levels: z
            .partialRecord(z.enum(policyNames), z.enum(["mandatory", "advisory", "disabled"]))
            .default({})
            .describe("Of single policies of policy/production, where they differ from the pack's."),
        secretsProviders: z
            .array(z.enum(providerKinds))
            .min(1)
            .default(["awskms", "gcpkms", "azurekeyvault", "hashivault"])
            .describe("What may encrypt the secrets of the stacks. Asked for by the policy secrets-provider."),
        tags: z
            .array(z.string().min(1))
            .default(["environment", "managed-by"])
            .describe("Keys of tags or labels that everything has to have. Asked for by the policy required-tags."),
    })
    .prefault({});
export type PolicySettings = z.infer<typeof policySettings>;

/** Of the pack policy/production. */
export function productionLevel({ name, policies }: { readonly name: string; readonly policies: PolicySettings }) {
    if (policies.production !== undefined) return policies.production;
    return name.startsWith("prod") ? "mandatory" : name === "local" ? "off" : "advisory";
}

/** Undefined where the environment's own secrets provider is allowed. */
export function forbiddenProvider(environment: {
    readonly name: string;
    readonly policies: PolicySettings;
    readonly state: { readonly secretsProvider: string };
}): string | undefined {
    const { policies, state } = environment;
    const demanded = policies.levels["secrets-provider"] ?? productionLevel(environment);
    const kind = state.secretsProvider.split(":")[0] ?? "";
    if (demanded !== "mandatory" || policies.secretsProviders.some((allowed) => allowed === kind)) return undefined;
    return `'${kind}' is not among policies.secretsProviders (${policies.secretsProviders.join(", ")})`;
}
