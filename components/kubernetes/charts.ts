/**
 * The Helm charts that Tidegate installs, each with the version that it was written for. One place, so that a new version
 * is one line of a pull request; what the toolchain of this machine pins stands in automation/toolchain/pins.json.
 */

export interface Chart {
    readonly chart: string;
    readonly version: string;
    readonly repository: string;
    /** Where chart, version and the values that are set are told. */
    readonly source: string;
}

const prometheusCommunity = "https://prometheus-community.github.io/helm-charts";

export const charts = {
    certManager: {
        chart: "cert-manager",
        version: "v1.21.1",
        repository: "https://charts.jetstack.io",
        source: "https://github.com/cert-manager/cert-manager/tree/v1.21.1/deploy/charts/cert-manager",
    },
    externalSecrets: {
        chart: "external-secrets",
        version: "2.9.0",
        repository: "https://charts.external-secrets.io",
        source: "https://github.com/external-secrets/external-secrets/tree/v2.9.0/deploy/charts/external-secrets",
    },
    /** As templates, which Helm upgrades; it never does so with the `crds` folder of kube-prometheus-stack. */
    prometheusCrds: {
        chart: "prometheus-operator-crds",
        version: "31.0.1",
        repository: prometheusCommunity,
        source: "https://github.com/prometheus-community/helm-charts/tree/prometheus-operator-crds-31.0.1/charts/prometheus-operator-crds",
    },
    /** Of the same operator, v0.93.1, as `prometheusCrds`: they go up together. */
    prometheus: {
        chart: "kube-prometheus-stack",
        version: "88.5.3",
        repository: prometheusCommunity,
        source: "https://github.com/prometheus-community/helm-charts/tree/kube-prometheus-stack-88.5.3/charts/kube-prometheus-stack",
    },
    /** From the archive: downloads.apache.org drops a version when the next one is there. */
    flinkOperator: {
        chart: "flink-kubernetes-operator",
        version: "1.15.0",
        repository: "https://archive.apache.org/dist/flink/flink-kubernetes-operator-1.15.0/",
        source: "https://github.com/apache/flink-kubernetes-operator/tree/release-1.15.0/helm/flink-kubernetes-operator",
    },
    lakekeeper: {
        chart: "lakekeeper",
        version: "0.11.0",
        repository: "https://lakekeeper.github.io/lakekeeper-charts/",
        source: "https://github.com/lakekeeper/lakekeeper-charts/tree/lakekeeper-0.11.0/charts/lakekeeper",
    },
} as const satisfies Record<string, Chart>;
