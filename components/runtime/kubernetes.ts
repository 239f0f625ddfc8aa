/** The runtime layer on Kubernetes: the Flink operator, a FlinkDeployment for each job, dbt. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import type { Upstream } from "../../stacks/layer";
import { mounted } from "../../sql/cluster";
import { kubernetes as settings } from "../../stacks/settings/runtime/kubernetes";
import { demandArgs, rulesOf } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { DbtOnCluster, type DbtRuntime } from "../dbt/kubernetes";
import type { ContractOutputs } from "../embedded/contract";
import { identityLabels } from "../kubernetes/restricted";
import { ExternalSecret, type SecretAccess } from "../secrets/externalSecret";
import { membersOf } from "../secrets/remoteRef";
import { batchRefresh } from "./batchRefresh";
import {
    batchConfiguration,
    streamingConfiguration,
    type Autoscaler,
    type JobConfiguration,
} from "./clusterConfiguration";
import { flinkDeployment } from "./flinkDeployment";
import { FlinkOperator } from "./flinkOperator";
import { kafkaLogin } from "./kafkaLogin";
import { jobPolicy, networkPolicy, operatorPolicy, portOf, type Reach } from "./networkPolicies";
import type { Mount } from "./podTemplate";
import { resourceClasses, type ResourceClassName } from "./resourceClasses";
import { sqlConfigMap } from "./sqlConfigMap";

/** A job of the data set's pipeline. */
export interface ClusterJob {
    /** `bronze` or `silver`: of its FlinkDeployment. It says nothing of the data set, so that no change of that makes another. */
    job: string;
    /** `pipeline.name`. */
    name: string;
    kind: "streaming" | "batch";
    /** As the renderer makes them. */
    statements: pulumi.Output<readonly string[]>;
}

export interface KubernetesRuntimeArgs extends CloudArgs {
    foundation: Pick<Upstream<"foundation">, "namespaces" | "identities">;
    storage: Upstream<"storage">;
    broker: Upstream<"broker">;
    catalog: Upstream<"catalog">;
    jobs: readonly ClusterJob[];
    /** By digest. */
    images: { flink: string; dbt: string };
    /** Of Flink in the image, e.g. `2.0.0`. */
    flinkVersion: string;
    /** @default 2 */
    parallelism?: number;
    /** @default 2 */
    taskSlots?: number;
    /** @default small */
    resourceClass?: ResourceClassName;
    /** Labels of the nodes that jobs run on. @default any node will do */
    nodeLabels?: Readonly<Record<string, string>>;
    /** @default 60 */
    checkpointIntervalSeconds?: number;
    /** @default 600 */
    checkpointTimeoutSeconds?: number;
    /** @default off */
    autoscaler?: Autoscaler;
    /** Of batch jobs: five fields of cron, in UTC. @default every half hour */
    silverSchedule?: string;
    /** @default install */
    operator?: "install" | "adopt";
    /** @default install */
    operatorCrds?: "install" | "adopt";
    /** @default monitoring */
    monitoringNamespace?: string;
    /** How the cluster comes to the secrets that contracts name. @default nothing is said, which does for Google Cloud and Kubernetes */
    secretAccess?: SecretAccess;
    dbt: {
        runtime: DbtRuntime;
        threads: number;
        schedule: string;
        timeZone: string;
        deadlineMinutes: number;
        volumeGi: number;
    };
}

const off: Autoscaler = { enabled: false, maxParallelism: 1, targetUtilization: 0.7 };

export class KubernetesRuntime extends pulumi.ComponentResource {
    readonly contract: Extract<ContractOutputs<"runtime">, { namespace: unknown }>;

    private readonly args: KubernetesRuntimeArgs;
    private readonly labels: Record<string, string>;
    private readonly namespace: string;
    private readonly reach: Reach;

    /** @throws TidegateError `checkpoints-unreachable`, `identity-missing`, and those of its parts */
    constructor(name: string, args: KubernetesRuntimeArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("Flink on the cluster", rulesOf(settings), args);
        super("tidegate:runtime:Kubernetes", name, {}, withTransform(args, options));
        refuseUnreachable(args);
        this.args = args;
        this.labels = tagsOf(args, "runtime");
        this.namespace = args.foundation.namespaces.flink;
        this.reach = this.reached();

        const operator = this.operator(name);
        const mounts = this.mounts(name);
        const account = this.highAvailability(name);
        for (const job of args.jobs) this.policy(name, job);
        const deployed = this.deploy(name, mounts, [...operator, ...mounts.resources, account]);
        this.refresh(name, deployed);
        const dbt = this.dbt(name);

        this.contract = {
            profile: pulumi.output("kubernetes" as const),
            namespace: pulumi.output(this.namespace),
            serviceAccount: pulumi.output(args.foundation.identities.flink.serviceAccount),
            parallelism: pulumi.output(args.parallelism ?? 2),
            savepoints: pulumi.output(args.storage.savepoints),
            jobs: pulumi.output(
                args.jobs.map(({ name: named, job, kind }) => ({ name: named, deployment: job, kind })),
            ),
            checkpointTimeoutMs: pulumi.output((args.checkpointTimeoutSeconds ?? 600) * 1000),
            dbt: dbt.object.apply((object) => ({
                runtime: args.dbt.runtime,
                namespace: args.foundation.namespaces.dbt,
                schedule: args.dbt.schedule,
                timeZone: args.dbt.timeZone,
                object,
            })),
        };
        this.registerOutputs({ contract: this.contract });
    }

    private reached(): Reach {
        const { catalog, foundation, monitoringNamespace = "monitoring" } = this.args;
        const port = catalog.type === "rest" ? portOf(catalog.uri) : 443;
        return {
            catalog: { namespace: foundation.namespaces.catalog, port },
            monitoring: [foundation.namespaces.observability, monitoringNamespace],
        };
    }

    private operator(name: string): readonly pulumi.Resource[] {
        const { operator = "install", operatorCrds = "install", environment, tags, protectData } = this.args;
        if (operator === "adopt") return [];
        const metadata = { name: "flink-operator", namespace: this.namespace, labels: this.labels };
        const policy = networkPolicy(`${name}-operator-policy`, metadata, operatorPolicy(this.reach), { parent: this });
        const { ready } = new FlinkOperator(
            `${name}-operator`,
            {
                environment,
                ...(tags === undefined ? {} : { tags }),
                ...(protectData === undefined ? {} : { protectData }),
                namespace: this.namespace,
                crds: operatorCrds,
            },
            { parent: this, dependsOn: [policy] },
        );
        return ready;
    }

    /** What the pods of all jobs read beside their SQL. */
    private mounts(name: string): { mounts: Mount[]; resources: pulumi.Resource[]; login: boolean } {
        const { broker, secretAccess: access = {}, foundation } = this.args;
        const { namespace, labels } = this;
        const { serviceAccount } = foundation.identities.flink;
        const login = kafkaLogin(
            `${name}-kafka`,
            { broker, of: this.of(), namespace, labels, serviceAccount, access },
            { parent: this },
        );
        const catalog = this.catalogMount(name);
        return {
            login: broker.saslMechanism !== null,
            resources: [
                ...(login === undefined ? [] : [login.resource]),
                ...(catalog?.resource === undefined ? [] : [catalog.resource]),
            ],
            mounts: [
                ...(login === undefined
                    ? []
                    : [{ name: "kafka", path: mounted.kafka, volume: { secret: { secretName: login.secretName } } }]),
                ...(catalog === undefined ? [] : [{ name: "catalog", path: mounted.catalog, volume: catalog.volume }]),
            ],
        };
    }

    private catalogMount(name: string): { volume: Mount["volume"]; resource?: pulumi.Resource } | undefined {
        const { catalog } = this.args;
        if (catalog.type !== "rest") return undefined;
        const { auth } = catalog;
        if (auth.mode === "serviceAccount") {
            const { audience } = auth;
            const token = { serviceAccountToken: { audience, expirationSeconds: 3600, path: "token" } };
            return { volume: { projected: { sources: [token] } } };
        }
        if (auth.mode !== "oauth2") return undefined;
        const secretName = "flink-catalog";
        const { externalSecret: resource } = new ExternalSecret(
            `${name}-catalog`,
            {
                ...this.of(),
                ...this.args.secretAccess,
                layer: "runtime",
                secretName,
                namespace: this.namespace,
                serviceAccount: this.args.foundation.identities.flink.serviceAccount,
                values: membersOf(auth.secretRef, ["clientId", "clientSecret"]),
                files: { credential: "{{ .clientId }}:{{ .clientSecret }}" },
            },
            { parent: this },
        );
        return { volume: { secret: { secretName } }, resource };
    }

    /** Whose the objects are. */
    private of(): Pick<CloudArgs, "environment" | "tags"> {
        const { environment, tags } = this.args;
        return { environment, ...(tags === undefined ? {} : { tags }) };
    }

    /** The account of the jobs is the foundation's; all that it may do in Kubernetes is to keep its leader in ConfigMaps. */
    private highAvailability(name: string): pulumi.Resource {
        const metadata = { name: "flink-high-availability", namespace: this.namespace, labels: this.labels };
        const role = new kubernetes.rbac.v1.Role(
            `${name}-role`,
            {
                metadata,
                rules: [
                    {
                        apiGroups: [""],
                        resources: ["configmaps"],
                        verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
                    },
                ],
            },
            { parent: this },
        );
        const { serviceAccount, namespace } = this.args.foundation.identities.flink;
        return new kubernetes.rbac.v1.RoleBinding(
            `${name}-role-binding`,
            {
                metadata,
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
                subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
            },
            { parent: this },
        );
    }

    private policy(name: string, { job, kind }: ClusterJob): void {
        const metadata = { name: `flink-${job}`, namespace: this.namespace, labels: this.labels };
        const spec = jobPolicy(job, this.reach, this.args.broker.bootstrapServers, kind === "streaming");
        networkPolicy(`${name}-${job}-policy`, metadata, spec, { parent: this });
    }

    /** One after the other: silver reads the table that bronze makes. */
    private deploy(
        name: string,
        { mounts, login }: { mounts: readonly Mount[]; login: boolean },
        needed: readonly pulumi.Resource[],
    ): ReadonlyMap<string, pulumi.Resource> {
        const { args, namespace, labels } = this;
        const { identities } = args.foundation;
        const configuration = this.configuration(login);
        const deployed = new Map<string, pulumi.Resource>();
        for (const { job, kind, statements } of args.jobs) {
            const sql = sqlConfigMap(`${name}-${job}-sql`, { job, namespace, labels, statements }, { parent: this });
            const deployment = flinkDeployment(
                `${name}-${job}`,
                {
                    job,
                    kind,
                    namespace,
                    labels,
                    podLabels: identityLabels(identities.flink),
                    serviceAccount: identities.flink.serviceAccount,
                    image: args.images.flink,
                    flinkVersion: args.flinkVersion,
                    sql,
                    configuration: configuration[kind],
                    mounts,
                    resources: resourceClasses[args.resourceClass ?? "small"],
                    ...(args.nodeLabels === undefined ? {} : { nodes: args.nodeLabels }),
                    parallelism: args.parallelism ?? 2,
                    protect: kind === "streaming" && (args.protectData ?? true),
                },
                { parent: this, dependsOn: [...needed, ...deployed.values()] },
            );
            deployed.set(job, deployment);
        }
        return deployed;
    }

    private configuration(login: boolean): Record<ClusterJob["kind"], Record<string, string>> {
        const {
            storage,
            broker,
            taskSlots = 2,
            checkpointIntervalSeconds = 60,
            checkpointTimeoutSeconds = 600,
        } = this.args;
        const job: JobConfiguration = {
            checkpoints: storage.checkpoints,
            savepoints: storage.savepoints,
            fileSystem: storage.flinkFileSystem,
            taskSlots,
            checkpointIntervalSeconds,
            checkpointTimeoutSeconds,
            login,
            tokenEndpoint: broker.clientProperties["sasl.oauthbearer.token.endpoint.url"],
        };
        return {
            streaming: streamingConfiguration(job, this.args.autoscaler ?? off),
            batch: batchConfiguration(job),
        };
    }

    private refresh(name: string, deployed: ReadonlyMap<string, pulumi.Resource>): void {
        const { jobs, images, silverSchedule = "*/30 * * * *" } = this.args;
        for (const { job } of jobs.filter(({ kind }) => kind === "batch")) {
            const deployment = deployed.get(job);
            batchRefresh(
                `${name}-${job}-refresh`,
                { job, namespace: this.namespace, labels: this.labels, image: images.dbt, schedule: silverSchedule },
                { parent: this, ...(deployment === undefined ? {} : { dependsOn: [deployment] }) },
            );
        }
    }

    private dbt(name: string): DbtOnCluster {
        const { environment, tags, protectData, foundation, storage, catalog, images, dbt } = this.args;
        return new DbtOnCluster(
            `${name}-dbt`,
            {
                environment,
                ...(tags === undefined ? {} : { tags }),
                ...(protectData === undefined ? {} : { protectData }),
                ...dbt,
                namespace: foundation.namespaces.dbt,
                catalogNamespace: foundation.namespaces.catalog,
                identity: foundation.identities.dbt,
                storage,
                catalog,
                image: images.dbt,
                access: this.args.secretAccess ?? {},
            },
            { parent: this },
        );
    }
}

/** What would come up and never work. */
function refuseUnreachable({ storage, broker, foundation }: KubernetesRuntimeArgs): void {
    const keys = Object.keys(storage.flinkFileSystem);
    if (storage.profile === "adls" && !keys.some((key) => key.startsWith("fs.azure.")))
        throw new TidegateError(
            `Flink cannot write its checkpoints to ${storage.checkpoints}: its plugin for Azure does not know workload identity.`,
            {
                code: "checkpoints-unreachable",
                hint: "The storage has to name another way in its flinkFileSystem: `fs.azure.account.auth.type` and what belongs to it.",
                exitCode: exitCodes.usage,
            },
        );
    if (broker.saslMechanism === "AWS_MSK_IAM" && foundation.identities.flink.aws === null)
        throw new TidegateError("Flink has no IAM role by which it could log in at Amazon MSK.", {
            code: "identity-missing",
            hint: "The foundation has to name one: identities.flink.aws. A cluster of EKS has it.",
            exitCode: exitCodes.usage,
        });
}
