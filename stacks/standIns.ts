/**
 * Contracts of layers that do not exist yet, for previews only: right in shape, and recognisable wherever they turn up.
 */
import type { Contract, Layer } from "./contracts";
import type { EnvironmentFile } from "./environment";

const host = "stand-in.invalid";
const identity = { namespace: "stand-in", serviceAccount: "stand-in", aws: null, gcp: null, azure: null };

export const standIns = {
    foundation: {
        profile: "kubeconfig",
        clusterName: "stand-in",
        kubeconfig: `{"apiVersion":"v1","kind":"Config","clusters":[{"name":"stand-in","cluster":{"server":"https://${host}:1"}}]}`,
        oidcIssuer: null,
        namespaces: { flink: "stand-in", catalog: "stand-in", dbt: "stand-in", observability: "stand-in" },
        identities: { flink: identity, catalog: identity, dbt: identity },
        network: null,
    },
    storage: {
        profile: "embedded",
        endpoint: `http://${host}:1`,
        region: "us-east-1",
        pathStyle: true,
        ssl: false,
        bucket: "stand-in",
        warehouse: "s3://stand-in",
        checkpoints: "file:///stand-in/checkpoints",
        savepoints: "file:///stand-in/savepoints",
        fileIo: { "io-impl": "org.apache.iceberg.aws.s3.S3FileIO", "s3.endpoint": `http://${host}:1` },
        flinkFileSystem: {},
        services: { masterAddress: `${host}:1`, icebergRest: `http://${host}:1` },
        credentials: { accessKeyId: "stand-in-access-key", secretAccessKey: "stand-in-secret-key" },
    },
    broker: {
        profile: "embedded",
        bootstrapServers: `${host}:1`,
        securityProtocol: "PLAINTEXT",
        saslMechanism: null,
        caPem: null,
        caFile: null,
        clientProperties: {},
        topics: { events: "stand-in", deadLetters: "stand-in.dlq", probe: "stand-in.probe", more: [] },
        credentials: null,
        secretRef: null,
        cluster: null,
    },
    catalog: {
        profile: "embedded",
        type: "rest",
        uri: `http://${host}:1`,
        warehouse: "s3://stand-in",
        auth: { mode: "none" },
        attach: false,
    },
    runtime: {
        profile: "embedded",
        flinkRest: `http://${host}:1`,
        sqlGateway: `http://${host}:1`,
        parallelism: 1,
        savepoints: "file:///stand-in/savepoints",
        jobs: [],
        dbt: { target: "embedded", duckdbFile: "/stand-in/lakehouse.duckdb", threads: 1 },
    },
    observability: { profile: "embedded", metrics: {} },
} satisfies { readonly [L in Layer]: Contract<L> };

/** What containers have beside the members of a stand-in, by their layers. */
const inDocker = {
    storage: { services: null, docker: { network: "stand-in", endpoint: `http://${host}:1` } },
    broker: { docker: { network: "stand-in", bootstrapServers: `${host}:1` } },
    catalog: { warehouse: "stand-in", docker: { network: "stand-in", uri: `http://${host}:1` } },
    runtime: { docker: { network: "stand-in", metrics: [`${host}:1`] } },
    observability: { prometheus: `http://${host}:1` },
} satisfies { readonly [L in Exclude<Layer, "foundation">]: Partial<Contract<L>> };

const ofClouds = {
    s3: { scheme: "s3", separator: "://", account: null },
    gcs: { scheme: "gs", separator: "://", account: "stand-in" },
    adls: { scheme: "abfss", separator: "://stand-in@", account: "stand-in" },
} as const;

const role = { roleName: "stand-in", roleArn: "arn:aws:iam::000000000000:role/stand-in" };
const awsIdentity = { ...identity, aws: role };
const googleAccount = {
    email: "stand-in@stand-in.iam.gserviceaccount.com",
    member: "serviceAccount:stand-in@stand-in.iam.gserviceaccount.com",
};
const gcpIdentity = { ...identity, gcp: googleAccount };
const nobody = "00000000-0000-0000-0000-000000000000";
const azureIdentity = { ...identity, azure: { clientId: nobody, principalId: nobody } };
const azureNetworks = `/subscriptions/${nobody}/resourceGroups/stand-in/providers/Microsoft.Network/virtualNetworks`;

/** Of a cluster that a cloud runs: brokers and databases are put into its network. */
const foundationsOfClouds = {
    eks: {
        identities: { flink: awsIdentity, catalog: awsIdentity, dbt: awsIdentity },
        network: {
            cloud: "aws",
            vpcId: "vpc-stand-in",
            privateSubnetIds: ["subnet-stand-in-1", "subnet-stand-in-2", "subnet-stand-in-3"],
            nodeSecurityGroupId: "sg-stand-in",
        },
    },
    gke: {
        identities: { flink: gcpIdentity, catalog: gcpIdentity, dbt: gcpIdentity },
        network: {
            cloud: "gcp",
            network: "projects/stand-in/global/networks/stand-in",
            subnetwork: "projects/stand-in/regions/stand-in/subnetworks/stand-in",
        },
    },
    aks: {
        identities: { flink: azureIdentity, catalog: azureIdentity, dbt: azureIdentity },
        network: {
            cloud: "azure",
            resourceGroup: "stand-in",
            virtualNetworkId: `${azureNetworks}/stand-in`,
            nodeSubnetId: `${azureNetworks}/stand-in/subnets/nodes`,
            endpointSubnetId: `${azureNetworks}/stand-in/subnets/endpoints`,
            databaseSubnetId: `${azureNetworks}/stand-in/subnets/databases`,
        },
    },
} satisfies { readonly [profile: string]: Pick<Contract<"foundation">, "identities" | "network"> };

const runtimeOfACluster: Contract<"runtime"> = {
    profile: "kubernetes",
    namespace: "stand-in",
    serviceAccount: "stand-in",
    parallelism: 1,
    savepoints: "s3://stand-in/savepoints",
    jobs: [{ name: "stand-in", deployment: "stand-in", kind: "streaming" }],
    checkpointTimeoutMs: 600_000,
    dbt: {
        runtime: "kubernetes",
        namespace: "stand-in",
        schedule: "0 * * * *",
        timeZone: "Etc/UTC",
        object: "stand-in",
    },
};

const lakekeeper: Contract<"catalog"> = {
    profile: "lakekeeper",
    type: "rest",
    uri: `https://${host}/catalog`,
    warehouse: "stand-in",
    auth: { mode: "serviceAccount", audience: "stand-in" },
    attach: true,
};

const observabilityOfACluster: Contract<"observability"> = {
    profile: "kubernetes",
    namespace: "stand-in",
    monitors: ["stand-in"],
    alerts: ["stand-in"],
    dashboards: [],
};

/** The stand-in of a layer as an environment realises it. */
export function standInOf<L extends Layer>(environment: Pick<EnvironmentFile, Layer>, layer: L): Contract<L> {
    return realised(environment, layer) as Contract<L>;
}

function realised(environment: Pick<EnvironmentFile, Layer>, layer: Layer): Contract<Layer> {
    const profile = environment[layer]?.profile;
    if (layer === "storage" && profile !== undefined && profile in ofClouds) {
        const cloud = profile as keyof typeof ofClouds;
        const { scheme, separator, account } = ofClouds[cloud];
        const root = `${scheme}${separator}${host}`;
        return {
            profile: cloud,
            bucket: "stand-in",
            region: "stand-in",
            warehouse: `${root}/warehouse`,
            checkpoints: `${root}/checkpoints`,
            savepoints: `${root}/savepoints`,
            fileIo: standIns.storage.fileIo,
            flinkFileSystem: {},
            checkpointBucket: "stand-in",
            encryptionKey: "stand-in",
            account,
        };
    }
    if (layer === "foundation" && profile !== undefined && profile in foundationsOfClouds) {
        const cloud = profile as keyof typeof foundationsOfClouds;
        return { ...standIns.foundation, profile: cloud, ...foundationsOfClouds[cloud] };
    }

    // What an adopted cluster is in stands in the file.
    if (layer === "foundation" && environment.foundation?.profile === "kubeconfig")
        return { ...standIns.foundation, network: environment.foundation.network } as Contract<"foundation">;
    if (layer === "catalog" && profile === "lakekeeper") return lakekeeper;
    if (layer === "runtime" && profile === "kubernetes") return runtimeOfACluster;
    if (layer === "observability" && profile === "kubernetes") return observabilityOfACluster;
    const found = standIns[layer];
    if (profile === "docker" && layer !== "foundation")
        return { ...found, ...inDocker[layer], profile } as Contract<Layer>;
    return profile === undefined ? found : ({ ...found, profile } as Contract<Layer>);
}
