/**
 * The one way in which an environment file names a secret: by where it is kept, never by what it is. `#field` names a
 * member of a secret that is a JSON object; without it the whole of it is meant.
 */
import { exitCodes, TidegateError } from "../automation/core/errors";

const field = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** A name in a form: what it may be, by the name that it has in the form. */
interface Form {
    /** As it is told to people, and as it is parsed: capitals are names, brackets are optional. */
    readonly form: string;
    readonly example: string;
    readonly names: Readonly<Record<string, RegExp>>;
}

/**
 * Sources: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html (names),
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html,
 * https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create,
 * https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export const secretRefForms = {
    "aws-sm": {
        form: "aws-sm://NAME[#field]",
        example: "aws-sm://prod/kafka#password",
        names: { name: /^[A-Za-z0-9_+=.@-][A-Za-z0-9/_+=.@-]{0,511}$/ },
    },
    "aws-ssm": {
        form: "aws-ssm://NAME[#field]",
        example: "aws-ssm:///prod/kafka/password",
        names: { name: /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/ },
    },
    "gcp-sm": {
        form: "gcp-sm://PROJECT/NAME[/VERSION][#field]",
        example: "gcp-sm://lake-prod/kafka/3#password",
        names: {
            project: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
            name: /^[A-Za-z0-9_-]{1,255}$/,
            version: /^(latest|[1-9][0-9]*)$/,
        },
    },
    "azure-kv": {
        form: "azure-kv://VAULT/NAME[/VERSION][#field]",
        example: "azure-kv://lake-prod/kafka-password",
        names: {
            vault: /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
            name: /^[A-Za-z0-9-]{1,127}$/,
            version: /^[0-9a-f]{32}$/,
        },
    },
    vault: {
        form: "vault://MOUNT/PATH[#field]",
        example: "vault://kv/prod/kafka#password",
        names: { mount: /^[A-Za-z0-9_-]+$/, path: /^(?!(.*\/)?\.{1,2}(\/|$))[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/ },
    },
    k8s: {
        form: "k8s://NAMESPACE/NAME[#field]",
        example: "k8s://streaming/kafka#password",
        names: {
            namespace: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
            name: /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
        },
    },
    env: {
        form: "env://VARIABLE",
        example: "env://KAFKA_PASSWORD",
        names: { variable: /^[A-Za-z_][A-Za-z0-9_]*$/ },
    },
    file: {
        form: "file://PATH",
        example: "file:///run/secrets/kafka",
        // Nothing that another program could read as something else than this path.
        names: { path: /^(?!.*\/\.{1,2}(\/|$))(\/[A-Za-z0-9_.@+-]+)+$/ },
    },
} as const satisfies Record<string, Form>;

export type SecretRefKind = keyof typeof secretRefForms;

interface WithField {
    /** Of a JSON object, or of a Kubernetes secret; dots go into it. */
    readonly field?: string;
}

/** A reference to a secret. */
export type SecretRef =
    | ({ readonly kind: "aws-sm"; readonly name: string } & WithField)
    | ({ readonly kind: "aws-ssm"; readonly name: string } & WithField)
    | ({
          readonly kind: "gcp-sm";
          readonly project: string;
          readonly name: string;
          readonly version?: string;
      } & WithField)
    | ({
          readonly kind: "azure-kv";
          readonly vault: string;
          readonly name: string;
          readonly version?: string;
      } & WithField)
    | ({ readonly kind: "vault"; readonly mount: string; readonly path: string } & WithField)
    | ({ readonly kind: "k8s"; readonly namespace: string; readonly name: string } & WithField)
    | { readonly kind: "env"; readonly variable: string }
    | { readonly kind: "file"; readonly path: string };

export const secretRefHint = `A reference is one of ${Object.values(secretRefForms)
    .map(({ form }) => form)
    .join(", ")}.`;

/** What is wrong with it; never the text itself, which may be the secret that somebody has put there. */
interface Problem {
    readonly problem: string;
}

/** Splits what follows the scheme into its names, in the order of the form. */
function split(kind: SecretRefKind, rest: string): Readonly<Record<string, string | undefined>> {
    const [head = "", ...tail] = rest.split("/");
    switch (kind) {
        case "aws-sm":
        case "aws-ssm":
            return { name: rest };
        case "gcp-sm":
            return { project: head, name: tail[0], version: tail.length > 1 ? tail.slice(1).join("/") : undefined };
        case "azure-kv":
            return { vault: head, name: tail[0], version: tail.length > 1 ? tail.slice(1).join("/") : undefined };
        case "vault":
            return { mount: head, path: tail.join("/") };
        case "k8s":
            return { namespace: head, name: tail.join("/") };
        case "env":
            return { variable: rest };
        case "file":
            return { path: rest };
    }
}

function read(text: string): SecretRef | Problem {
    const [, scheme = "", rest = ""] = /^([a-z0-9-]+):\/\/(.*)$/s.exec(text) ?? [];
    if (!Object.hasOwn(secretRefForms, scheme)) return { problem: `is no reference to a secret. ${secretRefHint}` };
    const kind = scheme as SecretRefKind;
    const { form, names, example }: Form = secretRefForms[kind];
    const wrong = (what: string): Problem => ({ problem: `${what}: it has to be ${form}, e.g. ${example}` });
    const at = rest.indexOf("#");
    const [body, part] = at < 0 ? [rest, undefined] : [rest.slice(0, at), rest.slice(at + 1)];
    const parts = split(kind, body);
    for (const [name, allowed] of Object.entries(names)) {
        const value = parts[name];
        if (value === undefined && name === "version") continue;
        if (value === undefined || value === "") return wrong(`has no ${name.toUpperCase()}`);
        if (!allowed.test(value)) return wrong(`cannot have this ${name.toUpperCase()}`);
    }
    if (part !== undefined && !form.includes("#")) return wrong("can have no #field");
    if (part !== undefined && !field.test(part)) return wrong("cannot have this #field");
    const given = Object.entries({ ...parts, field: part }).filter(([, value]) => value !== undefined);
    return { kind, ...Object.fromEntries(given) } as SecretRef;
}

/**
 * @throws TidegateError `secret-ref-invalid`, which does not repeat the text
 */
export function parseSecretRef(text: string): SecretRef {
    const parsed = read(text);
    if (!("problem" in parsed)) return parsed;
    throw new TidegateError(`The reference to a secret ${parsed.problem}`, {
        code: "secret-ref-invalid",
        hint: "docs/secrets.md describes each form.",
        exitCode: exitCodes.usage,
    });
}

/** Undefined of what is no reference. */
export function secretRefKind(text: string): SecretRefKind | undefined {
    const parsed = read(text);
    return "problem" in parsed ? undefined : parsed.kind;
}

export function formatSecretRef(ref: SecretRef): string {
    const part = "field" in ref && ref.field !== undefined ? `#${ref.field}` : "";
    const version = "version" in ref && ref.version !== undefined ? `/${ref.version}` : "";
    switch (ref.kind) {
        case "aws-sm":
        case "aws-ssm":
            return `${ref.kind}://${ref.name}${part}`;
        case "gcp-sm":
            return `gcp-sm://${ref.project}/${ref.name}${version}${part}`;
        case "azure-kv":
            return `azure-kv://${ref.vault}/${ref.name}${version}${part}`;
        case "vault":
            return `vault://${ref.mount}/${ref.path}${part}`;
        case "k8s":
            return `k8s://${ref.namespace}/${ref.name}${part}`;
        case "env":
            return `env://${ref.variable}`;
        case "file":
            return `file://${ref.path}`;
    }
}

/** What is wrong with a text as a reference, to be told after its place; undefined where nothing is. */
export function secretRefProblem(text: string): string | undefined {
    const parsed = read(text);
    return "problem" in parsed ? parsed.problem : undefined;
}

export interface FoundRef {
    readonly path: readonly string[];
    /** As it stands there. */
    readonly ref: string;
}

/** The references in any part of an environment file: the values of keys that end in `secretRef`. */
export function secretRefsIn(value: unknown, path: readonly string[] = []): readonly FoundRef[] {
    if (typeof value !== "object" || value === null) {
        const named = /secretRef$/i.test(path.at(-1) ?? "");
        return named && typeof value === "string" ? [{ path, ref: value }] : [];
    }
    return Object.entries(value).flatMap(([key, inner]) => secretRefsIn(inner, [...path, key]));
}

/**
 * References that nobody but the machine that rolls out could look up: a variable or a file of its own. They are of no use
 * to what runs on a cluster.
 * @returns their paths
 */
export const localSecretRefs = (value: unknown): readonly (readonly string[])[] =>
    secretRefsIn(value)
        .filter(({ ref }) => /^(env|file):/.test(ref))
        .map(({ path }) => path);
