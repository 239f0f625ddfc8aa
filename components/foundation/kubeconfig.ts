/**
 * The foundation on a cluster that somebody else runs. Of the kubeconfig only one context is taken, with the files that it
 * names read into it: what later layers get works on every machine, and opens no other cluster.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { nearest } from "../../automation/core/yamlFile";
import { workloads, type FoundationContract, type Workload } from "../../stacks/contracts";
import { withTransform, type CloudArgs } from "../cloud/args";
import type { ContractOutputs } from "../embedded/contract";
import { identityAnnotations } from "../kubernetes/network";
import { kubeconfigPaths } from "./kubeconfigPaths";
import { serviceAccounts } from "./names";
import { ClusterServices, type ClusterServicesArgs, type OperatorArgs } from "./services";

/** Who a workload is in a cloud: made by somebody else, together with the trust in its service account. */
export interface AdoptedIdentity {
    /** IAM role with a trust in the cluster's issuer. @default none */
    aws?: { roleName: string; roleArn: string };
    /** Google service account that the service account may impersonate. @default none */
    gcp?: { email: string };
    /** User-assigned managed identity with a federated credential. @default none */
    azure?: { clientId: string; principalId: string };
}

export interface AdoptedClusterArgs extends CloudArgs {
    /** YAML or JSON with this context, as `readKubeconfig` gives it. */
    kubeconfig: pulumi.Input<string>;
    context: string;
    /** `https://…` of the cluster's tokens. @default nobody has said */
    oidcIssuer?: string;
    /** @default the workloads have no identity in any cloud */
    identities?: { readonly [W in Workload]?: AdoptedIdentity };
    /** Where brokers and databases are put so that the cluster reaches them. @default nobody has said */
    network?: FoundationContract["network"];
    quotas?: ClusterServicesArgs["quotas"];
    /** @default all of them are there already */
    operators?: OperatorArgs;
}

export class AdoptedCluster extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"foundation">;
    readonly services: ClusterServices;

    constructor(name: string, args: AdoptedClusterArgs, options?: pulumi.ComponentResourceOptions) {
        super("tidegate:foundation:AdoptedCluster", name, {}, withTransform(args, options));
        const { context, identities = {}, oidcIssuer = null, network = null } = args;
        const kubeconfig = pulumi.secret(args.kubeconfig);
        const provider = new kubernetes.Provider(`${name}-cluster`, { kubeconfig, context }, { parent: this });
        this.services = new ClusterServices(
            `${name}-services`,
            {
                environment: args.environment,
                tags: args.tags,
                protectData: args.protectData,
                quotas: args.quotas,
                accountAnnotations: Object.fromEntries(
                    workloads
                        .filter((workload) => identities[workload] !== undefined)
                        .map((workload) => [workload, annotations(identities[workload])]),
                ),
                operators: args.operators ?? { certManager: "adopt", externalSecrets: "adopt", prometheus: "adopt" },
            },
            { parent: this, providers: [provider] },
        );

        const { namespaces } = this.services;
        const identity = (workload: Workload) =>
            namespaces[workload].apply((namespace) => ({
                namespace,
                serviceAccount: serviceAccounts[workload],
                ...inClouds(identities[workload]),
            }));
        this.contract = {
            profile: pulumi.output("kubeconfig" as const),
            clusterName: pulumi.output(context),
            kubeconfig,
            oidcIssuer: pulumi.output(oidcIssuer),
            namespaces: pulumi.output(namespaces),
            identities: pulumi.output({
                flink: identity("flink"),
                catalog: identity("catalog"),
                dbt: identity("dbt"),
            }),
            network: pulumi.output(network),
        };
        this.registerOutputs({ contract: this.contract });
    }
}

function annotations({ aws, gcp, azure }: AdoptedIdentity = {}): Record<string, string> {
    return {
        ...(aws === undefined ? {} : { [identityAnnotations.aws]: aws.roleArn }),
        ...(gcp === undefined ? {} : { [identityAnnotations.gcp]: gcp.email }),
        ...(azure === undefined ? {} : { [identityAnnotations.azure]: azure.clientId }),
    };
}

const inClouds = ({ aws, gcp, azure }: AdoptedIdentity = {}) => ({
    aws: aws ?? null,
    gcp: gcp === undefined ? null : { email: gcp.email, member: `serviceAccount:${gcp.email}` },
    azure: azure ?? null,
});

const entry = <K extends string, T extends z.ZodType>(key: K, value: T) =>
    z.array(
        z.looseObject({ name: z.string(), [key]: value }) as unknown as z.ZodType<
            { name: string } & Record<K, z.infer<T>>
        >,
    );
const texts = z.record(z.string(), z.unknown());
const kubeconfigSchema = z.looseObject({
    clusters: entry("cluster", texts).nullish(),
    contexts: entry("context", z.looseObject({ cluster: z.string(), user: z.string() })).nullish(),
    users: entry("user", texts).nullish(),
});

/** Members that name a file, and the one that holds its content in base64. Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
const files = ["certificate-authority", "client-certificate", "client-key"] as const;

/** A cluster or a user of a kubeconfig, with the files that it names read into it. */
function inlined(member: Record<string, unknown>, file: string): Record<string, unknown> {
    const whole = { ...member };
    for (const key of files) {
        const path = whole[key];
        if (typeof path !== "string") continue;
        // What stands there as data comes first, as for kubectl.
        whole[`${key}-data`] ??= read(resolve(dirname(file), path)).toString("base64");
        delete whole[key];
    }
    const { tokenFile } = whole;
    if (typeof tokenFile === "string") whole["tokenFile"] = resolve(dirname(file), tokenFile);
    return whole;
}

function read(file: string): Buffer {
    try {
        return readFileSync(file);
    } catch (error) {
        throw new TidegateError(`The kubeconfig needs ${file}, which cannot be read: ${(error as Error).message}`, {
            code: "kubeconfig-invalid",
            hint: "`foundation.file` names the kubeconfig; without it the one of KUBECONFIG counts, else ~/.kube/config.",
            cause: error,
            exitCode: exitCodes.usage,
        });
    }
}

function parsed(file: string): unknown {
    const text = read(file).toString("utf8");
    try {
        return parse(text, { prettyErrors: false }) as unknown;
    } catch {
        // What the parser says holds a part of the file, and that may be a key.
        throw wrong(`${file} is no YAML.`, "`kubectl config view` shows whether kubectl can read it.");
    }
}

function wrong(message: string, hint: string): TidegateError {
    return new TidegateError(message, { code: "kubeconfig-invalid", hint, exitCode: exitCodes.usage });
}

/**
 * One context of a kubeconfig, as JSON that stands for itself.
 * @param file absolute or relative to `directory`; several, as in KUBECONFIG, are looked through in their order.
 *     @default KUBECONFIG, else ~/.kube/config
 * @throws TidegateError `kubeconfig-invalid`
 */
export function readKubeconfig(
    context: string,
    { file, directory, variables = process.env }: { file?: string; directory: string; variables?: NodeJS.ProcessEnv },
): string {
    const named = file ?? (variables["KUBECONFIG"] || join(homedir(), ".kube", "config"));
    const all = kubeconfigPaths(named, directory).map((from) => {
        const result = kubeconfigSchema.safeParse(parsed(from));
        if (result.success) return { from, ...result.data };
        throw wrong(`${from} is no kubeconfig:\n${z.prettifyError(result.error)}`, "`kubectl config view` shows one.");
    });
    const found = all.flatMap(({ contexts }) => contexts ?? []).find(({ name }) => name === context)?.context;
    if (found === undefined) {
        const names = all.flatMap(({ contexts }) => (contexts ?? []).map(({ name }) => name));
        throw wrong(
            `${named} has no context '${context}'.`,
            nearest(context, names) || `It has ${names.join(", ") || "none"}.`,
        );
    }
    const clusters = all.flatMap(({ from, clusters: some }) => (some ?? []).map((one) => ({ from, ...one })));
    const users = all.flatMap(({ from, users: some }) => (some ?? []).map((one) => ({ from, ...one })));
    const cluster = clusters.find(({ name }) => name === found.cluster);
    const user = users.find(({ name }) => name === found.user);
    if (cluster === undefined || user === undefined)
        throw wrong(
            `The context '${context}' names the ${cluster === undefined ? `cluster '${found.cluster}'` : `user '${found.user}'`}, which ${named} does not have.`,
            "`kubectl config view` shows what there is.",
        );
    if (cluster.cluster["insecure-skip-tls-verify"] === true)
        throw wrong(
            `The context '${context}' does not check whether its cluster is the one that it says.`,
            "Give it the cluster's certificate-authority instead of insecure-skip-tls-verify.",
        );
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": context,
        contexts: [{ name: context, context: found }],
        clusters: [{ name: found.cluster, cluster: inlined(cluster.cluster, cluster.from) }],
        users: [{ name: found.user, user: inlined(user.user, user.from) }],
    });
}
