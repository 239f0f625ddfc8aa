/**
 * A cluster that somebody else runs, in a rehearsal: nobody can simulate what is on it, so the environment's word is taken
 * for the operators that it says are there. What the rehearsal makes itself is empty until it is filled.
 */
import type { EnvironmentFile } from "../../stacks/environment";

type Foundation = NonNullable<EnvironmentFile["foundation"]>;

const suffix = ".adopted.invalid";

/** Kubeconfig of a made-up cluster, under the name of its context. No key and no address of a real one is in it. */
export const adoptedKubeconfig = (context: string): string =>
    JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": context,
        contexts: [{ name: context, context: { cluster: context, user: context } }],
        clusters: [{ name: context, cluster: { server: `https://${encodeURIComponent(context)}${suffix}` } }],
        users: [{ name: context, user: {} }],
    });

/** Names and ids in its cloud that the environment's file gives: roles of its workloads, its network. */
export function namesOf(foundation: Foundation | undefined): string[] {
    if (foundation?.profile !== "kubeconfig") return [];
    const texts = (value: unknown): string[] =>
        typeof value === "string"
            ? [value]
            : typeof value === "object" && value !== null
              ? Object.values(value).flatMap(texts)
              : [];
    return [...new Set(texts([foundation.identities, foundation.network]))];
}

/** Whether a cluster is one that somebody else runs. @param server address of its API; empty where none is named */
export const isAdopted = (server: string | undefined): boolean =>
    server === undefined || server === "" || server.endsWith(suffix);
