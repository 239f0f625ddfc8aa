import assert from "node:assert/strict";
import { isGreen, readGateSettings, runChecks, validationFor, type CheckResult } from "../../automation/gates";
import { fakePlatform, type FakePlatform } from "../_helpers/gateFakes";

type Changes = Parameters<FakePlatform["context"]>[0];

/** The result of one check alone, so that a red one before it cannot hide it. */
async function resultOf(platform: FakePlatform, id: string, changes: Changes = {}): Promise<CheckResult> {
    const check = validationFor("all", platform.context(changes)).find((candidate) => candidate.id === id);
    assert.ok(check, `there is no check ${id}`);
    const [result] = await runChecks([check], { clock: platform.clock });
    assert.ok(result);
    return result;
}

async function assertGreen(platform: FakePlatform, id: string, changes: Changes = {}): Promise<CheckResult> {
    const result = await resultOf(platform, id, changes);
    assert.equal(result.status, "pass", result.message);
    assert.ok(Object.keys(result.evidence).length > 0);
    return result;
}

async function assertRed(
    platform: FakePlatform,
    id: string,
    message: RegExp,
    changes: Changes = {},
): Promise<CheckResult> {
    const result = await resultOf(platform, id, changes);
    assert.equal(result.status, "fail", `${id} is ${result.status}: ${result.summary}`);
    assert.match(result.message ?? "", message);
    assert.ok(result.look && result.hint, "a failure says where to look and what to do");
    return result;
}

const streaming = {
    run: { mode: "streaming_bronze" as const, batchJobs: [{ name: "silver" }], streamingJobs: ["bronze"] },
};

/** The platform with the streaming job `bronze` RUNNING since the rollout began. */
function streamingPlatform(): FakePlatform {
    const platform = fakePlatform();
    const startMs = platform.clock.now() - 50_000;
    platform.flink.jobList = [
        { id: "job-stream", name: "bronze", state: "RUNNING", startMs },
        { id: "job-silver", name: "silver", state: "FINISHED", startMs: startMs + 1000 },
    ];
    platform.flink.restarts.set("job-stream", 0);
    platform.flink.checkpoints.set("job-stream", startMs + 20_000);
    return platform;
}

describe("the whole validation", () => {
    it("is green on a platform where everything is right, in batch and in streaming", async () => {
        for (const [platform, changes] of [
            [fakePlatform(), {}],
            [streamingPlatform(), streaming],
        ] as const) {
            const results = await runChecks(validationFor("all", platform.context(changes)), { clock: platform.clock });
            assert.deepEqual(
                results.filter((result) => result.status !== "pass").map((result) => `${result.id}: ${result.message}`),
                [],
            );
            assert.ok(isGreen(results));
        }
    });

    it("gives the same evidence for the same platform, and nothing of its own probes in it", async () => {
        const platform = fakePlatform();
        const once = async (): Promise<unknown> =>
            (await runChecks(validationFor("all", platform.context()), { clock: platform.clock })).map(
                ({ seconds: _, ...result }) => result,
            );
        assert.deepEqual(await once(), await once());
    });

    it("is the sum of the layers' parts", () => {
        const platform = fakePlatform();
        const ids = (layer: Parameters<typeof validationFor>[0]): string[] =>
            validationFor(layer, platform.context()).map((check) => check.id);
        assert.deepEqual(
            (["storage", "broker", "catalog", "runtime", "observability"] as const).flatMap(ids),
            ids("all"),
        );
    });

    it("is an error, not green, where a client is missing", () => {
        const context = fakePlatform().context();
        assert.throws(() => validationFor("runtime", { ...context, clients: {} }), /needs the client 'flink'/);
    });

    it("puts the first cause on top: with the broker gone, stage 1 is red and later stages are not run", async () => {
        const platform = fakePlatform();
        platform.broker.down = true;
        const results = await runChecks(validationFor("all", platform.context()), { clock: platform.clock });
        const red = results.filter((result) => result.status === "fail");
        assert.deepEqual(
            red.map((result) => result.id),
            ["infra.broker-topics", "infra.broker-probe"],
        );
        assert.ok(results.filter((result) => result.stage !== 1).every((result) => result.status === "not-run"));
    });
});

describe("stage 1", () => {
    it("infra.storage-probe: leaves nothing behind", async () => {
        const platform = fakePlatform();
        await assertGreen(platform, "infra.storage-probe");
        assert.equal(platform.objects.stored.size, 0);
        assert.ok(platform.objects.calls >= 4);
    });

    it("infra.storage-probe: red when the object comes back changed, and it is removed all the same", async () => {
        const platform = fakePlatform();
        platform.objects.corrupt = "other";
        await assertRed(platform, "infra.storage-probe", /changed/);
        assert.equal(platform.objects.stored.size, 0);
    });

    it("infra.storage-probe: red when reading is refused, and the object is removed all the same", async () => {
        const platform = fakePlatform();
        platform.objects.refusesReads = true;
        await assertRed(platform, "infra.storage-probe", /AccessDenied/);
        assert.equal(platform.objects.stored.size, 0);
    });

    it("infra.storage-probe, infra.catalog-probe: remove what was made although the answer was lost", async () => {
        const platform = fakePlatform();
        const put = platform.objects.put.bind(platform.objects);
        platform.objects.put = async (key, body) => {
            await put(key, body);
            throw new Error("connection reset");
        };
        const create = platform.catalog.createNamespace.bind(platform.catalog);
        platform.catalog.createNamespace = async (namespace) => {
            await create(namespace);
            throw new Error("connection reset");
        };
        await assertRed(platform, "infra.storage-probe", /connection reset/);
        await assertRed(platform, "infra.catalog-probe", /connection reset/);
        assert.deepEqual([platform.objects.stored.size, platform.catalog.namespaces.size], [0, 0]);
    });

    it("infra.storage-probe: red when a deleted object is still there", async () => {
        const platform = fakePlatform();
        platform.objects.keepsDeleted = true;
        await assertRed(platform, "infra.storage-probe", /still there/);
    });

    it("infra.storage-probe: red when the store does not answer in time, or not at all", async () => {
        const platform = fakePlatform();
        platform.objects.hangs = true;
        await assertRed(platform, "infra.storage-probe", /within its limit of 20 s/);
        platform.objects.hangs = false;
        platform.objects.down = true;
        assert.equal((await assertRed(platform, "infra.storage-probe", /refused/)).hint, "start it");
    });

    it("infra.broker-topics: red when a topic is missing or has other partitions", async () => {
        const platform = fakePlatform();
        assert.deepEqual((await assertGreen(platform, "infra.broker-topics")).evidence, {
            partitions: { events: 3, letters: 1, probe: 1 },
        });
        platform.broker.topics.delete("letters");
        platform.broker.create("events", 1);
        await assertRed(
            platform,
            "infra.broker-topics",
            /^Topic events has 1 partitions instead of 3; topic letters does not exist\.$/,
        );
    });

    it("infra.broker-probe: red when an acknowledged record is not given back", async () => {
        const platform = fakePlatform();
        await assertGreen(platform, "infra.broker-probe");
        platform.broker.losesRecords = true;
        await assertRed(platform, "infra.broker-probe", /does not give it back/);
    });

    it("infra.broker-probe: an older probe record is no proof", async () => {
        const platform = fakePlatform();
        platform.broker.fill("probe", 1, () => "probe1");
        platform.broker.losesRecords = true;
        await assertRed(platform, "infra.broker-probe", /does not give it back/);
    });

    it("infra.catalog-probe: leaves no namespace behind", async () => {
        const platform = fakePlatform();
        await assertGreen(platform, "infra.catalog-probe");
        assert.equal(platform.catalog.namespaces.size, 0);
    });

    it("infra.catalog-probe: red when the namespace is not listed, and it is dropped all the same", async () => {
        const platform = fakePlatform();
        platform.catalog.hidesNamespaces = true;
        await assertRed(platform, "infra.catalog-probe", /does not list/);
        assert.equal(platform.catalog.namespaces.size, 0);
    });

    it("infra.catalog-probe: red when a dropped namespace is still there, or the catalog is down", async () => {
        const platform = fakePlatform();
        platform.catalog.keepsDropped = true;
        await assertRed(platform, "infra.catalog-probe", /still there/);
        platform.catalog.down = true;
        await assertRed(platform, "infra.catalog-probe", /refused/);
    });

    it("infra.flink-taskmanagers: red without TaskManager, without slot, without heartbeat, or when it is killed", async () => {
        const platform = fakePlatform();
        const id = "infra.flink-taskmanagers";
        await assertGreen(platform, id);
        platform.flink.dead.add("tm-1");
        await assertRed(platform, id, /registered, but do not answer: tm-1/);
        platform.flink.dead.clear();
        const [manager] = platform.flink.managers;
        assert.ok(manager);
        platform.flink.managers = [{ ...manager, lastHeartbeatMs: platform.clock.now() - 11_000 }];
        await assertRed(platform, id, /no heartbeat for more than 10 s: tm-1/);
        platform.flink.managers = [{ ...manager, lastHeartbeatMs: null }];
        await assertRed(platform, id, /no heartbeat for more than 10 s: tm-1/);
        platform.flink.managers = [{ ...manager, slots: 0 }];
        await assertRed(platform, id, /no task slot/);
        platform.flink.managers = [];
        await assertRed(platform, id, /No TaskManager/);
        platform.flink.down = true;
        await assertRed(platform, id, /refused/);
    });

    it("infra.flink-taskmanagers: waits for the first heartbeat of one that has just registered", async () => {
        const platform = fakePlatform();
        const [manager] = platform.flink.managers;
        assert.ok(manager);
        platform.flink.managers = [{ ...manager, lastHeartbeatMs: null }];
        void platform.clock.sleep(2_000).then(() => {
            platform.flink.managers = [{ ...manager, lastHeartbeatMs: platform.clock.now() }];
        });
        await assertGreen(platform, "infra.flink-taskmanagers");
    });

    it("infra.sql-gateway: red when it is down or does not say what it is", async () => {
        const platform = fakePlatform();
        await assertGreen(platform, "infra.sql-gateway");
        platform.gateway.answer = { productName: "", version: "" };
        await assertRed(platform, "infra.sql-gateway", /does not say/);
        platform.gateway.down = true;
        await assertRed(platform, "infra.sql-gateway", /refused/);
    });

    it("infra.metrics: red when an endpoint lists nothing, or there is none", async () => {
        const platform = fakePlatform();
        await assertGreen(platform, "infra.metrics");
        platform.metrics.metrics = 0;
        await assertRed(platform, "infra.metrics", /listed by jobmanager/);
        platform.metrics.urls = {};
        await assertRed(platform, "infra.metrics", /names no metrics endpoint/);
    });

    it("infra.metrics: asks for metrics of jobs only where Flink knows a job", async () => {
        const platform = fakePlatform();
        platform.metrics.urls["flinkJobs"] = "http://flink.fake/jobs/metrics";
        platform.metrics.metricsOf["http://flink.fake/jobs/metrics"] = 0;
        await assertRed(platform, "infra.metrics", /No metric is listed by flinkJobs/);
        platform.flink.jobList = [];
        await assertGreen(platform, "infra.metrics");
        platform.metrics.metrics = 0;
        await assertRed(platform, "infra.metrics", /No metric is listed by jobmanager/);
    });
});

describe("stage 2", () => {
    const finished = "jobs.batch-finished";

    it("jobs.batch-finished: red when a job is absent, still runs, or none was named", async () => {
        const platform = fakePlatform();
        await assertGreen(platform, finished);
        await assertRed(platform, finished, /No batch job was named/, { run: { batchJobs: [] } });
        const [bronze, silver] = platform.flink.jobList;
        assert.ok(bronze && silver);
        platform.flink.jobList = [bronze, { ...silver, state: "RUNNING" }];
        const red = await assertRed(platform, finished, /^Job silver is RUNNING\.$/);
        assert.match(red.look ?? "", /job-silver/);
        platform.flink.jobList = [bronze];
        await assertRed(platform, finished, /knows no job silver/);
    });

    it("jobs.batch-finished: the newest job of a name counts, and a later failure is red", async () => {
        const platform = fakePlatform();
        const at = platform.clock.now();
        const old = platform.flink.jobList;
        platform.flink.jobList = [{ id: "older", name: "silver", state: "FAILED", startMs: 1 }, ...old];
        await assertGreen(platform, finished);
        platform.flink.jobList = [...old, { id: "newer", name: "silver", state: "FAILED", startMs: at }];
        await assertRed(platform, finished, /Job silver is FAILED/);
        await assertRed(platform, finished, /later run of it FAILED/, {
            run: {
                batchJobs: [
                    { name: "bronze", id: "job-bronze" },
                    { name: "silver", id: "job-silver" },
                ],
            },
        });
    });

    it("jobs.batch-finished: a given id has to be there, a job of the same name does not do", async () => {
        await assertRed(fakePlatform(), finished, /knows no job silver \(gone\)/, {
            run: { batchJobs: [{ name: "silver", id: "gone" }] },
        });
    });

    it("jobs.batch-finished: one that had nothing to do is not looked for, but its failure counts", async () => {
        const platform = fakePlatform();
        const run = { batchJobs: [{ name: "silver", skipped: "bronze has not changed since" }] };
        platform.flink.jobList = [];
        await assertGreen(platform, finished, { run });
        platform.flink.jobList = [{ id: "1", name: "silver", state: "FAILED", startMs: 1 }];
        await assertRed(platform, finished, /the newest run of job silver FAILED/i, { run });
        const settled = { batchJobs: [{ name: "silver", skipped: "bronze has not changed since", skippedAtMs: 2 }] };
        await assertGreen(platform, finished, { run: settled });
        platform.flink.jobList = [{ id: "1", name: "silver", state: "FAILED", startMs: 3 }];
        await assertRed(platform, finished, /the newest run of job silver FAILED/i, { run: settled });
    });

    it("jobs.streaming-running: red when it is absent, failed, or runs twice", async () => {
        const platform = streamingPlatform();
        await assertGreen(platform, "jobs.streaming-running", streaming);
        const [stream] = platform.flink.jobList;
        assert.ok(stream);
        platform.flink.jobList = [stream, { ...stream, id: "second" }];
        await assertRed(platform, "jobs.streaming-running", /2 jobs bronze are RUNNING/, streaming);
        platform.flink.jobList = [{ ...stream, state: "FAILED" }];
        await assertRed(platform, "jobs.streaming-running", /bronze is FAILED/, streaming);
        platform.flink.jobList = [];
        await assertRed(platform, "jobs.streaming-running", /knows no job bronze/, streaming);
    });

    it("jobs.no-restarts: red when it restarted, and when Flink does not give the number", async () => {
        const platform = streamingPlatform();
        await assertGreen(platform, "jobs.no-restarts", streaming);
        platform.flink.restarts.set("job-stream", 2);
        await assertRed(platform, "jobs.no-restarts", /numRestarts is 2, and was 0/, streaming);
        await assertGreen(platform, "jobs.no-restarts", {
            run: { ...streaming.run, restartsBefore: { "job-stream": 2 } },
        });
        platform.flink.restarts.delete("job-stream");
        await assertRed(platform, "jobs.no-restarts", /does not give numRestarts/, streaming);
    });

    it("jobs.checkpoint-since-rollout: red without one, or with an older one, within a limit that is named", async () => {
        const platform = streamingPlatform();
        const id = "jobs.checkpoint-since-rollout";
        await assertGreen(platform, id, streaming);
        platform.flink.checkpoints.set("job-stream", platform.clock.now() - 3_600_000);
        await assertRed(platform, id, /before the rollout began, and none within 60 s/, streaming);
        platform.flink.checkpoints.clear();
        await assertRed(platform, id, /no checkpoint within 60 s/, streaming);
    });

    it("jobs.checkpoint-since-rollout: waits for the first one", async () => {
        const platform = streamingPlatform();
        platform.flink.checkpoints.clear();
        const waiting = assertGreen(platform, "jobs.checkpoint-since-rollout", streaming);
        setImmediate(() => platform.flink.checkpoints.set("job-stream", platform.clock.now()));
        await waiting;
    });
});

describe("stage 4", () => {
    it("dbt.build-is-current: red when silver moved on, when nothing was built, and when it is not known", async () => {
        const platform = fakePlatform();
        const id = "dbt.build-is-current";
        await assertGreen(platform, id);
        const { build } = platform.dbt;
        assert.ok(build);
        platform.catalog.commit("silver.trips", 986, platform.clock.now());
        await assertRed(platform, id, /stale: it read snapshot \d+, silver is at \d+/);
        platform.dbt.build = { ...build, silverSnapshotId: undefined };
        await assertRed(platform, id, /not known/);
        platform.dbt.build = undefined;
        await assertRed(platform, id, /never built/);
    });

    it("dbt.build-is-current: two missing snapshots are not equal ones", async () => {
        const platform = fakePlatform();
        platform.catalog.createEmpty("silver.trips");
        assert.ok(platform.dbt.build);
        platform.dbt.build = { ...platform.dbt.build, silverSnapshotId: undefined };
        await assertRed(platform, "dbt.build-is-current", /has no snapshot/);
    });

    it("is green without a build where silver may be empty and is, and only then", async () => {
        const platform = fakePlatform();
        const { waitForSilver } = readGateSettings({}, { WAIT_FOR_SILVER_ALLOW_EMPTY: "true" });
        const changes = { settings: { waitForSilver } };
        platform.dbt.build = undefined;
        for (const id of ["dbt.build-is-current", "dbt.nodes-green", "dbt.tests-ran"]) {
            platform.catalog.commit("silver.trips", 1, platform.clock.now());
            await assertRed(platform, id, /never built/, changes);
            platform.catalog.createEmpty("silver.trips");
            await assertRed(platform, id, /never built/);
            await assertGreen(platform, id, changes);
            platform.catalog.tables.delete("silver.trips");
            await assertGreen(platform, id, changes);
        }
    });

    it("dbt.nodes-green: red for a failed test, a skipped model, an unknown status, and for no node", async () => {
        const platform = fakePlatform();
        const id = "dbt.nodes-green";
        await assertGreen(platform, id);
        const { build } = platform.dbt;
        assert.ok(build);
        for (const status of ["fail", "error", "skipped", "partial success", "something new"]) {
            platform.dbt.build = {
                ...build,
                nodes: [...build.nodes, { name: "t", resourceType: "test", status, text: "test t found 3 rows" }],
            };
            await assertRed(platform, id, new RegExp(`1 of 3 nodes are red: test t found 3 rows \\[${status}\\]`));
        }
        platform.dbt.build = { ...build, nodes: [] };
        await assertRed(platform, id, /ran no node/);
        platform.dbt.build = undefined;
        await assertRed(platform, id, /never built/);
    });

    it("dbt.nodes-green: a warning is green, and is told", async () => {
        const platform = fakePlatform();
        assert.ok(platform.dbt.build);
        platform.dbt.build = {
            ...platform.dbt.build,
            nodes: [
                ...platform.dbt.build.nodes,
                { name: "w", resourceType: "test", status: "warn", text: "test w found 1 row" },
            ],
        };
        assert.deepEqual((await assertGreen(platform, "dbt.nodes-green")).warnings, ["test w found 1 row"]);
    });

    it("dbt.tests-ran: red when no test, or no model, ran", async () => {
        const platform = fakePlatform();
        const { build } = platform.dbt;
        assert.ok(build);
        await assertGreen(platform, "dbt.tests-ran");
        platform.dbt.build = { ...build, nodes: build.nodes.filter((node) => node.resourceType === "model") };
        await assertRed(platform, "dbt.tests-ran", /ran no test/);
        platform.dbt.build = { ...build, nodes: build.nodes.map((node) => ({ ...node, status: "skipped" })) };
        await assertRed(platform, "dbt.tests-ran", /ran no test/);
        platform.dbt.build = { ...build, nodes: build.nodes.filter((node) => node.resourceType === "test") };
        await assertRed(platform, "dbt.tests-ran", /ran no model/);
        platform.dbt.build = undefined;
        await assertRed(platform, "dbt.tests-ran", /never built/);
    });
});
