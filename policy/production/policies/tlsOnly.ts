/** Data in flight is encrypted, and what is not is refused. */
import {
    companions,
    demand,
    isNotTrue,
    isTrue,
    listOf,
    oneOf,
    textOf,
    typeOf,
    unmet,
    type Demand,
} from "../../analyzer/look";
import type { Resource, Policy } from "../../analyzer/pack";
import { statementsOf } from "./statements";

const modern = /1_?\.?[23]$/;
const isModern = (version: unknown): boolean => modern.test(textOf(version));
const tls = "set it to TLS 1.2 or newer";

const demands: readonly Demand[] = [
    demand(
        "aws:msk/cluster:Cluster",
        "encryptionInfo.encryptionInTransit.clientBroker",
        oneOf("TLS", undefined),
        "set it to TLS",
    ),
    demand(
        "aws:msk/cluster:Cluster",
        "encryptionInfo.encryptionInTransit.inCluster",
        (flag) => flag === undefined || isTrue(flag),
        "set it to true",
    ),
    demand("aws:msk/cluster:Cluster", "clientAuthentication.unauthenticated", isNotTrue, "set it to false"),
    demand(
        "azure-native:storage:StorageAccount",
        "enableHttpsTrafficOnly",
        (flag) => flag === undefined || isTrue(flag),
        "set it to true",
    ),
    demand("azure-native:storage:StorageAccount", "minimumTlsVersion", isModern, tls),
    demand("azure-native:eventhub:Namespace", "minimumTlsVersion", isModern, tls),
    demand(
        "gcp:sql/databaseInstance:DatabaseInstance",
        "settings.ipConfiguration.sslMode",
        oneOf("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"),
        "set it to ENCRYPTED_ONLY",
    ),
    demand(
        "kubernetes:networking.k8s.io/v1:Ingress",
        "spec.tls",
        (blocks) => listOf(blocks).length > 0,
        "name a certificate for each host",
    ),
    demand(
        "kubernetes:flink.apache.org/v1beta1:FlinkDeployment",
        "spec.flinkConfiguration",
        (settings) =>
            !Object.entries((settings ?? {}) as object).some(
                ([key, value]) => /(^|\.)s3\.endpoint$|fs\.s3a\.endpoint$/.test(key) && /^http:/.test(textOf(value)),
            ),
        "an endpoint of S3 in it is reached without TLS; take https",
    ),
];

/** Whether a bucket's policy turns away whatever comes without TLS; a policy that is not known yet may. */
function deniesPlain(policy: Resource): boolean {
    if (policy.unknowns.some((path) => path[0] === "policy")) return true;
    return statementsOf(policy, "policy").some(({ effect, ofPlain }) => effect === "Deny" && ofPlain);
}

export const tlsOnly: Policy = {
    name: "tls-only",
    description: "Data in flight is encrypted, and what is not is refused.",
    resource: (resource) => unmet(demands, resource),
    *stack(resources) {
        for (const resource of resources) {
            if (typeOf(resource) !== "aws:s3/bucket:Bucket") continue;
            if (!companions(resources, "aws:s3/bucketPolicy:BucketPolicy", "bucket", resource).some(deniesPlain))
                yield {
                    message: "has no BucketPolicy that denies what comes without aws:SecureTransport.",
                    urn: resource.urn,
                };
        }
    },
};
