/** The Flink Kubernetes Operator, for the jobs of one namespace. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { charts } from "../kubernetes/charts";
import { containerSecurity, podSecurity } from "../kubernetes/restricted";
import { flinkCrds } from "./flinkCrds";
import { flinkUid } from "./podTemplate";

/** TCP. */
export const operatorPorts = { health: 8085, metrics: 9999 } as const;

/** As the chart labels its pods. */
export const operatorLabels = { "app.kubernetes.io/name": "flink-kubernetes-operator" } as const;

export interface FlinkOperatorArgs extends CloudArgs {
    /** Where the operator runs, and the only one that it watches. */
    namespace: string;
    /** `adopt`: they are there. @default install */
    crds?: "install" | "adopt";
}

/** Two of them, of which one leads: a node that goes away leaves no job without an operator. */
const operatorConfiguration = [
    "kubernetes.operator.leader-election.enabled: true",
    "kubernetes.operator.leader-election.lease-name: tidegate-flink-operator",
    "kubernetes.operator.metrics.reporter.prom.factory.class: org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
    `kubernetes.operator.metrics.reporter.prom.port: ${operatorPorts.metrics}`,
    "",
].join("\n");

/** Of the chart: its values.yaml is at `charts.flinkOperator.source`. */
const valuesOf = (namespace: string) => ({
    watchNamespaces: [namespace],
    // The chart's default is `latest`. It has no digest of its own.
    image: { tag: charts.flinkOperator.version },
    replicas: 2,
    strategy: { type: "RollingUpdate" },
    defaultConfiguration: { create: true, append: true, "flink-conf.yaml": operatorConfiguration },
    metrics: { port: operatorPorts.metrics },
    // Its webhook wants certificates and has a password that is the same everywhere. Without it the operator checks
    // objects when it gets to them, and says in their status what is wrong.
    webhook: { create: false },
    // The foundation has made the account of the jobs, which may do less than the chart's.
    jobServiceAccount: { create: false },
    rbac: { jobRole: { create: false }, jobRoleBinding: { create: false } },
    podSecurityContext: podSecurity(flinkUid),
    operatorSecurityContext: { ...containerSecurity, readOnlyRootFilesystem: false },
    operatorPod: { resources: { requests: { cpu: "250m", memory: "768Mi" }, limits: { memory: "768Mi" } } },
});

export class FlinkOperator extends pulumi.ComponentResource {
    /** What has to be there before a job is, and until it has gone: the operator takes the last savepoint. */
    readonly ready: readonly pulumi.Resource[];

    constructor(name: string, args: FlinkOperatorArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:runtime:FlinkOperator", name, {}, withTransform(args, options));
        const labels = tagsOf(args, "runtime");
        const crds =
            args.crds === "adopt"
                ? []
                : flinkCrds(name, labels, { parent: this, retainOnDelete: args.protectData ?? true });
        const { chart, version, repository } = charts.flinkOperator;
        const release = new kubernetes.helm.v3.Release(
            `${name}-release`,
            {
                name: "flink-operator",
                namespace: args.namespace,
                chart,
                version,
                repositoryOpts: { repo: repository },
                skipCrds: true,
                atomic: true,
                cleanupOnFail: true,
                createNamespace: false,
                timeout: 600,
                values: valuesOf(args.namespace),
            },
            { parent: this, dependsOn: crds },
        );
        this.ready = [...crds, release];
        this.registerOutputs({});
    }
}
