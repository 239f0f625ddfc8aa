/** Inputs of resources, and outputs of components and the stack: what the engine would write into the state in clear. */
import { pathText, unknownValue, type Path } from "../../components/provider/values";
import { typeOf } from "../analyzer/look";
import type { Context, Policy, Resource, Violation } from "../analyzer/pack";
import type { Known } from "./known";
import { leavesOf } from "./leaves";
import { isPlaceOfSecrets } from "./places";
import { ruleFor } from "./rules";

const fix = "take it from a secret of the configuration or a `secretRef`, or mark it by `pulumi.secret`";

async function* found(resource: Resource, known: Known): AsyncGenerator<Violation> {
    const { values, secrets, urn } = resource;
    for (const { path, value } of leavesOf(values, secrets)) {
        if (value.includes(unknownValue)) continue;
        const origin = known.within(value);
        if (origin !== undefined) {
            yield {
                message: `${pathText(path)}: ${origin} stands here in clear; it has lost its mark on the way. Let it come from an Output that is secret, and never \`unsecret\` it.`,
                urn,
            };
            continue;
        }
        const rule = await ruleFor(path, value, isPlaceOfSecrets(typeOf(resource), path) ? "all" : "certain");
        if (rule !== undefined) yield { message: `${pathText(path)} holds a secret in clear (${rule}); ${fix}.`, urn };
    }
}

/** What is marked in one place and looks like a secret there, must not stand in clear in another. */
async function learn({ values, secrets, urn }: Resource, known: Known): Promise<void> {
    const name = urn.split("::").pop() ?? urn;
    for (const secret of secrets)
        for (const { path, value } of leavesOf(valueUnder(values, secret), [], secret))
            if ((await ruleFor(path, value)) !== undefined)
                known.add(value, `the secret at ${pathText(path)} of '${name}'`);
}

const valueUnder = (values: unknown, path: Path): unknown =>
    path.reduce<unknown>(
        (value, key) =>
            typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
        values,
    );

/** A component has no provider: what it holds is what the program has given it, and the engine keeps. */
const isComponent = ({ type }: Resource): boolean =>
    type === "pulumi:pulumi:Stack" || /^[^:]+:[^:]+:[^:/]+$/.test(type);

export function inputsPolicy(known: Known): Policy {
    const all = async (resources: readonly Resource[], context: Context): Promise<Violation[]> => {
        known.learn(context);
        const violations: Violation[] = [];
        for (const resource of resources) await learn(resource, known);
        for (const resource of resources)
            for await (const violation of found(resource, known)) violations.push(violation);
        return violations;
    };
    return {
        name: "no-plain-secret-input",
        description:
            "No secret stands in clear in an input of a resource, nor in an output of a component or the stack.",
        resource: (resource, context) => all([resource], context),
        stack: (resources, context) => all(resources.filter(isComponent), context),
    };
}
