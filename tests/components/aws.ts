/** Programs on AWS, for tests: see simulatedProgram.ts. */
import { table } from "../../automation/rehearsal/tables/aws";
import { workloads, type Workload, type WorkloadIdentity } from "../../stacks/contracts";
import type { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { SimulatedPrograms, type Made } from "./simulatedProgram";

export { inCloud, ofType, only, type Made, type Program } from "./simulatedProgram";

export const account = { accountId: "123456789012", region: "eu-west-1" };
export const zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];
const programs = new SimulatedPrograms(
    table,
    { region: account.region, allowedAccountIds: [account.accountId] },
    "aws:",
);
export const makeIn = programs.makeIn.bind(programs);
export const making = programs.making.bind(programs);
export const transformsOf = programs.transformsOf.bind(programs);

export interface Statement {
    readonly Effect: string;
    readonly Action: string | string[];
    readonly Resource: string | string[];
    readonly Principal?: unknown;
    readonly Condition?: Record<string, Record<string, string>>;
}

/** Statements of a policy document. */
export const statementsOf = (document: unknown): readonly Statement[] =>
    (JSON.parse(String(document)) as { Statement: Statement[] }).Statement;

/** `action on resource`, sorted: all that a policy allows. */
export const allowed = (document: unknown): readonly string[] =>
    statementsOf(document)
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap(({ Action, Resource }) =>
            [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} on ${resource}`)),
        )
        .sort();

/** Those that take tags. */
export const tagged = (made: readonly Made[]): readonly Made[] =>
    made.filter(({ type }) => table.rows.find(({ token }) => token === type)?.computed["tagsAll"] !== undefined);

const identity = (workload: Workload): WorkloadIdentity => ({
    namespace: `prod-${workload}`,
    serviceAccount: workload,
    aws: {
        roleName: `tidegate-prod-${workload}`,
        roleArn: `arn:aws:iam::${account.accountId}:role/tidegate-prod-${workload}`,
    },
    gcp: null,
    azure: null,
});

/** Roles of the workloads, as the foundation makes them. */
export const identities = Object.fromEntries(workloads.map((workload) => [workload, identity(workload)])) as Record<
    Workload,
    WorkloadIdentity
>;

const trust = JSON.stringify({ Statement: [] });

export async function makeRoles(cloud: SimulatedCloud): Promise<void> {
    for (const { aws } of Object.values(identities))
        await makeIn(cloud, "aws:iam/role:Role", "role", { name: aws?.roleName, assumeRolePolicy: trust });
}
