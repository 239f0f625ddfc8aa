/** The platforms that are rehearsed: each cloud with each broker, catalog and runtime of dbt that make sense with it. */
import type { Cloud } from "../../../stacks/settings/clouds";
import { pairwise, product, type Row } from "./pairwise";

type Settings = Readonly<Record<string, unknown>>;

interface Value {
    /** @default all */
    readonly clouds?: readonly Cloud[];
    /** What it says in the environment's file. */
    readonly settings: Settings | ((cloud: Cloud) => Settings);
}

/** Where each cloud's workloads look secrets up. */
const secretOf = (cloud: Cloud, name: string): string =>
    ({
        aws: `aws-sm://${name}`,
        gcp: `gcp-sm://example-lakehouse/${name}`,
        azure: `azure-kv://example-lakehouse/${name}`,
    })[cloud];

const driver = "192.0.2.0/24";

const clouds: Readonly<Record<Cloud, Value>> = {
    aws: {
        settings: {
            aws: { accountId: "123456789012", region: "eu-west-1" },
            foundation: { profile: "eks", version: "1.34", nat: "single", api: { publicCidrs: [driver] } },
            storage: { profile: "s3" },
        },
    },
    gcp: {
        settings: {
            gcp: { project: "example-lakehouse", region: "europe-west1" },
            foundation: { profile: "gke", mode: "standard", api: { publicCidrs: [driver] } },
            storage: { profile: "gcs" },
        },
    },
    azure: {
        settings: {
            azure: {
                subscriptionId: "00000000-0000-4000-8000-000000000001",
                tenantId: "00000000-0000-4000-8000-0000000000ff",
                location: "westeurope",
            },
            foundation: {
                profile: "aks",
                kubernetesVersion: "1.33",
                administrators: [{ objectId: "00000000-0000-4000-8000-0000000000aa" }],
                authorizedAddresses: [driver],
            },
            storage: { profile: "adls" },
        },
    },
};

const brokers = {
    msk: { clouds: ["aws"], settings: { broker: { profile: "msk" } } },
    "msk-serverless": { clouds: ["aws"], settings: { broker: { profile: "msk", cluster: { kind: "serverless" } } } },
    google: { clouds: ["gcp"], settings: { broker: { profile: "google" } } },
    eventhubs: { clouds: ["azure"], settings: { broker: { profile: "eventhubs" } } },
    "eventhubs-standard": { clouds: ["azure"], settings: { broker: { profile: "eventhubs", sku: "Standard" } } },
    confluent: { settings: { broker: { profile: "confluent", cloud: "aws", region: "eu-west-1" } } },
    aiven: {
        settings: {
            broker: {
                profile: "aiven",
                project: "example-streaming",
                cloudName: "aws-eu-west-1",
                allowedNetworks: ["203.0.113.0/24"],
            },
        },
    },
    external: {
        settings: (cloud) => ({
            broker: {
                profile: "external",
                bootstrapServers: "kafka.example.com:9094",
                saslMechanism: "SCRAM-SHA-512",
                secretRef: secretOf(cloud, "kafka"),
            },
        }),
    },
} satisfies Record<string, Value>;

const catalog = (auth: object) => ({
    catalog: {
        profile: "external",
        uri: "https://catalog.example.com/catalog",
        warehouse: "lake",
        attach: true,
        auth,
    },
});

const databases = { aws: "rds", gcp: "cloudsql", azure: "flexibleServer" } as const;

/** Another catalog is another line. */
const catalogs = {
    lakekeeper: {
        settings: (cloud) => ({
            catalog: {
                profile: "lakekeeper",
                acceptTermsOfUse: true,
                host: "catalog.example.com",
                ingress: { className: "nginx", tlsSecretName: "catalog-tls" },
                auth: { mode: "serviceAccount", operator: "env://LAKEKEEPER_TOKEN" },
                database: { kind: databases[cloud] },
            },
        }),
    },
    "external-account": { settings: catalog({ mode: "serviceAccount", audience: "lakekeeper" }) },
    "external-oauth2": {
        settings: (cloud) =>
            catalog({
                mode: "oauth2",
                tokenEndpoint: "https://login.example.com/oauth2/token",
                secretRef: secretOf(cloud, "catalog"),
            }),
    },
} satisfies Record<string, Value>;

const dbtOn = (runtime: string): Value => ({ settings: { dbt: { runtime } } });
const dbts = {
    kubernetes: dbtOn("kubernetes"),
    airflow: dbtOn("airflow"),
    dagster: dbtOn("dagster"),
    prefect: dbtOn("prefect"),
} satisfies Record<string, Value>;

const axes = { cloud: clouds, broker: brokers, catalog: catalogs, dbt: dbts };
type Axis = keyof typeof axes;

const valueOf = (axis: Axis, name: string): Value =>
    (axes[axis] as Readonly<Record<string, Value>>)[name] ?? { settings: {} };

const fits = (row: Row<Axis>): boolean =>
    (Object.keys(axes) as Axis[]).every(
        (axis) => valueOf(axis, row[axis]).clouds?.includes(row.cloud as Cloud) ?? true,
    );

export interface Cell {
    /** Of the environment. */
    readonly name: string;
    /** `aws msk external-account airflow` */
    readonly title: string;
    readonly file: Readonly<Record<string, unknown>>;
}

function cellOf(row: Row<Axis>, index: number): Cell {
    const name = `cell${String(index + 1).padStart(2, "0")}`;
    const parts = (Object.keys(axes) as Axis[]).map((axis) => {
        const { settings } = valueOf(axis, row[axis]);
        return typeof settings === "function" ? settings(row.cloud as Cloud) : settings;
    });
    return {
        name,
        title: Object.values(row).join(" "),
        file: {
            name,
            tags: { team: "lakehouse" },
            mode: "streaming_bronze",
            runtime: { profile: "kubernetes" },
            observability: { profile: "kubernetes" },
            ...(Object.assign({}, ...parts) as object),
        },
    };
}

const names = Object.fromEntries(Object.entries(axes).map(([axis, values]) => [axis, Object.keys(values)])) as Record<
    Axis,
    string[]
>;

export const everyCell = (): readonly Cell[] => product(names, fits).map(cellOf);
/** Each two choices together once. */
export const cells: readonly Cell[] = pairwise(product(names, fits)).map(cellOf);
