/** The observability layer as objects of the Prometheus operator: what is scraped, alerts, objectives, a dashboard. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Upstream } from "../../stacks/layer";
import { kubernetes as settings } from "../../stacks/settings/observability/kubernetes";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import type { ContractOutputs } from "../embedded/contract";
import { operatorLabels } from "../runtime/flinkOperator";
import { flinkDashboard } from "./dashboard";
import { alertNames, ruleGroups } from "./rules";

export interface KubernetesObservabilityArgs extends CloudArgs {
    foundation: Pick<Upstream<"foundation">, "namespaces">;
    runtime: Extract<Upstream<"runtime">, { namespace: unknown }>;
    /** Whether Lakekeeper is the catalog, whose metrics are read too. @default false */
    lakekeeper?: boolean;
    /** Whether the layer runtime has installed Flink's operator. @default true */
    operator?: boolean;
    /** On monitors and rules. @default none */
    monitorLabels?: Readonly<Record<string, string>>;
    /** @default 5 */
    freshnessMinutes?: number;
    /** @default 10000 */
    lagRecords?: number;
    /** Per cent of 30 days. @default 99 and 99.5 */
    objectives?: { freshness: number; availability: number };
}

const group = "monitoring.coreos.com/v1";

export class KubernetesObservability extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"observability">, { monitors: unknown }>;

    private readonly args: KubernetesObservabilityArgs;
    private readonly namespace: string;
    private readonly labels: Record<string, string>;

    constructor(name: string, args: KubernetesObservabilityArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Observability on the cluster", rulesOf(settings), args);
        super("tidegate:observability:Kubernetes", name, {}, withTransform(args, options));
        this.args = args;
        this.labels = tagsOf(args, "observability");
        this.namespace = args.foundation.namespaces.observability;

        const monitors = [
            this.jobs(name),
            ...(args.operator === false ? [] : [this.operator(name)]),
            ...(args.lakekeeper === true ? [this.catalog(name)] : []),
        ];
        const alerts = this.rules(name);
        const dashboard = this.dashboard(name);

        this.contract = {
            profile: pulumi.output("kubernetes" as const),
            namespace: pulumi.output(this.namespace),
            monitors: pulumi.all(monitors),
            alerts: pulumi.output(alerts),
            dashboards: pulumi.all([dashboard]),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private object(
        child: string,
        kind: "PodMonitor" | "ServiceMonitor" | "PrometheusRule",
        name: string,
        spec: object,
    ): pulumi.Output<string> {
        const made = new kubernetes.apiextensions.CustomResource(
            child,
            {
                apiVersion: group,
                kind,
                metadata: {
                    name,
                    namespace: this.namespace,
                    labels: { ...this.labels, ...this.args.monitorLabels },
                },
                spec,
            },
            { parent: this },
        );
        return made.metadata.apply((metadata) => metadata.name ?? name);
    }

    /** JobManagers and TaskManagers, which have no service of their own for it. */
    private jobs(name: string): pulumi.Output<string> {
        return this.object(`${name}-jobs`, "PodMonitor", `${this.args.environment}-flink-jobs`, {
            namespaceSelector: { matchNames: [this.args.runtime.namespace] },
            selector: { matchExpressions: [{ key: "tidegate-job", operator: "Exists" }] },
            podMetricsEndpoints: [{ port: "metrics", interval: "30s" }],
        });
    }

    private operator(name: string): pulumi.Output<string> {
        return this.object(`${name}-operator`, "PodMonitor", `${this.args.environment}-flink-operator`, {
            namespaceSelector: { matchNames: [this.args.runtime.namespace] },
            selector: { matchLabels: operatorLabels },
            podMetricsEndpoints: [{ port: "metrics", interval: "30s" }],
        });
    }

    /** Its chart has none. */
    private catalog(name: string): pulumi.Output<string> {
        return this.object(`${name}-catalog`, "ServiceMonitor", `${this.args.environment}-lakekeeper`, {
            namespaceSelector: { matchNames: [this.args.foundation.namespaces.catalog] },
            selector: { matchLabels: { "app.kubernetes.io/name": "lakekeeper" } },
            endpoints: [{ targetPort: 9000, path: "/metrics", interval: "30s" }],
        });
    }

    private rules(name: string): string[] {
        const { environment, runtime, freshnessMinutes = 5, lagRecords = 10_000 } = this.args;
        const groups = ruleGroups({
            environment,
            namespace: runtime.namespace,
            dbtNamespace: runtime.dbt.namespace,
            streamingJobs: runtime.jobs.filter(({ kind }) => kind === "streaming").map((job) => job.name),
            checkpointTimeoutMs: runtime.checkpointTimeoutMs,
            freshnessMinutes,
            lagRecords,
            dbtCronJob: runtime.dbt.runtime === "kubernetes" ? runtime.dbt.object : null,
            objectives: this.args.objectives ?? { freshness: 99, availability: 99.5 },
        });
        this.object(`${name}-rules`, "PrometheusRule", `${environment}-tidegate`, { groups });
        return alertNames(groups);
    }

    /** The sidecar of Grafana's chart looks for the label. */
    private dashboard(name: string): pulumi.Output<string> {
        const { environment, runtime } = this.args;
        return new kubernetes.core.v1.ConfigMap(
            `${name}-dashboard`,
            {
                metadata: {
                    name: `${environment}-flink-dashboard`,
                    namespace: this.namespace,
                    labels: { ...this.labels, grafana_dashboard: "1" },
                },
                data: { [`tidegate-${environment}-flink.json`]: flinkDashboard(environment, runtime.namespace) },
            },
            { parent: this },
        ).metadata.name;
    }
}
