import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../../automation/core/errors";
import { GkeCluster, type GkeClusterArgs } from "../../../components/foundation/gke";
import { namespacesOf } from "../../../components/foundation/names";
import { contracts, type FoundationContract } from "../../../stacks/contracts";
import { gke } from "../../../stacks/settings/foundation/gke";
import { account, granted, labels, making, ofType, only, sorted, transformsOf, type Made, type Program } from "../gcp";

const base = { environment: "prod", account, tags: { team: "a" } };
const namespaces = Object.fromEntries(
    Object.entries(namespacesOf("prod")).map(([name, value]) => [name, pulumi.output(value)]),
) as unknown as Parameters<GkeCluster["contract"]>[0];

const build = (changes: Partial<GkeClusterArgs>, options?: pulumi.ComponentResourceOptions) => {
    const cluster = new GkeCluster("foundation", { ...base, ...changes }, options);
    return { cluster, contract: cluster.contract(namespaces) };
};
type Built = ReturnType<typeof build>;
const make = (changes: Partial<GkeClusterArgs> = {}): Promise<Program<Built>> => making(() => build(changes));

const clusterOf = ({ made }: Program<Built>): Made => only(made, "container/cluster:Cluster");

for (const mode of ["autopilot", "standard"] as const)
    describe(`GkeCluster, ${mode}`, () => {
        let program: Program<Built>;
        let made: readonly Made[];
        let contract: FoundationContract;
        before(async () => {
            ({ made } = program = await make({ mode }));
            contract = contracts.foundation.parse(program.contract);
        });
        const cluster = () => clusterOf(program).inputs;
        const emailOf = (workload: string) => `prod-${workload}@acme-lakehouse.iam.gserviceaccount.com`;

        it("fulfils the contract of the layer", () => {
            const { kubeconfig: _, ...told } = contract;
            const identity = (workload: "flink" | "catalog" | "dbt", serviceAccount: string) => ({
                namespace: `prod-${workload}`,
                serviceAccount,
                aws: null,
                gcp: { email: emailOf(workload), member: `serviceAccount:${emailOf(workload)}` },
                azure: null,
            });
            assert.deepEqual(told, {
                profile: "gke",
                clusterName: "tidegate-prod",
                oidcIssuer:
                    "https://container.googleapis.com/v1/projects/acme-lakehouse/locations/europe-west1/clusters/tidegate-prod",
                namespaces: namespacesOf("prod"),
                identities: {
                    flink: identity("flink", "flink"),
                    catalog: identity("catalog", "lakekeeper"),
                    dbt: identity("dbt", "dbt"),
                },
                network: {
                    cloud: "gcp",
                    network: "projects/acme-lakehouse/global/networks/tidegate-prod",
                    subnetwork: "projects/acme-lakehouse/regions/europe-west1/subnetworks/tidegate-prod",
                },
            });
        });

        it("tells by its kubeconfig how to get a token, and no key; secret all the same", () => {
            assert.deepEqual(program.secrets, ["kubeconfig"]);
            const { users, clusters } = JSON.parse(contract.kubeconfig) as {
                users: { user: { exec?: { command: string; interactiveMode: string } } }[];
                clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
            };
            assert.equal(users[0]?.user.exec?.command, "gke-gcloud-auth-plugin");
            assert.deepEqual(Object.keys(users[0]?.user ?? {}), ["exec"]);
            assert.match(clusters[0]?.cluster.server ?? "", /^https:\/\/10\.0\.0\.\d+$/);
            assert.ok((clusters[0]?.cluster["certificate-authority-data"] ?? "") !== "");
        });

        it("has private nodes, and a control plane that only its own network reaches", () => {
            assert.deepEqual(cluster()["privateClusterConfig"], {
                enablePrivateNodes: true,
                enablePrivateEndpoint: true,
            });
            assert.deepEqual(cluster()["masterAuthorizedNetworksConfig"], {
                cidrBlocks: [],
                gcpPublicCidrsAccessEnabled: false,
                privateEndpointEnforcementEnabled: true,
            });
            assert.deepEqual(cluster()["controlPlaneEndpointsConfig"], {
                dnsEndpointConfig: { allowExternalTraffic: false },
            });
        });

        it("is regional, in a subnetwork of its own with ranges for pods and services, and a way out", () => {
            assert.equal(cluster()["location"], "europe-west1");
            const subnetwork = only(made, "Subnetwork");
            assert.equal(cluster()["subnetwork"], subnetwork.id);
            assert.equal(only(made, "Network").inputs["autoCreateSubnetworks"], false);
            assert.equal(subnetwork.inputs["privateIpGoogleAccess"], true);
            assert.deepEqual(subnetwork.inputs["secondaryIpRanges"], [
                { rangeName: "pods", ipCidrRange: "10.4.0.0/14" },
                { rangeName: "services", ipCidrRange: "10.8.0.0/20" },
            ]);
            assert.deepEqual(cluster()["ipAllocationPolicy"], {
                clusterSecondaryRangeName: "pods",
                servicesSecondaryRangeName: "services",
            });
            assert.deepEqual(only(made, "RouterNat").inputs["subnetworks"], [
                { name: subnetwork.id, sourceIpRangesToNats: ["ALL_IP_RANGES"] },
            ]);
            assert.ok(clusterOf(program).after.includes("foundation-network-nat"));
        });

        it("encrypts Kubernetes' secrets with a key of its own, which its agent may use before there is a cluster", () => {
            const key = only(made, "CryptoKey");
            assert.deepEqual(cluster()["databaseEncryption"], { state: "ENCRYPTED", keyName: key.id });
            assert.match(
                granted(made, "CryptoKeyIAMMember").join(),
                /^roles\/cloudkms\.cryptoKeyEncrypterDecrypter to serviceAccount:service-\d+@container-engine-robot\.iam\.gserviceaccount\.com$/,
            );
            assert.ok(clusterOf(program).after.includes("foundation-key-use"));
        });

        it("has nodes with an account of their own that writes logs and reads images, and nothing else", () => {
            const nodes = emailOf("nodes");
            assert.deepEqual(granted(made, "projects/iAMMember:IAMMember"), [
                `roles/artifactregistry.reader to serviceAccount:${nodes}`,
                `roles/container.defaultNodeServiceAccount to serviceAccount:${nodes}`,
            ]);
            assert.ok(!JSON.stringify(made).includes("compute@developer.gserviceaccount.com"));
        });

        it("lets each workload's account on the cluster impersonate its own service account alone", () => {
            const members = sorted(ofType(made, "serviceaccount/iAMMember:IAMMember"));
            assert.deepEqual(
                members.map(({ inputs }) => [inputs["serviceAccountId"], inputs["role"], inputs["member"]]),
                [
                    ["catalog", "lakekeeper"],
                    ["dbt", "dbt"],
                    ["flink", "flink"],
                ].map(([workload, own]) => [
                    `projects/acme-lakehouse/serviceAccounts/${emailOf(workload ?? "")}`,
                    "roles/iam.workloadIdentityUser",
                    `serviceAccount:acme-lakehouse.svc.id.goog[prod-${workload ?? ""}/${own ?? ""}]`,
                ]),
            );
            for (const { after } of members) assert.ok(after.includes("foundation-cluster"), "the pool is there first");
        });

        it("tells the cluster by annotations whose service account is whose", async () => {
            const { flink } = program.component.cluster.accountAnnotations;
            const email = await new Promise((resolve) => flink["iam.gke.io/gcp-service-account"]?.apply(resolve));
            assert.equal(email, emailOf("flink"));
        });

        it("cannot be deleted", async () => {
            assert.equal(cluster()["deletionProtection"], true);
            assert.equal(clusterOf(program).protect, true);
            const open = clusterOf(await make({ mode, protectData: false }));
            assert.deepEqual([open.inputs["deletionProtection"], open.protect], [false, false]);
        });

        it("gets its versions from a channel", () => {
            assert.deepEqual(cluster()["releaseChannel"], { channel: "REGULAR" });
        });

        it("labels everything that takes labels", () => {
            const found = labels(made);
            assert.deepEqual([...found.keys()].sort(), ["foundation-cluster", "foundation-key"]);
            const own = { team: "a", environment: "prod", layer: "foundation", "managed-by": "tidegate" };
            for (const [name, one] of found) assert.deepEqual(one, own, name);
            for (const { inputs } of ofType(made, "NodePool"))
                assert.deepEqual((inputs["nodeConfig"] as { resourceLabels: unknown }).resourceLabels, own);
        });
    });

describe("GkeCluster, modes", () => {
    it("tells an Autopilot cluster nothing that it refuses to be told, and makes no pools", async () => {
        const { made } = await make({ mode: "autopilot" });
        const { inputs } = only(made, "container/cluster:Cluster");
        assert.equal(inputs["enableAutopilot"], true);
        for (const name of ["enableShieldedNodes", "removeDefaultNodePool", "workloadIdentityConfig", "nodeConfig"])
            assert.equal(inputs[name], undefined, name);
        assert.match(JSON.stringify(inputs["clusterAutoscaling"]), /prod-nodes@acme-lakehouse/);
        assert.equal(ofType(made, "NodePool").length, 0);
    });

    it("has Dataplane V2, workload identity and shielded nodes in Standard mode too", async () => {
        const { inputs, ignoreChanges } = clusterOf(await make({ mode: "standard" }));
        assert.equal(inputs["datapathProvider"], "ADVANCED_DATAPATH");
        assert.deepEqual(inputs["workloadIdentityConfig"], { workloadPool: "acme-lakehouse.svc.id.goog" });
        assert.equal(inputs["enableShieldedNodes"], true);
        assert.equal(inputs["removeDefaultNodePool"], true);
        assert.deepEqual(ignoreChanges, ["nodeConfig", "initialNodeCount"]);
    });

    it("has a pool for each class of jobs, whose pods do not get at the node's account", async () => {
        const nodes = { large: { machineType: "c3-standard-22", least: 1, most: 9, diskGb: 500 } };
        const { made } = await make({ mode: "standard", nodes });
        const pools = sorted(ofType(made, "NodePool")).map(({ inputs }) => inputs);
        const configs = pools.map(({ nodeConfig }) => nodeConfig as Record<string, unknown>);
        assert.deepEqual(
            configs.map(({ labels: own, machineType, diskSizeGb }) => [own, machineType, diskSizeGb]),
            [
                [{ "tidegate.dev/resource-class": "large" }, "c3-standard-22", 500],
                [{ "tidegate.dev/resource-class": "medium" }, "n2-standard-8", 100],
                [{ "tidegate.dev/resource-class": "small" }, "n2-standard-4", 100],
            ],
        );
        for (const config of configs) {
            assert.deepEqual(config["workloadMetadataConfig"], { mode: "GKE_METADATA" });
            assert.deepEqual(config["shieldedInstanceConfig"], {
                enableSecureBoot: true,
                enableIntegrityMonitoring: true,
            });
            assert.equal(config["serviceAccount"], "prod-nodes@acme-lakehouse.iam.gserviceaccount.com");
        }
        assert.deepEqual(pools[0]?.["autoscaling"], {
            totalMinNodeCount: 1,
            totalMaxNodeCount: 9,
            locationPolicy: "BALANCED",
        });
        const without = { large: { machineType: "n2-standard-16", least: 0, most: 0 } };
        assert.equal(ofType((await make({ mode: "standard", nodes: without })).made, "NodePool").length, 2);
    });

    it("opens the control plane to whom it is told, and to nobody else", async () => {
        const program = await make({ api: { publicCidrs: ["203.0.113.0/28"], privateCidrs: ["192.168.0.0/24"] } });
        const { inputs } = clusterOf(program);
        assert.deepEqual(inputs["privateClusterConfig"], { enablePrivateNodes: true, enablePrivateEndpoint: false });
        assert.deepEqual((inputs["masterAuthorizedNetworksConfig"] as { cidrBlocks: unknown }).cidrBlocks, [
            { cidrBlock: "203.0.113.0/28" },
            { cidrBlock: "192.168.0.0/24" },
        ]);
    });

    it("is reached by its name where that is asked for, still without a public address", async () => {
        const { inputs } = clusterOf(await make({ api: { dns: true } }));
        assert.deepEqual(inputs["controlPlaneEndpointsConfig"], { dnsEndpointConfig: { allowExternalTraffic: true } });
        assert.deepEqual(inputs["privateClusterConfig"], { enablePrivateNodes: true, enablePrivateEndpoint: true });
    });

    it("hands its transform to the engine", async () => {
        const transform = () => undefined;
        assert.ok((await transformsOf((options) => build({ transform }, options))).includes(transform));
    });
});

describe("GkeCluster refuses", () => {
    const refused = (changes: Partial<GkeClusterArgs>, message: RegExp) =>
        assert.throws(
            () => build(changes),
            (error) =>
                TidegateError.is(error) &&
                error.code === "cluster-invalid" &&
                error.hint !== undefined &&
                message.test(error.message),
        );
    const ranges = { nodes: "10.0.0.0/20", pods: "10.4.0.0/14", services: "10.8.0.0/20" };

    it("an API server that is open to everybody", () => {
        refused({ api: { publicCidrs: ["0.0.0.0/0"] } }, /open to the whole internet/);
        refused({ api: { privateCidrs: ["0.0.0.0/0"] } }, /open to the whole internet/);
    });
    it("an address of the internet where there is no way in from it", () =>
        refused({ api: { privateCidrs: ["203.0.113.0/28"] } }, /no private address/));
    it("what is no block of addresses", () => refused({ api: { publicCidrs: ["10.0.0.1/8"] } }, /no block/));
    it("ranges that overlap", () => refused({ ranges: { ...ranges, pods: "10.0.0.0/14" } }, /overlap/));
    it("ranges of the internet", () =>
        refused({ ranges: { ...ranges, pods: "34.0.0.0/14" } }, /somebody else's on the internet/));
    it("nodes of one's own in Autopilot mode", () => refused({ nodes: {} }, /in Autopilot mode/));
    it("fewer nodes at most than at least", () =>
        refused(
            { mode: "standard", nodes: { small: { machineType: "n2-standard-4", least: 3, most: 1 } } },
            /at least 3 and at most 1 small/,
        ));
    it("a cluster that begins without a node", () =>
        refused(
            { mode: "standard", nodes: { small: { machineType: "n2-standard-4", least: 0, most: 1 } } },
            /no node to begin with/,
        ));
    it("a name of an environment too short for a service account's", () =>
        refused({ environment: "a" }, /called 'a-dbt', which is too short/));

    it("settings that it does not know", () => {
        assert.equal(gke.parse({ profile: "gke" }).mode, "autopilot");
        assert.equal(gke.parse({ profile: "gke" }).nodes, undefined);
        assert.equal(gke.parse({ profile: "gke", nodes: {} }).nodes?.small.least, 3);
        assert.ok(!gke.safeParse({ profile: "gke", version: "1.35" }).success);
    });
});
