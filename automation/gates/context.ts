/** What the checks of the validation look at, each as the small interface that they use; tests give fakes. */
import type {
    ClusterObservabilityContract,
    ClusterRuntimeContract,
    FoundationContract,
    Layer,
} from "../../stacks/contracts";
import type { IcebergCatalog } from "../clients/iceberg";
import { exitCodes, TidegateError } from "../core/errors";
import type { GateSettings } from "./settings";

/** The warehouse bucket, with the credentials of the workload. */
export interface ObjectStore {
    /** For messages, e.g. `s3://warehouse at http://127.0.0.1:8333`. */
    readonly where: string;
    put(key: string, body: string): Promise<void>;
    /** Undefined where there is no such object. */
    get(key: string): Promise<string | undefined>;
    delete(key: string): Promise<void>;
}

export interface PartitionRange {
    /** Offset of the oldest record that retention has left. */
    readonly earliest: number;
    /** Offset that the next record gets. */
    readonly latest: number;
}

export interface TopicRange {
    readonly topicId: string;
    readonly partitions: readonly PartitionRange[];
}

/** Kafka, by the security of the broker contract. */
export interface Broker {
    /** Bootstrap servers, for messages. */
    readonly where: string;
    /** @throws where the topic is missing, or nobody answers. */
    offsets(topic: string): Promise<TopicRange>;
    produce(topic: string, value: string): Promise<void>;
    /** Values of the records from these offsets (one per partition) to the end. */
    consume(topic: string, from: readonly number[]): Promise<readonly string[]>;
    /**
     * Source positions (topic, partition, offset) of the dead letters, each once: a job that starts again may write
     * a dead letter twice, and a transaction's marker takes an offset too.
     */
    deadLetterPositions(topic: string): Promise<number>;
}

export interface TaskManager {
    readonly id: string;
    /** Milliseconds since the epoch of its last heartbeat; null before the first one is in. */
    readonly lastHeartbeatMs: number | null;
    readonly slots: number;
}

export interface FlinkJob {
    readonly id: string;
    /** `pipeline.name`. */
    readonly name: string;
    /** E.g. `RUNNING`, `FINISHED`, `FAILED`. */
    readonly state: string;
    readonly startMs: number;
}

export interface Flink {
    /** URL of the web UI, for messages. */
    readonly where: string;
    overview(): Promise<{ readonly version: string; readonly slotsTotal: number }>;
    taskManagers(): Promise<readonly TaskManager[]>;
    /** Makes the TaskManager itself answer (not the JobManager for it); rejects where it does not. */
    reachTaskManager(id: string): Promise<void>;
    jobs(): Promise<readonly FlinkJob[]>;
    /** Metric `numRestarts`; undefined where Flink does not give it (yet). */
    numRestarts(jobId: string): Promise<number | undefined>;
    /** When the latest completed checkpoint was triggered, milliseconds since the epoch; undefined: none yet. */
    completedCheckpointMs(jobId: string): Promise<number | undefined>;
}

export interface SqlGateway {
    readonly where: string;
    info(): Promise<{ readonly productName: string; readonly version: string }>;
}

/** Something that a Prometheus scrapes. */
export interface ScrapeTarget {
    readonly job: string;
    readonly url: string;
    /** `unknown` until it was scraped once. */
    readonly health: "up" | "down" | "unknown";
    /** Of the last scrape; empty where it went well. */
    readonly lastError: string;
}

export interface Prometheus {
    readonly where: string;
    /** Those of its configuration, whether they answer or not. */
    targets(): Promise<readonly ScrapeTarget[]>;
}

/** Endpoints of the observability contract. */
export interface MetricsEndpoints {
    readonly urls: Readonly<Record<string, string>>;
    /** Number of metrics that the endpoint lists. */
    count(url: string): Promise<number>;
    /** @default there is none */
    readonly prometheus?: Prometheus;
}

export interface DbtBuildNode {
    readonly name: string;
    /** `model`, `seed`, `test`, `unit_test`, … */
    readonly resourceType: string;
    readonly status: string;
    /** What dbt says of it, one line. */
    readonly text: string;
}

export interface DbtBuild {
    /** Snapshot of silver that it read; undefined where it is not known. */
    readonly silverSnapshotId: string | undefined;
    readonly nodes: readonly DbtBuildNode[];
}

export interface Dbt {
    /** File or folder of the artifacts, for messages. */
    readonly where: string;
    /** The last `dbt build`; undefined where none was run. */
    lastBuild(): Promise<DbtBuild | undefined>;
}

/** What was put into the events topic as it is now, by all producers that left a manifest. */
export interface Produced {
    readonly records: number;
    /** Of generated data: what has to come out, exactly. Null for foreign files. */
    readonly expected: { readonly bronze: number; readonly silver: number; readonly deadLetters: number } | null;
}

/** The API of the platform's cluster, as who rolls it out. */
export interface Cluster {
    /** Address of the API server, for messages. */
    readonly where: string;
    /** As the API server has it; undefined where there is no such object. */
    get(
        kind: { readonly apiVersion: string; readonly kind: string },
        namespace: string | undefined,
        name: string,
    ): Promise<unknown>;
    /**
     * When the latest completed checkpoint of a job was triggered, as its JobManager says, milliseconds since the epoch;
     * undefined: none yet.
     */
    completedCheckpointMs(namespace: string, deployment: string, jobId: string): Promise<number | undefined>;
}

export interface GateClients {
    readonly cluster: Cluster;
    readonly objects: ObjectStore;
    readonly broker: Broker;
    readonly catalog: IcebergCatalog;
    readonly flink: Flink;
    readonly sqlGateway: SqlGateway;
    readonly metrics: MetricsEndpoints;
    readonly dbt: Dbt;
    /** Counts rows by reading them; only asked where the snapshot's summary does not suffice (delete files). */
    readonly countRows?: (namespace: string, table: string) => Promise<number>;
}

/** What the gates know of the rollout that they judge. */
export interface RunFacts {
    /** Milliseconds since the epoch; restarts, checkpoints and snapshots are held against it. */
    readonly startedMs: number;
    readonly mode: "batch" | "streaming_bronze";
    /** Batch jobs by `pipeline.name`; `id` where the run submitted it, `skipped` with the reason where it had nothing to do. */
    readonly batchJobs: readonly {
        readonly name: string;
        readonly id?: string;
        readonly skipped?: string;
        /** When that was found, milliseconds since the epoch: what failed before it is settled. @default 0 */
        readonly skippedAtMs?: number;
    }[];
    readonly streamingJobs: readonly string[];
    /** Restarts that a streaming job had when the rollout began, by job id. @default 0 for each */
    readonly restartsBefore?: Readonly<Record<string, number>>;
    /** Whether this run put events into the topic: then both tables need a snapshot that is not older than it. */
    readonly producedNow: boolean;
    /** Undefined: no producer left a manifest, so Kafka's offsets tell what was produced. */
    readonly produced: () => Promise<Produced | undefined>;
}

export interface TopicWish {
    readonly name: string;
    readonly partitions: number;
}

/** Everything that the validation of one environment needs. A layer's gate needs only the clients of its part. */
export interface GateContext {
    readonly clients: Partial<GateClients>;
    readonly settings: GateSettings;
    readonly run: RunFacts;
    readonly topics: {
        readonly events: TopicWish;
        readonly deadLetters: TopicWish;
        readonly probe: TopicWish;
        /** Beside the data set's. */
        readonly more: readonly TopicWish[];
    };
    readonly tables: { readonly bronze: TableName; readonly silver: TableName };
    /** Contracts of what runs on a cluster. @default nothing does */
    readonly onCluster?: {
        readonly foundation?: FoundationContract;
        readonly runtime?: ClusterRuntimeContract;
        readonly observability?: ClusterObservabilityContract;
    };
    /** Layers that there are. @default storage, broker, catalog, runtime, and observability where it has a client */
    readonly layers?: readonly Layer[];
    /** Of those, what only the workloads reach: their jobs prove it. @default none */
    readonly elsewhere?: readonly Layer[];
    /** A name that no other probe has: lower-case letters and digits. */
    readonly unique: () => string;
}

export interface TableName {
    readonly namespace: string;
    readonly table: string;
}

/** A client that a check of this layer cannot do without. */
export function client<K extends keyof GateClients>(
    context: GateContext,
    name: K,
    layer: Layer,
): NonNullable<GateClients[K]> {
    const found = context.clients[name];
    if (found === undefined)
        throw new TidegateError(`The validation of ${layer} needs the client '${name}', which was not given.`, {
            code: "gate-client-missing",
            exitCode: exitCodes.internal,
        });
    return found as NonNullable<GateClients[K]>;
}
