/** The gate of a job on a cluster, on a real API server's watches, with the operator played. */
import assert from "node:assert/strict";
import { isRefusal, type Kind, type KubernetesObject } from "../../automation/clients/kubernetes";
import { systemClock } from "../../automation/gates/clock";
import {
    awaitDeployment,
    flinkDeploymentKind,
    type DeploymentWatch,
} from "../../automation/gates/validation/watchDeployment";
import type { ApiServer } from "../_helpers/apiServer";
import { FlinkOperator, running, type Status } from "./flinkOperator";
import { sharedServer } from "./shared";

const namespace = "operated";
const checkpointAt = (ms: number): Status => ({
    ...running,
    jobStatus: { ...(running["jobStatus"] as object), checkpointInfo: { lastCheckpoint: { timeStamp: ms } } },
});
const lifecycle = (lifecycleState: string, more: Status = {}): Status => ({ ...running, lifecycleState, ...more });

describe("the verdict on a FlinkDeployment, as its API server tells of it", () => {
    let server: ApiServer;
    let operator: FlinkOperator | undefined;
    let number = 0;
    let name = "";
    before(async () => {
        server = await sharedServer();
        await server.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    });
    beforeEach(() => {
        name = `job-${++number}`;
    });
    afterEach(async () => {
        if (name !== "") await server.api.delete(flinkDeploymentKind, namespace, name);
        await operator?.stop();
        operator = undefined;
    });

    const deployment = (more: object = {}): KubernetesObject & Kind => ({
        ...flinkDeploymentKind,
        metadata: { name, namespace },
        spec: {
            flinkVersion: "v2_0",
            image: "example.invalid/flink",
            serviceAccount: "flink",
            flinkConfiguration: {},
            jobManager: { resource: { cpu: 1, memory: "2g" } },
            taskManager: { resource: { cpu: 1, memory: "2g" } },
            job: { jarURI: "local:///job.jar", upgradeMode: "savepoint", state: "running" },
            ...more,
        },
    });
    const operate = (script: (object: KubernetesObject) => readonly Status[]): FlinkOperator =>
        (operator = new FlinkOperator(server.api, namespace, script));
    /** What a rollout that begins now waits for. */
    const verdict = (more: Partial<DeploymentWatch> = {}) =>
        awaitDeployment({
            api: server.api,
            ...{ namespace, name, kind: "streaming", clock: systemClock, startedMs: Date.now(), timeoutSeconds: 60 },
            signal: new AbortController().signal,
            ...more,
        });

    it("waits for an object that is not there yet, through all that becomes of it, for its checkpoint", async () => {
        const startedMs = Date.now();
        const answer = verdict({ startedMs });
        operate(() => [
            { lifecycleState: "CREATED", jobManagerDeploymentStatus: "MISSING" },
            lifecycle("DEPLOYED", { jobManagerDeploymentStatus: "DEPLOYING", jobStatus: { state: "RECONCILING" } }),
            running,
            checkpointAt(startedMs + 1),
        ]);
        await server.api.create(deployment());
        const { outcome, evidence } = await answer;
        assert.equal(outcome, "ready");
        assert.deepEqual(evidence["generation"], evidence["observedGeneration"]);
    });

    it("does not take the status of the generation before for that of a change", async () => {
        const startedMs = Date.now();
        // The first generation is as good as can be; the second fails.
        operate(({ metadata: { generation } }) =>
            generation === 1
                ? [checkpointAt(startedMs + 1)]
                : [lifecycle("UPGRADING"), lifecycle("FAILED", { error: "no such image" })],
        );
        await server.api.create(deployment());
        assert.equal((await verdict({ startedMs })).outcome, "ready");
        await server.api.apply(deployment({ image: "example.invalid/other" }), "tidegate-test");
        const { outcome, reason } = await verdict({ startedMs });
        assert.deepEqual([outcome, reason], ["failed", `${name} is FAILED: no such image`]);
    });

    it("fails at once where the job fails, with the operator's reason", async () => {
        const error = JSON.stringify({ type: "ReconciliationException", message: "quota exceeded" });
        operate(() => [lifecycle("DEPLOYED"), lifecycle("DEPLOYED", { jobStatus: { state: "FAILED" }, error })]);
        await server.api.create(deployment());
        const { outcome, reason } = await verdict();
        assert.deepEqual([outcome, reason], ["failed", `The job of ${name} is FAILED: quota exceeded`]);
    });

    it("does not take a suspended job for one that runs", async () => {
        operate(() => [
            lifecycle("SUSPENDED", { jobStatus: { state: "FINISHED" }, jobManagerDeploymentStatus: "MISSING" }),
        ]);
        await server.api.create(
            deployment({ job: { jarURI: "local:///job.jar", upgradeMode: "savepoint", state: "suspended" } }),
        );
        const { outcome, reason } = await verdict({ timeoutSeconds: 1, lookSeconds: 1 });
        assert.deepEqual([outcome, reason], ["waiting", `${name} is SUSPENDED.`]);
    });

    it("waits through restarts of the job, and is ready where it has come back", async () => {
        const startedMs = Date.now();
        const restarts = operate(() => [checkpointAt(startedMs - 1)]);
        await server.api.create(deployment());
        const answer = verdict({ startedMs });
        for (const state of ["RESTARTING", "RUNNING", "RESTARTING"])
            await restarts.say(name, {
                ...running,
                jobStatus: { state, checkpointInfo: { lastCheckpoint: { timeStamp: startedMs - 1 } } },
            });
        await restarts.say(name, checkpointAt(startedMs + 1));
        assert.equal((await answer).outcome, "ready");
    });

    it("sees that an object is deleted, which its finalizer delays", async () => {
        const startedMs = Date.now();
        operate(() => [running]);
        await server.api.create(deployment());
        const done = new AbortController();
        const events = server.api.watch(flinkDeploymentKind, namespace, { name, signal: done.signal });
        const answer = verdict({ startedMs, timeoutSeconds: 3, lookSeconds: 1 });
        for await (const { type, object } of events) {
            if (
                type !== "DELETED" &&
                object.metadata.deletionTimestamp === undefined &&
                (object.metadata.finalizers ?? []).length > 0
            )
                await server.api.delete(flinkDeploymentKind, namespace, name);
            if (type === "DELETED") break;
        }
        assert.equal((await answer).reason, `There is no FlinkDeployment ${name}.`);
    });

    it("is judged by Flink's own checkpoints too, which no event tells of", async () => {
        const startedMs = Date.now();
        operate(() => [running]);
        await server.api.create(deployment());
        let asked = 0;
        const completedCheckpointMs = () => Promise.resolve(++asked < 3 ? undefined : startedMs + 1);
        assert.equal((await verdict({ startedMs, completedCheckpointMs, lookSeconds: 0.05 })).outcome, "ready");
    });

    it("of a batch job is that it has FINISHED", async () => {
        const script = operate(() => [lifecycle("DEPLOYED")]);
        await server.api.create(deployment());
        const answer = verdict({ kind: "batch" });
        await script.say(
            name,
            lifecycle("STABLE", { jobStatus: { state: "FINISHED" }, jobManagerDeploymentStatus: "MISSING" }),
        );
        assert.equal((await answer).outcome, "ready");
    });

    it("ends with the signal, and with what the server says to somebody without rights", async () => {
        const stopped = new AbortController();
        const answer = verdict({ signal: stopped.signal });
        stopped.abort(new Error("enough"));
        await assert.rejects(answer, /enough/);
        const stranger = server.stranger();
        try {
            await assert.rejects(verdict({ api: stranger }), (error) => isRefusal(error, 403));
        } finally {
            stranger.close();
        }
    });
});
