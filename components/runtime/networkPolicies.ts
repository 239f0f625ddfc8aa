/**
 * What the pods of Flink, of its operator and of dbt may reach, and who reaches them. The foundation denies the rest, and
 * lets everybody ask DNS and the identity service of the cloud.
 */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { flinkPorts } from "./clusterConfiguration";
import { podsOf } from "./flinkDeployment";
import { operatorLabels, operatorPorts } from "./flinkOperator";

type Policy = kubernetes.types.input.networking.v1.NetworkPolicySpec;
type Rule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;

const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const inNamespaces = (...names: readonly string[]) => [
    {
        namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...new Set(names)] }],
        },
    },
];

/**
 * Services of a cloud have names, which a policy cannot say: any address but those at which a node tells who it is, on the
 * ports that are needed.
 */
export const anywhere = (...ports: readonly number[]): Rule => ({
    to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
    ports: tcp(...[...new Set(ports)].sort((a, b) => a - b)),
});

/** Its service has port 443; what is behind it, 443 or 6443. */
const apiServer = anywhere(443, 6443);

/** Of `host:port[,host:port…]`. */
const portsOf = (bootstrapServers: string): number[] =>
    bootstrapServers.split(",").map((server) => Number(server.slice(server.lastIndexOf(":") + 1)));

export const portOf = (url: string): number => {
    const { port, protocol } = new URL(url);
    return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
};

export interface Reach {
    /** Name of the namespace in which a catalog may be, and of the port that it has. */
    readonly catalog: { readonly namespace: string; readonly port: number };
    /** Namespaces whose pods read metrics. */
    readonly monitoring: readonly string[];
}

/** Of the pods of a job: among themselves, the operator at their REST API, Prometheus; brokers, buckets, catalog. */
export const jobPolicy = (
    job: string,
    { catalog, monitoring }: Reach,
    bootstrapServers: string,
    kubernetesApi: boolean,
): Policy => {
    const own = [{ podSelector: { matchLabels: podsOf(job) } }];
    const { rpc, blob, taskManagerRpc, data, rest, metrics } = flinkPorts;
    const among = tcp(data, taskManagerRpc, rpc, blob, rest);
    return {
        podSelector: { matchLabels: podsOf(job) },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            { from: own, ports: among },
            // Of any namespace: somebody's operator may be elsewhere.
            { from: [{ namespaceSelector: {}, podSelector: { matchLabels: operatorLabels } }], ports: tcp(rest) },
            { from: inNamespaces(...monitoring), ports: tcp(metrics) },
        ],
        egress: [
            { to: own, ports: among },
            { to: inNamespaces(catalog.namespace), ports: tcp(catalog.port) },
            anywhere(443, catalog.port, ...portsOf(bootstrapServers)),
            // High availability keeps its leader in ConfigMaps.
            ...(kubernetesApi ? [apiServer] : []),
        ],
    };
};

export const operatorPolicy = ({ monitoring }: Reach): Policy => ({
    podSelector: { matchLabels: operatorLabels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: inNamespaces(...monitoring), ports: tcp(operatorPorts.metrics) }],
    egress: [
        apiServer,
        {
            to: [{ podSelector: { matchExpressions: [{ key: "tidegate-job", operator: "Exists" }] } }],
            ports: tcp(flinkPorts.rest),
        },
    ],
});

/** Nobody reaches dbt; it reads buckets and the catalog. */
export const dbtPolicy = (labels: Record<string, string>, { catalog }: Pick<Reach, "catalog">): Policy => ({
    podSelector: { matchLabels: labels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: [{ to: inNamespaces(catalog.namespace), ports: tcp(catalog.port) }, anywhere(443, catalog.port)],
});

export const apiOnlyPolicy = (labels: Record<string, string>): Policy => ({
    podSelector: { matchLabels: labels },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: [apiServer],
});

export const networkPolicy = (
    name: string,
    metadata: { name: string; namespace: string; labels: Record<string, string> },
    spec: Policy,
    options: pulumi.CustomResourceOptions,
): kubernetes.networking.v1.NetworkPolicy =>
    new kubernetes.networking.v1.NetworkPolicy(name, { metadata, spec }, options);
