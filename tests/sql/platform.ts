/** A topic pair, a data set and clients of their own on the platform that TIDEGATE_TEST_PLATFORM names. */
import { Producer } from "@platformatic/kafka";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FlinkClient, hasEnded } from "../../automation/clients/flink";
import { openCatalog } from "../../automation/clients/iceberg";
import { consumeBounded } from "../../automation/clients/kafka";
import { KafkaAdmin } from "../../automation/clients/kafkaAdmin";
import { kafkaOptions } from "../../automation/clients/kafkaConnection";
import { SqlGateway } from "../../automation/clients/sqlGateway";
import { parseManifest } from "../../sql/manifest";
import { renderPipeline } from "../../sql/pipeline";
import { contracts, flinkContract, s3InterfaceContract, type Platform } from "../../stacks/contracts";

const file = process.env["TIDEGATE_TEST_PLATFORM"];

/** Why these tests can't run; undefined where they can. */
export const unavailable =
    file === undefined ? "TIDEGATE_TEST_PLATFORM names no file with the contracts of a platform" : undefined;

const deadLetter = z.strictObject({
    dataset: z.string(),
    reasons: z.array(z.string()).min(1),
    topic: z.string(),
    partition: z.number(),
    offset: z.number(),
    timestamp: z.string(),
    payload: z.string().optional(),
    payload_base64: z.string().optional(),
});

export function testPlatform() {
    const id = randomBytes(4).toString("hex");
    const given = z
        .object({
            storage: s3InterfaceContract,
            broker: contracts.broker,
            catalog: contracts.catalog,
            runtime: flinkContract,
        })
        .parse(JSON.parse(readFileSync(file ?? "", "utf8")));
    const topic = `tests.${id}`;
    const platform: Platform = {
        ...given,
        broker: { ...given.broker, topics: { ...given.broker.topics, events: topic, deadLetters: `${topic}.dlq` } },
    };
    const dataset = {
        ...parseManifest(readFileSync(join(__dirname, "events.yaml"), "utf8"), "events.yaml"),
        name: `events_${id}`,
        tables: { bronze: `raw_${id}`, silver: `silver_${id}` },
    };
    const gateway = new SqlGateway(platform.runtime.sqlGateway);
    const flink = new FlinkClient(platform.runtime.flinkRest);
    const catalog = openCatalog(platform.catalog, platform.storage);
    const admin = new KafkaAdmin(platform.broker);

    const sql = async (query: string): Promise<unknown[][]> => {
        const script = renderPipeline({ dataset, platform, mode: "batch" }).find((one) => one.name === "silver");
        const setting = (script?.statements ?? []).filter((one) => /^(CREATE CATALOG|SET)/.test(one));
        return gateway.withSession("tests", async (session) => {
            await session.executeAll(setting);
            return (await session.execute(query)).rows;
        });
    };
    const rows = async (layer: "bronze" | "silver"): Promise<number> => {
        const table = await catalog.loadTable(layer, dataset.tables[layer]);
        return Number(table?.currentSnapshot?.summary["total-records"] ?? 0);
    };
    const deadLetters = async () =>
        (await consumeBounded(platform.broker, `${topic}.dlq`)).map(({ key, value }) => ({
            key: key?.toString() ?? "",
            ...deadLetter.parse(JSON.parse(value?.toString() ?? "")),
        }));
    return {
        topic,
        platform,
        dataset,
        flink,
        catalog,
        admin,
        sql,
        rows,
        deadLetters,
        counts: async () => ({
            bronze: await rows("bronze"),
            silver: await rows("silver"),
            deadLetters: (await deadLetters()).length,
        }),
        /** Partition after partition, in turn. */
        async produce(values: readonly (Buffer | string | null)[]): Promise<void> {
            const producer = new Producer(kafkaOptions(platform.broker));
            try {
                await producer.send({
                    messages: values.map((value, index) => ({
                        topic,
                        partition: index % 3,
                        // Null is a value of Kafka's protocol, though not of the client's types.
                        value: (value === null ? null : Buffer.from(value)) as Buffer,
                    })),
                });
            } finally {
                await producer.close();
            }
        },
        async setUp(): Promise<void> {
            await admin.create({ name: topic, partitions: 3, replicationFactor: 1, config: {} });
            await admin.create({ name: `${topic}.dlq`, partitions: 1, replicationFactor: 1, config: {} });
        },
        async tearDown(): Promise<void> {
            for (const job of await flink.jobs())
                if (job.name.includes(id) && !hasEnded(job.state)) {
                    await flink.cancel(job.id);
                    await flink.waitUntilEnded(job.id, { timeoutSeconds: 60 });
                }
            await sql(`DROP TABLE IF EXISTS lake.bronze.${dataset.tables.bronze}`);
            await sql(`DROP TABLE IF EXISTS lake.silver.${dataset.tables.silver}`);
            await admin.delete(topic);
            await admin.delete(`${topic}.dlq`);
            await admin.close();
        },
    };
}
