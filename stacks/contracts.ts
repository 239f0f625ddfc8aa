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

export const storageContract = z.object({
    profile: z.enum(["embedded"]),
    /** S3 endpoint as a URL with scheme, e.g. `http://127.0.0.1:8333`. */
    endpoint: z.url(),
    region: z.string().min(1),
    pathStyle: z.boolean(),
    ssl: z.boolean(),
    /** Bucket of the warehouse, e.g. `warehouse`. */
    bucket: z.string().min(1),
    /** URI prefix of tables, no trailing slash: `s3://warehouse`, or `file:///…` for the Hadoop catalog. */
    warehouse: z.string().min(1),
    /** URI prefixes, no trailing slash, of Flink's checkpoints and savepoints. */
    checkpoints: z.string().min(1),
    savepoints: z.string().min(1),
    /** What else the storage process serves; only the catalog layer reads it. */
    services: z.strictObject({ masterAddress: z.string(), icebergRest: z.url() }).nullable(),
    credentials: s3Credentials,
});
export type StorageContract = z.infer<typeof storageContract>;

export const securityProtocols = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] as const;
export const saslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "AWS_MSK_IAM"] as const;

export const brokerContract = z.object({
    profile: z.enum(["embedded"]),
    /** `host:port[,host:port…]`. */
    bootstrapServers: z.string().min(1),
    securityProtocol: z.enum(securityProtocols),
    saslMechanism: z.enum(saslMechanisms).nullable(),
    /** PEM of the certificate authority that signed the broker's certificate, where it is not a public one. Not secret. */
    caPem: z.string().nullable(),
    /** File that holds `caPem`, absolute, readable by Flink; null where the JVM's trust store suffices. */
    caFile: z.string().nullable(),
    /** Further client properties, none of them secret, e.g. `client.dns.lookup`. */
    clientProperties: z.record(z.string(), z.string()),
    topics: z.strictObject({ events: z.string().min(1), deadLetters: z.string().min(1), probe: z.string().min(1) }),
    credentials: saslCredentials.nullable(),
});
export type BrokerContract = z.infer<typeof brokerContract>;

export const catalogContract = z.discriminatedUnion("type", [
    z.object({
        profile: z.enum(["embedded"]),
        type: z.literal("rest"),
        uri: z.url(),
        /** Warehouse as the catalog names it, e.g. `s3://lake`. */
        warehouse: z.string().min(1),
        /** `sigv4`: requests are signed with the storage credentials. */
        auth: z.discriminatedUnion("mode", [
            z.strictObject({ mode: z.literal("none") }),
            z.strictObject({ mode: z.literal("sigv4"), signingName: z.string(), signingRegion: z.string() }),
        ]),
        /** Whether DuckDB can ATTACH it; otherwise tables are read by their metadata location. */
        attach: z.boolean(),
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

export const runtimeContract = z.object({
    profile: z.enum(["embedded"]),
    /** JobManager's REST API and web UI. */
    flinkRest: z.url(),
    /** Flink SQL gateway, without the version path. */
    sqlGateway: z.url(),
    parallelism: z.number().int().min(1),
    savepoints: z.string().min(1),
    /** Streaming jobs that this layer keeps running, by `pipeline.name`. */
    jobs: z.array(z.string()),
    dbt: z.strictObject({ target: z.string(), duckdbFile: z.string(), threads: z.number().int().min(1) }),
});
export type RuntimeContract = z.infer<typeof runtimeContract>;

/** The name, in `metrics`, of the endpoint whose metrics are those of Flink jobs. */
export const jobMetrics = "flinkJobs";

export const observabilityContract = z.object({
    profile: z.enum(["embedded"]),
    /** Where metrics are read: name → URL. */
    metrics: z.record(z.string(), z.url()),
});
export type ObservabilityContract = z.infer<typeof observabilityContract>;

export const contracts = {
    storage: storageContract,
    broker: brokerContract,
    catalog: catalogContract,
    runtime: runtimeContract,
    observability: observabilityContract,
} as const;

export type Layer = keyof typeof contracts;
export type Contract<L extends Layer> = z.infer<(typeof contracts)[L]>;
export const layers = Object.keys(contracts) as Layer[];

/** The contracts that the gates, exercises and SQL read together. */
export interface Platform {
    readonly storage: StorageContract;
    readonly broker: BrokerContract;
    readonly catalog: CatalogContract;
    readonly runtime: RuntimeContract;
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
