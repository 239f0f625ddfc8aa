/** Servers in memory for the gates: each keeps what is written, and breaks where a test tells it to. */
import type { IcebergCatalog, IcebergTable, Namespace } from "../../automation/clients/iceberg";
import type {
    Broker,
    Dbt,
    DbtBuild,
    Flink,
    FlinkJob,
    MetricsEndpoints,
    ObjectStore,
    Prometheus,
    ScrapeTarget,
    SqlGateway,
    TaskManager,
    TopicRange,
} from "../../automation/gates/context";
import { TidegateError } from "../../automation/core/errors";

/** Throws while `down`, as a client whose server is gone. */
class Server {
    down = false;
    /** Never answers. */
    hangs = false;
    calls = 0;

    protected async reached(): Promise<void> {
        this.calls += 1;
        if (this.hangs) await new Promise<never>(() => undefined);
        if (this.down)
            throw new TidegateError("connection refused", { code: "down", hint: "start it", retryable: true });
    }
}

export class FakeObjects extends Server implements ObjectStore {
    readonly where = "s3://warehouse at fake";
    readonly stored = new Map<string, string>();
    /** What a read gives instead of what was written. */
    corrupt: string | undefined;
    keepsDeleted = false;
    refusesReads = false;

    async put(key: string, body: string): Promise<void> {
        await this.reached();
        this.stored.set(key, body);
    }

    async get(key: string): Promise<string | undefined> {
        await this.reached();
        if (this.refusesReads) throw new Error("AccessDenied");
        return this.stored.has(key) ? (this.corrupt ?? this.stored.get(key)) : undefined;
    }

    async delete(key: string): Promise<void> {
        await this.reached();
        if (!this.keepsDeleted) this.stored.delete(key);
    }
}

export class FakeBroker extends Server implements Broker {
    readonly where = "fake:9092";
    readonly topics = new Map<string, { removed: number; records: string[] }[]>();
    losesRecords = false;

    create(topic: string, partitions: number): void {
        this.topics.set(
            topic,
            Array.from({ length: partitions }, () => ({ removed: 0, records: [] })),
        );
    }

    /** Puts `count` records in turn onto the partitions. */
    fill(topic: string, count: number, value: (index: number) => string = String): void {
        const partitions = this.#partitions(topic);
        for (let index = 0; index < count; index++) partitions[index % partitions.length]?.records.push(value(index));
    }

    /** Removes the oldest `count` records of each partition, as retention does. */
    expire(topic: string, count: number): void {
        for (const partition of this.#partitions(topic)) partition.removed += partition.records.splice(0, count).length;
    }

    async offsets(topic: string): Promise<TopicRange> {
        await this.reached();
        return {
            topicId: `id-of-${topic}`,
            partitions: this.#partitions(topic).map(({ removed, records }) => ({
                earliest: removed,
                latest: removed + records.length,
            })),
        };
    }

    async produce(topic: string, value: string): Promise<void> {
        await this.reached();
        if (!this.losesRecords) this.#partitions(topic)[0]?.records.push(value);
    }

    async consume(topic: string, from: readonly number[]): Promise<readonly string[]> {
        await this.reached();
        return this.#partitions(topic).flatMap(({ removed, records }, index) =>
            records.slice((from[index] ?? 0) - removed),
        );
    }

    async deadLetterPositions(topic: string): Promise<number> {
        await this.reached();
        return new Set(this.#partitions(topic).flatMap(({ records }) => records)).size;
    }

    #partitions(topic: string): { removed: number; records: string[] }[] {
        const found = this.topics.get(topic);
        if (found === undefined) throw new TidegateError(`There is no topic ${topic}`, { code: "topic-missing" });
        return found;
    }
}

export class FakeCatalog extends Server implements IcebergCatalog {
    readonly where = "http://catalog.fake";
    readonly namespaces = new Set<string>();
    readonly tables = new Map<string, IcebergTable>();
    hidesNamespaces = false;
    keepsDropped = false;
    #snapshots = 0;

    /** Commits a snapshot with these rows. */
    commit(name: string, rows: number, timestampMs: number, summary: Record<string, string> = {}): void {
        this.#snapshots += 1;
        this.tables.set(name, {
            metadataLocation: `s3://lake/${name}/metadata/v${this.#snapshots}.metadata.json`,
            location: `s3://lake/${name}`,
            uuid: name,
            formatVersion: 2,
            currentSnapshot: {
                id: `90071992547409930${this.#snapshots}`,
                timestampMs,
                summary: { "total-records": String(rows), ...summary },
            },
            properties: {},
            schema: [],
        });
    }

    /** Makes a table that nothing was ever committed to. */
    createEmpty(name: string): void {
        this.commit(name, 0, 0);
        const table = this.tables.get(name);
        if (table !== undefined) this.tables.set(name, { ...table, currentSnapshot: null });
    }

    async loadTable(namespace: Namespace, table: string): Promise<IcebergTable | undefined> {
        await this.reached();
        return this.tables.get(`${String(namespace)}.${table}`);
    }

    async listNamespaces(): Promise<readonly (readonly string[])[]> {
        await this.reached();
        return this.hidesNamespaces ? [] : [...this.namespaces].map((name) => [name]);
    }

    async namespaceExists(namespace: Namespace): Promise<boolean> {
        await this.reached();
        return this.namespaces.has(String(namespace));
    }

    async createNamespace(namespace: Namespace): Promise<void> {
        await this.reached();
        this.namespaces.add(String(namespace));
    }

    async dropNamespace(namespace: Namespace): Promise<void> {
        await this.reached();
        if (!this.keepsDropped) this.namespaces.delete(String(namespace));
    }
}

export class FakeFlink extends Server implements Flink {
    readonly where = "http://flink.fake";
    slotsTotal = 8;
    managers: TaskManager[] = [];
    readonly dead = new Set<string>();
    jobList: FlinkJob[] = [];
    readonly restarts = new Map<string, number | undefined>();
    readonly checkpoints = new Map<string, number>();

    async overview(): Promise<{ version: string; slotsTotal: number }> {
        await this.reached();
        return { version: "2.0.0", slotsTotal: this.slotsTotal };
    }

    async taskManagers(): Promise<readonly TaskManager[]> {
        await this.reached();
        return this.managers;
    }

    async reachTaskManager(id: string): Promise<void> {
        await this.reached();
        if (this.dead.has(id)) throw new Error("connection refused");
    }

    async jobs(): Promise<readonly FlinkJob[]> {
        await this.reached();
        return this.jobList;
    }

    async numRestarts(jobId: string): Promise<number | undefined> {
        await this.reached();
        return this.restarts.get(jobId);
    }

    async completedCheckpointMs(jobId: string): Promise<number | undefined> {
        await this.reached();
        return this.checkpoints.get(jobId);
    }
}

export class FakeGateway extends Server implements SqlGateway {
    readonly where = "http://gateway.fake";
    answer = { productName: "Apache Flink", version: "2.0.0" };

    async info(): Promise<{ productName: string; version: string }> {
        await this.reached();
        return this.answer;
    }
}

export class FakeMetrics extends Server implements MetricsEndpoints {
    urls: Record<string, string> = { jobmanager: "http://flink.fake/jobmanager/metrics" };
    metrics = 40;
    /** By URL, where an endpoint lists another number. */
    readonly metricsOf: Record<string, number> = {};
    prometheus?: FakePrometheus;

    async count(url: string): Promise<number> {
        await this.reached();
        return this.metricsOf[url] ?? this.metrics;
    }
}

/** One that scrapes as often as somebody looks; `becomes` follows what `now` was looked at. */
export class FakePrometheus extends Server implements Prometheus {
    readonly where = "http://prometheus.fake/targets";
    looks = 0;

    constructor(
        public now: ScrapeTarget[],
        public becomes: ScrapeTarget[] = now,
    ) {
        super();
    }

    async targets(): Promise<readonly ScrapeTarget[]> {
        await this.reached();
        this.looks++;
        const seen = this.now;
        this.now = this.becomes;
        return seen;
    }
}

export class FakeDbt implements Dbt {
    readonly where = "/data/dbt/target";
    build: DbtBuild | undefined;

    async lastBuild(): Promise<DbtBuild | undefined> {
        return this.build;
    }
}
