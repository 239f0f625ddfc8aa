import assert from "node:assert/strict";
import { ClusterClient } from "../../automation/clients/cluster";
import { liveCluster } from "../../automation/gates/cluster";
import { scriptedServer, type ScriptedServer } from "../_helpers/httpServer";
import { KubeApi } from "../_helpers/kubeApi";

const namespace = "prod-flink";
const jobManager = (name: string, phase = "Running") => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: "bronze", component: "jobmanager" } },
    status: { phase },
});

describe("the API of a cluster", function () {
    this.timeout(30_000);
    let api: KubeApi;
    let client: ClusterClient;
    beforeEach(async () => {
        api = await KubeApi.start();
        client = ClusterClient.open(api.kubeconfig);
    });
    afterEach(() => api.close());

    it("gives an object as it is, custom ones too", async () => {
        const deployment = {
            apiVersion: "flink.apache.org/v1beta1",
            kind: "FlinkDeployment",
            metadata: { name: "bronze", namespace, generation: 2 },
            status: { lifecycleState: "STABLE", somethingNew: { at: "2026-01-01T00:00:00Z" } },
        };
        api.put(deployment);
        const got = (await client.get(deployment, namespace, "bronze")) as typeof deployment;
        assert.deepEqual(got.status, deployment.status);
        assert.equal(got.metadata.generation, 2);
    });

    it("knows no object that is not there, and none of a kind that is not", async () => {
        const kind = { apiVersion: "flink.apache.org/v1beta1", kind: "FlinkDeployment" };
        assert.equal(await client.get(kind, namespace, "bronze"), undefined);
        assert.equal(await client.get({ apiVersion: "example.com/v1", kind: "Other" }, namespace, "x"), undefined);
        assert.equal(await client.get({ apiVersion: "v1", kind: "Namespace" }, undefined, namespace), undefined);
    });

    it("says what the server says, and whether asking again is of use", async () => {
        api.refuses = 403;
        await assert.rejects(client.runningPods(namespace, { app: "bronze" }), {
            code: "cluster-refused",
            retryable: false,
            message: `The API server ${api.url} did not let us list the pods of prod-flink: nodes are lazy today.`,
        });
        api.refuses = 503;
        await assert.rejects(client.runningPods(namespace, { app: "bronze" }), {
            code: "cluster-unreachable",
            retryable: true,
        });
    });

    it("tells nothing of a kubeconfig that is none", () => {
        for (const text of ["{ token: hidden", "users: [{ name: x, user: { token: hidden } }]"])
            assert.throws(
                () => ClusterClient.open(text),
                (error: Error & { code?: string }) =>
                    error.code === "kubeconfig-invalid" && !error.message.includes("hidden"),
            );
    });

    describe("through which a JobManager is asked for its checkpoints", () => {
        let flink: ScriptedServer;
        let completed: { trigger_timestamp: number } | null;
        beforeEach(async () => {
            completed = { trigger_timestamp: 1_700_000_000_000 };
            flink = await scriptedServer(({ path }) =>
                path === "/jobs/0123/checkpoints" ? { status: 200, body: { latest: { completed } } } : { status: 404 },
            );
            api.ports.set("prod-flink/bronze-abc:8081", Number(new URL(flink.url).port));
        });
        afterEach(() => flink.close());
        const ask = () =>
            liveCluster({ kubeconfig: api.kubeconfig, clusterName: "prod" }).completedCheckpointMs(
                namespace,
                "bronze",
                "0123",
            );

        it("of the pod that runs", async () => {
            api.put(jobManager("bronze-old", "Failed"));
            api.put(jobManager("bronze-abc"));
            assert.equal(await ask(), 1_700_000_000_000);
            completed = null;
            assert.equal(await ask(), undefined);
        });

        it("and is not, where none runs", async () => {
            api.put(jobManager("bronze-abc", "Pending"));
            await assert.rejects(ask(), { code: "flink-unreachable" });
        });

        it("and is not, where nothing listens in the pod: the kubelet's words are told", async () => {
            api.put(jobManager("bronze-abc"));
            api.ports.clear();
            await assert.rejects(ask(), /failed to connect to port 8081/);
        });
    });
});
