/**
 * Every resource of a cloud that has tags says in them which one of its stack it is: automation/engine/urnTag.ts. What has
 * no tags of ours takes none, and is left alone.
 */
import * as pulumi from "@pulumi/pulumi";
import { at } from "../components/provider/values";
import { labelInputs, labelValueOf, tagValueOf, urnLabel, urnTag } from "../automation/engine/urnTag";

const inputsOf: Readonly<Record<string, readonly string[]>> = {
    aws: ["tags"],
    "azure-native": ["tags"],
    gcp: labelInputs,
};

type Props = Record<string, unknown>;

const isMap = (value: unknown): value is Props =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Promise) &&
    !pulumi.Output.isInstance(value);

/** Before anything of a stack is made. */
export function tagWithUrns(): void {
    pulumi.runtime.registerStackTransformation(urnTags);
}

export const urnTags: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
    const [cloud = ""] = type.split(":");
    const paths = (inputsOf[cloud] ?? []).map((input) => input.split("."));
    const found = paths.filter((path) => isMap(at(props, path)));
    if (found.length === 0) return undefined;
    const urn = urnOf(type, name, opts.parent);
    const tag = cloud === "gcp" ? { [urnLabel]: urn.then(labelValueOf) } : { [urnTag]: urn.then(tagValueOf) };
    return { props: found.reduce((all, path) => within(all, path, tag), props as Props), opts };
};

/** A copy of `values` with `more` in the map that is at a path. */
function within(values: Props, [first, ...rest]: readonly string[], more: Props): Props {
    if (first === undefined) return { ...values, ...more };
    return { ...values, [first]: within(values[first] as Props, rest, more) };
}

const stackType = "pulumi:pulumi:Stack";

/**
 * As the engine makes it. A promise and no output: what depends on the component that it is a part of would wait for itself.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
async function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): Promise<string> {
    const start = `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::`;
    if (parent === undefined) return `${start}${type}::${name}`;
    const above = await new Promise<string>((resolve) => void parent.urn.apply(resolve));
    const [types = ""] = above.slice(start.length).split("::");
    return types === stackType ? `${start}${type}::${name}` : `${start}${types}$${type}::${name}`;
}
