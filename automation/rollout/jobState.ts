/**
 * What becomes of the state of a Flink job where its resource changes. Pure. It says what components/provider and the
 * operator of Kubernetes do, and no more: a preview does not know whether a state fits.
 */
import type { ResourceChange } from "./changes";

const sqlJob = "tidegate:embedded:FlinkSqlJob";
const deployment = /^kubernetes:flink\.apache\.org\/[^:]+:FlinkDeployment$/;

const withoutState =
    "starts without state: the savepoint that the old one is stopped with is kept, and not taken along";
const ofSqlJob: Readonly<Record<string, string>> = {
    create: "starts without state",
    update: "where its script changes it is stopped with a savepoint and started from it, and where that does not fit it stays stopped (savepoint-incompatible), or with `onIncompatibleState: fresh` starts without",
    replace: withoutState,
    delete: "ends: its savepoint is kept, and nothing is started from it",
};
const ofDeployment: Readonly<Record<string, string>> = {
    create: "starts without state",
    update: "a streaming job is started from a savepoint that the operator takes, and refused where that does not fit; a batch job starts without state",
    replace: withoutState,
    delete: "ends: its savepoint is kept, and nothing is started from it",
};

/** For people; undefined of what is no job, and of a change that says nothing of its state. */
export function jobStateText({ type, op }: Pick<ResourceChange, "type" | "op">): string | undefined {
    if (type === sqlJob) return ofSqlJob[op];
    return deployment.test(type) ? ofDeployment[op] : undefined;
}
