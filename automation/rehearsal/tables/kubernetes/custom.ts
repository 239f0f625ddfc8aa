/**
 * Objects of the operators: the API server takes them where it knows their kind, and the operator gives them a status. The
 * provider replaces none of them but for another name; a change that an operator does not take (Flink's `mode`) is not seen.
 */
import { valuesAt } from "../../cloud";
import type { Refusal, Row } from "../../row";
import { immediate } from "../latencies";
import { example, object, textAt, type ObjectRow } from "./common";
import { operates, serves } from "./crds";
import { goodPod } from "./podSecurity";
import { admission } from "./workloads";
import { at, type Values } from "../../../../components/provider/values";
import { mainContainer, rolePods } from "../../../../components/runtime/rolePods";

const flinkDocs = "https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-release-1.15/docs";
const flink = "flink.apache.org/v1beta1";
const secrets = "external-secrets.io/v1";
const monitoring = "monitoring.coreos.com/v1";

const known = (apiVersion: string, kind: string): Refusal => ({
    what: `a ${kind} where its definition is not installed, or not in this version`,
    source: "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",
    because: (inputs, cloud) => {
        const version = textAt(inputs, "apiVersion") ?? apiVersion;
        return serves(cloud, version, kind)
            ? undefined
            : `no matches for kind "${kind}" in version "${version}": ensure CRDs are installed first`;
    },
    refused: { apiVersion: `${apiVersion.split("/")[0]}/v0` },
});

function custom(apiVersion: string, kind: string, plural: string, more: Partial<ObjectRow> = {}): Row {
    return object({
        token: `kubernetes:${apiVersion}:${kind}`,
        resource: `${apiVersion.split("/")[0]}/${plural}`,
        source: `https://github.com/pulumi/pulumi-kubernetes/blob/v4.34.2/sdk/nodejs/apiextensions/customResource.ts`,
        ...more,
        refuses: [known(apiVersion, kind), ...(more.refuses ?? [])],
    });
}

const oneOf = (kind: string, path: string, allowed: readonly string[], source: string, refused: Values): Refusal => ({
    what: `a ${kind} whose ${path} is none of ${allowed.join(", ")}`,
    source,
    because: (inputs) => {
        const wrong = valuesAt(inputs, path.split(".")).find((value) => !allowed.includes(String(value)));
        return wrong === undefined
            ? undefined
            : `${kind} is invalid: ${path}: Unsupported value: "${String(wrong)}": supported values: ${allowed.join(", ")}`;
    },
    refused,
});

/** Of the definition of operator 1.15.0: it knows no newer Flink. */
const flinkVersions = ["v1_13", "v1_14", "v1_15", "v1_16", "v1_17", "v1_18", "v1_19", "v1_20", "v2_0", "v2_1", "v2_2"];
const upgradeModes = ["stateless", "savepoint", "last-state"];

type Containers = readonly Values[];

/** Of each role; what a preview cannot tell yet breaks no rule. */
const flinkPods = (inputs: Values): Values[] =>
    rolePods(inputs).map(({ spec }) => (typeof spec === "string" ? {} : spec));

const flinkTemplate = (pod: Values): Values => ({
    ...pod,
    containers: (pod["containers"] as Containers).map((one) => ({ ...one, name: mainContainer })),
});
const flinkSpec = (more: Values): Values => ({
    flinkVersion: "v2_1",
    image: "example.invalid/flink",
    serviceAccount: "flink",
    flinkConfiguration: {},
    jobManager: { resource: { cpu: 1, memory: "2g" } },
    taskManager: { resource: { cpu: 1, memory: "2g" } },
    podTemplate: { spec: flinkTemplate(goodPod) },
    ...more,
});

/** Without the operator nobody takes its finalizer away. Source: FLINK-31860. */
const operated: NonNullable<Row["keeps"]> = ({ id }, cloud) =>
    operates(cloud, "flink-kubernetes-operator")
        ? undefined
        : `timed out waiting for ${id} to go: its finalizer is the operator's, which is not there any more`;

const jobStatus = (making: { readonly inputs: Values; readonly token: string }): Values => ({
    lifecycleState: "STABLE",
    observedGeneration: 1,
    error: "",
    jobStatus: {
        state: at(making.inputs, ["spec", "job", "state"]) === "suspended" ? "SUSPENDED" : "RUNNING",
        jobId: making.token.padEnd(32, "0"),
        jobName: textAt(making.inputs, "metadata", "name"),
    },
    reconciliationStatus: { state: "DEPLOYED" },
});
const ready = { conditions: [{ type: "Ready", status: "True", reason: "Valid" }] };
const synced = { conditions: [{ type: "Ready", status: "True", reason: "SecretSynced" }], syncedResourceVersion: "1" };
const flinkStarts = {
    create: 90,
    update: 120,
    delete: 30,
    source: "images are pulled, a job manager and its task managers start; no published figure",
};

export const rows: readonly Row[] = [
    custom(flink, "FlinkDeployment", "flinkdeployments", {
        source: `${flinkDocs}/custom-resource/reference/`,
        computed: { status: (making) => ({ ...jobStatus(making), jobManagerDeploymentStatus: "READY" }) },
        keeps: operated,
        refuses: [
            oneOf("FlinkDeployment", "spec.flinkVersion", flinkVersions, `${flinkDocs}/custom-resource/reference/`, {
                spec: flinkSpec({ flinkVersion: "v2_3" }),
            }),
            oneOf("FlinkDeployment", "spec.job.upgradeMode", upgradeModes, `${flinkDocs}/custom-resource/reference/`, {
                spec: flinkSpec({ job: { jarURI: "local:///job.jar", upgradeMode: "blue" } }),
            }),
            {
                what: "a name of a FlinkDeployment of more than 45 characters",
                source: "DefaultValidator.java of flink-kubernetes-operator 1.15.0",
                because: (inputs) => {
                    const name = textAt(inputs, "metadata", "name") ?? "";
                    return /^[a-z]([-a-z\d]{0,43}[a-z\d])?$/.test(name)
                        ? undefined
                        : `The FlinkDeployment name: ${name} is invalid, must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and be at most 45 characters`;
                },
                refused: { metadata: { name: "n".repeat(46), namespace: "example" } },
            },
            ...admission("FlinkDeployment", flinkPods, (pod) => ({
                spec: flinkSpec({ podTemplate: { spec: flinkTemplate(pod) } }),
            })),
        ],
        latency: flinkStarts,
    }),
    custom(flink, "FlinkSessionJob", "flinksessionjobs", {
        source: `${flinkDocs}/custom-resource/reference/`,
        computed: { status: jobStatus },
        keeps: operated,
        refuses: [
            oneOf("FlinkSessionJob", "spec.job.upgradeMode", upgradeModes, `${flinkDocs}/custom-resource/reference/`, {
                spec: {
                    deploymentName: "example",
                    job: { jarURI: "https://example.invalid/a.jar", upgradeMode: "blue" },
                },
            }),
        ],
        latency: flinkStarts,
    }),
    custom(flink, "FlinkStateSnapshot", "flinkstatesnapshots", {
        source: `${flinkDocs}/custom-resource/snapshots/`,
        computed: {
            status: ({ inputs, token }) => ({
                state: "COMPLETED",
                path: textAt(inputs, "spec", "savepoint", "path") ?? `simulated://savepoints/${token}`,
            }),
        },
        keeps: operated,
        latency: flinkStarts,
    }),
    custom(secrets, "SecretStore", "secretstores", {
        source: "https://external-secrets.io/latest/api/secretstore/",
        computed: { status: () => ready },
        refuses: [oneProvider("SecretStore")],
    }),
    custom(secrets, "ClusterSecretStore", "clustersecretstores", {
        source: "https://external-secrets.io/latest/api/clustersecretstore/",
        namespaced: false,
        computed: { status: () => ready },
        refuses: [oneProvider("ClusterSecretStore")],
    }),
    custom(secrets, "ExternalSecret", "externalsecrets", {
        source: "https://external-secrets.io/latest/api/externalsecret/",
        computed: { status: () => synced },
        refuses: [
            {
                what: "an ExternalSecret whose store is not there: it never becomes ready, and Pulumi's wait fails",
                source: "https://external-secrets.io/latest/api/externalsecret/",
                because: (inputs, cloud) => {
                    const { name, kind = "SecretStore" } = (at(inputs, ["spec", "secretStoreRef"]) ?? {}) as Values;
                    if (typeof name !== "string") return undefined;
                    const namespace = textAt(inputs, "metadata", "namespace") ?? "default";
                    const id = kind === "ClusterSecretStore" ? name : `${namespace}/${name}`;
                    return cloud.find(`kubernetes:${secrets}:${String(kind)}`, "id", id) === undefined
                        ? `could not get ${String(kind)} "${name}", not found`
                        : undefined;
                },
                refused: { spec: { secretStoreRef: { name: "nowhere" }, data: [] } },
            },
        ],
        latency: { ...immediate, create: 5, source: "a few API calls; no published figure, counted as five seconds" },
    }),
    custom(monitoring, "ServiceMonitor", "servicemonitors"),
    custom(monitoring, "PodMonitor", "podmonitors"),
    custom(monitoring, "PrometheusRule", "prometheusrules", {
        refuses: [
            {
                what: "two groups of one name in a PrometheusRule",
                source: "https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#rule_group",
                because: ({ spec }) => {
                    const names = valuesAt(spec, ["groups", "name"]);
                    return new Set(names).size === names.length
                        ? undefined
                        : "PrometheusRule is invalid: spec.groups: Duplicate value";
                },
                refused: {
                    spec: {
                        groups: [
                            { name: "a", rules: [] },
                            { name: "a", rules: [] },
                        ],
                    },
                },
            },
        ],
    }),
];

function oneProvider(kind: string): Refusal {
    return {
        what: `a ${kind} with no provider or with several`,
        source: "https://external-secrets.io/latest/api/secretstore/",
        because: ({ spec }) => {
            const count = Object.keys((at(spec, ["provider"]) ?? {}) as Values).length;
            return count === 1
                ? undefined
                : `admission webhook denied the request: store has ${count} providers, exactly one is needed`;
        },
        refused: { spec: { provider: { aws: undefined, fake: { data: [] }, vault: { server: "https://v.invalid" } } } },
    };
}

const store = { spec: { provider: { aws: { service: "SecretsManager", region: "eu-west-1" } } } };
const instance = (apiVersion: string, kind: string, more: Values, namespaced = true) => ({
    [`kubernetes:${apiVersion}:${kind}`]: example(apiVersion, kind, more, namespaced),
});

export const examples: Readonly<Record<string, Values>> = {
    ...instance(flink, "FlinkDeployment", { spec: flinkSpec({}) }),
    ...instance(flink, "FlinkSessionJob", {
        spec: { deploymentName: "example", job: { jarURI: "https://example.invalid/a.jar", upgradeMode: "savepoint" } },
    }),
    ...instance(flink, "FlinkStateSnapshot", {
        spec: { jobReference: { kind: "FlinkDeployment", name: "example" }, savepoint: {} },
    }),
    ...instance(secrets, "SecretStore", store),
    ...instance(secrets, "ClusterSecretStore", store, false),
    // The store is named as what it is made of: its example has to be there first.
    ...instance(secrets, "ExternalSecret", {
        spec: {
            secretStoreRef: {
                kind: "ClusterSecretStore",
                name: { example: `kubernetes:${secrets}:ClusterSecretStore` },
            },
            target: { name: "example" },
            data: [{ secretKey: "password", remoteRef: { key: "example" } }],
        },
    }),
    ...instance(monitoring, "ServiceMonitor", { spec: { selector: {}, endpoints: [{ port: "metrics" }] } }),
    ...instance(monitoring, "PodMonitor", { spec: { selector: {}, podMetricsEndpoints: [{ port: "metrics" }] } }),
    ...instance(monitoring, "PrometheusRule", { spec: { groups: [{ name: "a", rules: [] }] } }),
};
