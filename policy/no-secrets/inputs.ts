/** Inputs of resources, and outputs of components and the stack: what the engine would write into the state in clear. */
import { pathText, related, unknownValue } from "../../components/provider/values";
import { typeOf } from "../analyzer/look";
import type { Context, Policy, Resource, Violation } from "../analyzer/pack";
import type { Known } from "./known";
import { leavesOf } from "./leaves";
import { isPlaceOfSecrets } from "./places";
import { ruleFor } from "./rules";

const kept = "Let it come from an Output that is secret, and never `unsecret` it";
const fix = "take it from a secret of the configuration or a `secretRef`, or mark it by `pulumi.secret`";

function* found(resource: Resource, known: Known): Generator<Violation> {
    const { values, secrets, urn } = resource;
    for (const { path, keyPath, value } of leavesOf(values, secrets)) {
        if (value.includes(unknownValue)) continue;
        const origin = known.within(value);
        if (origin !== undefined) {
            yield {
                message: `${pathText(path)}: ${origin} stands here in clear; it has lost its mark on the way. ${kept}.`,
                urn,
            };
            continue;
        }
        const suspicion = isPlaceOfSecrets(typeOf(resource), path) ? "all" : "certain";
        const rule = ruleFor(keyPath, value, namesSecrets(resource) ? "source" : "resource", suspicion);
        if (rule !== undefined) yield { message: `${pathText(path)} holds a secret in clear (${rule}); ${fix}.`, urn };
    }
}

/** Its keys are called as secrets are, and hold names: only what is a secret by its form is one there. */
const namesSecrets = ({ type }: Resource): boolean => type.startsWith("kubernetes:external-secrets.io/");

/** What is marked in one place and looks like a secret there, must not stand in clear in another. */
function learn({ values, secrets, urn }: Resource, known: Known): void {
    const name = urn.split("::").pop() ?? urn;
    for (const { path, keyPath, value } of leavesOf(values)) {
        const isMarked = secrets.some((secret) => secret.length <= path.length && related(secret, path));
        if (isMarked && ruleFor(keyPath, value, "resource") !== undefined)
            known.add(value, `the secret at ${pathText(path)} of '${name}'`);
    }
}

/** A component has no provider: what it holds is what the program has given it, and the engine keeps. */
const isComponent = ({ type }: Resource): boolean =>
    type === "pulumi:pulumi:Stack" || /^[^:]+:[^:/]+:[^:/]+$/.test(type);

/** One that nobody has made: it holds the stack's configuration, which its own policy judges. */
const isDefaultProvider = ({ type, name }: Resource): boolean =>
    type.startsWith("pulumi:providers:") && name.startsWith("default");

export function inputsPolicy(known: Known): Policy {
    /** What has been told of an input is not told of the whole stack again. */
    const told = new Set<string>();
    const isNew = ({ urn, message }: Violation): boolean => {
        const key = `${urn} ${message}`;
        return !told.has(key) && told.add(key).has(key);
    };
    const all = (resources: readonly Resource[], context: Context): Violation[] => {
        known.learn(context);
        const made = resources.filter((resource) => !isDefaultProvider(resource));
        for (const resource of made) learn(resource, known);
        return made.flatMap((resource) => [...found(resource, known)]).filter(isNew);
    };
    return {
        name: "no-plain-secret-input",
        description:
            "No secret stands in clear in an input of a resource, nor in an output of a component or the stack.",
        resource: (resource, context) => all([resource], context),
        stack: (resources, context) => all(resources.filter(isComponent), context),
    };
}
