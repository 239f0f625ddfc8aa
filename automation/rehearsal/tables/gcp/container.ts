/** Google Kubernetes Engine. */
import type { Values } from "../../../../components/provider/values";
import { valuesAt, type SimulatedCloud } from "../../cloud";
import type { Making, Row } from "../../row";
import { google, inProject, labelOutputs, page, prevented, projectOf, regionOf } from "./common";
import { networkToken, subnetworkToken } from "./compute";
import { cryptoKeyToken } from "./kms";

export const clusterToken = "gcp:container/cluster:Cluster";
const poolToken = "gcp:container/nodePool:NodePool";

/** A certificate authority that nobody has: base64 of a text in place of a PEM. */
const certificate = Buffer.from("simulated").toString("base64");

/** An address of the block that is for documentation, or a private one. */
function endpointOf({ inputs, token }: Pick<Making, "inputs" | "token">): string {
    const last = 2 + (parseInt(token.slice(0, 4), 16) % 250);
    const hidden = valuesAt(inputs, ["privateClusterConfig", "enablePrivateEndpoint"])[0] === true;
    return hidden ? `10.0.0.${last}` : `203.0.113.${last}`;
}

const mayUse = (key: unknown, cloud: SimulatedCloud): boolean =>
    cloud
        .all("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
        .some(
            ({ inputs }) =>
                inputs["cryptoKeyId"] === key && String(inputs["member"]).includes("@container-engine-robot."),
        );

const rangeNames = (inputs: Values): unknown[] =>
    ["clusterSecondaryRangeName", "servicesSecondaryRangeName"].flatMap((name) =>
        valuesAt(inputs, ["ipAllocationPolicy", name]),
    );

export const rows: readonly Row[] = [
    {
        token: clusterToken,
        source: page("container", "cluster"),
        replaceOn: [
            ...["name", "project", "location", "description", "enableAutopilot", "network", "subnetwork"],
            ...["networkingMode", "datapathProvider", "ipAllocationPolicy", "initialNodeCount"],
            ...["enableKubernetesAlpha", "defaultMaxPodsPerNode", "clusterIpv4Cidr", "masterAuth"],
            ...["privateClusterConfig.masterIpv4CidrBlock", "privateClusterConfig.privateEndpointSubnetwork"],
            ...["confidentialNodes", "nodeConfig"],
        ],
        autoName: { input: "name" },
        unique: ["location", "name"],
        references: [
            { input: "network", type: networkToken },
            { input: "subnetwork", type: subnetworkToken },
            { input: "databaseEncryption.keyName", type: cryptoKeyToken, holds: false },
        ],
        id: (making) =>
            `projects/${projectOf(making)}/locations/${regionOf(making)}/clusters/${String(making.inputs["name"])}`,
        computed: {
            ...inProject,
            ...labelOutputs("resourceLabels"),
            location: regionOf,
            selfLink: ({ id }) => `https://container.googleapis.com/v1/${id}`,
            endpoint: endpointOf,
            masterAuth: () => ({ clusterCaCertificate: certificate, clientCertificate: "", clientKey: "" }),
            masterVersion: () => "1.34.1-gke.1000000",
            nodeVersion: () => "1.34.1-gke.1000000",
            workloadIdentityConfig: (making) => ({ workloadPool: `${projectOf(making)}.svc.id.goog` }),
            "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint": (making) =>
                `gke-${making.token}-${projectOf(making)}.${regionOf(making)}.gke.goog`,
        },
        refuses: [
            {
                what: "a cluster whose control plane has no public endpoint and no authorised networks",
                source: google("kubernetes-engine/docs/how-to/private-clusters"),
                because: (inputs) =>
                    valuesAt(inputs, ["privateClusterConfig", "enablePrivateEndpoint"])[0] === true &&
                    inputs["masterAuthorizedNetworksConfig"] === undefined
                        ? "Error 400: Master authorized networks must be enabled when the private endpoint is."
                        : undefined,
                refused: { masterAuthorizedNetworksConfig: undefined },
            },
            {
                what: "a key of secrets that the agent of Kubernetes Engine may not use",
                source: google("kubernetes-engine/docs/how-to/encrypting-secrets"),
                because: (inputs, cloud) =>
                    valuesAt(inputs, ["databaseEncryption", "keyName"]).some((key) => !mayUse(key, cloud))
                        ? "Error 400: Cloud KMS Key cannot be used: the Kubernetes Engine service agent has no permission cloudkms.cryptoKeyVersions.useToEncrypt."
                        : undefined,
                refused: {
                    databaseEncryption: {
                        state: "ENCRYPTED",
                        keyName: "projects/example-project/locations/europe-west1/keyRings/example/cryptoKeys/foreign",
                    },
                },
            },
            {
                what: "a secondary range that the subnetwork of a cluster does not have",
                source: google("kubernetes-engine/docs/concepts/alias-ips"),
                because: (inputs, cloud) => {
                    const subnetwork = cloud.find(subnetworkToken, "id", inputs["subnetwork"]);
                    if (subnetwork === undefined) return undefined;
                    const there = valuesAt(subnetwork.inputs, ["secondaryIpRanges", "rangeName"]);
                    const none = rangeNames(inputs).find((name) => !there.includes(name));
                    return none === undefined
                        ? undefined
                        : `Error 400: Pod secondary range "${String(none)}" does not exist in the subnetwork.`;
                },
                refused: { ipAllocationPolicy: { clusterSecondaryRangeName: "none" } },
            },
            {
                what: "settings of nodes on an Autopilot cluster: shielded nodes, the removal of the default pool",
                source: page("container", "cluster"),
                because: ({ enableAutopilot, enableShieldedNodes, removeDefaultNodePool }) =>
                    enableAutopilot === true &&
                    (enableShieldedNodes !== undefined || removeDefaultNodePool !== undefined)
                        ? `"enable_autopilot": conflicts with enable_shielded_nodes, remove_default_node_pool`
                        : undefined,
                refused: { enableAutopilot: true, removeDefaultNodePool: true },
            },
        ],
        keeps: (thing) =>
            thing.inputs["deletionProtection"] === false
                ? prevented(thing)
                : "Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.",
        latency: {
            create: 480,
            update: 120,
            delete: 240,
            source: "https://cloud.google.com/kubernetes-engine/docs/deploy-app-cluster says 'several minutes' and no figure: counted as eight for a regional cluster",
        },
        permissions: [
            "compute.networks.get",
            "compute.subnetworks.get",
            "container.clusters.create",
            "container.clusters.delete",
            "container.clusters.get",
            "container.clusters.getCredentials",
            "container.clusters.update",
            "container.operations.get",
            "iam.serviceAccounts.actAs",
        ],
    },
    {
        token: poolToken,
        source: page("container", "nodepool"),
        replaceOn: [
            ...["name", "namePrefix", "project", "location", "cluster", "initialNodeCount", "maxPodsPerNode"],
            ...["networkConfig", "placementPolicy", "nodeConfig.serviceAccount", "nodeConfig.oauthScopes"],
            ...["nodeConfig.shieldedInstanceConfig", "nodeConfig.metadata", "nodeConfig.spot"],
            ...["nodeConfig.preemptible", "nodeConfig.localSsdCount", "nodeConfig.bootDiskKmsKey"],
            ...["nodeConfig.minCpuPlatform", "nodeConfig.guestAccelerators"],
        ],
        required: ["cluster"],
        autoName: { input: "name" },
        unique: ["cluster", "name"],
        references: [{ input: "cluster", type: clusterToken, holds: false }],
        id: ({ inputs }) => `${String(inputs["cluster"])}/nodePools/${String(inputs["name"])}`,
        computed: {
            ...inProject,
            location: regionOf,
            version: () => "1.34.1-gke.1000000",
            instanceGroupUrls: () => [],
            managedInstanceGroupUrls: () => [],
        },
        refuses: [
            {
                what: "fewer nodes at most than at least",
                source: page("container", "nodepool"),
                because: (inputs) => {
                    const [least = 0] = valuesAt(inputs, ["autoscaling", "totalMinNodeCount"]).map(Number);
                    const [most = Infinity] = valuesAt(inputs, ["autoscaling", "totalMaxNodeCount"]).map(Number);
                    return least > most || most < 1
                        ? "Error 400: total_max_node_count has to be at least 1 and at least total_min_node_count"
                        : undefined;
                },
                refused: { autoscaling: { totalMinNodeCount: 3, totalMaxNodeCount: 1 } },
            },
        ],
        latency: {
            create: 120,
            update: 300,
            delete: 180,
            source: "an operation that the provider waits for until the nodes have joined; no published figure, counted as two minutes",
        },
        permissions: ["container.clusters.get", "container.clusters.update", "container.operations.get"],
    },
];

export const examples: Readonly<Record<string, Values>> = {
    [clusterToken]: {
        name: "example",
        location: "europe-west1",
        network: { example: networkToken },
        subnetwork: { example: subnetworkToken },
        initialNodeCount: 1,
        privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: true },
        masterAuthorizedNetworksConfig: { cidrBlocks: [] },
        deletionProtection: false,
    },
    [poolToken]: { name: "example", cluster: { example: clusterToken }, location: "europe-west1" },
};
