import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { FlinkClient } from "../../automation/clients/flink";
import { SqlGateway, type SqlSession } from "../../automation/clients/sqlGateway";
import { loadDataset } from "../../sql/manifest";
import { renderPipeline } from "../../sql/pipeline";
import { sharedPlatform, type SharedPlatform } from "../_helpers/platform";
import { Lake } from "./lake";

const flinkInserts = { count: 5, rows: 200 };
const appends = { batches: 120, rows: 10 };

interface Counted {
    readonly rows: number;
    readonly distinct: number;
    /** Of each commit, in their order: whether Flink made it. */
    readonly byFlink: readonly boolean[];
}

/** A session of the SQL gateway with the catalog `lake`. */
async function prepare(session: SqlSession, platform: SharedPlatform): Promise<void> {
    const [script] = renderPipeline({ dataset: loadDataset("taxi"), platform, mode: "batch", parallelism: 1 });
    const statements = script?.statements ?? [];
    await session.executeAll(statements.filter((text) => /^(CREATE (CATALOG|DATABASE)|SET)/.test(text)));
}

describe("two engines that commit to one table at once", () => {
    it("lose no row and write none twice", async () => {
        const platform = sharedPlatform();
        const lake = new Lake(platform);
        const flink = new FlinkClient(platform.runtime.flinkRest);
        const name = `two_engines_${randomBytes(4).toString("hex")}`;
        await new SqlGateway(platform.runtime.sqlGateway).withSession("two-engines", async (session) => {
            await prepare(session, platform);
            await session.execute(
                `CREATE TABLE lake.silver.${name} (id BIGINT, writer STRING) WITH ('format-version' = '2')`,
            );
            const insert = async (first: number): Promise<void> => {
                const values = Array.from({ length: flinkInserts.rows }, (_, row) => `(${first + row}, 'flink')`);
                const { jobId } = await session.execute(
                    `INSERT INTO lake.silver.${name} SELECT CAST(id AS BIGINT), CAST(writer AS STRING) ` +
                        `FROM (VALUES ${values.join(", ")}) AS v (id, writer)`,
                );
                const job = await flink.waitUntilEnded(jobId ?? "", { timeoutSeconds: 120 });
                assert.equal(job.state, "FINISHED");
            };
            try {
                const byPython = lake.pyIceberg(`silver.${name}`, { append: { ...appends, first: 1_000_000 } });
                const byFlink = (async () => {
                    for (let made = 0; made < flinkInserts.count; made += 1) await insert(made * flinkInserts.rows);
                })();
                await Promise.all([byPython, byFlink]);
                const total = appends.batches * appends.rows + flinkInserts.count * flinkInserts.rows;
                const table = await lake.table("silver", name);
                assert.equal(table.currentSnapshot?.summary["total-records"], String(total));
                const counted = await lake.pyIceberg<Counted>(`silver.${name}`, { count: true });
                assert.deepEqual([counted.rows, counted.distinct], [total, total]);
                assert.equal(counted.byFlink.filter((mine) => mine).length, flinkInserts.count);
                assert.equal(counted.byFlink.length, flinkInserts.count + appends.batches);
                const turns = counted.byFlink.filter((mine, index) => index > 0 && mine !== counted.byFlink[index - 1]);
                assert.ok(turns.length > 2, `the engines took turns only ${turns.length} times: they did not overlap`);
            } finally {
                await session.execute(`DROP TABLE IF EXISTS lake.silver.${name}`);
            }
        });
    });
});
