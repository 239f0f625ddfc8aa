/**
 * What a layer promises to later layers: its stack outputs, as zod schemas. Later layers read them through
 * `upstream(layer)` and never copy them. The secret members are listed apart, because a StackReference makes a whole
 * output secret when any part of it is.
 */
import { z } from "zod";
import { TidegateError } from "../automation/core/errors";

/** Static credentials of an S3 interface; a secret output. */
export const s3Credentials = z.strictObject({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });
export type S3Credentials = z.infer<typeof s3Credentials>;

/** SASL user of a broker; a secret output. */
export const saslCredentials = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });
export type SaslCredentials = z.infer<typeof saslCredentials>;

/** Workloads that have an identity of their own; layers attach to it what the workload may do. */
export const workloads = ["flink", "catalog", "dbt"] as const;
export type Workload = (typeof workloads)[number];

/** Who a workload is: a service account, and what stands for it in the cloud. */
const workloadIdentity = z.strictObject({
    namespace: z.string().min(1),
    serviceAccount: z.string().min(1),
    /** IAM role that the workload runs as; null elsewhere than on AWS. */
    aws: z.strictObject({ roleName: z.string().min(1), roleArn: z.string().min(1) }).nullable(),
    /** Google service account that it impersonates. `member` as IAM wants it: `serviceAccount:…`. */
    gcp: z.strictObject({ email: z.string().min(1), member: z.string().min(1) }).nullable(),
    /** User-assigned managed identity that it is federated with. */
    azure: z.strictObject({ clientId: z.string().min(1), principalId: z.string().min(1) }).nullable(),
});
export type WorkloadIdentity = z.infer<typeof workloadIdentity>;

export const foundationContract = z.object({
    profile: z.enum(["kubeconfig", "eks", "gke", "aks"]),
    /** Of the cluster in its cloud; the context's name where it was adopted. */
    clusterName: z.string().min(1),
    /** YAML or JSON of a kubeconfig; a secret output, although those of the clouds hold no key. */
    kubeconfig: z.string().min(1),
    /** `https://…` of the tokens of its service accounts; null where nobody has said. */
    oidcIssuer: z.string().nullable(),
    /** By what runs in them. */
    namespaces: z.strictObject({
        flink: z.string().min(1),
        catalog: z.string().min(1),
        dbt: z.string().min(1),
        observability: z.string().min(1),
    }),
    identities: z.strictObject({ flink: workloadIdentity, catalog: workloadIdentity, dbt: workloadIdentity }),
    /** Where brokers and databases are put so that the cluster reaches them; null where it was adopted. */
    network: z
        .discriminatedUnion("cloud", [
            z.strictObject({
                cloud: z.literal("aws"),
                vpcId: z.string().min(1),
                /** One for each zone. */
                privateSubnetIds: z.array(z.string().min(1)).min(1),
                /** Of the nodes: what brokers and databases let in. */
                nodeSecurityGroupId: z.string().min(1),
            }),
            z.strictObject({
                cloud: z.literal("gcp"),
                /** `projects/P/global/networks/N`. */
                network: z.string().min(1),
                /** `projects/P/regions/R/subnetworks/S`. */
                subnetwork: z.string().min(1),
            }),
            z.strictObject({
                cloud: z.literal("azure"),
                resourceGroup: z.string().min(1),
                virtualNetworkId: z.string().min(1),
                nodeSubnetId: z.string().min(1),
                /** Of private endpoints. */
                endpointSubnetId: z.string().min(1),
                /** Delegated to flexible servers of PostgreSQL. */
                databaseSubnetId: z.string().min(1).optional(),
            }),
        ])
        .nullable(),
});
export type FoundationContract = z.infer<typeof foundationContract>;

/** What every storage promises, wherever it is. */
const anyStorage = {
    /** The bucket of the warehouse, e.g. `warehouse`; on Azure the container (file system). */
    bucket: z.string().min(1),
    region: z.string().min(1),
    /** URI prefix of tables, no trailing slash: `s3://…`, `gs://…`, `abfss://…`, or `file:///…` for the Hadoop catalog. */
    warehouse: z.string().min(1),
    /** URI prefixes, no trailing slash, of Flink's checkpoints and savepoints. */
    checkpoints: z.string().min(1),
    savepoints: z.string().min(1),
    /**
     * Properties of Iceberg's FileIO, as a catalog takes them (`io-impl`, `client.region`); none of them is secret.
     * Source: https://iceberg.apache.org/docs/1.10.1/aws/ and its pages of the other clouds.
     */
    fileIo: z.record(z.string(), z.string()),
    /** Settings of Flink's file system for checkpoints and savepoints (`s3.endpoint`); none of them is secret. */
    flinkFileSystem: z.record(z.string(), z.string()),
};

/** An S3 interface on this machine, reached with static credentials. */
export const s3InterfaceContract = z.object({
    profile: z.enum(["embedded", "docker"]),
    ...anyStorage,
    /** S3 endpoint as a URL with scheme, e.g. `http://127.0.0.1:8333`. */
    endpoint: z.url(),
    pathStyle: z.boolean(),
    ssl: z.boolean(),
    /** What else the storage process serves; only the catalog layer reads it. */
    services: z.strictObject({ masterAddress: z.string(), icebergRest: z.url() }).nullable(),
    credentials: s3Credentials,
    /** How the containers of other layers reach it, once they are in its network; absent where it is no container. */
    docker: z.strictObject({ network: z.string().min(1), endpoint: z.url() }).optional(),
});
export type S3InterfaceContract = z.infer<typeof s3InterfaceContract>;

/** A cloud's object storage, reached by the identity of each workload. */
export const cloudStorageContract = z.object({
    profile: z.enum(["s3", "gcs", "adls"]),
    ...anyStorage,
    /** Of checkpoints and savepoints: a bucket of its own, for what is in it lives by other rules. */
    checkpointBucket: z.string().min(1),
    /** The key that encrypts both: an ARN, a resource name, or the URL of a key. */
    encryptionKey: z.string().min(1),
    /** What the buckets stand in: null on AWS, the project on Google Cloud, the storage account on Azure. */
    account: z.string().nullable(),
});

export type CloudStorageContract = z.infer<typeof cloudStorageContract>;

export const storageContract = z.discriminatedUnion("profile", [s3InterfaceContract, cloudStorageContract]);
export type StorageContract = z.infer<typeof storageContract>;

/**
 * The storage of a platform on this machine, for what reaches it with its static credentials.
 * @throws TidegateError `storage-of-a-cloud`
 */
export function s3Interface<S extends Pick<StorageContract, "profile" | "warehouse">>(
    storage: S,
): Extract<S, { endpoint: unknown }> {
    if (storage.profile === "embedded" || storage.profile === "docker")
        return storage as unknown as Extract<S, { endpoint: unknown }>;
    throw new TidegateError(
        `The storage is ${storage.warehouse}: only the identities of its workloads reach it, nothing on this machine does.`,
        {
            code: "storage-of-a-cloud",
            hint: "Run what needs it where the workload runs: on the platform's cluster.",
        },
    );
}

export const securityProtocols = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] as const;
export const saslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "AWS_MSK_IAM"] as const;

export const brokerContract = z.object({
    profile: z.enum(["embedded", "docker", "msk", "confluent", "aiven", "google", "eventhubs", "external"]),
    /** `host:port[,host:port…]`. */
    bootstrapServers: z.string().min(1),
    securityProtocol: z.enum(securityProtocols),
    saslMechanism: z.enum(saslMechanisms).nullable(),
    /** PEM of the certificate authority that signed the broker's certificate, where it is not a public one. Not secret. */
    caPem: z.string().nullable(),
    /** File that holds `caPem`, absolute, readable by Flink; null where the JVM's trust store suffices. */
    caFile: z.string().nullable(),
    /** Further properties of Kafka's clients, none of them secret: `sasl.login.callback.handler.class`, `client.dns.lookup`. */
    clientProperties: z.record(z.string(), z.string()),
    topics: z.strictObject({
        events: z.string().min(1),
        deadLetters: z.string().min(1),
        probe: z.string().min(1),
        /** Those beside the data set's. @default none */
        more: z.array(z.string().min(1)).default([]),
    }),
    /** Null where clients come with a token of their identity, or with a secret that they look up by `secretRef`. */
    credentials: saslCredentials.nullable(),
    /** Where a workload finds user and password, e.g. `aws-sm://…`; null where it needs none. @default null */
    secretRef: z.string().min(1).nullable().default(null),
    /** The cluster as its cloud names it: an ARN, a resource name, an id. @default null */
    cluster: z.string().min(1).nullable().default(null),
    /** How the containers of other layers reach it, once they are in its network; absent where it is no container. */
    docker: z.strictObject({ network: z.string().min(1), bootstrapServers: z.string().min(1) }).optional(),
});
export type BrokerContract = z.infer<typeof brokerContract>;

export const catalogContract = z.discriminatedUnion("type", [
    z.object({
        profile: z.enum(["embedded", "docker", "lakekeeper", "external"]),
        type: z.literal("rest"),
        uri: z.url(),
        /** Warehouse as the catalog names it, e.g. `s3://lake`. */
        warehouse: z.string().min(1),
        /**
         * `sigv4`: requests are signed with the storage credentials. `oauth2`: clients get tokens for credentials that they
         * look up by `secretRef`. `serviceAccount`: clients come with the token of their service account on the cluster.
         */
        auth: z.discriminatedUnion("mode", [
            z.strictObject({ mode: z.literal("none") }),
            z.strictObject({ mode: z.literal("sigv4"), signingName: z.string(), signingRegion: z.string() }),
            z.strictObject({
                mode: z.literal("oauth2"),
                tokenEndpoint: z.url(),
                scope: z.string().nullable(),
                secretRef: z.string().min(1),
            }),
            z.strictObject({ mode: z.literal("serviceAccount"), audience: z.string().min(1) }),
        ]),
        /** Further properties of Iceberg's REST clients, none of them secret: `header.X-Iceberg-Access-Delegation`. */
        properties: z.record(z.string(), z.string()).optional(),
        /** Whether DuckDB can ATTACH it; otherwise tables are read by their metadata location. */
        attach: z.boolean(),
        /** How the containers of other layers reach it, once they are in its network; absent where it is no container. */
        docker: z.strictObject({ network: z.string().min(1), uri: z.url() }).optional(),
    }),
    z.object({
        profile: z.enum(["embedded"]),
        type: z.literal("hadoop"),
        /** `file:///…`, no trailing slash. */
        warehouse: z.string().min(1),
        attach: z.literal(false),
    }),
]);
export type CatalogContract = z.infer<typeof catalogContract>;

/** A Flink whose REST API and SQL gateway this machine reaches: its own, or somebody else's. */
export const flinkContract = z.object({
    profile: z.enum(["embedded", "docker", "external"]),
    /** JobManager's REST API and web UI. */
    flinkRest: z.url(),
    /** Flink SQL gateway, without the version path. */
    sqlGateway: z.url(),
    parallelism: z.number().int().min(1),
    savepoints: z.string().min(1),
    /** Streaming jobs that this layer keeps running, by `pipeline.name`. */
    jobs: z.array(z.string()),
    dbt: z.strictObject({ target: z.string(), duckdbFile: z.string(), threads: z.number().int().min(1) }),
    /** Where containers in its network scrape Flink's metrics, `host:port`; absent where it is no container. */
    docker: z.strictObject({ network: z.string().min(1), metrics: z.array(z.string().min(1)) }).optional(),
});
export type FlinkContract = z.infer<typeof flinkContract>;

/** Who starts dbt on a cluster: a CronJob, or an orchestrator that somebody runs. */
export const dbtRuntimes = ["kubernetes", "airflow", "dagster", "prefect"] as const;

/** Flink on the cluster, a FlinkDeployment for each job; only what runs on the cluster reaches it. */
export const clusterRuntimeContract = z.object({
    profile: z.literal("kubernetes"),
    /** Of the jobs. */
    namespace: z.string().min(1),
    /** Whose identity they have. */
    serviceAccount: z.string().min(1),
    parallelism: z.number().int().min(1),
    savepoints: z.string().min(1),
    jobs: z.array(
        z.strictObject({
            /** `pipeline.name`, which metrics carry as `job_name`. */
            name: z.string().min(1),
            /** Name of its FlinkDeployment. */
            deployment: z.string().min(1),
            kind: z.enum(["streaming", "batch"]),
        }),
    ),
    /** Milliseconds after which Flink gives a checkpoint up. */
    checkpointTimeoutMs: z.number().int().min(1),
    dbt: z.strictObject({
        runtime: z.enum(dbtRuntimes),
        namespace: z.string().min(1),
        /** Five fields of cron. */
        schedule: z.string().min(1),
        timeZone: z.string().min(1),
        /** Name of the CronJob; of the ConfigMap that holds the definition for an orchestrator. */
        object: z.string().min(1),
    }),
});
export type ClusterRuntimeContract = z.infer<typeof clusterRuntimeContract>;

export const runtimeContract = z.discriminatedUnion("profile", [flinkContract, clusterRuntimeContract]);
export type RuntimeContract = z.infer<typeof runtimeContract>;

/**
 * The runtime of a platform whose Flink this machine reaches by its REST API and its SQL gateway.
 * @throws TidegateError `runtime-of-a-cluster`
 */
export function flinkOnThisMachine<R extends Pick<RuntimeContract, "profile">>(
    runtime: R,
): Extract<R, { flinkRest: unknown }> {
    if (runtime.profile !== "kubernetes") return runtime as unknown as Extract<R, { flinkRest: unknown }>;
    throw new TidegateError("Flink runs on the platform's cluster: its REST API is reached from there alone.", {
        code: "runtime-of-a-cluster",
        hint: "Its jobs are FlinkDeployments that the operator keeps running, and dbt has a schedule: `kubectl get flinkdeployment`.",
    });
}

/** The name, in `metrics`, of the endpoint whose metrics are those of Flink jobs. */
export const jobMetrics = "flinkJobs";

/** Metrics that are read at URLs. */
export const metricsContract = z.object({
    profile: z.enum(["embedded", "docker"]),
    /** Where metrics are read: name → URL. */
    metrics: z.record(z.string(), z.url()),
    /** A Prometheus that scrapes them; absent where there is none. */
    prometheus: z.url().optional(),
});
export type MetricsContract = z.infer<typeof metricsContract>;

/** What the Prometheus operator and Grafana of a cluster are told. */
export const clusterObservabilityContract = z.object({
    profile: z.literal("kubernetes"),
    namespace: z.string().min(1),
    /** Names of PodMonitors and ServiceMonitors: what is scraped. */
    monitors: z.array(z.string().min(1)).min(1),
    /** Names of alerts. */
    alerts: z.array(z.string().min(1)).min(1),
    /** Names of ConfigMaps with dashboards. */
    dashboards: z.array(z.string().min(1)),
});

export type ClusterObservabilityContract = z.infer<typeof clusterObservabilityContract>;

export const observabilityContract = z.discriminatedUnion("profile", [metricsContract, clusterObservabilityContract]);
export type ObservabilityContract = z.infer<typeof observabilityContract>;

export const contracts = {
    foundation: foundationContract,
    storage: storageContract,
    broker: brokerContract,
    catalog: catalogContract,
    runtime: runtimeContract,
    observability: observabilityContract,
} as const;

export type Layer = keyof typeof contracts;
export type Contract<L extends Layer> = z.infer<(typeof contracts)[L]>;
export const layers = Object.keys(contracts) as Layer[];

/** The contracts that the gates and exercises of a platform on this machine read together. */
export interface Platform {
    readonly storage: S3InterfaceContract;
    readonly broker: BrokerContract;
    readonly catalog: CatalogContract;
    readonly runtime: FlinkContract;
}

/** The outputs of a stack as the contract of its layer, or an error that says which output is missing. */
export function parseContract<L extends Layer>(layer: L, stack: string, outputs: unknown): Contract<L> {
    const result = contracts[layer].safeParse(outputs);
    if (result.success) return result.data as Contract<L>;
    const empty = typeof outputs === "object" && outputs !== null && Object.keys(outputs).length === 0;
    throw new TidegateError(
        empty
            ? `Stack '${stack}' has no outputs: it was not deployed.`
            : `Stack '${stack}' does not fulfil the contract of its layer:\n${z.prettifyError(result.error)}`,
        {
            code: "contract-unfulfilled",
            hint: `Deploy it first: \`pulumi up -s ${stack}\`, or \`npx tidegate up\` for all.`,
        },
    );
}
