/** Programs on Google Cloud, for tests: see simulatedProgram.ts. */
import type { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { table } from "../../automation/rehearsal/tables/gcp";
import { workloads, type Workload, type WorkloadIdentity } from "../../stacks/contracts";
import { ofType, SimulatedPrograms, type Made } from "./simulatedProgram";

export { inCloud, ofType, only, sorted, type Made, type Program } from "./simulatedProgram";

export const account = { project: "acme-lakehouse", region: "europe-west1" };
const programs = new SimulatedPrograms(table, { ...account }, "gcp:");
export const makeIn = programs.makeIn.bind(programs);
export const making = programs.making.bind(programs);
export const transformsOf = programs.transformsOf.bind(programs);

/** `role to member`, sorted: all that policies of this type give. */
export const granted = (made: readonly Made[], type: string): readonly string[] =>
    ofType(made, type)
        .map(({ inputs: { role, member } }) => `${String(role)} to ${String(member)}`)
        .sort();

/** The labels of all that take some. */
export const labels = (made: readonly Made[]): ReadonlyMap<string, unknown> =>
    new Map(
        made
            .filter(({ type }) =>
                table.rows.some(({ token, computed }) => token === type && computed["effectiveLabels"] !== undefined),
            )
            .map(({ name, inputs }) => [name, inputs["labels"] ?? inputs["resourceLabels"]]),
    );

const emailOf = (workload: string): string => `prod-${workload}@${account.project}.iam.gserviceaccount.com`;

const identity = (workload: Workload): WorkloadIdentity => ({
    namespace: `prod-${workload}`,
    serviceAccount: workload,
    aws: null,
    gcp: { email: emailOf(workload), member: `serviceAccount:${emailOf(workload)}` },
    azure: null,
});

/** Of the workloads, as the foundation tells them. */
export const identities = Object.fromEntries(workloads.map((workload) => [workload, identity(workload)])) as Record<
    Workload,
    WorkloadIdentity
>;

/** The service accounts of the workloads, as the foundation makes them. */
export async function makeAccounts(cloud: SimulatedCloud): Promise<void> {
    for (const workload of workloads)
        await makeIn(cloud, "gcp:serviceaccount/account:Account", workload, { accountId: `prod-${workload}` });
}
