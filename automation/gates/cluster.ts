/** The cluster as the gates ask it, made of the foundation's contract; its client takes a second to load. */
import { z } from "zod";
import type { FoundationContract } from "../../stacks/contracts";
import type { ClusterClient } from "../clients/cluster";
import { requestJson } from "../clients/flinkHttp";
import { TidegateError } from "../core/errors";
import type { Cluster } from "./context";

/** Where a JobManager serves its REST API: `rest.port`, which a job does not change. */
const restPort = 8081;
/** Seconds of one request, which goes through the API server and a kubelet. */
const requestSeconds = 15;

const checkpoints = z.object({
    latest: z.object({ completed: z.object({ trigger_timestamp: z.number().int() }).nullish() }),
});

export function liveCluster(
    { kubeconfig, clusterName }: Pick<FoundationContract, "kubeconfig" | "clusterName">,
    open = async (text: string): Promise<ClusterClient> =>
        (await import("../clients/cluster.js")).ClusterClient.open(text),
): Cluster {
    let opened: Promise<ClusterClient> | undefined;
    const client = (): Promise<ClusterClient> => (opened ??= open(kubeconfig));
    return {
        where: `the cluster ${clusterName}`,
        get: async (kind, namespace, name) => (await client()).get(kind, namespace, name),
        completedCheckpointMs: async (namespace, deployment, jobId) => {
            const cluster = await client();
            // As the operator labels them, whose names of pods are not to be foreseen.
            const [pod] = await cluster.runningPods(namespace, { app: deployment, component: "jobmanager" });
            if (pod === undefined)
                throw new TidegateError(`No JobManager of ${deployment} runs in ${namespace}.`, {
                    code: "flink-unreachable",
                    hint: `\`kubectl get pods -n ${namespace} -l app=${deployment}\` tells what there is instead.`,
                    retryable: true,
                });
            const { latest } = await cluster.forwarded(namespace, pod, restPort, (url) =>
                requestJson({
                    server: "the JobManager",
                    method: "GET",
                    url: `${url}/jobs/${encodeURIComponent(jobId)}/checkpoints`,
                    answer: checkpoints,
                    requestSeconds,
                }),
            );
            return latest.completed?.trigger_timestamp;
        },
    };
}
