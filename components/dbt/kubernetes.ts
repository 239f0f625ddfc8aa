/** dbt on a cluster: by a CronJob, or rendered for an orchestrator that somebody runs. The same pod in each. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { dbtRuntimes, WorkloadIdentity } from "../../stacks/contracts";
import type { Upstream } from "../../stacks/layer";
import { dbtRules } from "../../stacks/settings/dbt";
import { demandArgs } from "../arguments";
import { tagsOf, withTransform, type CloudArgs } from "../cloud/args";
import { dbtPolicy, networkPolicy, portOf } from "../runtime/networkPolicies";
import { hashOf } from "../runtime/sqlConfigMap";
import { ExternalSecret, type SecretAccess } from "../secrets/externalSecret";
import { membersOf } from "../secrets/remoteRef";
import { dbtLabels, dbtPod, type DbtPod } from "./pod";
import { dbtProfile } from "./profile";
import { airflowDag, airflowFile } from "./render/airflow";
import { dagsterDefinitions, dagsterFile } from "./render/dagster";
import { prefectFlow, prefectFile } from "./render/prefect";
import type { Orchestrated } from "./render/python";

export type DbtRuntime = (typeof dbtRuntimes)[number];

export interface DbtOnClusterArgs extends CloudArgs {
    runtime: DbtRuntime;
    namespace: string;
    identity: WorkloadIdentity;
    /** Of the catalog, where it is on the cluster. */
    catalogNamespace: string;
    storage: Pick<Upstream<"storage">, "profile" | "region">;
    catalog: Upstream<"catalog">;
    /** By digest. */
    image: string;
    threads: number;
    /** Five fields of cron. */
    schedule: string;
    /** @default Etc/UTC */
    timeZone?: string;
    /** @default 60 */
    deadlineMinutes?: number;
    /** Of the volume with the DuckDB file. @default 20 */
    volumeGi?: number;
    /** How the cluster comes to the secret of the catalog. */
    access: SecretAccess;
}

const renderers: Readonly<
    Record<Exclude<DbtRuntime, "kubernetes">, { readonly file: string; readonly render: (of: Orchestrated) => string }>
> = {
    airflow: { file: airflowFile, render: airflowDag },
    dagster: { file: dagsterFile, render: dagsterDefinitions },
    prefect: { file: prefectFile, render: prefectFlow },
};

export class DbtOnCluster extends pulumi.ComponentResource {
    /** Name of the CronJob, or of the ConfigMap with the definition. */
    readonly object: pulumi.Output<string>;

    private readonly args: DbtOnClusterArgs;
    private readonly labels: Record<string, string>;

    /** @throws TidegateError `dbt-target-unfit`, `secret-ref-invalid` */
    constructor(name: string, args: DbtOnClusterArgs, options?: pulumi.ComponentResourceOptions) {
        demandArgs("dbt on the cluster", dbtRules, args);
        super("tidegate:dbt:OnCluster", name, {}, withTransform(args, options));
        this.args = args;
        this.labels = tagsOf(args, "runtime");

        const profiles = this.profiles(name);
        const claim = this.volume(name);
        const secret = this.catalogSecret(name);
        this.policy(name);
        const pod = this.pod(profiles.name, claim.name, secret?.name);
        const needed = [profiles.resource, claim.resource, ...(secret === undefined ? [] : [secret.resource])];
        this.object =
            args.runtime === "kubernetes"
                ? this.cronJob(name, pod, needed)
                : this.definition(name, args.runtime, pod, needed);
        this.registerOutputs({ object: this.object });
    }

    private metadata(name: string) {
        return { name, namespace: this.args.namespace, labels: this.labels };
    }

    /** Under another name when it changes: a run that has begun goes on with its own. */
    private profiles(name: string) {
        const { storage, catalog, threads } = this.args;
        const text = dbtProfile({ storage, catalog, threads });
        const named = `dbt-profiles-${hashOf(text).slice(0, 10)}`;
        const resource = new kubernetes.core.v1.ConfigMap(
            `${name}-profiles`,
            { metadata: this.metadata(named), immutable: true, data: { "profiles.yml": text } },
            { parent: this },
        );
        return { name: named, resource };
    }

    /** The marts: incremental, and read by whoever asks. One node at a time has it, as DuckDB has one writer. */
    private volume(name: string) {
        const protect = this.args.protectData ?? true;
        const resource = new kubernetes.core.v1.PersistentVolumeClaim(
            `${name}-data`,
            {
                metadata: {
                    ...this.metadata("dbt-data"),
                    // Bound when the first pod comes: waiting for it would be for ever.
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: `${this.args.volumeGi ?? 20}Gi` } },
                },
            },
            { parent: this, protect, retainOnDelete: protect },
        );
        return { name: "dbt-data", resource };
    }

    private catalogSecret(name: string) {
        const { catalog, namespace, access, environment, tags, identity } = this.args;
        if (catalog.type !== "rest" || catalog.auth.mode !== "oauth2") return undefined;
        const { externalSecret: resource } = new ExternalSecret(
            `${name}-catalog`,
            {
                environment,
                ...(tags === undefined ? {} : { tags }),
                ...access,
                layer: "runtime",
                secretName: "dbt-catalog",
                namespace,
                serviceAccount: identity.serviceAccount,
                values: membersOf(catalog.auth.secretRef, ["clientId", "clientSecret"]),
                files: { clientId: "{{ .clientId }}", clientSecret: "{{ .clientSecret }}" },
            },
            { parent: this },
        );
        return { name: "dbt-catalog", resource };
    }

    private policy(name: string): void {
        const { catalog, catalogNamespace } = this.args;
        const port = catalog.type === "rest" ? portOf(catalog.uri) : 443;
        networkPolicy(
            `${name}-policy`,
            this.metadata("dbt"),
            dbtPolicy(dbtLabels, { catalog: { namespace: catalogNamespace, port } }),
            { parent: this },
        );
    }

    private pod(profiles: string, claim: string, secretName: string | undefined): DbtPod {
        const { namespace, identity, image, catalog } = this.args;
        const auth = catalog.type === "rest" ? catalog.auth : undefined;
        return dbtPod({
            namespace,
            serviceAccount: identity.serviceAccount,
            identity,
            labels: this.labels,
            image,
            profiles,
            claim,
            catalog: {
                ...(auth?.mode === "serviceAccount" ? { audience: auth.audience } : {}),
                ...(secretName === undefined ? {} : { secretName }),
            },
        });
    }

    private cronJob(name: string, pod: DbtPod, dependsOn: pulumi.Resource[]): pulumi.Output<string> {
        const { schedule, timeZone = "Etc/UTC", deadlineMinutes = 60 } = this.args;
        const job = new kubernetes.batch.v1.CronJob(
            `${name}-build`,
            {
                metadata: this.metadata("dbt-build"),
                spec: {
                    schedule,
                    timeZone,
                    concurrencyPolicy: "Forbid",
                    startingDeadlineSeconds: 600,
                    successfulJobsHistoryLimit: 3,
                    failedJobsHistoryLimit: 5,
                    jobTemplate: {
                        spec: {
                            backoffLimit: 1,
                            activeDeadlineSeconds: deadlineMinutes * 60,
                            ttlSecondsAfterFinished: 7 * 86_400,
                            template: pod,
                        },
                    },
                },
            },
            { parent: this, dependsOn },
        );
        return job.metadata.name;
    }

    /** For whoever runs the orchestrator to mount or copy. */
    private definition(
        name: string,
        runtime: keyof typeof renderers,
        pod: DbtPod,
        dependsOn: pulumi.Resource[],
    ): pulumi.Output<string> {
        const { environment, namespace, schedule, timeZone = "Etc/UTC", deadlineMinutes = 60 } = this.args;
        const { file, render } = renderers[runtime];
        const text = render({ environment, namespace, pod, schedule, timeZone, deadlineMinutes });
        const definition = new kubernetes.core.v1.ConfigMap(
            `${name}-${runtime}`,
            { metadata: this.metadata(`dbt-${runtime}`), data: { [file]: text } },
            { parent: this, dependsOn },
        );
        return definition.metadata.name;
    }
}
