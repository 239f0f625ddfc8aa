/** Releases of Helm, and definitions of custom resources. What a chart renders is not simulated. */
import type { Row } from "../../row";
import { setting } from "../latencies";
import { findNamespace, object, provider } from "./common";
import { crdToken, presumedDefinition, releaseToken } from "./crds";
import { at, type Values } from "../../../../components/provider/values";

const release = `${provider}/helm_release.go`;
const initial = new Set(["default", "kube-system"]);

export const rows: readonly Row[] = [
    {
        token: releaseToken,
        source: release,
        replaceOn: ["name", "namespace"],
        required: ["chart"],
        autoName: { input: "name", digits: 8 },
        unique: ["namespace", "name"],
        id: ({ inputs }) => `${String(inputs["namespace"] ?? "default")}/${String(inputs["name"])}`,
        computed: {
            resourceNames: () => ({}),
            status: ({ inputs, before }) => ({
                name: inputs["name"],
                namespace: inputs["namespace"] ?? "default",
                chart: inputs["chart"],
                version: inputs["version"] ?? "0.0.0",
                appVersion: inputs["version"] ?? "0.0.0",
                revision: Number(at(before, ["status", "revision"]) ?? 0) + 1,
                status: "deployed",
            }),
        },
        refuses: [
            {
                what: "a release in a namespace that is not there and that it is not to make",
                source: "https://helm.sh/docs/helm/helm_install/",
                because: (inputs, cloud) => {
                    const { namespace = "default", createNamespace } = inputs;
                    const there =
                        createNamespace === true ||
                        initial.has(String(namespace)) ||
                        findNamespace({ metadata: { namespace } }, cloud) !== undefined;
                    return there ? undefined : `create: failed to create: namespaces "${String(namespace)}" not found`;
                },
                refused: { namespace: "nowhere" },
            },
            {
                what: "a name of a release of more than 53 characters",
                source: "https://helm.sh/docs/chart_template_guide/getting_started/",
                because: ({ name }) =>
                    /^(?=.{1,53}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(String(name))
                        ? undefined
                        : `invalid release name: ${String(name)}`,
                refused: { name: "n".repeat(54) },
            },
        ],
        latency: {
            create: 90,
            update: 60,
            delete: 30,
            source: "pods of an operator are waited for; no published figure, counted as a minute and a half",
        },
        permissions: ["cluster-admin (a chart of an operator makes cluster roles and webhooks and definitions)"],
    },
    object({
        token: crdToken,
        resource: "apiextensions.k8s.io/customresourcedefinitions",
        namespaced: false,
        presumes: presumedDefinition,
        refuses: [
            {
                what: "a definition that is not called after its plural and group",
                source: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",
                because: (inputs) => {
                    const wanted = `${String(at(inputs, ["spec", "names", "plural"]))}.${String(at(inputs, ["spec", "group"]))}`;
                    return at(inputs, ["metadata", "name"]) === wanted
                        ? undefined
                        : `CustomResourceDefinition is invalid: metadata.name: Invalid value: must be "${wanted}"`;
                },
                refused: { metadata: { name: "examples" } },
            },
        ],
        latency: setting,
    }),
];

export const examples: Readonly<Record<string, Values>> = {
    [releaseToken]: {
        name: "example",
        namespace: { example: "kubernetes:core/v1:Namespace" },
        chart: "example",
        version: "1.0.0",
        repositoryOpts: { repo: "https://charts.example.invalid" },
    },
    [crdToken]: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "examples.example.invalid" },
        spec: {
            group: "example.invalid",
            names: { kind: "Example", plural: "examples" },
            scope: "Namespaced",
            versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
        },
    },
};
