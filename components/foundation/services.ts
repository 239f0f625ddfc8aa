/** What a platform has on its cluster before any layer: namespaces, their rules, the workloads' accounts, operators. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../automation/core/errors";
import { workloads, type Workload } from "../../stacks/contracts";
import type { Cloud } from "../../stacks/settings/clouds";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { cloudsOf, dns, identityEgress, operatorIngress, type EgressRule } from "../kubernetes/network";
import { namespacesOf, serviceAccounts } from "./names";
import { operators, releaseArgs, type Operator, type OperatorName } from "./operators";
import { defaultQuotas, type Quota, type Room } from "./quotas";

/** `install` by Tidegate, `adopt` what is there, or have it `none`. */
export type Presence = "install" | "adopt" | "none";

export interface OperatorArgs {
    certManager: Presence;
    externalSecrets: Presence;
    prometheus: Presence;
}

export interface ClusterServicesArgs extends CloudArgs {
    /** Annotations by which the cloud knows a workload's service account. @default none */
    accountAnnotations?: { readonly [W in Workload]?: pulumi.Input<Record<string, pulumi.Input<string>>> };
    /** The cloud whose tokens the workloads fetch. @default those whose annotations their accounts have */
    cloud?: Cloud;
    /** @default `defaultQuotas` */
    quotas?: { readonly [R in Room]?: Quota };
    operators: OperatorArgs;
}

const rooms = ["flink", "catalog", "dbt", "observability"] as const;

/**
 * Pods are refused by the rules of a version that was tried; those of the cluster's newest are warned of, so that an
 * upgrade surprises nobody. Source: https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
const podSecurity = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "v1.33",
    "pod-security.kubernetes.io/warn": "restricted",
    "pod-security.kubernetes.io/warn-version": "latest",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/audit-version": "latest",
};

/** Takes the Kubernetes provider of the cluster from its options: `{ providers: [kubernetes] }`. */
export class ClusterServices extends pulumi.ComponentResource {
    /** By what runs in them. */
    readonly namespaces: { readonly [R in Room]: pulumi.Output<string> };
    /** What has to be there before an object of an operator can be; empty where none is installed or adopted. */
    readonly operators: { readonly [O in OperatorName]: readonly pulumi.Resource[] };

    private readonly args: ClusterServicesArgs;
    private readonly labels: Record<string, string>;

    /** @throws TidegateError `cluster-provider-missing` */
    constructor(name: string, args: ClusterServicesArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:foundation:ClusterServices", name, {}, withTransform(args, options));
        this.args = args;
        this.labels = tagsOf(args, "foundation");
        this.demandProvider(name);

        const [flink, catalog, dbt, observability] = rooms.map((room) => this.room(name, room)) as [
            pulumi.Output<string>,
            pulumi.Output<string>,
            pulumi.Output<string>,
            pulumi.Output<string>,
        ];
        this.namespaces = { flink, catalog, dbt, observability };
        for (const workload of workloads) this.account(name, workload);
        this.operators = {
            certManager: this.operator(name, "certManager"),
            externalSecrets: this.operator(name, "externalSecrets"),
            prometheus: this.operator(name, "prometheus"),
        };
        this.registerOutputs({ namespaces: this.namespaces });
    }

    /** Without one everything would be made on whichever cluster a shell happens to name. */
    private demandProvider(name: string): void {
        if (this.getProvider("kubernetes:core/v1:Namespace") !== undefined) return;
        throw new TidegateError(`The services '${name}' are not told on which cluster they are.`, {
            code: "cluster-provider-missing",
            hint: "Give them the provider of the cluster: `{ providers: [kubernetes] }`.",
        });
    }

    /** A namespace of the platform in which nothing is allowed that no layer asks for. */
    private room(name: string, room: Room): pulumi.Output<string> {
        const child = `${name}-${room}`;
        const protect = this.args.protectData ?? true;
        // What is deleted takes the volumes of what runs in it along.
        const namespace = this.namespace(child, namespacesOf(this.args.environment)[room], {
            protect,
            retainOnDelete: protect,
        });
        this.limits(child, namespace, this.args.quotas?.[room] ?? defaultQuotas[room]);
        this.policy(child, "default-deny", namespace, { policyTypes: ["Ingress", "Egress"] });
        this.policy(child, "dns", namespace, { policyTypes: ["Egress"], egress: [dns] });
        if (room !== "observability") this.identityPolicy(child, room, namespace);
        return namespace;
    }

    private namespace(
        child: string,
        name: string,
        options: Pick<pulumi.CustomResourceOptions, "protect" | "retainOnDelete"> = {},
    ): pulumi.Output<string> {
        return new kubernetes.core.v1.Namespace(
            child,
            { metadata: { name, labels: { ...this.labels, ...podSecurity } } },
            { parent: this, ...options },
        ).metadata.name;
    }

    /** A ceiling for all pods together, and what a pod has that says nothing: without it the quota refuses it. */
    private limits(child: string, namespace: pulumi.Output<string>, { cpu, memory, pods }: Quota): void {
        const metadata = { namespace, labels: this.labels };
        new kubernetes.core.v1.ResourceQuota(
            `${child}-quota`,
            {
                metadata: { ...metadata, name: "tidegate" },
                spec: {
                    hard: {
                        "requests.cpu": cpu,
                        "requests.memory": memory,
                        "limits.memory": memory,
                        pods: String(pods),
                        // Nothing of a platform is reached from outside but through an ingress that somebody asks for.
                        "services.loadbalancers": "0",
                        "services.nodeports": "0",
                    },
                },
            },
            { parent: this },
        );
        new kubernetes.core.v1.LimitRange(
            `${child}-limits`,
            {
                metadata: { ...metadata, name: "tidegate" },
                spec: {
                    limits: [
                        {
                            type: "Container",
                            default: { memory: "512Mi" },
                            defaultRequest: { cpu: "100m", memory: "512Mi" },
                        },
                    ],
                },
            },
            { parent: this },
        );
    }

    /** Of all pods of the namespace; layers add the policies of their own. */
    private policy(
        child: string,
        purpose: string,
        namespace: pulumi.Output<string>,
        spec: Omit<kubernetes.types.input.networking.v1.NetworkPolicySpec, "podSelector">,
    ): void {
        new kubernetes.networking.v1.NetworkPolicy(
            `${child}-${purpose}`,
            {
                metadata: { name: `tidegate-${purpose}`, namespace, labels: this.labels },
                spec: { podSelector: {}, ...spec },
            },
            { parent: this },
        );
    }

    private identityPolicy(child: string, workload: Workload, namespace: pulumi.Output<string>): void {
        const { cloud, accountAnnotations } = this.args;
        const annotations = accountAnnotations?.[workload];
        if (cloud === undefined && annotations === undefined) return;
        const egress = pulumi
            .output(annotations ?? {})
            .apply((known) =>
                (cloud === undefined ? cloudsOf(known) : [cloud]).flatMap((one): EgressRule[] => [
                    ...identityEgress[one],
                ]),
            );
        this.policy(child, "identity", namespace, { policyTypes: ["Egress"], egress });
    }

    /** Who a workload is. Its token is mounted only where a pod asks for it; those of the clouds are projected apart. */
    private account(name: string, workload: Workload): void {
        new kubernetes.core.v1.ServiceAccount(
            `${name}-${workload}-account`,
            {
                metadata: {
                    name: serviceAccounts[workload],
                    namespace: this.namespaces[workload],
                    labels: this.labels,
                    annotations: this.args.accountAnnotations?.[workload] ?? {},
                },
                automountServiceAccountToken: false,
            },
            { parent: this },
        );
    }

    private operator(name: string, which: OperatorName): readonly pulumi.Resource[] {
        const presence = this.args.operators[which];
        if (presence === "none") return [];
        const operator: Operator = operators[which];
        return presence === "adopt" ? this.adopted(name, operator) : this.installed(name, operator);
    }

    /** Reads what is there: where it is not, the rollout stops here and not at the first object that needs it. */
    private adopted(name: string, { crds }: Operator): readonly pulumi.Resource[] {
        return crds.map((crd) =>
            kubernetes.apiextensions.v1.CustomResourceDefinition.get(`${name}-adopted-${crd}`, crd, { parent: this }),
        );
    }

    private installed(name: string, operator: Operator): readonly pulumi.Resource[] {
        const child = `${name}-${operator.namespace}`;
        const namespace = this.namespace(child, operator.namespace);
        this.policy(child, "ingress", namespace, {
            policyTypes: ["Ingress"],
            ingress: operatorIngress(operators.prometheus.namespace, operator.webhookPort),
        });
        const releases: kubernetes.helm.v3.Release[] = [];
        for (const { chart, values, skipCrds } of operator.releases)
            releases.push(
                new kubernetes.helm.v3.Release(
                    `${name}-${chart.chart}`,
                    { ...releaseArgs(chart, values, namespace), ...(skipCrds === true ? { skipCrds } : {}) },
                    { parent: this, dependsOn: [...releases] },
                ),
            );
        return releases;
    }
}
