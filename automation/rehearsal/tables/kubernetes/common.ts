/** What all objects of Kubernetes have in common, as Pulumi's provider makes them. */
import type { SimulatedCloud } from "../../cloud";
import type { Refusal, Row } from "../../row";
import { immediate } from "../latencies";
import { at, type Values } from "../../../../components/provider/values";

export const namespaceToken = "kubernetes:core/v1:Namespace";

/** Properties that replace an object (forceNew), and when the old one goes first. */
export const provider = "https://github.com/pulumi/pulumi-kubernetes/blob/v4.34.2/provider/pkg/provider";
const naming = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/";

/** There before anybody has made one. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/ */
const initial = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);

export const textAt = (values: Values, ...path: string[]): string | undefined => {
    const found = at(values, path);
    return typeof found === "string" ? found : undefined;
};

/** Of a resource; `default` where it says none. */
export const namespaceOf = (inputs: Values): string => textAt(inputs, "metadata", "namespace") ?? "default";

export const findNamespace = (inputs: Values, cloud: SimulatedCloud) =>
    cloud.find(namespaceToken, "id", namespaceOf(inputs));

/** `apps/v1:Deployment` → its page of the API reference. */
const reference = (kind: string): string =>
    `https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.33/#${kind.toLowerCase()}-v1`;

/** Metadata that passes, laid over which a refusal's own is refused. */
const metadata = (more: Values, namespaced: boolean): Values => ({
    metadata: { name: "example", ...(namespaced ? { namespace: "example" } : {}), ...more },
});

/** Names of most kinds: DNS subdomains. */
const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** Of namespaces and services: DNS labels. */
export const label = /^(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?$/;
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

function everyObject(kind: string, namespaced: boolean, name: RegExp): Refusal[] {
    return [
        {
            what: `a name of a ${kind} that cannot be one`,
            source: naming,
            because: (inputs) =>
                name.test(textAt(inputs, "metadata", "name") ?? "example")
                    ? undefined
                    : `${kind} "${textAt(inputs, "metadata", "name")}" is invalid: metadata.name: Invalid value`,
            refused: metadata({ name: "no/name%" }, namespaced),
        },
        {
            what: `a label of a ${kind} that is none`,
            source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
            because: (inputs) => {
                const labels = Object.entries((at(inputs, ["metadata", "labels"]) ?? {}) as Values);
                const wrong = labels.find(([key, value]) => !labelKey.test(key) || !labelValue.test(String(value)));
                return wrong === undefined
                    ? undefined
                    : `${kind} is invalid: metadata.labels: Invalid value: "${wrong[0]}": "${String(wrong[1])}"`;
            },
            refused: metadata({ labels: { team: "no spaces please" } }, namespaced),
        },
    ];
}

const inNamespace = (kind: string): Refusal => ({
    what: `a ${kind} in a namespace that is not there`,
    source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    because: (inputs, cloud) =>
        initial.has(namespaceOf(inputs)) || findNamespace(inputs, cloud) !== undefined
            ? undefined
            : `namespaces "${namespaceOf(inputs)}" not found`,
    refused: metadata({ namespace: "nowhere" }, true),
});

/** The provider deletes first what would keep its name. */
function keepsItsName(old: Values, now: Values): boolean {
    const same = (key: string): boolean => at(old, ["metadata", key]) === at(now, ["metadata", key]);
    const own = at(now, ["metadata", "annotations", "pulumi.com/autonamed"]);
    return own !== "true" && same("name") && same("namespace");
}

export interface ObjectRow extends Partial<Omit<Row, "token" | "refuses" | "permissions">> {
    readonly token: string;
    /** @default true */
    readonly namespaced?: boolean;
    /** What a name has to look like. @default a DNS subdomain */
    readonly name?: RegExp;
    readonly refuses?: readonly Refusal[];
    /** Group and plural name, as roles name it: `apps/deployments`. */
    readonly resource: string;
}

export function object({ token, namespaced = true, name = subdomain, resource, ...more }: ObjectRow): Row {
    const kind = token.split(":")[2] ?? token;
    return {
        source: reference(kind),
        unique: namespaced ? ["metadata.namespace", "metadata.name"] : ["metadata.name"],
        autoName: {
            input: "metadata.name",
            digits: 8,
            mark: { path: ["metadata", "annotations", "pulumi.com/autonamed"], value: "true" },
        },
        deleteBeforeReplace: keepsItsName,
        id: ({ inputs }) =>
            namespaced
                ? `${namespaceOf(inputs)}/${textAt(inputs, "metadata", "name")}`
                : String(textAt(inputs, "metadata", "name")),
        computed: {},
        latency: immediate,
        ...more,
        token,
        replaceOn: ["apiVersion", "kind", "metadata.name", "metadata.namespace", ...(more.replaceOn ?? [])],
        refuses: [
            ...everyObject(kind, namespaced, name),
            ...(namespaced ? [inNamespace(kind)] : []),
            ...(more.refuses ?? []),
        ],
        permissions: [`${resource}: get watch create patch delete`],
    };
}

/** Inputs of an example: in the namespace of the examples, where its kind is in one. */
export const example = (apiVersion: string, kind: string, more: Values, namespaced = true): Values => ({
    apiVersion,
    kind,
    metadata: { name: "example", ...(namespaced ? { namespace: { example: namespaceToken } } : {}) },
    ...more,
});
