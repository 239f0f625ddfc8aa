/** What rows of Google Cloud have in common. */
import type { Values } from "../../../../components/provider/values";
import type { SimulatedCloud, Thing } from "../../cloud";
import type { Making, Refusal, Row } from "../../row";
import { setting } from "../latencies";

/** Address of the page of a resource of the provider's documentation. */
export const page = (module: string, resource: string): string =>
    `https://www.pulumi.com/registry/packages/gcp/api-docs/${module}/${resource}/`;

/** Address of a page of Google Cloud's documentation. */
export const google = (path: string): string => `https://cloud.google.com/${path}`;

type Where = Pick<Making, "settings" | "inputs">;

export const projectOf = ({ settings, inputs }: Where): string =>
    String(inputs["project"] ?? settings["project"] ?? "example-project");

export const regionOf = ({ settings, inputs }: Where): string =>
    String(inputs["region"] ?? inputs["location"] ?? settings["region"] ?? "us-central1");

/** A number of 12 digits that is made of a project's id and stays the same. */
export function projectNumber(project: string): string {
    let number = 7;
    for (const character of project) number = (number * 31 + character.charCodeAt(0)) % 899_999_999_989;
    return String(100_000_000_000 + number);
}

/** What every resource with a project tells that was given none. */
export const inProject = { project: projectOf };

/** Labels with those of the provider's `defaultLabels` below them. */
const allLabels =
    (input: string) =>
    ({ inputs, settings }: Making): Values => ({
        ...(settings["defaultLabels"] as Values | undefined),
        ...(inputs[input] as Values | undefined),
    });

export const labelOutputs = (input = "labels") => ({
    effectiveLabels: allLabels(input),
    pulumiLabels: allLabels(input),
});

/** The provider's own protection. Source: `deletionPolicy` in the page of each row that has it. */
export const prevented = ({ inputs, type, id }: Thing): string | undefined =>
    inputs["deletionPolicy"] === "PREVENT"
        ? `cannot destroy ${type} ${id} without setting deletion_policy to another value than PREVENT and running up`
        : undefined;

/** Kinds of who a role is given to. Source: https://cloud.google.com/iam/docs/principal-identifiers */
const principals =
    /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|projectOwner|projectEditor|projectViewer|principal|principalSet):\S+)$/;

const accounts = "gcp:serviceaccount/account:Account";

/** A service account of a project of the rehearsal that is not there. Google's own agents are in projects of Google's. */
function missing(member: string, cloud: SimulatedCloud): boolean {
    const email = /^serviceAccount:(.+@[a-z0-9-]+\.iam\.gserviceaccount\.com)$/.exec(member)?.[1];
    const named = /@gcp-sa-|@gs-project-accounts|@container-engine-robot|@compute-system/.test(member);
    return email !== undefined && !named && cloud.find(accounts, "email", email) === undefined;
}

const policies = "https://cloud.google.com/iam/docs/reference/rest/v1/Policy";

/** One member of one role of something: there is one of each, and adding it again changes nothing. */
export function iamMember({
    on,
    refuses = [],
    ...row
}: Pick<Row, "token" | "source" | "permissions" | "references"> & {
    /** The input that names what the role is on. */
    readonly on: string;
    readonly refuses?: readonly Refusal[];
}): Row {
    return {
        replaceOn: [on, "role", "member", "condition"],
        required: [on, "role", "member"],
        unique: [on, "role", "member"],
        idempotent: true,
        id: ({ inputs }) => [on, "role", "member"].map((name) => String(inputs[name])).join("/"),
        computed: { etag: ({ token }) => `BwX${token}=` },
        refuses: [
            {
                what: `a member of a policy (${on}) without its kind, such as serviceAccount:`,
                source: policies,
                because: ({ member }) =>
                    principals.test(String(member)) ? undefined : `Error 400: Invalid principal ${String(member)}`,
                refused: { member: "somebody@example-project.iam.gserviceaccount.com" },
            },
            {
                what: `a service account that does not exist as member of a policy (${on})`,
                source: policies,
                because: ({ member }, cloud) =>
                    missing(String(member), cloud)
                        ? `Error 400: Service account ${String(member).replace("serviceAccount:", "")} does not exist.`
                        : undefined,
                refused: { member: "serviceAccount:nobody@example-project.iam.gserviceaccount.com" },
            },
            {
                what: `a role (${on}) that is neither Google's nor one's own`,
                source: policies,
                because: ({ role }) =>
                    /^((projects|organizations)\/[^/]+\/)?roles\/[\w.]+$/.test(String(role))
                        ? undefined
                        : `Error 400: Role ${String(role)} is not supported for this resource.`,
                refused: { role: "storage.objectViewer" },
            },
            ...refuses,
        ],
        latency: setting,
        ...row,
    };
}
