/** What runs pods. The API server takes a workload whose pods it refuses: they never start, and Pulumi's wait for them fails. */
import type { Refusal, Row } from "../../row";
import { example, findNamespace, namespaceOf, object, provider, textAt } from "./common";
import { goodPod, podRules, standard, violations } from "./podSecurity";
import { at, type Values } from "../../../../components/provider/values";
import type { SimulatedCloud } from "../../cloud";

const labels = { app: "example" };

/** `value` under a path: `{ spec: { template: … } }`. */
const under = (path: readonly string[], value: Values): Values =>
    path.reduceRight<Values>((inner, key) => ({ [key]: inner }), value);

const enforced = (inputs: Values, cloud: SimulatedCloud): boolean =>
    at(findNamespace(inputs, cloud)?.inputs, ["metadata", "labels", "pod-security.kubernetes.io/enforce"]) ===
    "restricted";

/**
 * One refusal for each rule of the standard.
 * @param podsOf specifications of the pods that these inputs come to
 * @param whole inputs with this pod in them
 */
export const admission = (
    kind: string,
    podsOf: (inputs: Values) => readonly Values[],
    whole: (pod: Values) => Values,
): Refusal[] =>
    podRules.map(({ what, violation, broken }) => ({
        what: `a ${kind} whose pods have ${what}, where the namespace enforces \`restricted\``,
        source: standard,
        because: (inputs, cloud) => {
            const pods = podsOf(inputs);
            if (pods.every((pod) => violation(pod) === undefined) || !enforced(inputs, cloud)) return undefined;
            const name = textAt(inputs, "metadata", "name");
            const all = [...new Set(pods.flatMap(violations))].join(", ");
            return `pods "${name}" are forbidden in namespace "${namespaceOf(inputs)}": violates PodSecurity "restricted": ${all}`;
        },
        refused: whole({ ...goodPod, ...broken }),
    }));

/** Of a workload with the specification of its pods at a path. */
const admitted = (kind: string, path: readonly string[], rest: (pod: Values) => Values): Refusal[] =>
    admission(
        kind,
        (inputs) => {
            const pod = at(inputs, path);
            return pod === undefined ? [] : [pod as Values];
        },
        rest,
    );

export const podTemplate = ["spec", "template", "spec"];
export const cronTemplate = ["spec", "jobTemplate", ...podTemplate];

const controller =
    (more: Values = {}) =>
    (pod: Values): Values => ({
        spec: { ...more, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    });
const job = (pod: Values): Values => ({
    spec: { template: { spec: { ...pod, restartPolicy: "Never" } } },
});
const cronJob = (pod: Values): Values => ({
    spec: { schedule: "0 3 * * *", jobTemplate: under(podTemplate, { ...pod, restartPolicy: "Never" }) },
});

const selects = (kind: string): Refusal => ({
    what: `a ${kind} whose selector its own pods do not match`,
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
    because: (inputs) => {
        const wanted = Object.entries((at(inputs, ["spec", "selector", "matchLabels"]) ?? {}) as Values);
        const has = (at(inputs, ["spec", "template", "metadata", "labels"]) ?? {}) as Values;
        return wanted.every(([key, value]) => has[key] === value)
            ? undefined
            : `${kind} is invalid: spec.template.metadata.labels: \`selector\` does not match template \`labels\``;
    },
    refused: {
        spec: { selector: { matchLabels: { app: "other" } }, template: { metadata: { labels }, spec: goodPod } },
    },
});

const restarts = (kind: string, path: readonly string[], refused: Values): Refusal => ({
    what: `a ${kind} whose pods are always restarted`,
    source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-template",
    because: (inputs) =>
        ["Never", "OnFailure"].includes(String(at(inputs, [...path, "restartPolicy"])))
            ? undefined
            : `${kind} is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"`,
    refused,
});

const replicas = (inputs: Values): number => Number(at(inputs, ["spec", "replicas"]) ?? 1);
const starting = "images are pulled and probes wait; no published figure, counted as half a minute";
const source = `${provider}/diff.go`;

export const rows: readonly Row[] = [
    object({
        token: "kubernetes:apps/v1:Deployment",
        resource: "apps/deployments",
        source,
        replaceOn: ["spec.selector"],
        required: ["spec.selector", "spec.template"],
        computed: {
            status: ({ inputs }) => ({
                observedGeneration: 1,
                replicas: replicas(inputs),
                readyReplicas: replicas(inputs),
                availableReplicas: replicas(inputs),
            }),
        },
        refuses: [selects("Deployment"), ...admitted("Deployment", podTemplate, controller())],
        latency: { create: 30, update: 30, delete: 10, source: starting },
    }),
    object({
        token: "kubernetes:apps/v1:StatefulSet",
        resource: "apps/statefulsets",
        source,
        replaceOn: [
            "spec.podManagementPolicy",
            "spec.revisionHistoryLimit",
            "spec.selector",
            "spec.serviceName",
            "spec.volumeClaimTemplates",
        ],
        required: ["spec.selector", "spec.template"],
        computed: {
            status: ({ inputs }) => ({ replicas: replicas(inputs), readyReplicas: replicas(inputs) }),
        },
        refuses: [selects("StatefulSet"), ...admitted("StatefulSet", podTemplate, controller())],
        latency: { create: 60, update: 60, delete: 30, source: `${starting} for each of two replicas` },
    }),
    object({
        token: "kubernetes:batch/v1:Job",
        resource: "batch/jobs",
        source,
        replaceOn: ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
        required: ["spec.template"],
        computed: {
            status: () => ({ succeeded: 1, conditions: [{ type: "Complete", status: "True" }] }),
        },
        refuses: [
            restarts("Job", podTemplate, { spec: { template: { spec: { ...goodPod, restartPolicy: "Always" } } } }),
            ...admitted("Job", podTemplate, job),
        ],
        latency: { create: 30, update: 2, delete: 5, source: starting },
    }),
    object({
        token: "kubernetes:batch/v1:CronJob",
        resource: "batch/cronjobs",
        required: ["spec.schedule", "spec.jobTemplate"],
        refuses: [
            {
                what: "a schedule that is none of cron",
                source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax",
                because: (inputs) => {
                    const schedule = textAt(inputs, "spec", "schedule") ?? "";
                    return /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|([\d*/,A-Za-z?-]+\s+){4}[\d*/,A-Za-z?-]+)$/.test(
                        schedule,
                    )
                        ? undefined
                        : `CronJob is invalid: spec.schedule: Invalid value: "${schedule}"`;
                },
                refused: { spec: { ...(cronJob(goodPod)["spec"] as Values), schedule: "at night" } },
            },
            {
                what: "a name of a CronJob of more than 52 characters",
                source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/",
                because: (inputs) =>
                    (textAt(inputs, "metadata", "name") ?? "").length > 52
                        ? "CronJob is invalid: metadata.name: must be no more than 52 characters"
                        : undefined,
                refused: { metadata: { name: "n".repeat(53), namespace: "example" } },
            },
            restarts("CronJob", cronTemplate, {
                spec: {
                    schedule: "0 3 * * *",
                    jobTemplate: under(podTemplate, { ...goodPod, restartPolicy: "Always" }),
                },
            }),
            ...admitted("CronJob", cronTemplate, cronJob),
        ],
    }),
    object({
        token: "kubernetes:policy/v1:PodDisruptionBudget",
        resource: "policy/poddisruptionbudgets",
        refuses: [
            {
                what: "a disruption budget that says both what has to stay and what may go",
                source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
                because: ({ spec }) =>
                    at(spec, ["minAvailable"]) !== undefined && at(spec, ["maxUnavailable"]) !== undefined
                        ? "PodDisruptionBudget is invalid: spec: minAvailable and maxUnavailable cannot be both set"
                        : undefined,
                refused: { spec: { minAvailable: 1, maxUnavailable: 1, selector: { matchLabels: labels } } },
            },
        ],
    }),
];

export const examples: Readonly<Record<string, Values>> = {
    "kubernetes:apps/v1:Deployment": example("apps/v1", "Deployment", controller()(goodPod)),
    "kubernetes:apps/v1:StatefulSet": example(
        "apps/v1",
        "StatefulSet",
        controller({ serviceName: "example" })(goodPod),
    ),
    "kubernetes:batch/v1:Job": example("batch/v1", "Job", job(goodPod)),
    "kubernetes:batch/v1:CronJob": example("batch/v1", "CronJob", cronJob(goodPod)),
    "kubernetes:policy/v1:PodDisruptionBudget": example("policy/v1", "PodDisruptionBudget", {
        spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    }),
};
