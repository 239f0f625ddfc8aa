/**
 * Which profiles of two axes can be in one whole platform, asked of stacks/fit: two go together where any platform with storage,
 * brokers, a catalog and Flink has both. Pure. Each profile is looked at as simple as it can be, and where clouds differ, of each.
 */
import { z } from "zod";
import { environmentSchema, type EnvironmentFile } from "../../../stacks/environment";
import { misfits } from "../../../stacks/fit";
import { axes, type Axis } from "./axes";

type Settings = Readonly<Record<string, unknown>>;

export interface Choice {
    readonly axis: Axis;
    readonly profile: string;
}

const driver = "192.0.2.0/24";
const workload = {
    aws: { roleName: "workload", roleArn: "arn:aws:iam::123456789012:role/workload" },
    gcp: { email: "workload@example-lakehouse.iam.gserviceaccount.com" },
    azure: {
        clientId: "00000000-0000-4000-8000-000000000001",
        principalId: "00000000-0000-4000-8000-000000000002",
    },
};
const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/theirs/providers";
const networks = [
    {
        cloud: "aws",
        vpcId: "vpc-1",
        privateSubnetIds: ["subnet-1", "subnet-2", "subnet-3"],
        nodeSecurityGroupId: "sg-1",
    },
    { cloud: "gcp", network: "projects/p/global/networks/n", subnetwork: "projects/p/regions/r/subnetworks/s" },
    {
        cloud: "azure",
        resourceGroup: "theirs",
        virtualNetworkId: `${subscription}/Microsoft.Network/virtualNetworks/n`,
        nodeSubnetId: `${subscription}/Microsoft.Network/virtualNetworks/n/subnets/nodes`,
        endpointSubnetId: `${subscription}/Microsoft.Network/virtualNetworks/n/subnets/endpoints`,
    },
];

/** What each profile says at least; several where it may be in several clouds. */
const samples: Readonly<Record<Axis, Readonly<Record<string, readonly Settings[]>>>> = {
    foundation: {
        kubeconfig: networks.map((network) => ({
            context: "theirs",
            network,
            identities: { flink: workload, catalog: workload, dbt: workload },
        })),
        eks: [{ api: { publicCidrs: [driver] } }],
        gke: [{ mode: "standard", api: { publicCidrs: [driver] } }],
        aks: [
            {
                administrators: [{ objectId: "00000000-0000-4000-8000-0000000000aa" }],
                authorizedAddresses: [driver],
            },
        ],
    },
    storage: { embedded: [{}], docker: [{}], s3: [{}], gcs: [{}], adls: [{}, { allowedAddresses: [driver] }] },
    broker: {
        embedded: [{}],
        docker: [{}],
        msk: [{}],
        google: [{}],
        eventhubs: [{}],
        confluent: [{ cloud: "aws", region: "eu-west-1" }],
        aiven: [{ project: "example-streaming", cloudName: "aws-eu-west-1", allowedNetworks: [driver] }],
        external: [{ bootstrapServers: "kafka.example.com:9094", securityProtocol: "SSL" }],
    },
    catalog: {
        embedded: [{ type: "rest" }, { type: "hadoop" }],
        docker: [{ acceptTermsOfUse: true }],
        lakekeeper: [
            {
                acceptTermsOfUse: true,
                host: "catalog.example.com",
                ingress: { className: "nginx" },
                auth: { mode: "serviceAccount", operator: "env://LAKEKEEPER_TOKEN" },
                database: { kind: "cluster" },
            },
        ],
        external: [{ uri: "https://catalog.example.com/catalog", warehouse: "lake", attach: true }],
    },
    runtime: {
        embedded: [{}],
        docker: [{}],
        kubernetes: [{}],
        external: [
            { flinkRest: "https://flink.example.com", sqlGateway: "https://sql.example.com", connector: "plain" },
        ],
    },
    observability: { embedded: [{}], docker: [{}], kubernetes: [{}] },
};

export const profilesOf = (axis: Axis): string[] => Object.keys(samples[axis]);

/** A platform may end before these. */
const optional: ReadonlySet<Axis> = new Set(["foundation", "observability"]);

/** `hadoop` is for this one alone. */
const common = {
    name: "local",
    mode: "streaming_bronze",
    aws: { accountId: "123456789012", region: "eu-west-1" },
    gcp: { project: "example-lakehouse", region: "europe-west1" },
    azure: {
        subscriptionId: "00000000-0000-4000-8000-000000000001",
        tenantId: "00000000-0000-4000-8000-0000000000ff",
        location: "westeurope",
    },
};

type Chosen = { readonly profile: string; readonly settings: unknown } | undefined;

interface Told {
    readonly chosen: Readonly<Record<Axis, string | undefined>>;
    readonly problems: readonly string[];
}

const keyOf = (choices: readonly Choice[]): string => choices.map(({ axis, profile }) => `${axis} ${profile}`).join();

export class Pairs {
    /** By pair, the platform with the fewest problems. */
    private readonly best = new Map<string, readonly string[]>();
    /** Platforms that were looked at. */
    readonly count: number;

    constructor() {
        const platforms = everyPlatform();
        this.count = platforms.length;
        for (const { chosen, problems } of platforms)
            for (const [first, second] of pairsOf(axes)) {
                const [one, other] = [chosen[first], chosen[second]];
                if (one === undefined || other === undefined) continue;
                const key = keyOf([
                    { axis: first, profile: one },
                    { axis: second, profile: other },
                ]);
                const known = this.best.get(key);
                if (known === undefined || problems.length < known.length) this.best.set(key, problems);
            }
    }

    /** Why two choices cannot be in one platform, in the nearest that has both; empty where they can. */
    against(one: Choice, other: Choice): readonly string[] {
        const key = keyOf([one, other].sort((a, b) => axes.indexOf(a.axis) - axes.indexOf(b.axis)));
        return this.best.get(key) ?? [];
    }
}

export const pairsOf = <T>(all: readonly T[]): (readonly [T, T])[] =>
    all.flatMap((first, index) => all.slice(index + 1).map((second) => [first, second] as const));

function everyPlatform(): readonly Told[] {
    const parsed = axes.map((axis): readonly (readonly [Axis, Chosen])[] => [
        ...(optional.has(axis) ? [[axis, undefined] as const] : []),
        ...Object.entries(samples[axis]).flatMap(([profile, variants]) =>
            variants.map(
                (settings) =>
                    [axis, { profile, settings: sectionOf(axis, { profile, ...settings }) }] as readonly [Axis, Chosen],
            ),
        ),
    ]);
    const base = environmentSchema.parse({ ...common, storage: { profile: "embedded" } });
    const every = parsed.reduce<readonly (readonly (readonly [Axis, Chosen])[])[]>(
        (sofar, choices) => sofar.flatMap((some) => choices.map((choice) => [...some, choice])),
        [[]],
    );
    return every.map((choices) => {
        const sections = choices.map(([axis, chosen]) => [axis, chosen?.settings] as const);
        const environment = { ...base, ...Object.fromEntries(sections) } as EnvironmentFile;
        const problems = [...misfits(environment)].map(({ path, message }) => `\`${path.join(".")}\`: ${message}`);
        const chosen = Object.fromEntries(choices.map(([axis, one]) => [axis, one?.profile])) as Told["chosen"];
        return { chosen, problems };
    });
}

/** As the schema of environment files understands it. */
const sectionOf = (axis: Axis, settings: Settings): unknown => sectionSchemas[axis].parse(settings);
const sectionSchemas = environmentSchema.shape satisfies Readonly<Record<Axis, z.ZodType>>;
