/** Which cluster a provider is configured for: several share one simulated cloud. */
import { parse } from "yaml";
import type { Values } from "../../../../components/provider/values";

interface Kubeconfig {
    readonly "current-context"?: string;
    readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster: string } }[];
    readonly clusters?: readonly { readonly name: string; readonly cluster: { readonly server?: string } }[];
}

function parsed(kubeconfig: unknown): Kubeconfig {
    if (typeof kubeconfig !== "string") return (kubeconfig ?? {}) as Kubeconfig;
    const found: unknown = parse(kubeconfig);
    return typeof found === "object" && found !== null ? found : {};
}

/** Address of the cluster's API; the name of the context where no kubeconfig is given, empty where that is not either. */
export function clusterOf({ kubeconfig, context }: Values): string {
    const { "current-context": current, contexts = [], clusters = [] } = parsed(kubeconfig);
    const wanted = typeof context === "string" ? context : current;
    const name = contexts.find((one) => one.name === wanted)?.context.cluster;
    const cluster = clusters.find((one) => one.name === name) ?? clusters[0];
    return cluster?.cluster.server ?? wanted ?? "";
}
