/** Where it is said what the permissions that rows need are: one page for each service, by what its permissions begin with. */

const aws = (page: string): string =>
    `https://docs.aws.amazon.com/service-authorization/latest/reference/list_${page}.html`;
const azure = (page: string): string =>
    `https://learn.microsoft.com/en-us/azure/role-based-access-control/permissions/${page}`;
const gcp = (service: string): string => `https://docs.cloud.google.com/iam/docs/roles-permissions/${service}`;

/** Lists each group, the resources in it and what may be done with them. */
const kubernetesApi = "https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.33/";
const flinkOperator =
    "https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-release-1.15/docs/custom-resource/reference/";
const prometheusOperator = "https://prometheus-operator.dev/docs/api-reference/api/";
const confluentRoles =
    "https://docs.confluent.io/cloud/current/security/access-control/rbac/predefined-rbac-roles.html";
const aivenPermissions = "https://aiven.io/docs/platform/concepts/permissions";

/** By the package of the provider, then by what the permission begins with. `tests/rehearsal/rows.test.ts` demands all of it. */
export const permissionSources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    aiven: { "project:": aivenPermissions, "service:": aivenPermissions },
    aws: {
        "application-autoscaling:": aws("awsapplicationautoscaling"),
        "ec2:": aws("amazonec2"),
        "eks:": aws("amazonelastickubernetesservice"),
        "iam:": aws("awsidentityandaccessmanagementiam"),
        "kafka:": aws("amazonmanagedstreamingforapachekafka"),
        "kafka-cluster:": aws("apachekafkaapisforamazonmskclusters"),
        "kms:": aws("awskeymanagementservice"),
        "logs:": aws("amazoncloudwatchlogs"),
        "rds:": aws("amazonrds"),
        "s3:": aws("amazons3"),
    },
    "azure-native": {
        "Microsoft.Authorization/": azure("management-and-governance#microsoftauthorization"),
        "Microsoft.ContainerService/": azure("containers#microsoftcontainerservice"),
        "Microsoft.DBforPostgreSQL/": azure("databases#microsoftdbforpostgresql"),
        "Microsoft.EventHub/": azure("integration#microsofteventhub"),
        "Microsoft.Insights/": azure("monitor#microsoftinsights"),
        "Microsoft.KeyVault/": azure("security#microsoftkeyvault"),
        "Microsoft.ManagedIdentity/": azure("identity#microsoftmanagedidentity"),
        "Microsoft.Network/": azure("networking#microsoftnetwork"),
        "Microsoft.OperationalInsights/": azure("monitor#microsoftoperationalinsights"),
        "Microsoft.Resources/": azure("management-and-governance#microsoftresources"),
        "Microsoft.Storage/": azure("storage#microsoftstorage"),
    },
    confluentcloud: {
        AccountAdmin: confluentRoles,
        CloudClusterAdmin: confluentRoles,
        EnvironmentAdmin: confluentRoles,
        OrganizationAdmin: confluentRoles,
    },
    docker: { "the Docker Engine's socket": "https://docs.docker.com/engine/security/#docker-daemon-attack-surface" },
    gcp: {
        "cloudkms.": gcp("cloudkms"),
        "cloudsql.": gcp("cloudsql"),
        "compute.": gcp("compute"),
        "container.": gcp("container"),
        "iam.": gcp("iam"),
        "managedkafka.": gcp("managedkafka"),
        "resourcemanager.": gcp("resourcemanager"),
        "servicenetworking.": gcp("servicenetworking"),
        "serviceusage.": gcp("serviceusage"),
        "storage.": gcp("storage"),
    },
    kubernetes: {
        "apiextensions.k8s.io/": kubernetesApi,
        "apps/": kubernetesApi,
        "batch/": kubernetesApi,
        "cluster-admin": "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles",
        "configmaps:": kubernetesApi,
        "external-secrets.io/clustersecretstores:": "https://external-secrets.io/latest/api/clustersecretstore/",
        "external-secrets.io/externalsecrets:": "https://external-secrets.io/latest/api/externalsecret/",
        "external-secrets.io/secretstores:": "https://external-secrets.io/latest/api/secretstore/",
        "flink.apache.org/": flinkOperator,
        "limitranges:": kubernetesApi,
        "monitoring.coreos.com/": prometheusOperator,
        "namespaces:": kubernetesApi,
        "networking.k8s.io/": kubernetesApi,
        "persistentvolumeclaims:": kubernetesApi,
        "policy/": kubernetesApi,
        "rbac.authorization.k8s.io/": kubernetesApi,
        "resourcequotas:": kubernetesApi,
        "secrets:": kubernetesApi,
        "serviceaccounts:": kubernetesApi,
        "services:": kubernetesApi,
        "storage.k8s.io/": kubernetesApi,
    },
    tidegate: {
        "a token that Lakekeeper takes": "https://docs.lakekeeper.io/docs/nightly/bootstrap/",
        "the project's administrator in Lakekeeper": "https://docs.lakekeeper.io/docs/nightly/authorization/",
    },
};

/** The page of a permission; undefined where the table has none, which no row may need. */
export function permissionSource(provider: string, permission: string): string | undefined {
    const known = Object.entries(permissionSources[provider] ?? {});
    return known.find(([beginning]) => permission.startsWith(beginning))?.[1];
}
