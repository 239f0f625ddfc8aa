import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { FlinkClient } from "../../automation/clients/flink";
import { SqlGateway } from "../../automation/clients/sqlGateway";
import { parseManifest } from "../../sql/manifest";
import { renderPipeline } from "../../sql/pipeline";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { sharedPlatform } from "../_helpers/platform";
import { Lake } from "./lake";

const inserts = 5;
const rowsPerInsert = 200;
const appends = { batches: 40, rows: 25 };

describe("two engines that commit to one table at once", () => {
    it("lose no row and write none twice", async () => {
        const { runtime, ...platform } = sharedPlatform();
        const lake = new Lake(platform);
        const name = `two_engines_${randomBytes(4).toString("hex")}`;
        const dataset = parseManifest(readFileSync(join(repositoryRoot, "sql/datasets/taxi.yaml"), "utf8"), "taxi.yaml");
        const silver = renderPipeline({ dataset, platform: { ...platform, runtime }, mode: "batch" }).find(
            (script) => script.name === "silver",
        );
        const flink = new FlinkClient(runtime.flinkRest);
        await new SqlGateway(runtime.sqlGateway).withSession("two-engines", async (session) => {
            await session.executeAll((silver?.statements ?? []).filter((text) => /^(CREATE (CATALOG|DATABASE)|SET)/.test(text)));
            await session.execute("SET 'parallelism.default' = '1'");
            await session.execute(
                `CREATE TABLE lake.silver.${name} (id BIGINT, writer STRING) WITH ('format-version' = '2', 'commit.retry.num-retries' = '100')`,
            );
            try {
                const python = lake.pyIceberg<{ rows: number; conflicts: number }>(`silver.${name}`, {
                    append: { ...appends, first: 1_000_000 },
                });
                const flinkRows = (async () => {
                    for (let insert = 0; insert < inserts; insert += 1) {
                        const values = Array.from({ length: rowsPerInsert }, (_, row) => `(${insert * rowsPerInsert + row}, 'flink')`);
                        const { jobId } = await session.execute(
                            `INSERT INTO lake.silver.${name} SELECT CAST(id AS BIGINT), CAST(writer AS STRING) FROM (VALUES ${values.join(", ")}) AS v (id, writer)`,
                        );
                        const job = await flink.waitUntilEnded(jobId ?? "", { timeoutSeconds: 120 });
                        assert.equal(job.state, "FINISHED");
                    }
                    return inserts * rowsPerInsert;
                })();
                const [byPython, byFlink] = await Promise.all([python, flinkRows]);
                const total = byPython.rows + byFlink;
                const table = await lake.table("silver", name);
                assert.equal(table.currentSnapshot?.summary["total-records"], String(total));
                assert.deepEqual(await lake.pyIceberg(`silver.${name}`, { count: true }), { rows: total, distinct: total });
                console.log(byPython);
                assert.equal(table.snapshots?.length ?? 0, inserts + appends.batches);
            } finally {
                await session.execute(`DROP TABLE IF EXISTS lake.silver.${name}`);
            }
        });
    });
});
