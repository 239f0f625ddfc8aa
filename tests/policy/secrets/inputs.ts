/** What the policy `no-plain-secret-input` says of a resource that nothing else is known of. */
import type { Resource } from "../../../policy/analyzer/pack";
import { inputsPolicy } from "../../../policy/no-secrets/inputs";
import { Known } from "../../../policy/no-secrets/known";

export async function violationsOf({ type, values }: Pick<Resource, "type" | "values">): Promise<readonly string[]> {
    const resource: Resource = {
        type,
        values,
        name: "made",
        urn: `urn:pulumi:s::p::${type}::made`,
        secrets: [],
        unknowns: [],
        protect: false,
        parent: "",
        dependencies: {},
    };
    const context = {
        project: "p",
        stack: "s",
        directory: undefined,
        configuration: new Map<string, string>(),
        secretKeys: new Set<string>(),
    };
    const violations = (await inputsPolicy(new Known()).resource?.(resource, context, {})) ?? [];
    return [...violations].map(({ message }) => message);
}
