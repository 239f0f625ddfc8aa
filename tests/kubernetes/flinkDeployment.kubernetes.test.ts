/** The gate of a job on a cluster, on a real API server, with the operator played. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Kind, KubernetesObject } from "../../automation/clients/kubernetes";
import { runChecks, systemClock, validationFor, type Clock, type CheckResult } from "../../automation/gates";
import { liveCluster } from "../../automation/gates/cluster";
import type { ClusterRuntimeContract } from "../../stacks/contracts";
import type { ApiServer } from "../_helpers/apiServer";
import { fakePlatform } from "../_helpers/fakePlatform";
import { FlinkOperator, flinkDeploymentKind, running, type Status } from "./flinkOperator";
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
    /** Looks twenty times a second, as the gate does every few seconds. */
    const quick: Clock = {
        now: () => systemClock.now(),
        sleep: (ms, signal) => systemClock.sleep(ms > 10_000 ? ms : Math.min(ms, 50), signal),
    };

    interface Wish {
        readonly kind?: "streaming" | "batch";
        readonly startedMs?: number;
        readonly timeoutSeconds?: number;
        readonly kubeconfig?: string;
        /** What Flink itself says; there is no JobManager here to be asked. */
        readonly completedCheckpointMs?: () => Promise<number | undefined>;
    }

    /** What the gate of a rollout says that begins now. */
    async function verdict({
        kind = "streaming",
        startedMs = Date.now(),
        timeoutSeconds = 60,
        kubeconfig = server.kubeconfig,
        completedCheckpointMs = () => Promise.resolve(undefined),
    }: Wish = {}): Promise<CheckResult> {
        const cluster = {
            ...liveCluster({ kubeconfig: readFileSync(kubeconfig, "utf8"), clusterName: "test" }),
            completedCheckpointMs,
        };
        const runtime = {
            namespace,
            jobs: [{ name, deployment: name, kind }],
            checkpointTimeoutMs: 600_000,
            dbt: { runtime: "airflow", namespace, schedule: "", timeZone: "", object: "" },
        } as unknown as ClusterRuntimeContract;
        const context = {
            ...fakePlatform().context({ run: { startedMs }, settings: { clusterJobSeconds: timeoutSeconds } }),
            clients: { cluster },
            onCluster: { runtime },
        };
        const check = validationFor("runtime", context).find(({ id }) => id === `jobs.${name}`);
        const [result] = await runChecks([check ?? assert.fail("there is no such check")], { clock: quick });
        return result ?? assert.fail("the check has no result");
    }

    it("waits through all that becomes of it, for its checkpoint", async () => {
        const startedMs = Date.now();
        operate(() => [
            { lifecycleState: "CREATED", jobManagerDeploymentStatus: "MISSING" },
            lifecycle("DEPLOYED", { jobManagerDeploymentStatus: "DEPLOYING", jobStatus: { state: "RECONCILING" } }),
            running,
            checkpointAt(startedMs + 1),
        ]);
        await server.api.create(deployment());
        const { status, evidence, message } = await verdict({ startedMs });
        assert.equal(status, "pass", message);
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
        assert.equal((await verdict({ startedMs })).status, "pass");
        await server.api.apply(deployment({ image: "example.invalid/other" }), "tidegate-test");
        const { status, message } = await verdict({ startedMs });
        assert.deepEqual([status, message], ["fail", `${name} is FAILED: no such image`]);
    });

    it("fails at once where the job fails, with the operator's reason", async () => {
        const error = JSON.stringify({ type: "ReconciliationException", message: "quota exceeded" });
        operate(() => [lifecycle("DEPLOYED"), lifecycle("DEPLOYED", { jobStatus: { state: "FAILED" }, error })]);
        await server.api.create(deployment());
        const { status, message } = await verdict();
        assert.deepEqual([status, message], ["fail", `The job of ${name} is FAILED: quota exceeded`]);
    });

    it("does not take a suspended job for one that runs", async () => {
        const suspended = lifecycle("SUSPENDED", {
            jobStatus: { state: "FINISHED" },
            jobManagerDeploymentStatus: "MISSING",
        });
        const script = operate(() => []);
        const job = { jarURI: "local:///job.jar", upgradeMode: "savepoint", state: "suspended" };
        await server.api.create(deployment({ job }));
        await script.say(name, { observedGeneration: 1, ...suspended });
        const { status, message } = await verdict({ timeoutSeconds: 1 });
        assert.equal(status, "fail");
        assert.equal(message, `${name} is SUSPENDED. That was waited for 1 s.`);
    });

    it("waits through restarts of the job, and is ready where it has come back", async () => {
        const startedMs = Date.now();
        const old = { lastCheckpoint: { timeStamp: startedMs - 1 } };
        operate(() => [
            checkpointAt(startedMs - 1),
            ...["RESTARTING", "RUNNING", "RESTARTING"].map((state) => ({
                ...running,
                jobStatus: { state, checkpointInfo: old },
            })),
            checkpointAt(startedMs + 1),
        ]);
        await server.api.create(deployment());
        const { status, message } = await verdict({ startedMs });
        assert.equal(status, "pass", message);
    });

    it("is judged by Flink's own checkpoints too, which no status tells of", async () => {
        const startedMs = Date.now();
        operate(() => [running]);
        await server.api.create(deployment());
        let asked = 0;
        const completedCheckpointMs = () => Promise.resolve(++asked < 3 ? undefined : startedMs + 1);
        assert.equal((await verdict({ startedMs, completedCheckpointMs })).status, "pass");
    });

    it("of a batch job is that it has FINISHED", async () => {
        const gone = { jobStatus: { state: "FINISHED" }, jobManagerDeploymentStatus: "MISSING" };
        operate(() => [lifecycle("DEPLOYED"), lifecycle("STABLE", gone)]);
        await server.api.create(deployment());
        const { status, message } = await verdict({ kind: "batch" });
        assert.equal(status, "pass", message);
    });

    it("is red where there is no such object, and where the server lets nobody see it", async () => {
        const { status, message } = await verdict();
        assert.deepEqual([status, message], ["fail", `There is no FlinkDeployment ${name} in ${namespace}.`]);
        const refused = await verdict({ kubeconfig: server.strangersKubeconfig });
        assert.equal(refused.status, "fail");
        assert.match(refused.message ?? "", /did not let us read FlinkDeployment .*forbidden/);
    });
});
