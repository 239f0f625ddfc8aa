/**
 * Rows per second from Kafka to bronze and from bronze to silver: Tidegate's batch jobs, and a plain pipeline (typed
 * JSON source, no dead letters, no record left to account for) over the same events in the same cluster. Prints JSON.
 *
 *     npx tidegate exec -- npm run ts -- bench/pipeline.ts --events 1000000
 *
 * Deploys a platform in a checkout of its own and takes it down again.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { z } from "zod";
import { FlinkClient } from "../automation/clients/flink";
import { SqlGateway } from "../automation/clients/sqlGateway";
import { loadEnvironment } from "../stacks/environment";
import type { Platform } from "../stacks/contracts";
import { loadDataset } from "../sql/manifest";
import { renderPipeline } from "../sql/pipeline";
import { Checkout } from "../tests/_helpers/checkout";
import { platformLayers, platformOf } from "../automation/lakehouse/platform";

const batch = z.object({
    jobs: z.array(z.object({ name: z.string(), jobId: z.string().nullable(), rowsWritten: z.number().optional() })),
});
const production = z.object({
    acknowledged: z.number(),
    production: z.object({ eventsPerSecond: z.number().nullable() }),
});

const rate = (rows: number, seconds: number): number => Math.round(rows / seconds);

/** Seconds of a job as Flink tells them, from its start to its end, and its rows per second. */
async function timed(platform: Platform, jobId: string, rows: number) {
    const job = await new FlinkClient(platform.runtime.flinkRest).job(jobId);
    if (job === undefined) throw new Error(`Flink does not know job ${jobId}`);
    return { rows, seconds: job.seconds, rowsPerSecond: rate(rows, job.seconds) };
}

/** What one writes without much thought; the catalog, sessions and tables' formats are the same. */
async function plain(platform: Platform): Promise<{ bronze: string; silver: string }> {
    const dataset = loadDataset("taxi");
    const scripts = renderPipeline({ dataset, platform, mode: "batch" });
    const session = (scripts[0]?.statements ?? []).filter(
        (statement) => /^(CREATE CATALOG|CREATE DATABASE|SET)/.test(statement) && !statement.includes("pipeline.name"),
    );
    const columns = dataset.columns
        .map(({ name, type }) => `\`${name}\` ${type === "TIMESTAMP" ? "TIMESTAMP(6)" : type}`)
        .join(", ");
    const fields = dataset.columns
        .map(({ field, type }) => `\`${field}\` ${type === "TIMESTAMP" ? "TIMESTAMP(3)" : type}`)
        .join(", ");
    const names = dataset.columns.map(({ name }) => `\`${name}\``).join(", ");
    const key = dataset.key.map((name) => `\`${name}\``).join(", ");
    return new SqlGateway(platform.runtime.sqlGateway).withSession("bench-plain", async (sql) => {
        await sql.executeAll(session);
        await sql.executeAll([
            "CREATE DATABASE IF NOT EXISTS lake.bench",
            "DROP TABLE IF EXISTS lake.bench.bronze",
            "DROP TABLE IF EXISTS lake.bench.silver",
            `CREATE TABLE lake.bench.bronze (${columns}, kafka_partition INT, kafka_offset BIGINT) WITH ('format-version'='2')`,
            `CREATE TABLE lake.bench.silver (${columns}, \`${dataset.partition}\` DATE) PARTITIONED BY (\`${dataset.partition}\`) WITH ('format-version'='2')`,
            `CREATE TEMPORARY TABLE plain_events (${fields}, kafka_partition INT METADATA FROM 'partition' VIRTUAL, kafka_offset BIGINT METADATA FROM 'offset' VIRTUAL)
             WITH ('connector'='kafka', 'topic'='${platform.broker.topics.events}', 'properties.bootstrap.servers'='${platform.broker.bootstrapServers}',
             'scan.startup.mode'='earliest-offset', 'scan.bounded.mode'='latest-offset', 'format'='json',
             'json.timestamp-format.standard'='SQL', 'json.ignore-parse-errors'='true')`,
        ]);
        const flink = new FlinkClient(platform.runtime.flinkRest);
        const run = async (statement: string): Promise<string> => {
            const { jobId } = await sql.execute(statement);
            if (jobId === undefined) throw new Error("the statement submitted no job");
            await flink.waitUntilEnded(jobId, { timeoutSeconds: 600 });
            return jobId;
        };
        const bronze = await run(
            `INSERT INTO lake.bench.bronze SELECT ${dataset.columns.map(({ field }) => `\`${field}\``).join(", ")}, kafka_partition, kafka_offset FROM plain_events`,
        );
        const silver = await run(
            `INSERT OVERWRITE lake.bench.silver SELECT ${names}, CAST(\`${dataset.eventTime}\` AS DATE) FROM (
             SELECT *, ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY kafka_partition DESC, kafka_offset DESC) AS rn FROM lake.bench.bronze) WHERE rn = 1`,
        );
        return { bronze, silver };
    });
}

async function outputsOf(checkout: Checkout): Promise<Map<string, Record<string, unknown>>> {
    const read = platformLayers.map(async (layer) => {
        const { stdout } = await checkout.shell(`pulumi stack output --json --show-secrets -s local-${layer}`);
        return [layer, z.record(z.string(), z.unknown()).parse(JSON.parse(stdout))] as const;
    });
    return new Map(await Promise.all(read));
}

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { events: { type: "string", default: "1000000" } } });
    const events = Number(values.events);
    const checkout = Checkout.create();
    const json = async (args: string[]): Promise<unknown> => {
        const { code, stdout, stderr } = await checkout.run([...args, "--json"]);
        if (code !== 0) throw new Error(`tidegate ${args.join(" ")} failed:\n${stdout}${stderr}`);
        return JSON.parse(stdout);
    };
    try {
        for (const layer of ["broker", "catalog"]) {
            const deployed = await checkout.run(["up", "--until", layer]);
            if (deployed.code !== 0) throw new Error(deployed.stdout);
        }
        const runtime = await checkout.shell("pulumi up -y -f -s local-runtime");
        if (runtime.code !== 0) throw new Error(runtime.stdout);
        // The first production warms the generator's file, which is not what is measured.
        const produced = production.parse(await json(["produce", "--events", String(events)]));
        const { jobs } = batch.parse(await json(["run", "flink"]));
        const environment = await loadEnvironment("local", { TIDEGATE_DATA: checkout.dataRoot });
        const platform = platformOf(environment, await outputsOf(checkout));
        const own = Object.fromEntries(
            await Promise.all(
                jobs.map(async ({ name, jobId, rowsWritten }) => [
                    name,
                    await timed(platform, jobId ?? "", rowsWritten ?? 0),
                ]),
            ),
        ) as Record<string, Awaited<ReturnType<typeof timed>>>;
        const other = await plain(platform);
        const baseline = {
            bronze: await timed(platform, other.bronze, own.bronze?.rows ?? 0),
            silver: await timed(platform, other.silver, own.silver?.rows ?? 0),
        };
        const ratio = (layer: "bronze" | "silver"): number =>
            Math.round(((own[layer]?.rowsPerSecond ?? 0) / baseline[layer].rowsPerSecond) * 100) / 100;
        const result = {
            events,
            cores: availableParallelism(),
            eventsPerSecond: Math.round(produced.production.eventsPerSecond ?? 0),
            tidegate: own,
            plain: baseline,
            ratio: { bronze: ratio("bronze"), silver: ratio("silver") },
        };
        process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } finally {
        await checkout.remove();
    }
}

void main();
