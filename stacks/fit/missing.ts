/** Layers that an environment lacks for another, and accounts that it does not name. Pure. */
import { problem, type Problem } from "../../components/cloud/problem";
import { layers, type Layer } from "../contracts";
import { cloudOf } from "../settings/clouds";
import type { Environment } from "./environment";

/** Layers without which another cannot be. A cluster is optional: storage and brokers of a cloud need none. */
const needed: { readonly [L in Layer]?: readonly Layer[] } = {
    catalog: ["storage"],
    runtime: ["storage", "broker", "catalog"],
    observability: ["broker", "runtime"],
};

export function* missing(environment: Environment): Generator<Problem> {
    if (layers.every((layer) => environment[layer] === undefined))
        yield problem(
            "",
            "names no layer",
            "It can have storage, broker, catalog, runtime, observability, foundation.",
        );
    for (const [layer, upstreams] of Object.entries(needed) as [Layer, readonly Layer[]][])
        for (const upstream of upstreams)
            if (environment[layer] !== undefined && environment[upstream] === undefined)
                yield problem(
                    layer,
                    `stands on ${upstream}, which this environment does not have`,
                    `Add '${upstream}', or take '${layer}' away.`,
                );
    for (const layer of ["runtime", "observability"] as const)
        if (environment[layer]?.profile === "kubernetes" && environment.foundation === undefined)
            yield problem(
                layer,
                "stands on foundation, which this environment does not have",
                "Add a foundation: eks, gke, aks, or kubeconfig for a cluster that is there.",
            );
    for (const layer of layers) {
        const profile = environment[layer]?.profile;
        const cloud = profile === undefined ? undefined : cloudOf[profile];
        if (cloud !== undefined && environment[cloud] === undefined)
            yield problem(
                `${layer}.profile`,
                `'${profile}' needs the key '${cloud}': the account that it is in`,
                `Add '${cloud}' at the top of the file.`,
            );
    }
}
