/** The clients of the gates, made of the contracts of a platform that runs. */
import { z } from "zod";
import type {
    BrokerContract,
    CatalogContract,
    FlinkContract,
    MetricsContract,
    S3InterfaceContract,
} from "../../stacks/contracts";
import { requestJson } from "../clients/flinkHttp";
import { openCatalog } from "../clients/iceberg";
import { consumeBounded, produceRecords, topicOffsets } from "../clients/kafka";
import { S3 } from "../clients/s3";
import { SqlGateway as SqlGatewayClient } from "../clients/sqlGateway";
import { TidegateError, messageOf } from "../core/errors";
import { parseJson } from "../core/json";
import type { Broker, Flink, GateClients, MetricsEndpoints, ObjectStore, Prometheus, SqlGateway } from "./context";

export function liveObjects(contract: S3InterfaceContract): ObjectStore {
    const s3 = new S3(contract);
    const { bucket } = contract;
    return {
        where: `s3://${bucket} at ${contract.endpoint}`,
        put: (key, body) => s3.put(bucket, key, body),
        get: async (key) => {
            const bytes = await s3.get(bucket, key);
            return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
        },
        delete: (key) => s3.delete(bucket, key),
    };
}

/** Where a dead letter came from, as sql/templates/dead_letters.sql has it. */
const sourcePosition = z.object({
    topic: z.string().min(1),
    partition: z.number().int(),
    offset: z.number().int(),
});

/**
 * How many records these dead letters are about: they are written at least once, so some may be there again.
 *
 * @throws TidegateError `dead-letter-unknown` where a value does not say where it came from.
 */
export function distinctPositions(values: readonly string[]): number {
    const positions = values.map((value, index) => {
        const parsed = sourcePosition.safeParse(parseJson(value));
        if (!parsed.success)
            throw new TidegateError(
                `Record ${index + 1} of ${values.length} in the dead-letter topic does not say where it came from (topic, partition, offset).`,
                {
                    code: "dead-letter-unknown",
                    hint: "Something else than the bronze job writes into the dead-letter topic.",
                },
            );
        const { topic, partition, offset } = parsed.data;
        return `${topic}/${partition}/${offset}`;
    });
    return new Set(positions).size;
}

/** Seconds in which the dead letters have to be read. */
const deadLetterSeconds = 20;

function liveBroker(contract: BrokerContract): Broker {
    return {
        where: contract.bootstrapServers,
        offsets: async (topic) => {
            const { topicId, partitions } = await topicOffsets(contract, topic);
            return {
                topicId,
                partitions: partitions.map(({ earliest, latest }) => ({
                    earliest: Number(earliest),
                    latest: Number(latest),
                })),
            };
        },
        produce: async (topic, value) => {
            await produceRecords(contract, topic, [{ value }]);
        },
        consume: async (topic, from) => {
            const records = await consumeBounded(contract, topic, { from: from.map(BigInt) });
            return records.map(({ value }) => value?.toString("utf8") ?? "");
        },
        deadLetterPositions: async (topic) => {
            const records = await consumeBounded(contract, topic, { timeoutMs: deadLetterSeconds * 1000 });
            return distinctPositions(records.map(({ value }) => value?.toString("utf8") ?? ""));
        },
    };
}

/** Endpoints that answer with a JSON list of metrics, as Flink's REST does. */
export function liveMetrics(contract: MetricsContract, fetcher = globalThis.fetch): MetricsEndpoints {
    return {
        urls: contract.metrics,
        count: async (url) => (await answerAt(url, z.array(z.unknown()), "a list of metrics", fetcher)).length,
        ...(contract.prometheus === undefined ? {} : { prometheus: livePrometheus(contract.prometheus, fetcher) }),
    };
}

/** Source: https://prometheus.io/docs/prometheus/latest/querying/api/#targets */
function livePrometheus(address: string, fetcher: typeof fetch): Prometheus {
    const where = address.replace(/\/+$/, "");
    return {
        where: `${where}/targets`,
        targets: async () => {
            const url = `${where}/api/v1/targets?state=active`;
            const { data } = await answerAt(url, targetsAnswer, "the targets of a Prometheus", fetcher);
            return data.activeTargets.map(({ scrapePool, scrapeUrl, health, lastError }) => ({
                job: scrapePool,
                url: scrapeUrl,
                health,
                lastError,
            }));
        },
    };
}

const targetsAnswer = z.object({
    status: z.literal("success"),
    data: z.object({
        activeTargets: z.array(
            z.object({
                scrapePool: z.string(),
                scrapeUrl: z.string(),
                health: z.enum(["up", "down", "unknown"]),
                lastError: z.string().default(""),
            }),
        ),
    }),
});

/** @throws TidegateError `metrics-unreachable`, `metrics-invalid` */
async function answerAt<T>(url: string, schema: z.ZodType<T>, what: string, fetcher: typeof fetch): Promise<T> {
    const limit = AbortSignal.timeout(5000);
    const response = await fetcher(url, { signal: limit }).catch((error: unknown) => {
        throw new TidegateError(
            limit.aborted ? `${url} did not answer within 5 s.` : `${url} cannot be reached: ${messageOf(error)}.`,
            { code: "metrics-unreachable", retryable: true, cause: error },
        );
    });
    const parsed = schema.safeParse(parseJson(await response.text()));
    if (response.ok && parsed.success) return parsed.data;
    throw new TidegateError(`${url} answered ${response.status}, and not with ${what}.`, { code: "metrics-invalid" });
}

/** Seconds of one request to a Flink process. */
const flinkSeconds = 8;

/** JobManager and SQL gateway: https://nightlies.apache.org/flink/flink-docs-release-2.0/docs/ops/rest_api/ */
export function liveFlink(contract: FlinkContract): { readonly flink: Flink; readonly sqlGateway: SqlGateway } {
    const where = contract.flinkRest.replace(/\/+$/, "");
    const get = <T>(path: string, answer: z.ZodType<T>): Promise<T> =>
        requestJson({
            server: "the JobManager",
            method: "GET",
            url: where + path,
            answer,
            requestSeconds: flinkSeconds,
        });
    const gateway = new SqlGatewayClient(contract.sqlGateway, { requestSeconds: flinkSeconds });
    return {
        sqlGateway: { where: contract.sqlGateway, info: () => gateway.info() },
        flink: {
            where,
            overview: async () => {
                const overview = await get("/overview", overviewAnswer);
                return { version: overview["flink-version"], slotsTotal: overview["slots-total"] };
            },
            taskManagers: async () =>
                (await get("/taskmanagers", taskManagersAnswer)).taskmanagers.map((one) => ({
                    id: one.id,
                    // In spite of its name it is a time of day, and 0 (or -1) between the registration and the first
                    // heartbeat: TaskManagerInfo and HeartbeatMonitorImpl of flink-runtime.
                    lastHeartbeatMs: one.timeSinceLastHeartbeat > 0 ? one.timeSinceLastHeartbeat : null,
                    slots: one.slotsNumber,
                })),
            // The JobManager has to ask the TaskManager for its threads: no cache answers for a dead one.
            reachTaskManager: async (id) => {
                await get(`/taskmanagers/${encodeURIComponent(id)}/thread-dump`, threadDumpAnswer);
            },
            jobs: async () =>
                (await get("/jobs/overview", jobsAnswer)).jobs.map((job) => ({
                    id: job.jid,
                    name: job.name,
                    state: job.state,
                    startMs: job["start-time"],
                })),
            numRestarts: async (id) => {
                const metrics = await get(`/jobs/${id}/metrics?get=numRestarts`, metricsAnswer);
                const value = metrics.find((metric) => metric.id === "numRestarts")?.value;
                return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
            },
            completedCheckpointMs: async (id) =>
                (await get(`/jobs/${id}/checkpoints`, checkpointsAnswer)).latest.completed?.trigger_timestamp,
        },
    };
}

const overviewAnswer = z.object({ "flink-version": z.string().min(1), "slots-total": z.number().int() });
const taskManagersAnswer = z.object({
    taskmanagers: z.array(
        z.object({ id: z.string(), timeSinceLastHeartbeat: z.number().int(), slotsNumber: z.number().int() }),
    ),
});
const threadDumpAnswer = z.object({ threadInfos: z.array(z.unknown()).min(1) });
const jobsAnswer = z.object({
    jobs: z.array(z.object({ jid: z.string(), name: z.string(), state: z.string(), "start-time": z.number().int() })),
});
const metricsAnswer = z.array(z.object({ id: z.string(), value: z.string().optional() }));
const checkpointsAnswer = z.object({
    latest: z.object({ completed: z.object({ trigger_timestamp: z.number().int() }).nullish() }),
});

export function liveClients(contracts: {
    readonly storage?: S3InterfaceContract;
    readonly broker?: BrokerContract;
    readonly catalog?: CatalogContract;
    readonly observability?: MetricsContract;
}): Partial<GateClients> {
    const { storage, broker, catalog, observability } = contracts;
    return {
        ...(storage === undefined ? {} : { objects: liveObjects(storage) }),
        ...(broker === undefined ? {} : { broker: liveBroker(broker) }),
        ...(catalog === undefined || storage === undefined ? {} : { catalog: openCatalog(catalog, storage) }),
        ...(observability === undefined ? {} : { metrics: liveMetrics(observability) }),
    };
}
