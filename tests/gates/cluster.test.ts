/** The validation of what runs on a cluster, on one in memory. */
import assert from "node:assert/strict";
import { TidegateError } from "../../automation/core/errors";
import { runChecks, validationFor, type Cluster, type GateContext } from "../../automation/gates";
import type { ClusterRuntimeContract, FoundationContract, Layer } from "../../stacks/contracts";
import { fakePlatform } from "../_helpers/fakePlatform";

interface Fake extends Cluster {
    readonly objects: Map<string, unknown>;
    checkpointMs: number | undefined;
    deaf: boolean;
}

const fakeCluster = (): Fake => {
    const objects = new Map<string, unknown>();
    const fake: Fake = {
        where: "the cluster test",
        objects,
        checkpointMs: undefined,
        deaf: false,
        get: ({ kind }, namespace, name) => Promise.resolve(objects.get(`${kind} ${namespace ?? ""}/${name}`)),
        completedCheckpointMs: () =>
            fake.deaf ? Promise.reject(new Error("nobody is at home")) : Promise.resolve(fake.checkpointMs),
    };
    return fake;
};

const runtime = {
    profile: "kubernetes",
    namespace: "prod-flink",
    jobs: [{ name: "tidegate-bronze", deployment: "bronze", kind: "streaming" }],
    checkpointTimeoutMs: 600_000,
    dbt: { runtime: "kubernetes", namespace: "prod-dbt", schedule: "0 * * * *", timeZone: "Etc/UTC", object: "dbt" },
} as unknown as ClusterRuntimeContract;
const namespaces = {
    flink: "prod-flink",
    catalog: "prod-catalog",
    dbt: "prod-dbt",
    observability: "prod-observability",
};

describe("the gates of a cluster", () => {
    let platform: ReturnType<typeof fakePlatform>;
    let cluster: Fake;
    beforeEach(() => {
        platform = fakePlatform();
        cluster = fakeCluster();
        for (const name of Object.values(namespaces)) namespace(name, "restricted");
        job({});
        cluster.objects.set("CronJob prod-dbt/dbt", { spec: { schedule: "0 * * * *" } });
        cluster.checkpointMs = platform.clock.now();
    });

    function namespace(name: string, level: string | undefined): void {
        const labels = level === undefined ? {} : { "pod-security.kubernetes.io/enforce": level };
        cluster.objects.set(`Namespace /${name}`, { metadata: { name, labels }, status: { phase: "Active" } });
    }
    function job(change: object): void {
        cluster.objects.set("FlinkDeployment prod-flink/bronze", {
            metadata: { name: "bronze", generation: 1 },
            status: {
                observedGeneration: 1,
                lifecycleState: "STABLE",
                jobManagerDeploymentStatus: "READY",
                jobStatus: { jobId: "0123", state: "RUNNING" },
                ...change,
            },
        });
    }
    const context = (): GateContext => ({
        ...platform.context(),
        clients: { cluster },
        onCluster: {
            foundation: { namespaces } as FoundationContract,
            runtime,
            observability: {
                profile: "kubernetes",
                namespace: "prod-observability",
                monitors: ["flink-jobs"],
                alerts: ["Stale"],
                dashboards: ["flink"],
            },
        },
        layers: ["foundation", "storage", "broker", "catalog", "runtime", "observability"],
        elsewhere: ["storage", "broker", "catalog"],
    });
    const results = async (layer: Layer | "all") =>
        runChecks(validationFor(layer, context()), { clock: platform.clock });
    const resultOf = async (layer: Layer, id: string) =>
        (await results(layer)).find((one) => one.id === id) ?? assert.fail(`no check ${id}`);

    it("are green where its jobs run and checkpoint, and ask nothing that only the workloads reach", async () => {
        cluster.objects.set("PodMonitor prod-observability/flink-jobs", {});
        cluster.objects.set("ConfigMap prod-observability/flink", {});
        const all = await results("all");
        assert.deepEqual(
            all.map(({ id, status, message }) => `${id} ${status} ${message ?? ""}`.trim()),
            ["infra.cluster pass", "infra.monitors pass", "jobs.bronze pass", "dbt.scheduled pass"],
        );
        assert.deepEqual(all.find(({ id }) => id === "dbt.scheduled")?.warnings, ["it has not run yet"]);
        for (const layer of ["storage", "broker", "catalog"] as const) assert.deepEqual(await results(layer), []);
    });

    it("see a namespace that is not there, or has lost its rule", async () => {
        cluster.objects.delete("Namespace /prod-dbt");
        namespace("prod-flink", undefined);
        const { status, message } = await resultOf("foundation", "infra.cluster");
        assert.equal(status, "fail");
        assert.match(message ?? "", /prod-dbt is not there; prod-flink lets in pods of the level privileged/);
    });

    it("wait for a job that comes up, and for its first checkpoint", async () => {
        job({ lifecycleState: "CREATED", jobManagerDeploymentStatus: "DEPLOYING", jobStatus: null });
        cluster.checkpointMs = undefined;
        const result = resultOf("runtime", "jobs.bronze");
        const { get } = cluster;
        let looks = 0;
        Object.assign(cluster, {
            get: (...asked: Parameters<typeof get>) => {
                if (asked[0].kind === "FlinkDeployment") looks += 1;
                if (looks === 3) job({});
                if (looks === 5) cluster.checkpointMs = platform.clock.now();
                return get(...asked);
            },
        });
        assert.equal((await result).status, "pass");
        assert.equal(looks, 5);
    });

    it("ask again where the API server is away for a moment, and not where it refuses", async () => {
        const { get } = cluster;
        let asked = 0;
        const failing = (code: string, retryable: boolean) =>
            Object.assign(cluster, {
                get: (...what: Parameters<typeof get>) =>
                    what[0].kind === "FlinkDeployment" && (asked += 1) < 3
                        ? Promise.reject(new TidegateError("no answer", { code, retryable }))
                        : get(...what),
            });
        failing("cluster-unreachable", true);
        assert.equal((await resultOf("runtime", "jobs.bronze")).status, "pass");
        assert.equal(asked, 3);
        asked = 0;
        failing("cluster-refused", false);
        assert.equal((await resultOf("runtime", "jobs.bronze")).status, "fail");
        assert.equal(asked, 1);
    });

    it("do not wait for what has failed", async () => {
        job({ lifecycleState: "FAILED", error: "no such image" });
        const { status, message } = await resultOf("runtime", "jobs.bronze");
        assert.deepEqual([status, message], ["fail", "bronze is FAILED: no such image"]);
        assert.ok(!platform.clock.sleeps.includes(5000), "it looked again");
    });

    it("say how long they have waited, and why its JobManager was of no help", async () => {
        cluster.deaf = true;
        const { status, message } = await resultOf("runtime", "jobs.bronze");
        assert.equal(status, "fail");
        assert.match(message ?? "", /completed no checkpoint.*JobManager could not be asked: nobody is at home/);
    });

    it("are red where a job or the schedule of dbt is missing, suspended or another", async () => {
        cluster.objects.delete("FlinkDeployment prod-flink/bronze");
        assert.match((await resultOf("runtime", "jobs.bronze")).message ?? "", /no FlinkDeployment bronze/);
        for (const [spec, told] of [
            [{ schedule: "0 * * * *", suspend: true }, /suspended/],
            [{ schedule: "5 * * * *" }, /instead of/],
        ] as const) {
            cluster.objects.set("CronJob prod-dbt/dbt", { spec });
            const found = await runChecks(
                validationFor("runtime", context()).filter(({ id }) => id === "dbt.scheduled"),
                { clock: platform.clock },
            );
            assert.match(found[0]?.message ?? "", told);
        }
    });

    it("are red where a monitor or a dashboard is missing", async () => {
        cluster.objects.set("ServiceMonitor prod-observability/flink-jobs", {});
        const { status, message } = await resultOf("observability", "infra.monitors");
        assert.equal(status, "fail");
        assert.equal(message, "ConfigMap flink is missing in prod-observability.");
    });
});
