/** Workloads prove who they are by where they run; there is no key that could be copied. */
import { demand, isNotTrue, isTrue, table, textOf, valueAt, type Demand } from "../../analyzer/look";

const never = (type: string, instead: string): Demand => demand(type, "", () => false, instead);
const role = "give the workload a role instead of a key that can be copied";

export const workloadIdentity = table("workload-identity", "No static key stands for an identity of a cloud.", [
    never("aws:iam/accessKey:AccessKey", role),
    never("aws:iam/user:User", "give people access by your directory, and workloads a role"),
    never("gcp:serviceaccount/key:Key", role),
    never("gcp:storage/hmacKey:HmacKey", role),
    never("azuread:index/applicationPassword:ApplicationPassword", role),
    never("azuread:index/servicePrincipalPassword:ServicePrincipalPassword", role),
    demand("azure-native:storage:StorageAccount", "allowSharedKeyAccess", (flag) => flag === false, "set it to false"),
    demand("azure-native:storage:StorageAccount", "isLocalUserEnabled", isNotTrue, "set it to false"),
    demand("azure-native:eventhub:Namespace", "disableLocalAuth", isTrue, "set it to true"),
    demand("azure-native:containerservice:ManagedCluster", "oidcIssuerProfile.enabled", isTrue, "set it to true"),
    demand(
        "azure-native:containerservice:ManagedCluster",
        "securityProfile.workloadIdentity.enabled",
        isTrue,
        "set it to true",
    ),
    demand("azure-native:containerservice:ManagedCluster", "disableLocalAccounts", isTrue, "set it to true"),
    demand(
        "gcp:container/cluster:Cluster",
        "workloadIdentityConfig.workloadPool",
        (pool) => textOf(pool) !== "",
        "name the pool of the project",
        // An Autopilot cluster has it in any case, and refuses to be told.
        (cluster) => isTrue(valueAt(cluster, "enableAutopilot")),
    ),
    demand(
        "gcp:container/nodePool:NodePool",
        "nodeConfig.workloadMetadataConfig.mode",
        (mode) => mode === "GKE_METADATA",
        "set it to GKE_METADATA, or pods get the token of their node",
    ),
    demand(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "metadataOptions.httpTokens",
        (tokens) => tokens === "required",
        "set it to required, or pods get the role of their node",
    ),
    demand("aws:msk/cluster:Cluster", "clientAuthentication.sasl.iam", isTrue, "set it to true"),
    demand(
        "aws:msk/cluster:Cluster",
        "clientAuthentication.sasl.scram",
        isNotTrue,
        "set it to false: clients sign in with their role",
    ),
    demand(
        "kubernetes:core/v1:Secret",
        "type",
        (type) => type !== "kubernetes.io/service-account-token",
        "let Kubernetes mount tokens that expire",
    ),
]);
