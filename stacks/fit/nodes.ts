/** Whether the jobs of Flink find nodes of their class. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import type { ResourceClass } from "../../components/foundation/names";
import type { Environment } from "./environment";

type Foundation = NonNullable<Environment["foundation"]>;

/** Whether nodes carry the label of a class: those of a cluster that was adopted, and of Autopilot, do not. */
export const hasNodeClasses = (foundation: Foundation): boolean =>
    foundation.profile === "eks" ||
    foundation.profile === "aks" ||
    (foundation.profile === "gke" && foundation.mode === "standard");

/** The key by which a class gets nodes, and how many there are at most; undefined where nodes have no class. */
function nodesOf(
    foundation: Foundation,
    size: ResourceClass,
): { readonly key: string; readonly most: number } | undefined {
    switch (foundation.profile) {
        case "eks":
            return { key: `nodes.${size}.count`, most: foundation.nodes[size].count };
        case "aks":
            return { key: `classes.${size}.maxCount`, most: foundation.classes[size].maxCount };
        case "gke":
            // Without `nodes` there is a pool for each class.
            return foundation.mode === "standard" && foundation.nodes !== undefined
                ? { key: `nodes.${size}.most`, most: foundation.nodes[size].most }
                : undefined;
        case "kubeconfig":
            return undefined;
    }
}

export function* jobs({ foundation, runtime }: Environment): Generator<Problem> {
    if (foundation === undefined || runtime?.profile !== "kubernetes") return;
    const { resourceClass, parallelism, autoscaler } = runtime;
    const nodes = nodesOf(foundation, resourceClass);
    if (nodes?.most === 0)
        yield problem(
            "runtime.resourceClass",
            `'${resourceClass}' finds no node: the foundation has none of this class, and the jobs' pods would wait for ever`,
            `Set foundation.${nodes.key}, or take another class.`,
        );
    if (autoscaler.enabled && autoscaler.maxParallelism < parallelism)
        yield problem(
            "runtime.autoscaler.maxParallelism",
            `has to be at least runtime.parallelism (${parallelism}), at which the job begins`,
            "Raise it, or lower runtime.parallelism.",
        );
}
