import assert from "node:assert/strict";
import {
    flinkDeploymentObject,
    judgeDeployment,
    type Expectation,
} from "../../automation/gates/validation/flinkDeployment";

const startedMs = 1_000_000_000;
const streaming: Expectation = {
    kind: "streaming",
    startedMs,
    nowMs: startedMs + 120_000,
    completedCheckpointMs: startedMs + 60_000,
};
const batch: Expectation = { kind: "batch", startedMs, nowMs: startedMs + 120_000 };

const healthy = {
    observedGeneration: 3,
    lifecycleState: "STABLE",
    jobManagerDeploymentStatus: "READY",
    reconciliationStatus: { state: "DEPLOYED" },
    jobStatus: { jobId: "0123", state: "RUNNING" },
};
const judge = (status: object | null, expected: Expectation = streaming) =>
    judgeDeployment(flinkDeploymentObject.parse({ metadata: { name: "bronze", generation: 3 }, status }), expected);

describe("the verdict on a FlinkDeployment", () => {
    it("is ready where a streaming job runs and has a checkpoint of this rollout", () => {
        assert.equal(judge(healthy).outcome, "ready");
    });

    it("waits for an operator that has not seen the object, or not its newest generation", () => {
        assert.equal(judge(null).outcome, "waiting");
        assert.equal(judgeDeployment({ metadata: { name: "bronze", generation: 1 } }, streaming).outcome, "waiting");
        const stale = judge({ ...healthy, observedGeneration: 2 });
        assert.deepEqual([stale.outcome, /generation 2 of bronze, not 3/.test(stale.reason)], ["waiting", true]);
        // What failed before the change says nothing of the change.
        assert.equal(judge({ ...healthy, observedGeneration: 2, lifecycleState: "FAILED" }).outcome, "waiting");
    });

    it("fails at once where waiting is of no use", () => {
        for (const change of [
            { lifecycleState: "FAILED" },
            { lifecycleState: "ROLLED_BACK" },
            { reconciliationStatus: { state: "ROLLED_BACK" } },
            { jobManagerDeploymentStatus: "ERROR", lifecycleState: "DEPLOYED" },
            { jobManagerDeploymentStatus: "MISSING" },
            { jobStatus: { state: "FAILED" } },
            { jobStatus: { state: "CANCELED" } },
            { jobStatus: { state: "FINISHED" } },
        ])
            assert.equal(judge({ ...healthy, ...change }).outcome, "failed", JSON.stringify(change));
    });

    it("says why, in one line", () => {
        const error = JSON.stringify({ type: "ReconciliationException", message: "no such\n  image", stack: "…" });
        assert.match(
            judge({ ...healthy, lifecycleState: "FAILED", error }).reason,
            /^bronze is FAILED: no such image$/,
        );
        assert.match(judge({ ...healthy, lifecycleState: "FAILED", error: "plain\ntext" }).reason, /: plain text$/);
    });

    it("waits while the operator is at it", () => {
        for (const change of [
            { lifecycleState: "CREATED", jobManagerDeploymentStatus: "MISSING", jobStatus: null },
            { lifecycleState: "UPGRADING", jobStatus: { state: "FINISHED" } },
            { lifecycleState: "ROLLING_BACK" },
            { lifecycleState: "DEPLOYED", jobStatus: { state: "RECONCILING" } },
            { jobStatus: { state: "RESTARTING" } },
            { jobManagerDeploymentStatus: "DEPLOYED_NOT_READY" },
            { error: "a validation error" },
        ])
            assert.equal(judge({ ...healthy, ...change }).outcome, "waiting", JSON.stringify(change));
    });

    it("does not take a checkpoint from before the rollout for one of it", () => {
        const old = judge(healthy, { ...streaming, completedCheckpointMs: startedMs - 1 });
        assert.equal(old.outcome, "waiting");
        assert.match(old.reason, /from before the rollout/);
        const { completedCheckpointMs: _, ...unknown } = streaming;
        assert.equal(judge(healthy, unknown).outcome, "waiting");
    });

    it("fails where a job has had its time and completes no checkpoint, or none any more", () => {
        const late = { ...streaming, nowMs: startedMs + 1_000_000 };
        const { completedCheckpointMs: _, ...never } = late;
        assert.equal(judge(healthy, never).outcome, "failed");
        assert.equal(judge(healthy, late).outcome, "failed", "940 s old");
        assert.equal(judge(healthy, { ...late, checkpointSeconds: 2000 }).outcome, "ready");
    });

    it("knows the checkpoints and savepoints that the operator asked for itself", () => {
        const { completedCheckpointMs: _, ...unknown } = streaming;
        const stamp = { timeStamp: startedMs + 1000 };
        const status = (more: object) => ({ ...healthy, jobStatus: { ...healthy.jobStatus, ...more } });
        assert.equal(judge(status({ checkpointInfo: { lastCheckpoint: stamp } }), unknown).outcome, "ready");
        assert.equal(judge(status({ savepointInfo: { lastSavepoint: stamp } }), unknown).outcome, "ready");
        assert.equal(judge(status({ savepointInfo: { lastSavepoint: null } }), unknown).outcome, "waiting");
    });

    it("is ready where a batch job has FINISHED, though its cluster is gone by then", () => {
        const finished = { ...healthy, jobStatus: { state: "FINISHED" } };
        assert.equal(judge(finished, batch).outcome, "ready");
        assert.equal(judge({ ...finished, jobManagerDeploymentStatus: "MISSING" }, batch).outcome, "ready");
        assert.equal(judge(healthy, batch).outcome, "waiting");
        assert.equal(judge({ ...healthy, jobStatus: { state: "FAILED" } }, batch).outcome, "failed");
    });
});
