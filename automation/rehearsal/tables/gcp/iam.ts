/** Service accounts, their policies and those of a project, and the agents of Google's services. */
import type { Values } from "../../../../components/provider/values";
import type { Row } from "../../row";
import { setting } from "../latencies";
import { google, iamMember, inProject, page, projectNumber, projectOf } from "./common";

const accountToken = "gcp:serviceaccount/account:Account";
const identityToken = "gcp:projects/serviceIdentity:ServiceIdentity";
const memberToken = "gcp:serviceaccount/iAMMember:IAMMember";
const projectMemberToken = "gcp:projects/iAMMember:IAMMember";

/** Domains of the agents of services. Source: https://cloud.google.com/iam/docs/service-agents */
const agents: Readonly<Record<string, string>> = {
    "container.googleapis.com": "container-engine-robot",
    "managedkafka.googleapis.com": "gcp-sa-managedkafka",
    "sqladmin.googleapis.com": "gcp-sa-cloud-sql",
    "secretmanager.googleapis.com": "gcp-sa-secretmanager",
};

const agentOf = ({ inputs, settings }: { inputs: Values; settings: Values }): string => {
    const service = String(inputs["service"]);
    const domain = agents[service] ?? `gcp-sa-${service.split(".")[0] ?? service}`;
    return `service-${projectNumber(projectOf({ inputs, settings }))}@${domain}.iam.gserviceaccount.com`;
};

export const rows: readonly Row[] = [
    {
        token: accountToken,
        source: page("serviceaccount", "account"),
        replaceOn: ["accountId", "project"],
        required: ["accountId"],
        unique: ["accountId"],
        id: (making) => {
            const project = projectOf(making);
            return `projects/${project}/serviceAccounts/${String(making.inputs["accountId"])}@${project}.iam.gserviceaccount.com`;
        },
        computed: {
            ...inProject,
            email: ({ id }) => id.split("/").at(-1),
            name: ({ id }) => id,
            member: ({ id }) => `serviceAccount:${id.split("/").at(-1) ?? ""}`,
            uniqueId: ({ token }) => `1${String(parseInt(token, 16)).padStart(20, "0")}`,
        },
        refuses: [
            {
                what: "an id of a service account that is not of 6 to 30 lower-case letters, digits and hyphens",
                source: page("serviceaccount", "account"),
                because: ({ accountId }) =>
                    /^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/.test(String(accountId))
                        ? undefined
                        : `"account_id" ("${String(accountId)}") doesn't match regexp "^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$"`,
                refused: { accountId: "a-dbt" },
            },
        ],
        latency: {
            create: 10,
            update: 2,
            delete: 1,
            published: true,
            source: "resource_google_service_account.go of the provider waits ten seconds after a create, until the account is seen",
        },
        permissions: [
            "iam.serviceAccounts.create",
            "iam.serviceAccounts.delete",
            "iam.serviceAccounts.get",
            "iam.serviceAccounts.update",
        ],
    },
    iamMember({
        token: memberToken,
        source: page("serviceaccount", "iammember"),
        on: "serviceAccountId",
        references: [{ input: "serviceAccountId", type: accountToken, by: "name", holds: false }],
        refuses: [
            {
                what: "a service account of Kubernetes as member, where the project has no cluster whose pool it is of",
                source: google("kubernetes-engine/docs/how-to/workload-identity"),
                because: ({ member }, cloud) => {
                    const pool = /^serviceAccount:([a-z0-9-]+)\.svc\.id\.goog\[/.exec(String(member))?.[1];
                    return pool !== undefined &&
                        !cloud
                            .all("gcp:container/cluster:Cluster")
                            .some(({ outputs }) => String(outputs["project"]) === pool)
                        ? `Error 400: Identity Pool does not exist (${pool}.svc.id.goog). Please check that you specified a valid resource name`
                        : undefined;
                },
                refused: { member: "serviceAccount:no-project.svc.id.goog[prod-flink/flink]" },
            },
        ],
        permissions: ["iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.setIamPolicy"],
    }),
    iamMember({
        token: projectMemberToken,
        source: page("projects", "iammember"),
        on: "project",
        references: [],
        permissions: ["resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"],
    }),
    {
        token: identityToken,
        source: page("projects", "serviceidentity"),
        replaceOn: ["service", "project"],
        required: ["service"],
        unique: ["service"],
        idempotent: true,
        id: (making) => `projects/${projectOf(making)}/services/${String(making.inputs["service"])}`,
        computed: {
            ...inProject,
            email: agentOf,
            member: (making) => `serviceAccount:${agentOf(making)}`,
        },
        refuses: [
            {
                what: "an agent of what is no service of Google: without .googleapis.com",
                source: page("projects", "serviceidentity"),
                because: ({ service }) =>
                    String(service).endsWith(".googleapis.com")
                        ? undefined
                        : `Error 404: Not found or permission denied for service ${String(service)}`,
                refused: { service: "container" },
            },
        ],
        latency: setting,
        permissions: ["serviceusage.services.use", "serviceusage.services.generateServiceIdentity"],
    },
];

const example = "serviceAccount:service-1@gcp-sa-managedkafka.iam.gserviceaccount.com";

export const examples: Readonly<Record<string, Values>> = {
    [accountToken]: { accountId: "example" },
    [memberToken]: {
        serviceAccountId: { example: accountToken, by: "name" },
        role: "roles/iam.serviceAccountUser",
        member: example,
    },
    [projectMemberToken]: { project: "example-project", role: "roles/managedkafka.client", member: example },
    [identityToken]: { service: "container.googleapis.com" },
};
