/** The operators that a cluster has once, with the values of their charts. */
import type * as kubernetes from "@pulumi/kubernetes";
import { charts, type Chart } from "../kubernetes/charts";

export interface Operator {
    /** Its own namespace, under the name that its documentation uses. */
    readonly namespace: string;
    /** In the order in which they are installed. */
    readonly releases: readonly {
        readonly chart: Chart;
        readonly values: Record<string, unknown>;
        readonly skipCrds?: true;
    }[];
    /** What is there where the operator is: `adopt` looks for it. */
    readonly crds: readonly string[];
    /** Of its admission webhook. */
    readonly webhookPort: number;
}

/** A release that goes away must not take the objects of every other platform on the cluster with it. */
const keep = { "helm.sh/resource-policy": "keep" };

const requests = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { memory } });

/** None of them passes `restricted` unless its chart's own security contexts do: those of these versions do. */
export const operators = {
    certManager: {
        namespace: "cert-manager",
        crds: ["certificates.cert-manager.io"],
        webhookPort: 10250,
        releases: [
            {
                chart: charts.certManager,
                values: {
                    crds: { enabled: true, keep: true },
                    // Autopilot lets nobody write into kube-system, the chart's default.
                    global: { leaderElection: { namespace: "cert-manager" } },
                    resources: requests("50m", "128Mi"),
                    webhook: { resources: requests("20m", "64Mi") },
                    cainjector: { resources: requests("50m", "256Mi") },
                },
            },
        ],
    },
    externalSecrets: {
        namespace: "external-secrets",
        crds: ["externalsecrets.external-secrets.io", "secretstores.external-secrets.io"],
        webhookPort: 10250,
        releases: [
            {
                chart: charts.externalSecrets,
                values: {
                    installCRDs: true,
                    crds: { annotations: keep },
                    resources: requests("50m", "128Mi"),
                    webhook: { resources: requests("20m", "64Mi") },
                    certController: { resources: requests("20m", "128Mi") },
                },
            },
        ],
    },
    prometheus: {
        namespace: "monitoring",
        crds: ["podmonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com"],
        webhookPort: 10250,
        releases: [
            { chart: charts.prometheusCrds, values: { crds: { annotations: keep } } },
            {
                chart: charts.prometheus,
                skipCrds: true,
                values: {
                    crds: { enabled: false },
                    // It needs the host's network, processes and files, which `restricted` refuses.
                    nodeExporter: { enabled: false },
                    // Its first password is the same everywhere.
                    grafana: { enabled: false },
                    // A managed cluster shows none of them.
                    kubeControllerManager: { enabled: false },
                    kubeEtcd: { enabled: false },
                    kubeProxy: { enabled: false },
                    kubeScheduler: { enabled: false },
                    prometheus: {
                        prometheusSpec: {
                            // Otherwise it reads only what carries the label of its own release.
                            serviceMonitorSelectorNilUsesHelmValues: false,
                            podMonitorSelectorNilUsesHelmValues: false,
                            ruleSelectorNilUsesHelmValues: false,
                            probeSelectorNilUsesHelmValues: false,
                            resources: requests("200m", "1Gi"),
                        },
                    },
                },
            },
        ],
    },
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

/** Arguments of a release: what fails is taken back whole, and nothing is waited for longer than ten minutes. */
export const releaseArgs = (
    { chart, repository, version }: Chart,
    values: Record<string, unknown>,
    namespace: kubernetes.helm.v3.ReleaseArgs["namespace"],
): kubernetes.helm.v3.ReleaseArgs => ({
    name: chart,
    chart,
    version,
    repositoryOpts: { repo: repository },
    ...(namespace === undefined ? {} : { namespace }),
    createNamespace: false,
    atomic: true,
    cleanupOnFail: true,
    maxHistory: 5,
    timeout: 600,
    values,
});
