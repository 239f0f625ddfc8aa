/**
 * Events per second into Kafka: Tidegate's producer, and a plain one (rows from DuckDB, JSON.stringify, one batch after
 * the other through the client's own Producer) over the same file, one after the other. Prints JSON.
 *
 *     npx tidegate exec -- npm run ts -- bench/produce.ts --events 1000000 --bootstrap 127.0.0.1:9092
 *
 * Makes topics of its own and deletes them. Without --bootstrap the broker is that of TIDEGATE_TEST_PLATFORM: the
 * contracts of a platform as JSON, or a file with them.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Admin, ProduceAcks, Producer } from "@platformatic/kafka";
import { parse } from "yaml";
import { z } from "zod";
import { kafkaOptions, type KafkaConnection } from "../automation/clients/kafkaConnection";
import { messageOf } from "../automation/core/errors";
import { silent } from "../automation/core/progress";
import { pathLiteral, withDuckDB } from "../automation/exercises/events/duckdb";
import { generate } from "../automation/exercises/events/generator";
import { produceEvents } from "../automation/exercises/events/produce";
import { datasetSchema, type Dataset } from "../sql/dataset";
import { brokerContract } from "../stacks/contracts";

interface Side {
    readonly events: number;
    readonly seconds: number;
    readonly eventsPerSecond: number;
    readonly cpuSeconds: number;
    readonly peakRssMegabytes: number;
}

function connectionOf(bootstrap: string | undefined): KafkaConnection {
    if (bootstrap !== undefined)
        return {
            bootstrapServers: bootstrap,
            securityProtocol: "PLAINTEXT",
            saslMechanism: null,
            caPem: null,
            credentials: null,
        };
    const file = process.env.TIDEGATE_TEST_PLATFORM;
    if (file === undefined) throw new Error("name a broker by --bootstrap or TIDEGATE_TEST_PLATFORM");
    const text = file.trimStart().startsWith("{") ? file : readFileSync(file, "utf8");
    return z.object({ broker: brokerContract }).parse(JSON.parse(text)).broker;
}

async function measure(work: () => Promise<number>): Promise<Side> {
    let peak = 0;
    const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
    const cpu = process.cpuUsage();
    const started = performance.now();
    const events = await work();
    const seconds = (performance.now() - started) / 1000;
    const used = process.cpuUsage(cpu);
    clearInterval(sampler);
    const round = (value: number): number => Math.round(value * 100) / 100;
    return {
        events,
        seconds: round(seconds),
        eventsPerSecond: Math.round(events / seconds),
        cpuSeconds: round((used.user + used.system) / 1e6),
        peakRssMegabytes: Math.round(peak / 1e6),
    };
}

async function plain(connection: KafkaConnection, topic: string, file: string, dataset: Dataset): Promise<number> {
    const producer = new Producer({ ...kafkaOptions(connection, "tidegate-bench"), idempotent: true });
    let sent = 0;
    await withDuckDB(async (duckdb) => {
        const fields = dataset.columns.map(({ field, type }) =>
            type === "TIMESTAMP"
                ? `"${field}"::VARCHAR AS "${field}"`
                : type === "BIGINT"
                  ? `"${field}"::DOUBLE AS "${field}"`
                  : `"${field}"`,
        );
        const result = await duckdb.stream(`SELECT ${fields.join(", ")}, _raw FROM read_parquet(${pathLiteral(file)})`);
        for await (const rows of result.yieldRowObjectJs()) {
            const messages = rows.map(({ _raw, ...row }) => ({
                topic,
                key: Buffer.from(`${String(row.tpep_pickup_datetime)}${String(row.PULocationID)}`),
                value: Buffer.from(typeof _raw === "string" ? _raw : JSON.stringify(row)),
            }));
            await producer.send({ acks: ProduceAcks.ALL, messages });
            sent += messages.length;
        }
    });
    await producer.close();
    return sent;
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: { events: { type: "string", default: "1000000" }, bootstrap: { type: "string" } },
    });
    const connection = connectionOf(values.bootstrap);
    const dataset = datasetSchema.parse(parse(readFileSync(join(__dirname, "../sql/datasets/taxi.yaml"), "utf8")));
    const directory = await mkdtemp(join(tmpdir(), "tidegate-bench-"));
    const admin = new Admin(kafkaOptions(connection, "tidegate-bench"));
    const topics = [`tidegate.bench.${process.pid}.ours`, `tidegate.bench.${process.pid}.plain`] as const;
    try {
        await admin.createTopics({ topics: [...topics], partitions: 3, replicas: 1 });
        const shares = { duplicates: 0.02, late: 0.01, filtered: 0.03, broken: 0.001 };
        const options = { directory, seed: 1, count: Number(values.events), shares };
        const generation = performance.now();
        const { file } = await generate(options, dataset);
        const generationSeconds = Math.round((performance.now() - generation) / 10) / 100;
        const [topic, plainTopic] = topics;
        const tidegate = await measure(async () => {
            const result = await produceEvents({
                dataset,
                connection,
                topic,
                source: { file },
                mode: "burst",
                manifestDirectory: directory,
                progress: silent,
            });
            return result.acknowledged;
        });
        const baseline = await measure(() => plain(connection, plainTopic, file, dataset));
        const report = {
            benchmark: "produce",
            processors: availableParallelism(),
            generationSeconds,
            tidegate,
            baseline,
            ratio: Math.round((tidegate.eventsPerSecond / baseline.eventsPerSecond) * 100) / 100,
        };
        console.log(JSON.stringify(report, null, 4));
    } finally {
        await admin.deleteTopics({ topics: [...topics] });
        await admin.close();
        await rm(directory, { recursive: true, force: true });
    }
}

main().catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
});
