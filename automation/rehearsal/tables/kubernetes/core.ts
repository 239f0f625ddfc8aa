/** Objects of `core/v1` that run nothing. */
import { valuesAt } from "../../cloud";
import type { Row } from "../../row";
import { example, label, namespaceToken, object, provider, textAt } from "./common";
import { at, type Values } from "../../../../components/provider/values";

const diff = `${provider}/diff.go`;

/** What `kubernetes.io/…` types of secrets have to hold. Source: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
    "kubernetes.io/tls": ["tls.crt", "tls.key"],
    "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
    "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};

const quantity = /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** Quantities below a member that are none. */
const notQuantities = (values: unknown): string[] =>
    Object.entries((values ?? {}) as Values)
        .filter(([, value]) => !quantity.test(String(value)))
        .map(([key, value]) => `${key}: ${String(value)}`);

export const rows: readonly Row[] = [
    object({
        token: namespaceToken,
        resource: "namespaces",
        namespaced: false,
        name: label,
        computed: { status: () => ({ phase: "Active" }) },
    }),
    object({
        token: "kubernetes:core/v1:ServiceAccount",
        resource: "serviceaccounts",
    }),
    object({
        token: "kubernetes:core/v1:ConfigMap",
        resource: "configmaps",
        source: diff,
        // As long as the provider is not set to enableConfigMapMutable.
        replaceOn: ["data", "binaryData"],
    }),
    object({
        token: "kubernetes:core/v1:Secret",
        resource: "secrets",
        source: diff,
        // As long as the provider is not set to enableSecretMutable.
        replaceOn: ["type", "data", "stringData"],
        refuses: [
            {
                what: "a Secret of a type without the keys of that type",
                source: "https://kubernetes.io/docs/concepts/configuration/secret/#secret-types",
                because: ({ type, data, stringData }) => {
                    const there = Object.keys({ ...(data as Values), ...(stringData as Values) });
                    const missing = (secretKeys[String(type)] ?? []).filter((key) => !there.includes(key));
                    return missing.length === 0
                        ? undefined
                        : `Secret is invalid: data[${missing.join(", ")}]: Required value`;
                },
                refused: { type: "kubernetes.io/tls", stringData: { "tls.crt": "" } },
            },
            {
                what: "data of a Secret that is not base64",
                source: "https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data",
                because: ({ data }) => {
                    const base64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
                    const wrong = Object.entries((data ?? {}) as Values).find(([, one]) => !base64.test(String(one)));
                    return wrong === undefined ? undefined : `Secret is invalid: data.${wrong[0]}: illegal base64 data`;
                },
                refused: { data: { key: "not base64!" } },
            },
        ],
    }),
    object({
        token: "kubernetes:core/v1:Service",
        resource: "services",
        source: diff,
        name: label,
        replaceOn: ["spec.clusterIP"],
        computed: {
            status: ({ inputs, token }) => ({
                loadBalancer:
                    textAt(inputs, "spec", "type") === "LoadBalancer"
                        ? { ingress: [{ hostname: `${token}.load-balancer.invalid` }] }
                        : {},
            }),
        },
        refuses: [
            {
                what: "a Service with several ports of which one has no name",
                source: "https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
                because: ({ spec }) => {
                    const ports = valuesAt(spec, ["ports"]) as Values[];
                    return ports.length > 1 && ports.some(({ name }) => name === undefined)
                        ? "Service is invalid: spec.ports.name: Required value"
                        : undefined;
                },
                refused: { spec: { ports: [{ port: 80, name: "http" }, { port: 81 }] } },
            },
        ],
    }),
    object({
        token: "kubernetes:core/v1:PersistentVolumeClaim",
        resource: "persistentvolumeclaims",
        source: diff,
        replaceOn: ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
        computed: { status: () => ({ phase: "Bound" }) },
        refuses: [
            {
                what: "a claim of a volume that says no size",
                source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#resources",
                because: ({ spec }) =>
                    at(spec, ["resources", "requests", "storage"]) === undefined
                        ? "PersistentVolumeClaim is invalid: spec.resources[storage]: Required value"
                        : undefined,
                refused: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: undefined } } } },
            },
        ],
    }),
    object({
        token: "kubernetes:core/v1:ResourceQuota",
        resource: "resourcequotas",
        source: diff,
        replaceOn: ["spec.scopes"],
        refuses: [
            {
                what: "a ceiling of a quota that is no quantity",
                source: "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/",
                because: ({ spec }) => {
                    const wrong = notQuantities(at(spec, ["hard"]));
                    return wrong.length === 0 ? undefined : `quantities must match the regular expression: ${wrong[0]}`;
                },
                refused: { spec: { hard: { "requests.memory": "64 GB" } } },
            },
        ],
    }),
    object({
        token: "kubernetes:core/v1:LimitRange",
        resource: "limitranges",
        refuses: [
            {
                what: "a default of a limit range that is no quantity",
                source: "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/",
                because: ({ spec }) => {
                    const wrong = (valuesAt(spec, ["limits"]) as Values[]).flatMap((limit) =>
                        ["default", "defaultRequest", "max", "min"].flatMap((key) => notQuantities(limit[key])),
                    );
                    return wrong.length === 0 ? undefined : `quantities must match the regular expression: ${wrong[0]}`;
                },
                refused: { spec: { limits: [{ type: "Container", default: { memory: "half" } }] } },
            },
        ],
    }),
];

const core = (kind: string, more: Values, namespaced = true) => ({
    [`kubernetes:core/v1:${kind}`]: example("v1", kind, more, namespaced),
});

export const examples: Readonly<Record<string, Values>> = {
    [namespaceToken]: {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "example", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    },
    ...core("ServiceAccount", { automountServiceAccountToken: false }),
    ...core("ConfigMap", { data: { key: "value" } }),
    ...core("Secret", { stringData: { key: "value" } }),
    ...core("Service", { spec: { selector: { app: "example" }, ports: [{ port: 80 }] } }),
    ...core("PersistentVolumeClaim", {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    }),
    ...core("ResourceQuota", { spec: { hard: { pods: "10" } } }),
    ...core("LimitRange", { spec: { limits: [{ type: "Container", default: { memory: "512Mi" } }] } }),
};
