/** Every resource that a component of a cloud makes, as the engine would be told of it. */
import * as pulumi from "@pulumi/pulumi";

export interface Made {
    readonly type: string;
    readonly name: string;
    /** Without marks of secrets. */
    readonly inputs: Record<string, unknown>;
    /** Paths that are secret: `stringData.jaas.conf`. */
    readonly secrets: readonly string[];
    /** Of the options; dependencies by name. */
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly dependencies: readonly string[];
}

export interface Program {
    readonly made: readonly Made[];
    readonly contract: Readonly<Record<string, unknown>>;
    one(type: string, name?: string): Made;
    all(type: string): readonly Made[];
}

const secretKey = "4dabf18193072939515e22adb298388d";

function unsecret(value: unknown, path: string, secrets: string[]): unknown {
    if (Array.isArray(value)) return value.map((one, index) => unsecret(one, `${path}.${index}`, secrets));
    if (typeof value !== "object" || value === null) return value;
    if (secretKey in value) {
        secrets.push(path);
        return unsecret((value as unknown as { value: unknown }).value, path, secrets);
    }
    return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, unsecret(one, path === "" ? key : `${path}.${key}`, secrets)]),
    );
}

/** Makes one component and waits until the mocked engine has been told of everything in it. */
export async function making(
    build: (
        options: pulumi.ComponentResourceOptions,
    ) => { readonly contract?: object } | Promise<{ readonly contract?: object }>,
    /** Outputs beside the inputs, by type. */
    computed: Readonly<Record<string, object>> = {},
): Promise<Program> {
    const made: Made[] = [];
    const asked = new Map<string, pulumi.CustomResourceOptions>();
    await pulumi.runtime.setMocks({
        call: () => ({}),
        newResource: ({ type, name, inputs, custom }) => {
            const secrets: string[] = [];
            const plain = unsecret(inputs, "", secrets) as Record<string, unknown>;
            if (custom === true && !type.startsWith("pulumi:providers:")) {
                const { protect = false, retainOnDelete = false, dependsOn = [] } = asked.get(name) ?? {};
                const dependencies = (dependsOn as (pulumi.Resource & { __name?: string })[]).map(
                    (resource) => resource.__name ?? "",
                );
                made.push({ type, name, inputs: plain, secrets, protect, retainOnDelete, dependencies });
            }
            return { id: `${name}-id`, state: { ...plain, ...computed[type] } };
        },
    });
    const { contract: outputs = {} } = await build({
        transformations: [
            ({ name, opts }) => {
                asked.set(name, opts);
                return undefined;
            },
        ],
    });
    const contract = Object.fromEntries(
        await Promise.all(
            Object.entries(outputs as Record<string, pulumi.Output<unknown>>).map(
                ([key, value]) =>
                    new Promise<[string, unknown]>((resolve) => value.apply((plain) => resolve([key, plain]))),
            ),
        ),
    );
    await pulumi.runtime.disconnect();
    const all = (type: string) => made.filter((one) => one.type === type);
    return {
        made,
        contract,
        all,
        one: (type, name) => {
            const found = all(type).filter((one) => name === undefined || one.name === name);
            if (found.length !== 1 || found[0] === undefined)
                throw new Error(
                    `${found.length} of ${type} ${name ?? ""}; there are ${made.map((one) => `${one.type} ${one.name}`).join(", ")}`,
                );
            return found[0];
        },
    };
}
