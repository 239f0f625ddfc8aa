import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FlinkClient } from "../../automation/clients/flink";
import { SqlGateway } from "../../automation/clients/sqlGateway";
import { Rollout, sharedPlatform, validate } from "../_helpers/platform";
import { Lake } from "./lake";

/** Each test turns one gate red on the real platform, and green again. */
describe("the gates of a platform that is broken", () => {
    const { local, ...platform } = sharedPlatform();
    const lake = new Lake(platform);

    const run = async (args: readonly string[], expected = 0): Promise<string> => {
        const { code, stdout, stderr } = await local.run(args);
        assert.equal(code, expected, `tidegate ${args.join(" ")}:\n${stdout}${stderr}`);
        return stdout;
    };
    const pidOf = async (id: string): Promise<number> => {
        const status = z.object({ processes: z.array(z.object({ id: z.string(), pid: z.number().nullable() })) });
        const { stdout } = await local.run(["status", "--json"]);
        const found = status.parse(JSON.parse(stdout)).processes.find((one) => one.id === id);
        assert.ok(found?.pid, `${id} has no process:\n${stdout}`);
        return found.pid;
    };
    /** Red with exit code 1 in one stage: the stages before it pass, those after it are not run. */
    async function assertRed(stage: number, ids: readonly string[]): Promise<void> {
        const validation = await validate(local);
        assert.deepEqual([...validation.red].sort(), [...ids].sort(), validation.text);
        assert.equal(validation.code, 1);
        assert.equal(validation.green, false);
        for (const earlier of [1, 2, 3, 4].filter((one) => one < stage))
            assert.deepEqual(validation.stage(earlier), ["pass"], `stage ${earlier}`);
        for (const later of [1, 2, 3, 4].filter((one) => one > stage))
            assert.deepEqual(validation.stage(later), ["not-run"], `stage ${later}`);
    }
    async function assertGreen(): Promise<void> {
        const validation = await validate(local);
        assert.equal(validation.code, 0, validation.text);
        assert.equal(validation.green, true);
        assert.deepEqual([1, 2, 3, 4].map(validation.stage), Array(4).fill(["pass"]));
    }

    it("are green before", assertGreen);

    it("miss rows of bronze and silver", async () => {
        const { currentSnapshot: bronze } = await lake.table("bronze", "raw_trips");
        await lake.pyIceberg("bronze.raw_trips", { delete: "kafka_offset < 100" });
        await lake.pyIceberg("silver.trips", { delete: "pickup_location_id < 20" });
        await assertRed(3, [
            "data.bronze-complete",
            "data.every-record-accounted-for",
            "data.silver-not-more-than-bronze",
        ]);
        await lake.pyIceberg("bronze.raw_trips", { rollBack: bronze?.id ?? "" });
        await run(["run", "flink"]);
    });

    it("name the dbt test that fails", async () => {
        // Silver is a new snapshot, which dbt has not read.
        await assertRed(4, ["dbt.build-is-current"]);
        const file = join(local.directory, "dbt", "tests", "no_trip_is_a_trip.sql");
        writeFileSync(file, "select * from {{ ref('fct_trips') }}\n");
        try {
            await run(["run", "dbt"], 1);
            await assertRed(4, ["dbt.nodes-green"]);
        } finally {
            rmSync(file);
        }
        await run(["run", "dbt"]);
        await assertGreen();
    });

    it("see a Flink job that FAILED, and nothing after it", async () => {
        const job = await new SqlGateway(platform.runtime.sqlGateway).withSession("failing", async (session) => {
            for (const [key, value] of [
                ["execution.runtime-mode", "batch"],
                ["restart-strategy.type", "none"],
                ["pipeline.name", "tidegate-taxi-silver"],
            ])
                await session.execute(`SET '${key}' = '${value}'`);
            await session.execute("CREATE TEMPORARY TABLE nowhere (a INT) WITH ('connector' = 'blackhole')");
            // RAND_INTEGER(1) is always 0, which only the running job finds out.
            return (await session.execute("INSERT INTO nowhere SELECT 1 / RAND_INTEGER(1)")).jobId ?? "";
        });
        const ended = await new FlinkClient(platform.runtime.flinkRest).waitUntilEnded(job, { timeoutSeconds: 60 });
        assert.equal(ended.state, "FAILED");
        await assertRed(2, ["jobs.batch-finished"]);
        await run(["run", "flink"]);
        await assertGreen();
    });

    it("see a broker that does not answer any more", async () => {
        const broker = await pidOf("broker");
        process.kill(broker, "SIGSTOP");
        try {
            await assertRed(1, ["infra.broker-topics", "infra.broker-probe"]);
        } finally {
            process.kill(broker, "SIGCONT");
        }
        await assertGreen();
    });

    it("see a TaskManager that was killed; `up` starts it and a killed broker over their data", async () => {
        process.kill(await pidOf("runtime/taskmanager"), "SIGKILL");
        await assertRed(1, ["infra.flink-taskmanagers"]);
        process.kill(await pidOf("broker"), "SIGKILL");
        const rollout = new Rollout(await run(["up", "--no-exercise", "--json"]));
        const changed = rollout.of("resource");
        assert.deepEqual([...new Set(changed.map(({ op }) => op))], ["update"], rollout.changed.join(", "));
        const started = changed.filter(({ resourceType }) => resourceType === "tidegate:embedded:Process");
        assert.deepEqual(started.map(({ name }) => name).sort(), ["broker-kafka", "runtime-taskmanager"]);
        assert.deepEqual(
            rollout.checks.filter(({ status }) => status !== "pass"),
            [],
        );
    });
});
