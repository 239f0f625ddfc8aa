/**
 * Plays the Flink operator on an API server: watches FlinkDeployments, takes them for seen, and gives them the status that a script
 * says, by the subresource, as the operator does. It keeps a finalizer on each, and lets go what is deleted.
 * Source: https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-release-1.15/docs/custom-resource/reference/
 */
import { isRefusal, type KubernetesApi, type KubernetesObject } from "../../automation/clients/kubernetes";

export const flinkDeploymentKind = { apiVersion: "flink.apache.org/v1beta1", kind: "FlinkDeployment" };

/** Of `status`, laid over what is there. */
export type Status = Readonly<Record<string, unknown>>;

const finalizer = "flinkdeployments.flink.apache.org/finalizer";
const manager = "flink-kubernetes-operator";

/** What a streaming job that runs has, but for its checkpoint. */
export const running: Status = {
    lifecycleState: "STABLE",
    jobManagerDeploymentStatus: "READY",
    reconciliationStatus: { state: "DEPLOYED" },
    jobStatus: { jobId: "0".repeat(32), jobName: "job", state: "RUNNING" },
};

export class FlinkOperator {
    private readonly stopped = new AbortController();
    private readonly work: Promise<void>;
    /** Generations that it has taken for seen, by the deployment's name. */
    readonly seen = new Map<string, number>();

    /**
     * @param script statuses that a generation of an object goes through, each told before the next
     */
    constructor(
        private readonly api: KubernetesApi,
        private readonly namespace: string,
        private readonly script: (object: KubernetesObject) => readonly Status[],
    ) {
        this.work = this.follow().catch((error: unknown) => {
            if (!this.stopped.signal.aborted) throw error;
        });
        this.work.catch(() => undefined);
    }

    /** Rejects with what has stopped it before. */
    async stop(): Promise<void> {
        this.stopped.abort();
        await this.work;
    }

    /** Gives an object a status, of its generation as it is now unless it says another. */
    async say(name: string, status: Status): Promise<void> {
        const { namespace } = this;
        const object = await this.api.get(flinkDeploymentKind, namespace, name);
        if (object === undefined) throw new Error(`there is no FlinkDeployment ${name}`);
        await this.api.ask({
            method: "PATCH",
            path: `${await this.api.pathOf(flinkDeploymentKind, namespace, name)}/status`,
            query: { fieldManager: manager },
            contentType: "application/merge-patch+json",
            body: { status: { observedGeneration: object.metadata.generation, ...status } },
        });
    }

    private async follow(): Promise<void> {
        const { signal } = this.stopped;
        for await (const { type, object } of this.api.watch(flinkDeploymentKind, this.namespace, { signal })) {
            const { name = "", generation = 0, deletionTimestamp, finalizers = [] } = object.metadata;
            if (type === "DELETED") continue;
            if (deletionTimestamp !== undefined) {
                if (finalizers.includes(finalizer)) await this.finalizers(name, []);
                continue;
            }
            if (!finalizers.includes(finalizer)) await this.finalizers(name, [finalizer]);
            if ((this.seen.get(name) ?? 0) >= generation) continue;
            this.seen.set(name, generation);
            for (const status of this.script(object))
                await this.say(name, { observedGeneration: generation, ...status });
        }
    }

    private async finalizers(name: string, finalizers: readonly string[]): Promise<void> {
        const path = await this.api.pathOf(flinkDeploymentKind, this.namespace, name);
        const body = { metadata: { finalizers } };
        await this.api
            .ask({
                method: "PATCH",
                path,
                query: { fieldManager: manager },
                contentType: "application/merge-patch+json",
                body,
            })
            .catch((error: unknown) => {
                if (!isRefusal(error, 404)) throw error;
            });
    }
}
