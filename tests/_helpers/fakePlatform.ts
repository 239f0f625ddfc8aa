/** A platform of those servers, where everything is right until a test changes it. */
import type { GateContext, Produced, RunFacts } from "../../automation/gates/context";
import { readGateSettings, type GateSettings } from "../../automation/gates/settings";
import { FakeBroker, FakeCatalog, FakeDbt, FakeFlink, FakeGateway, FakeMetrics, FakeObjects } from "./gateFakes";
import { TestClock } from "./testClock";

export interface FakePlatform {
    readonly clock: TestClock;
    readonly objects: FakeObjects;
    readonly broker: FakeBroker;
    readonly catalog: FakeCatalog;
    readonly flink: FakeFlink;
    readonly gateway: FakeGateway;
    readonly metrics: FakeMetrics;
    readonly dbt: FakeDbt;
    produced: Produced | undefined;
    context(changes?: { run?: Partial<RunFacts>; settings?: Partial<GateSettings> }): GateContext;
}

/**
 * A platform where everything is right: 1,000 generated events on three partitions, of which 10 are broken and 5
 * duplicates, so bronze 990, silver 985, dead letters 10; both tables committed and dbt built after the run began.
 */
export function fakePlatform(): FakePlatform {
    const clock = new TestClock();
    const startedMs = clock.now();
    clock.advance(60_000);
    const [objects, broker, catalog] = [new FakeObjects(), new FakeBroker(), new FakeCatalog()];
    const [flink, gateway, metrics, dbt] = [new FakeFlink(), new FakeGateway(), new FakeMetrics(), new FakeDbt()];
    broker.create("events", 3);
    broker.create("letters", 1);
    broker.create("probe", 1);
    broker.create("clicks", 2);
    broker.fill("events", 1000);
    broker.fill("letters", 10);
    catalog.commit("bronze.trips", 990, startedMs + 20_000);
    catalog.commit("silver.trips", 985, startedMs + 30_000);
    flink.managers = [{ id: "tm-1", lastHeartbeatMs: clock.now() - 1000, slots: 8 }];
    flink.jobList = [
        { id: "job-bronze", name: "bronze", state: "FINISHED", startMs: startedMs + 10_000 },
        { id: "job-silver", name: "silver", state: "FINISHED", startMs: startedMs + 20_000 },
    ];
    dbt.build = {
        silverSnapshotId: catalog.tables.get("silver.trips")?.currentSnapshot?.id,
        nodes: [
            { name: "stg_trips", resourceType: "model", status: "success", text: "model stg_trips" },
            { name: "unique_trips", resourceType: "test", status: "pass", text: "test unique_trips" },
        ],
    };
    let probes = 0;
    const platform: FakePlatform = {
        clock,
        objects,
        broker,
        catalog,
        flink,
        gateway,
        metrics,
        dbt,
        produced: { records: 1000, expected: { bronze: 990, silver: 985, deadLetters: 10 } },
        context: ({ run, settings } = {}) => ({
            clients: { objects, broker, catalog, flink, sqlGateway: gateway, metrics, dbt },
            settings: { ...readGateSettings({ deadLettersMax: 10 }, {}), ...settings },
            run: {
                startedMs,
                mode: "batch",
                batchJobs: [{ name: "bronze" }, { name: "silver" }],
                streamingJobs: [],
                producedNow: true,
                produced: async () => platform.produced,
                ...run,
            },
            topics: {
                events: { name: "events", partitions: 3 },
                deadLetters: { name: "letters", partitions: 1 },
                probe: { name: "probe", partitions: 1 },
                more: [{ name: "clicks", partitions: 2 }],
            },
            tables: {
                bronze: { namespace: "bronze", table: "trips" },
                silver: { namespace: "silver", table: "trips" },
            },
            unique: () => `probe${(probes += 1)}`,
        }),
    };
    return platform;
}
