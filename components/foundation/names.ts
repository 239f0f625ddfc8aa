/** What the workloads of a platform are called on its cluster: identities of a cloud are bound to it before it is there. */
import type { Workload } from "../../stacks/contracts";

/** With the environment's name in them, for a cluster may have several platforms. */
export const namespacesOf = (environment: string) => ({
    flink: `${environment}-flink`,
    catalog: `${environment}-catalog`,
    dbt: `${environment}-dbt`,
    observability: `${environment}-observability`,
});

export const serviceAccounts: Readonly<Record<Workload, string>> = {
    flink: "flink",
    catalog: "lakekeeper",
    dbt: "dbt",
};

/** Subject of the tokens of a workload's service account, as clouds know it. */
export const subjectOf = (environment: string, workload: Workload): string =>
    `system:serviceaccount:${namespacesOf(environment)[workload]}:${serviceAccounts[workload]}`;

/** Sizes of Flink's jobs, each with nodes of its own. */
export const resourceClasses = ["small", "medium", "large"] as const;
export type ResourceClass = (typeof resourceClasses)[number];

/** Label of a node that says for which class it is. */
export const resourceClassLabel = "tidegate.dev/resource-class";
