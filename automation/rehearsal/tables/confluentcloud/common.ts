/** What rows of Confluent Cloud have in common. */
import { at, type Values } from "../../../../components/provider/values";
import type { SimulatedCloud, Thing } from "../../cloud";
import type { Making, Reference, Refusal } from "../../row";

export const environmentToken = "confluentcloud:index/environment:Environment";
export const clusterToken = "confluentcloud:index/kafkaCluster:KafkaCluster";
export const accountToken = "confluentcloud:index/serviceAccount:ServiceAccount";
export const keyToken = "confluentcloud:index/apiKey:ApiKey";
export const bindingToken = "confluentcloud:index/roleBinding:RoleBinding";

export const page = (resource: string): string =>
    `https://www.pulumi.com/registry/packages/confluentcloud/api-docs/${resource}/`;

/** The provider's source says what is changed in place, what replaces and what is refused. */
export const provider = (file: string): string =>
    `https://github.com/confluentinc/terraform-provider-confluent/blob/master/internal/provider/${file}.go`;

/** `env-1a2b3c` */
export const idOf =
    (prefix: string) =>
    ({ token }: Pick<Making, "token">): string =>
        `${prefix}-${token.slice(0, 6)}`;

const organization = "crn://confluent.cloud/organization=00000000-0000-4000-8000-000000000000";
export const environmentCrn = (id: unknown): string => `${organization}/environment=${String(id)}`;
export const clusterCrn = (environment: unknown, cluster: string): string =>
    `${environmentCrn(environment)}/cloud-cluster=${cluster}`;

export const idIn = (inputs: Values, block: string): unknown => at(inputs, [block, "id"]);

/** Of a Kafka resource: its cluster, and the key that it is made with. */
export const inCluster: readonly Reference[] = [
    // The cluster takes with it what is in it; a key that is gone stops whoever uses it, but nobody asks before.
    { input: "kafkaCluster.id", type: clusterToken, holds: false },
    { input: "credentials.key", type: keyToken, holds: false },
];

/** Roles that may make topics and ACLs of a cluster. */
const administrators = ["CloudClusterAdmin", "EnvironmentAdmin", "OrganizationAdmin"];

/** The key that a Kafka resource is made with. */
const keyOf = (inputs: Values, cloud: SimulatedCloud): Thing | undefined =>
    cloud.find(keyToken, "id", at(inputs, ["credentials", "key"]));

/** Of what is made through the cluster's own interface. */
export const byItsKey: readonly Refusal[] = [
    {
        what: "a topic or an ACL that is made with a key of another cluster",
        source: page("kafkatopic"),
        because: (inputs, cloud) => {
            const key = keyOf(inputs, cloud);
            return key === undefined || idIn(key.inputs, "managedResource") === idIn(inputs, "kafkaCluster")
                ? undefined
                : "401 Unauthorized: the API key is of another cluster";
        },
        refused: { kafkaCluster: { id: "lkc-another" } },
    },
    {
        what: "a topic or an ACL that is made with a key of a service account to which no administrator's role is bound",
        source: `${page("rolebinding")} (disableWaitForReady: 403 without the role)`,
        because: (inputs, cloud) => {
            const owner = String(idIn(keyOf(inputs, cloud)?.inputs ?? {}, "owner"));
            // A person may have roles that nothing here knows of.
            if (!owner.startsWith("sa-")) return undefined;
            const bound = cloud
                .all(bindingToken)
                .some(
                    ({ inputs: { principal, roleName } }) =>
                        principal === `User:${owner}` && administrators.includes(String(roleName)),
                );
            return bound ? undefined : `403 Forbidden: User:${owner} may not change the cluster`;
        },
        refused: { credentials: { key: { example: keyToken }, secret: "an example" } },
    },
];
