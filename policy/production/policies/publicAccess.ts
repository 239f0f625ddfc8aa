/** Nothing can be reached by everybody. */
import { isInternet } from "../../../components/cloud/internet";
import {
    companions,
    demand,
    isGiven,
    isNotTrue,
    isThere,
    isTrue,
    listOf,
    oneOf,
    textOf,
    typeOf,
    unmet,
    valueAt,
    type Demand,
} from "../../analyzer/look";
import type { Resource, Policy, Violation } from "../../analyzer/pack";
import { statementsOf } from "./statements";

const everywhere = /^(0\.0\.0\.0|::)\/0$|^\*$|^(Internet|Any)$/i;
const notEverywhere = (range: unknown): boolean => !everywhere.test(textOf(range));
const anybody = /^(allUsers|allAuthenticatedUsers)$/;
const notAnybody = (member: unknown): boolean => !anybody.test(textOf(member));
/** Of a list: two halves of the internet are all of it. */
const someOnly = (ranges: unknown): boolean =>
    listOf(ranges).every(notEverywhere) && !isInternet(listOf(ranges).map(textOf));
const closed = "name the addresses that need it, not the whole internet";
const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

const members = [
    "storage/bucketIAM",
    "projects/iAM",
    "kms/cryptoKeyIAM",
    "serviceaccount/iAM",
    "kms/keyRingIAM",
].flatMap((prefix) => {
    const token = (kind: string) =>
        `gcp:${prefix}${kind}:${(prefix.split("/")[1] ?? "").replace(/^./, (c) => c.toUpperCase())}${kind}`;
    const fix = "name who needs it: it lets everybody in";
    return [
        demand(token("Member"), "member", notAnybody, fix),
        demand(token("Binding"), "members[*]", notAnybody, fix),
    ];
});

const demands: readonly Demand[] = [
    ...["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((flag) =>
        demand(block, flag, isTrue, "set it to true"),
    ),
    demand("aws:s3/bucket:Bucket", "acl", (acl) => !textOf(acl).startsWith("public"), "leave it out"),
    demand(
        "aws:msk/cluster:Cluster",
        "brokerNodeGroupInfo.connectivityInfo.publicAccess.type",
        oneOf("DISABLED", undefined),
        "set it to DISABLED",
    ),
    demand(
        "aws:eks/cluster:Cluster",
        "vpcConfig.publicAccessCidrs",
        (cidrs) => listOf(cidrs).length > 0 && someOnly(cidrs),
        closed,
        (cluster) => valueAt(cluster, "vpcConfig.endpointPublicAccess") === false,
    ),
    demand("aws:ec2/securityGroup:SecurityGroup", "ingress[*].cidrBlocks[*]", notEverywhere, closed),
    demand("aws:ec2/securityGroup:SecurityGroup", "ingress[*].ipv6CidrBlocks[*]", notEverywhere, closed),
    demand("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv4", notEverywhere, closed),
    demand("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv6", notEverywhere, closed),
    demand("aws:ec2/securityGroupRule:SecurityGroupRule", "cidrBlocks", someOnly, closed, isEgress),
    demand("aws:ec2/securityGroupRule:SecurityGroupRule", "ipv6CidrBlocks", someOnly, closed, isEgress),
    demand("aws:rds/instance:Instance", "publiclyAccessible", isNotTrue, "set it to false"),
    demand("gcp:storage/bucket:Bucket", "publicAccessPrevention", oneOf("enforced"), "set it to enforced"),
    demand("gcp:storage/bucket:Bucket", "uniformBucketLevelAccess", isTrue, "set it to true: no access lists"),
    ...members,
    demand("gcp:container/cluster:Cluster", "privateClusterConfig.enablePrivateNodes", isTrue, "set it to true"),
    demand(
        "gcp:container/cluster:Cluster",
        "masterAuthorizedNetworksConfig",
        isThere,
        "name who reaches the API server",
    ),
    demand(
        "gcp:container/cluster:Cluster",
        "masterAuthorizedNetworksConfig.cidrBlocks[*].cidrBlock",
        notEverywhere,
        closed,
    ),
    demand(
        "gcp:compute/firewall:Firewall",
        "sourceRanges",
        someOnly,
        closed,
        ({ values }) => values["direction"] === "EGRESS" || !isGiven({ values }, "allows"),
    ),
    demand(
        "gcp:sql/databaseInstance:DatabaseInstance",
        "settings.ipConfiguration.ipv4Enabled",
        isNotTrue,
        "set it to false",
    ),
    demand("azure-native:storage:StorageAccount", "allowBlobPublicAccess", (flag) => flag === false, "set it to false"),
    demand(
        "azure-native:storage:StorageAccount",
        "networkRuleSet.defaultAction",
        oneOf("Deny"),
        "set it to Deny",
        ({ values }) => values["publicNetworkAccess"] === "Disabled",
    ),
    demand("azure-native:storage:BlobContainer", "publicAccess", oneOf("None", undefined), "set it to None"),
    demand("azure-native:eventhub:NamespaceNetworkRuleSet", "defaultAction", oneOf("Deny"), "set it to Deny"),
    demand("azure-native:keyvault:Vault", "properties.networkAcls.defaultAction", oneOf("Deny"), "set it to Deny"),
    demand(
        "azure-native:containerservice:ManagedCluster",
        "apiServerAccessProfile.authorizedIPRanges",
        (ranges) => listOf(ranges).length > 0 && someOnly(ranges),
        closed,
        (cluster) => valueAt(cluster, "apiServerAccessProfile.enablePrivateCluster") === true,
    ),
    demand(
        "azure-native:network:SecurityRule",
        "sourceAddressPrefix",
        notEverywhere,
        closed,
        ({ values }) => values["direction"] === "Outbound" || values["access"] === "Deny",
    ),
    demand(
        "aiven:index/kafka:Kafka",
        "kafkaUserConfig.ipFilterObjects",
        (filters) =>
            listOf(filters).length > 0 &&
            someOnly(listOf(filters).map((filter) => (filter as { readonly network?: unknown }).network)),
        "name the networks that connect: without any Aiven lets the whole internet",
        (kafka) => isGiven(kafka, "projectVpcId"),
    ),
    demand(
        "kubernetes:core/v1:Service",
        "spec.loadBalancerSourceRanges",
        (ranges) => listOf(ranges).length > 0 && someOnly(ranges),
        closed,
        (service) => valueAt(service, "spec.type") !== "LoadBalancer" || isInternal(service),
    ),
    demand("kubernetes:core/v1:Service", "spec.type", (type) => type !== "NodePort", "use ClusterIP"),
];

function isEgress({ values }: Resource): boolean {
    return values["type"] === "egress";
}

/** By the notes that the controllers of the three clouds know. */
function isInternal(service: Resource): boolean {
    const notes = valueAt(service, "metadata.annotations") ?? {};
    return Object.entries(notes as Record<string, unknown>).some(
        ([key, value]) => /load-balancer-(internal|type|scheme)$/.test(key) && /^(true|internal)$/i.test(textOf(value)),
    );
}

function* openPolicies(resource: Resource): Generator<Violation> {
    if (typeOf(resource) !== "aws:s3/bucketPolicy:BucketPolicy") return;
    for (const { effect, principals, conditioned, path } of statementsOf(resource, "policy"))
        if (effect === "Allow" && principals.includes("*") && !conditioned)
            yield { message: `${path}: it lets everybody in; name a principal or a condition.`, urn: resource.urn };
}

export const publicAccess: Policy = {
    name: "no-public-access",
    description: "Nothing can be reached by everybody.",
    *resource(resource) {
        yield* unmet(demands, resource);
        yield* openPolicies(resource);
    },
    *stack(resources) {
        for (const resource of resources) {
            if (
                typeOf(resource) === "aws:s3/bucket:Bucket" &&
                companions(resources, block, "bucket", resource).length === 0
            )
                yield { message: "has no BucketPublicAccessBlock.", urn: resource.urn };
        }
    },
};
