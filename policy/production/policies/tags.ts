/** It can be told of everything whose it is, and who pays for it. */
import { at } from "../../../components/provider/values";
import { isGiven, listOf, placesAt, typeOf } from "../../analyzer/look";
import type { Policy } from "../../analyzer/pack";

/** Where nobody says: what this project's components give everything. */
const defaultKeys = ["environment", "managed-by"];

/** Property of the tags or labels, of the types that cost money or hold data. */
const places: Readonly<Record<string, string>> = {
    ...Object.fromEntries(
        [
            ...["s3/bucket:Bucket", "kms/key:Key", "msk/cluster:Cluster", "msk/serverlessCluster:ServerlessCluster"],
            ...["eks/cluster:Cluster", "eks/nodeGroup:NodeGroup", "ec2/vpc:Vpc", "ec2/natGateway:NatGateway"],
            ...["ec2/eip:Eip", "rds/instance:Instance", "rds/cluster:Cluster", "cloudwatch/logGroup:LogGroup"],
            ...["iam/role:Role", "ec2/securityGroup:SecurityGroup", "ec2/launchTemplate:LaunchTemplate"],
        ].map((type) => [`aws:${type}`, "tags"]),
    ),
    "gcp:storage/bucket:Bucket": "labels",
    "gcp:kms/cryptoKey:CryptoKey": "labels",
    "gcp:managedkafka/cluster:Cluster": "labels",
    "gcp:container/cluster:Cluster": "resourceLabels",
    "gcp:container/nodePool:NodePool": "nodeConfig.resourceLabels",
    ...Object.fromEntries(
        [
            ...["storage:StorageAccount", "eventhub:Namespace", "keyvault:Vault", "containerservice:ManagedCluster"],
            ...["containerservice:AgentPool", "resources:ResourceGroup", "network:VirtualNetwork"],
            ...["managedidentity:UserAssignedIdentity", "operationalinsights:Workspace"],
        ].map((type) => [`azure-native:${type}`, "tags"]),
    ),
    "aiven:index/kafka:Kafka": "tags",
    "kubernetes:core/v1:Namespace": "metadata.labels",
    "kubernetes:flink.apache.org/v1beta1:FlinkDeployment": "metadata.labels",
};

/** Tags as a map, or as Aiven has them: a list of `{ key, value }`. */
function has(tags: unknown, key: string): boolean {
    if (Array.isArray(tags)) return tags.some((tag) => at(tag, ["key"]) === key);
    return at(tags, [key]) !== undefined;
}

export const tags: Policy = {
    name: "required-tags",
    description: "What costs money or holds data says whose it is, in tags or labels.",
    *resource(resource, _context, settings) {
        const property = places[typeOf(resource)];
        if (property === undefined) return;
        const keys = isGiven({ values: settings }, "keys") ? listOf(settings["keys"]).map(String) : defaultKeys;
        for (const { value } of placesAt(resource, property)) {
            const missing = keys.filter((key) => !has(value, key));
            if (missing.length > 0) yield { message: `${property}: add ${missing.join(", ")}.`, urn: resource.urn };
        }
    },
};
