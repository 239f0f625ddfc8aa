/**
 * A cluster that somebody else runs, in a rehearsal: nobody can simulate what is on it, so the environment's word is taken
 * for the operators that it says are there. What the rehearsal makes itself is empty until it is filled.
 */
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

/** Whether a cluster is one that somebody else runs. @param server address of its API; empty where none is named */
export const isAdopted = (server: string | undefined): boolean =>
    server === undefined || server === "" || server.endsWith(suffix);
