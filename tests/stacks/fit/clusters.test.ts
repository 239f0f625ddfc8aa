import { refuses, type Refusal } from "./refusals";

const refusals: readonly Refusal[] = [
    [
        "an API server that is open to all",
        "dev",
        { "foundation.api.publicCidrs": ["0.0.0.0/0"] },
        "foundation.api.publicCidrs",
        /open to the whole internet/,
    ],
    [
        "a version of EKS that is too old",
        "dev",
        { "foundation.version": "1.19" },
        "foundation.version",
        /Kubernetes 1\.19 is too old.*since 1\.27\. Take one that the cloud offers/,
    ],
    [
        "a version of AKS that is too old",
        "devazure",
        { "foundation.kubernetesVersion": "1.26" },
        "foundation.kubernetesVersion",
        /Kubernetes 1\.26 is too old/,
    ],
    [
        "a transit gateway with nobody behind it",
        "prod",
        { "foundation.api.privateCidrs": [] },
        "foundation.api.transitGatewayId",
        /nobody behind that one is let in/,
    ],
    [
        "joined networks with the platform's own addresses",
        "prod",
        { "foundation.api.privateCidrs": ["10.20.3.0/24"] },
        "foundation.api.privateCidrs",
        /overlaps the network's own/,
    ],
    [
        "a network of public addresses",
        "dev",
        { "foundation.cidr": "11.0.0.0/16" },
        "foundation.cidr",
        /no private block/,
    ],
    [
        "a cluster of EKS without a node",
        "dev",
        { "foundation.nodes": { small: { count: 0 } } },
        "foundation.nodes",
        /it has no node/,
    ],
    [
        "nodes of Autopilot",
        "devgcp",
        { "foundation.nodes": { small: {} } },
        "foundation.nodes",
        /Google makes the nodes/,
    ],
    [
        "ranges that overlap",
        "devgcp",
        { "foundation.ranges": { pods: "10.0.0.0/14" } },
        "foundation.ranges.pods",
        /overlap/,
    ],
    [
        "a network of AKS that is none",
        "prodazure",
        { "foundation.cidr": "10.244.0.0/16" },
        "foundation.cidr",
        /overlaps 10\.244\.0\.0\/16/,
    ],
    [
        "a pool with more nodes at least than at most",
        "prodazure",
        { "foundation.classes.small": { minCount: 5, maxCount: 2 } },
        "foundation.classes.small",
        /minCount 5 over maxCount 2/,
    ],
    [
        "half of the internet at the API server of EKS",
        "prod",
        { "foundation.api.publicCidrs": ["0.0.0.0/1", "128.0.0.0/1"] },
        "foundation.api.publicCidrs",
        /0\.0\.0\.0\/1 is no block of public addresses of \/8 or less/,
    ],
    [
        "half of the internet at the API server of GKE",
        "prodgcp",
        { "foundation.api.publicCidrs": ["0.0.0.0/1", "128.0.0.0/1"] },
        "foundation.api.publicCidrs",
        /0\.0\.0\.0\/1 is no block of public addresses of \/8 or less/,
    ],
    [
        "a system pool of AKS without a node",
        "prodazure",
        { "foundation.system": { minCount: 0, maxCount: 0 } },
        "foundation.system",
        /system.*at least one node/,
    ],
];

describe("a cluster that cannot be", () => {
    refuses(refusals);
});
