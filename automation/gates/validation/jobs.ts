/** Stage 2: batch jobs FINISHED; streaming jobs RUNNING, without a restart, with a checkpoint of this rollout. */
import { capitalised } from "../../core/words";
import { failing, pass, type Check, type Failure } from "../check";
import { poll } from "../clock";
import { client, type FlinkJob, type GateContext } from "../context";

export function jobChecks(context: GateContext): Check[] {
    return [batchCheck(context), ...(context.run.streamingJobs.length > 0 ? streamingChecks(context) : [])];
}

/** Newest first; of two that began in the same millisecond the greater id, so that the answer is stable. */
function newestFirst(jobs: readonly FlinkJob[]): FlinkJob[] {
    return jobs.toSorted((a, b) => b.startMs - a.startMs || (a.id < b.id ? 1 : -1));
}

function batchCheck(context: GateContext): Check {
    const flink = client(context, "flink", "runtime");
    const { batchJobs } = context.run;
    const check: Check = {
        id: "jobs.batch-finished",
        stage: 2,
        layer: "runtime",
        title: "the batch jobs are FINISHED",
        limitSeconds: 10,
        look: `${flink.where}/#/job/completed`,
        hint: "`tidegate run flink` runs them again; the job's exceptions are in the Flink UI.",
        run: async () => {
            if (batchJobs.length === 0) return failing(check, "No batch job was named to look for.");
            const jobs = await flink.jobs();
            const states: string[] = [];
            const wrong: string[] = [];
            let look = check.look;
            const blame = (job: FlinkJob, text: string): void => {
                if (wrong.length === 0) look = jobUrl(flink.where, job);
                wrong.push(text);
            };
            for (const { name, id, skipped, skippedAtMs = 0 } of batchJobs) {
                const named = newestFirst(jobs.filter((job) => job.name === name));
                if (skipped !== undefined) {
                    // What it would have read is in the table already; stage 3 proves that. A later try that failed is red.
                    states.push(`${name}: ${skipped}`);
                    const [last] = named;
                    if (last?.state === "FAILED" && last.startMs >= skippedAtMs)
                        blame(last, `the newest run of job ${name} FAILED`);
                    continue;
                }
                const job = id === undefined ? named[0] : jobs.find((candidate) => candidate.id === id);
                states.push(`${name}: ${job?.state ?? "absent"}`);
                if (job === undefined) wrong.push(`Flink knows no job ${name}${id === undefined ? "" : ` (${id})`}`);
                else if (job.state !== "FINISHED") blame(job, `job ${name} is ${job.state}`);
                else {
                    const later = named.find((other) => other.startMs > job.startMs && other.state === "FAILED");
                    if (later !== undefined) blame(later, `job ${name} FINISHED, but a later run of it FAILED`);
                }
            }
            const evidence = { jobs: states };
            if (wrong.length > 0) return failing(check, `${capitalised(wrong.join("; "))}.`, evidence, { look });
            return pass(batchJobs.map((job) => job.name).join(", "), evidence);
        },
    };
    return check;
}

function streamingChecks(context: GateContext): Check[] {
    const flink = client(context, "flink", "runtime");
    const { streamingJobs, startedMs, restartsBefore } = context.run;
    const base = {
        stage: 2,
        layer: "runtime",
        look: `${flink.where}/#/job/running`,
        hint: "`tidegate up` brings a streaming job back from its newest checkpoint; its exceptions are in the Flink UI.",
    } as const;
    const running: Check = {
        ...base,
        id: "jobs.streaming-running",
        title: "each streaming job is RUNNING, once",
        limitSeconds: 10,
        run: async () => {
            const found = await Promise.all(streamingJobs.map((name) => runningJob(running, name)));
            const red = found.find((job): job is Failure => "status" in job);
            return red ?? pass(streamingJobs.join(", "), { running: streamingJobs });
        },
    };
    const restarts: Check = {
        ...base,
        id: "jobs.no-restarts",
        title: "no streaming job restarted since the rollout began",
        limitSeconds: 25,
        run: async ({ clock, signal }) => {
            const counts: Record<string, number> = {};
            for (const name of streamingJobs) {
                const job = await runningJob(restarts, name);
                if ("status" in job) return job;
                // A job that has just been submitted has the metric a few seconds later.
                const { answer } = await poll(
                    () => flink.numRestarts(job.id),
                    (count) => count !== undefined,
                    { timeoutSeconds: 15, pollSeconds: 0.5 },
                    clock,
                    signal,
                );
                const look = jobUrl(flink.where, job);
                if (answer === undefined)
                    return failing(restarts, `Flink does not give numRestarts of job ${name}.`, counts, { look });
                const before = restartsBefore?.[job.id] ?? 0;
                counts[name] = answer;
                if (answer !== before)
                    return failing(
                        restarts,
                        `Job ${name} was restarted: numRestarts is ${answer}, and was ${before} when the rollout began.`,
                        counts,
                        { look: `${look}/exceptions` },
                    );
            }
            return pass("none", { numRestarts: counts });
        },
    };
    const checkpoints: Check = {
        ...base,
        id: "jobs.checkpoint-since-rollout",
        title: "each streaming job completed a checkpoint since the rollout began",
        limitSeconds: context.settings.checkpointTimeoutSeconds + 10,
        run: async ({ clock, signal }) => {
            const timeoutSeconds = context.settings.checkpointTimeoutSeconds;
            for (const name of streamingJobs) {
                const job = await runningJob(checkpoints, name);
                if ("status" in job) return job;
                const { answer, enough } = await poll(
                    () => flink.completedCheckpointMs(job.id),
                    (atMs) => atMs !== undefined && atMs >= startedMs,
                    { timeoutSeconds, pollSeconds: 0.5 },
                    clock,
                    signal,
                );
                if (!enough)
                    return failing(
                        checkpoints,
                        answer === undefined
                            ? `Job ${name} completed no checkpoint within ${timeoutSeconds} s.`
                            : `Job ${name} completed its latest checkpoint before the rollout began, and none within ${timeoutSeconds} s.`,
                        { streamingJobs },
                        {
                            look: `${jobUrl(flink.where, job)}/checkpoints`,
                            hint: "Without checkpoints nothing reaches Iceberg: look for failed ones, and for execution.checkpointing.interval.",
                        },
                    );
            }
            return pass("fresh", { jobsWithCheckpoint: streamingJobs });
        },
    };

    /** The one RUNNING job of that name. */
    async function runningJob(check: Check, name: string): Promise<FlinkJob | Failure> {
        const named = newestFirst((await flink.jobs()).filter((job) => job.name === name));
        const alive = named.filter((job) => job.state === "RUNNING");
        const [job] = alive;
        if (alive.length > 1)
            return failing(
                check,
                `${alive.length} jobs ${name} are RUNNING: each writes the same rows.`,
                { running: alive.length },
                { hint: "Cancel all but the newest one in the Flink UI, then `tidegate run flink`." },
            );
        if (job !== undefined) return job;
        const last = named[0];
        return failing(
            check,
            last === undefined ? `Flink knows no job ${name}.` : `Job ${name} is ${last.state}.`,
            { running: 0 },
            last === undefined ? {} : { look: jobUrl(flink.where, last) },
        );
    }

    return [running, restarts, checkpoints];
}

function jobUrl(where: string, job: FlinkJob): string {
    return `${where}/#/job/${job.state === "RUNNING" ? "running" : "completed"}/${job.id}`;
}
