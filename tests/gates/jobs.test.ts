import assert from "node:assert/strict";
import { fakePlatform } from "../_helpers/fakePlatform";
import { assertGreen, assertRed, streamingPlatform, streaming } from "../_helpers/validation";

describe("stage 2", () => {
    const finished = "jobs.batch-finished";

    it("jobs.batch-finished: red when a job is absent, still runs, or none was named", async () => {
        const platform = fakePlatform();
        await assertGreen(platform, finished);
        await assertRed(platform, finished, /No batch job was named/, { run: { batchJobs: [] } });
        const [bronze, silver] = platform.flink.jobList;
        assert.ok(bronze && silver);
        platform.flink.jobList = [bronze, { ...silver, state: "RUNNING" }];
        const red = await assertRed(platform, finished, /^Job silver is RUNNING\.$/);
        assert.match(red.look ?? "", /job-silver/);
        platform.flink.jobList = [bronze];
        await assertRed(platform, finished, /knows no job silver/);
    });

    it("jobs.batch-finished: the newest job of a name counts, and a later failure is red", async () => {
        const platform = fakePlatform();
        const at = platform.clock.now();
        const old = platform.flink.jobList;
        platform.flink.jobList = [{ id: "older", name: "silver", state: "FAILED", startMs: 1 }, ...old];
        await assertGreen(platform, finished);
        platform.flink.jobList = [...old, { id: "newer", name: "silver", state: "FAILED", startMs: at }];
        await assertRed(platform, finished, /Job silver is FAILED/);
        await assertRed(platform, finished, /later run of it FAILED/, {
            run: {
                batchJobs: [
                    { name: "bronze", id: "job-bronze" },
                    { name: "silver", id: "job-silver" },
                ],
            },
        });
    });

    it("jobs.batch-finished: a given id has to be there, a job of the same name does not do", async () => {
        await assertRed(fakePlatform(), finished, /knows no job silver \(gone\)/, {
            run: { batchJobs: [{ name: "silver", id: "gone" }] },
        });
    });

    it("jobs.batch-finished: one that had nothing to do is not looked for, but its failure counts", async () => {
        const platform = fakePlatform();
        const run = { batchJobs: [{ name: "silver", skipped: "bronze has not changed since" }] };
        platform.flink.jobList = [];
        await assertGreen(platform, finished, { run });
        platform.flink.jobList = [{ id: "1", name: "silver", state: "FAILED", startMs: 1 }];
        await assertRed(platform, finished, /the newest run of job silver FAILED/i, { run });
        const settled = { batchJobs: [{ name: "silver", skipped: "bronze has not changed since", skippedAtMs: 2 }] };
        await assertGreen(platform, finished, { run: settled });
        platform.flink.jobList = [{ id: "1", name: "silver", state: "FAILED", startMs: 3 }];
        await assertRed(platform, finished, /the newest run of job silver FAILED/i, { run: settled });
    });

    it("jobs.streaming-running: red when it is absent, failed, or runs twice", async () => {
        const platform = streamingPlatform();
        await assertGreen(platform, "jobs.streaming-running", streaming);
        const [stream] = platform.flink.jobList;
        assert.ok(stream);
        platform.flink.jobList = [stream, { ...stream, id: "second" }];
        await assertRed(platform, "jobs.streaming-running", /2 jobs bronze are RUNNING/, streaming);
        platform.flink.jobList = [{ ...stream, state: "FAILED" }];
        await assertRed(platform, "jobs.streaming-running", /bronze is FAILED/, streaming);
        platform.flink.jobList = [];
        await assertRed(platform, "jobs.streaming-running", /knows no job bronze/, streaming);
    });

    it("jobs.no-restarts: red when it restarted, and when Flink does not give the number", async () => {
        const platform = streamingPlatform();
        await assertGreen(platform, "jobs.no-restarts", streaming);
        platform.flink.restarts.set("job-stream", 2);
        await assertRed(platform, "jobs.no-restarts", /numRestarts is 2, and was 0/, streaming);
        await assertGreen(platform, "jobs.no-restarts", {
            run: { ...streaming.run, restartsBefore: { "job-stream": 2 } },
        });
        platform.flink.restarts.delete("job-stream");
        await assertRed(platform, "jobs.no-restarts", /does not give numRestarts/, streaming);
    });

    it("jobs.checkpoint-since-rollout: red without one, or with an older one, within a limit that is named", async () => {
        const platform = streamingPlatform();
        const id = "jobs.checkpoint-since-rollout";
        await assertGreen(platform, id, streaming);
        platform.flink.checkpoints.set("job-stream", platform.clock.now() - 3_600_000);
        await assertRed(platform, id, /before the rollout began, and none within 60 s/, streaming);
        platform.flink.checkpoints.clear();
        await assertRed(platform, id, /no checkpoint within 60 s/, streaming);
    });

    it("jobs.checkpoint-since-rollout: waits for the first one", async () => {
        const platform = streamingPlatform();
        platform.flink.checkpoints.clear();
        const waiting = assertGreen(platform, "jobs.checkpoint-since-rollout", streaming);
        setImmediate(() => platform.flink.checkpoints.set("job-stream", platform.clock.now()));
        await waiting;
    });
});
