/** Runs a component with Pulumi's mocks, as the engine would register what it makes. */
import * as pulumi from "@pulumi/pulumi";
import { until } from "./support";

export interface Made {
    readonly type: string;
    readonly name: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
}

export interface Making {
    /** Outputs of a type beside its inputs; `$id` is its id. */
    readonly outputs?: Readonly<Record<string, object>>;
    readonly invokes?: Readonly<Record<string, object>>;
    /** How many resources there will be, without components. */
    readonly resources: number;
}

const plainOf = <T>(value: pulumi.Input<T>): Promise<{ plain: unknown; secret: boolean }> => {
    const output = pulumi.output(value) as unknown as pulumi.Output<unknown> & { isSecret: Promise<boolean> };
    return new Promise((resolve) =>
        output.apply((plain: unknown) => void output.isSecret.then((secret) => resolve({ plain, secret }))),
    );
};

/** What a secret is wrapped in on its way to the engine. */
const secretKey = "4dabf18193072939515e22adb298388d";
const unsecret = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(unsecret);
    if (secretKey in value && "value" in value) return unsecret(value.value);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unsecret(inner)]));
};

export async function making<C extends object>(
    program: (options: pulumi.ComponentResourceOptions) => C,
    { outputs = {}, invokes = {}, resources }: Making,
) {
    const made: Made[] = [];
    await pulumi.runtime.setMocks({
        call: ({ token }) => invokes[token] ?? {},
        newResource: ({ type, name, inputs, custom, id }) => {
            if (custom === false || type.startsWith("tidegate:")) return { id: name, state: inputs as object };
            const answer = outputs[type] ?? {};
            return { id: id || `${name}-id`, state: { ...(inputs as object), ...answer } };
        },
    });
    // Mocks do not see the options of a resource: a transformation does.
    const look: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
        if (!type.startsWith("tidegate:"))
            void plainOf(props as object).then(({ plain }) =>
                made.push({
                    type,
                    name,
                    inputs: unsecret(JSON.parse(JSON.stringify(plain))) as Made["inputs"],
                    protect: opts.protect === true,
                    retainOnDelete: (opts as pulumi.CustomResourceOptions).retainOnDelete === true,
                }),
            );
        return undefined;
    };
    const component = program({ transformations: [look] });
    const contract: Record<string, unknown> = {};
    const secrets: string[] = [];
    for (const [key, value] of Object.entries("contract" in component ? (component.contract as object) : {})) {
        const { plain, secret } = await plainOf(value);
        contract[key] = plain;
        if (secret) secrets.push(key);
    }
    await until(`${resources} resources are registered`, () => made.length >= resources);
    const of = (type: string): Made[] => made.filter((one) => one.type === type);
    return { component, made, of, contract, secrets };
}
