import assert from "node:assert/strict";
import { validationFor } from "../../automation/gates";
import type { ScrapeTarget } from "../../automation/gates/context";
import { fakePlatform } from "../_helpers/fakePlatform";
import { FakePrometheus } from "../_helpers/gateFakes";
import { assertGreen, assertRed } from "../_helpers/validation";

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
            partitions: { events: 3, letters: 1, probe: 1, clicks: 2 },
        });
        platform.broker.topics.delete("letters");
        platform.broker.topics.delete("clicks");
        platform.broker.create("events", 1);
        await assertRed(
            platform,
            "infra.broker-topics",
            /^Topic events has 1 partitions instead of 3; topic letters does not exist; topic clicks does not exist\.$/,
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

    it("infra.prometheus-targets: waits for the first scrape, and names what is not up", async () => {
        const target = (host: string, health: ScrapeTarget["health"], lastError = ""): ScrapeTarget => ({
            ...{ job: "flink", url: `http://${host}:9249/metrics`, health, lastError },
        });
        const [manager, worker] = [target("jobmanager", "up"), target("taskmanager", "up")];
        const platform = fakePlatform();
        platform.metrics.prometheus = new FakePrometheus(
            [manager, target("taskmanager", "unknown")],
            [manager, worker],
        );
        await assertGreen(platform, "infra.prometheus-targets");
        assert.equal(platform.metrics.prometheus.looks, 2);
        platform.metrics.prometheus = new FakePrometheus([manager, target("taskmanager", "down", "no route to host")]);
        await assertRed(
            platform,
            "infra.prometheus-targets",
            /1 of 2 targets is not up: flink at http:\/\/taskmanager:9249\/metrics is down \(no route to host\)/,
        );
        platform.metrics.prometheus = new FakePrometheus([target("jobmanager", "unknown")]);
        await assertRed(platform, "infra.prometheus-targets", /is unknown\./);
        platform.metrics.prometheus = new FakePrometheus([]);
        await assertRed(platform, "infra.prometheus-targets", /has no target/);
    });

    it("infra.prometheus-targets: is asked only where there is a Prometheus", () => {
        const { context } = fakePlatform();
        const ids = validationFor("observability", context()).map(({ id }) => id);
        assert.deepEqual(ids, ["infra.metrics"]);
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
