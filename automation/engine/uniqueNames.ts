/**
 * Types of which there is one of a name, and whose id in Pulumi is told by that name: by it a resource is found again
 * without asking its cloud otherwise. From the section "Import" of each type in its SDK (`*.d.ts` of @pulumi/aws 7, gcp 9,
 * aiven 6 and kubernetes 4). Short on purpose: a type belongs here only where what it is imported by is made of inputs alone.
 */
import { at } from "../../components/provider/values";
import type { PendingCreate } from "./pending";

/** What a type is imported by: inputs in braces. The first of which all inputs are given. */
const importIds: Readonly<Record<string, readonly string[]>> = {
    "aws:s3/bucket:Bucket": ["{bucket}"],
    "aws:s3/bucketV2:BucketV2": ["{bucket}"],
    "aws:dynamodb/table:Table": ["{name}"],
    "aws:iam/role:Role": ["{name}"],
    "aws:iam/user:User": ["{name}"],
    "aws:iam/instanceProfile:InstanceProfile": ["{name}"],
    "aws:kms/alias:Alias": ["{name}"],
    "aws:cloudwatch/logGroup:LogGroup": ["{name}"],
    "aws:eks/cluster:Cluster": ["{name}"],
    "aws:eks/nodeGroup:NodeGroup": ["{clusterName}:{nodeGroupName}"],
    "aws:eks/accessEntry:AccessEntry": ["{clusterName}:{principalArn}"],
    "aws:lambda/function:Function": ["{name}"],
    "aws:msk/topic:Topic": ["{clusterArn},{name}"],
    "aws:rds/subnetGroup:SubnetGroup": ["{name}"],
    "aws:rds/parameterGroup:ParameterGroup": ["{name}"],
    "aws:rds/instance:Instance": ["{identifier}"],
    "gcp:storage/bucket:Bucket": ["{name}"],
    "gcp:compute/network:Network": ["{project}/{name}", "{name}"],
    "gcp:compute/subnetwork:Subnetwork": ["{project}/{region}/{name}", "{region}/{name}"],
    "gcp:compute/router:Router": ["{project}/{region}/{name}", "{region}/{name}"],
    "gcp:compute/globalAddress:GlobalAddress": ["{project}/{name}", "{name}"],
    "gcp:container/cluster:Cluster": ["{project}/{location}/{name}", "{location}/{name}"],
    "gcp:kms/keyRing:KeyRing": ["{project}/{location}/{name}", "{location}/{name}"],
    "gcp:kms/cryptoKey:CryptoKey": ["{keyRing}/cryptoKeys/{name}"],
    "gcp:managedkafka/cluster:Cluster": ["{project}/{location}/{clusterId}", "{location}/{clusterId}"],
    "gcp:managedkafka/topic:Topic": ["{project}/{location}/{cluster}/{topicId}", "{location}/{cluster}/{topicId}"],
    "gcp:sql/databaseInstance:DatabaseInstance": ["{project}/{name}", "{name}"],
    "gcp:sql/database:Database": ["{project}/{instance}/{name}", "{instance}/{name}"],
    "aiven:index/kafka:Kafka": ["{project}/{serviceName}"],
    "aiven:index/kafkaTopic:KafkaTopic": ["{project}/{serviceName}/{topicName}"],
    "aiven:index/kafkaUser:KafkaUser": ["{project}/{serviceName}/{username}"],
    "kubernetes:helm.sh/v3:Release": ["{namespace}/{name}"],
};

/** Its provider has put the namespace into the inputs of whatever has one. Source: FqName of provider/pkg/clients of pulumi/pulumi-kubernetes. */
const ofKubernetes = ["{metadata.namespace}/{metadata.name}", "{metadata.name}"];

/** Undefined where the type is not here, or its name was not known when it was to be created. */
export function uniqueId({ type, inputs }: Pick<PendingCreate, "type" | "inputs">): string | undefined {
    const isObject = type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");
    const templates = isObject ? ofKubernetes : (importIds[type] ?? []);
    return templates.map((template) => filled(template, inputs)).find((id) => id !== undefined);
}

function filled(template: string, inputs: Readonly<Record<string, unknown>>): string | undefined {
    const values = [...template.matchAll(/\{([\w.]+)\}/g)].map(([, path = ""]) => at(inputs, path.split(".")));
    if (values.some((value) => typeof value !== "string" || value === "" || value === "[secret]")) return undefined;
    let next = 0;
    return template.replace(/\{[\w.]+\}/g, () => String(values[next++]));
}
