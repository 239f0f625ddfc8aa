/** What the network policies of a namespace let through. */
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clouds, type Cloud } from "../../stacks/settings/clouds";

export type EgressRule = kubernetes.types.input.networking.v1.NetworkPolicyEgressRule;
export type IngressRule = kubernetes.types.input.networking.v1.NetworkPolicyIngressRule;

const ports = (protocol: "TCP" | "UDP", ...numbers: readonly number[]) => numbers.map((port) => ({ protocol, port }));

/** Names are resolved by the pods of cluster DNS, or by the node's cache of them, which is at a link-local address. */
export const dns: EgressRule = {
    to: [
        {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
            podSelector: {
                matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns", "node-local-dns"] }],
            },
        },
        { ipBlock: { cidr: "169.254.20.10/32" } },
    ],
    ports: [...ports("UDP", 53), ...ports("TCP", 53)],
};

/** HTTPS to wherever it is but the addresses at which a node tells who it is. */
const tokenServices: EgressRule = {
    to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
    ports: ports("TCP", 443),
};

/**
 * Where a pod gets the credentials of its cloud identity.
 * Sources: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html (the agent, beside STS for roles of
 * service accounts), https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
 * (the metadata server, with and without Dataplane V2), https://azure.github.io/azure-workload-identity/docs/ (login.microsoftonline.com).
 */
export const identityEgress: Readonly<Record<Cloud, readonly EgressRule[]>> = {
    aws: [{ to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: ports("TCP", 80) }, tokenServices],
    gcp: [
        { to: [{ ipBlock: { cidr: "169.254.169.252/32" } }], ports: ports("TCP", 988) },
        { to: [{ ipBlock: { cidr: "169.254.169.254/32" } }], ports: ports("TCP", 80) },
    ],
    azure: [tokenServices],
};

/** Annotations of a service account, by the cloud that reads them. */
export const identityAnnotations = {
    aws: "eks.amazonaws.com/role-arn",
    gcp: "iam.gke.io/gcp-service-account",
    azure: "azure.workload.identity/client-id",
} as const;

/** The clouds whose annotations a service account has. */
export const cloudsOf = (annotations: Readonly<Record<string, unknown>>): Cloud[] =>
    clouds.filter((cloud) => identityAnnotations[cloud] in annotations);

/** Webhooks of an operator are called by the API server, which is in no namespace; its pods see each other and are scraped. */
export const operatorIngress = (monitoring: pulumi.Input<string>, webhookPort: number): IngressRule[] => [
    { ports: ports("TCP", webhookPort) },
    { from: [{ podSelector: {} }] },
    { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": monitoring } } }] },
];
