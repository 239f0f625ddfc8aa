import assert from "node:assert/strict";
import { distinctPositions, liveFlink, liveMetrics } from "../../automation/gates/live";
import { scriptedServer, type Answer, type ScriptedServer } from "../_helpers/httpServer";
import { standIns } from "../../stacks/standIns";

describe("the gates' view of Flink", () => {
    let server: ScriptedServer | undefined;
    afterEach(() => server?.close());

    /** Answers as Flink 2.0.0 gave them, by path. */
    async function open(answers: Record<string, Answer>) {
        server = await scriptedServer(
            ({ path }) => answers[path] ?? { status: 404, body: { errors: ["Not found: " + path] } },
        );
        return liveFlink({ ...standIns.runtime, flinkRest: `${server.url}/`, sqlGateway: server.url });
    }
    const ok = (body: unknown): Answer => ({ status: 200, body });

    it("reads overview, TaskManagers and jobs", async () => {
        const { flink } = await open({
            "/overview": ok({ taskmanagers: 1, "slots-total": 8, "flink-version": "2.0.0" }),
            "/taskmanagers": ok({
                taskmanagers: [
                    { id: "127.0.0.1:17122-b0014a", timeSinceLastHeartbeat: 1795447722171, slotsNumber: 8 },
                    { id: "just registered", timeSinceLastHeartbeat: 0, slotsNumber: 8 },
                ],
            }),
            "/jobs/overview": ok({
                jobs: [{ jid: "a1", name: "bronze", state: "FINISHED", "start-time": 5, duration: 3 }],
            }),
        });
        assert.deepEqual(await flink.overview(), { version: "2.0.0", slotsTotal: 8 });
        assert.deepEqual(await flink.taskManagers(), [
            { id: "127.0.0.1:17122-b0014a", lastHeartbeatMs: 1795447722171, slots: 8 },
            { id: "just registered", lastHeartbeatMs: null, slots: 8 },
        ]);
        assert.deepEqual(await flink.jobs(), [{ id: "a1", name: "bronze", state: "FINISHED", startMs: 5 }]);
    });

    it("has no number of restarts where Flink gives none, instead of 0", async () => {
        const { flink } = await open({
            "/jobs/a/metrics?get=numRestarts": ok([{ id: "numRestarts", value: "2" }]),
            "/jobs/b/metrics?get=numRestarts": ok([]),
            "/jobs/c/metrics?get=numRestarts": ok([{ id: "numRestarts" }]),
            "/jobs/d/metrics?get=numRestarts": ok([{ id: "numRestarts", value: "NaN" }]),
        });
        assert.deepEqual(await Promise.all(["a", "b", "c", "d"].map((id) => flink.numRestarts(id))), [
            2,
            undefined,
            undefined,
            undefined,
        ]);
    });

    it("has no checkpoint where none was completed, and an error where checkpointing is off", async () => {
        const { flink } = await open({
            "/jobs/a/checkpoints": ok({ latest: { completed: { id: 3, trigger_timestamp: 1700 } } }),
            "/jobs/b/checkpoints": ok({ latest: { completed: null } }),
            "/jobs/c/checkpoints": { status: 404, body: { errors: ["Checkpointing has not been enabled."] } },
        });
        assert.equal(await flink.completedCheckpointMs("a"), 1700);
        assert.equal(await flink.completedCheckpointMs("b"), undefined);
        await assert.rejects(flink.completedCheckpointMs("c"), /Checkpointing has not been enabled/);
    });

    it("reaches a TaskManager by its threads, and fails when there are none", async () => {
        const { flink } = await open({
            "/taskmanagers/alive%3A1/thread-dump": ok({ threadInfos: [{ threadName: "main" }] }),
            "/taskmanagers/hollow/thread-dump": ok({ threadInfos: [] }),
            "/taskmanagers/dead/thread-dump": { status: 500, body: { errors: ["Could not connect to rpc endpoint"] } },
        });
        await flink.reachTaskManager("alive:1");
        await assert.rejects(flink.reachTaskManager("hollow"), { code: "flink-answer-unknown" });
        await assert.rejects(flink.reachTaskManager("dead"), /Could not connect to rpc endpoint/);
    });

    it("counts metrics, and refuses an answer that is no list of them", async () => {
        server = await scriptedServer(({ path }) =>
            path === "/metrics"
                ? ok([{ id: "numRunningJobs" }])
                : path === "/down"
                  ? { status: 503, body: [] }
                  : ok({}),
        );
        const { url } = server;
        const metrics = liveMetrics({ profile: "embedded", metrics: { jobmanager: `${url}/metrics` } });
        assert.equal(await metrics.count(`${url}/metrics`), 1);
        for (const path of ["/down", "/other"])
            await assert.rejects(metrics.count(url + path), { code: "metrics-invalid" });
    });

    it("reads the targets of a Prometheus, and refuses what is none", async () => {
        const activeTargets = [
            { scrapePool: "flink", scrapeUrl: "http://a:9249/metrics", health: "up", lastError: "", labels: {} },
            { scrapePool: "flink", scrapeUrl: "http://b:9249/metrics", health: "down", lastError: "refused" },
        ];
        server = await scriptedServer(({ path }) =>
            path === "/api/v1/targets?state=active"
                ? ok({ status: "success", data: { activeTargets, droppedTargets: [] } })
                : ok({ status: "error" }),
        );
        const { url } = server;
        const of = (prometheus: string) => liveMetrics({ profile: "docker", metrics: {}, prometheus }).prometheus;
        assert.deepEqual(
            (await of(`${url}/`)?.targets())?.map(({ job, health, lastError }) => [job, health, lastError]),
            [
                ["flink", "up", ""],
                ["flink", "down", "refused"],
            ],
        );
        await assert.rejects(async () => of(`${url}/elsewhere`)?.targets(), { code: "metrics-invalid" });
        assert.equal(liveMetrics({ profile: "embedded", metrics: {} }).prometheus, undefined);
    });
});

describe("distinctPositions", () => {
    const letter = (partition: number, offset: number, reason = "x"): string =>
        JSON.stringify({ dataset: "taxi", reasons: [reason], topic: "events", partition, offset, payload: "{" });

    it("counts a record once, however often its dead letter was written", () => {
        assert.equal(distinctPositions([letter(0, 1), letter(0, 1, "again"), letter(1, 1), letter(0, 2)]), 3);
        assert.equal(distinctPositions([]), 0);
    });

    it("does not count what does not say where it came from", () => {
        for (const value of ["", "{", "{}", JSON.stringify({ topic: "events", partition: "0", offset: 1 })])
            assert.throws(() => distinctPositions([letter(0, 1), value]), /Record 2 of 2/);
    });
});
