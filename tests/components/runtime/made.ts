/** What tests look at of a runtime on Kubernetes. */
import type { Made, Program } from "../mocks";

export const deploymentType = "kubernetes:flink.apache.org/v1beta1:FlinkDeployment";
export const externalType = "kubernetes:external-secrets.io/v1:ExternalSecret";
export const storeType = "kubernetes:external-secrets.io/v1:SecretStore";
export const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

export interface Container {
    name: string;
    image?: string;
    args?: string[];
    env?: { name: string; value?: string; valueFrom?: unknown }[];
    securityContext: Record<string, unknown>;
    volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}
export interface PodSpec {
    automountServiceAccountToken: boolean;
    nodeSelector?: Record<string, string>;
    securityContext: Record<string, unknown>;
    containers: Container[];
    volumes?: Record<string, unknown>[];
}
export interface Deployment {
    image: string;
    flinkVersion: string;
    mode: string;
    serviceAccount: string;
    flinkConfiguration: Record<string, string>;
    podTemplate: { metadata: { labels: Record<string, string>; annotations: Record<string, string> }; spec: PodSpec };
    jobManager: Record<string, unknown>;
    taskManager: Record<string, unknown>;
    job: Record<string, unknown>;
}

export const specOf = (program: Program, job: string): Deployment =>
    program.one(deploymentType, `runtime-${job}`).inputs["spec"] as Deployment;
export const metadataOf = (one: Made) =>
    one.inputs["metadata"] as { name: string; namespace: string; annotations?: Record<string, string> };
export const policies = (program: Program) =>
    new Map(
        program
            .all(policyType)
            .map((one) => [
                metadataOf(one).name,
                one.inputs["spec"] as { ingress: Rule[]; egress: Rule[]; podSelector: { matchLabels: object } },
            ]),
    );
export interface Rule {
    from?: unknown;
    to?: { ipBlock?: { cidr: string; except: string[] } }[];
    ports: { port: number }[];
}

/** The pod spec of each pod that the layer makes, but those of the operator's chart. */
export function podsOf(program: Program): Map<string, PodSpec> {
    const cronJobs = program.all("kubernetes:batch/v1:CronJob").map((one): [string, PodSpec] => {
        const spec = one.inputs["spec"] as { jobTemplate: { spec: { template: { spec: PodSpec } } } };
        return [one.name, spec.jobTemplate.spec.template.spec];
    });
    return new Map([
        ["bronze", specOf(program, "bronze").podTemplate.spec],
        ["silver", specOf(program, "silver").podTemplate.spec],
        ...cronJobs,
    ]);
}
