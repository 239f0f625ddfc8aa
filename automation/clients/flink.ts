/**
 * Flink's JobManager over its REST API:
 * https://nightlies.apache.org/flink/flink-docs-release-2.0/docs/ops/rest_api/
 */
import { z } from "zod";
import { TidegateError } from "../core/errors";
import { isHttpStatus, javaCause, requestJson, waitFor, type HttpOptions } from "./flinkHttp";

const server = "the JobManager";

const jobStates = [
    "INITIALIZING",
    "CREATED",
    "RUNNING",
    "FAILING",
    "FAILED",
    "CANCELLING",
    "CANCELED",
    "FINISHED",
    "RESTARTING",
    "SUSPENDED",
    "RECONCILING",
] as const;
export type JobState = (typeof jobStates)[number];

/** States that a job does not leave. */
const ended: ReadonlySet<JobState> = new Set(["FAILED", "CANCELED", "FINISHED"]);
export const hasEnded = (state: JobState): boolean => ended.has(state);

const overviewSchema = z.object({
    taskmanagers: z.number(),
    "slots-total": z.number(),
    "slots-available": z.number(),
    "jobs-running": z.number(),
    "flink-version": z.string(),
});

const jobsSchema = z.object({
    jobs: z.array(
        z.object({
            jid: z.string(),
            name: z.string(),
            state: z.enum(jobStates),
            "start-time": z.number(),
            "end-time": z.number(),
        }),
    ),
});

const jobSchema = z.object({
    jid: z.string(),
    name: z.string(),
    state: z.enum(jobStates),
    "start-time": z.number(),
    "end-time": z.number(),
    duration: z.number(),
    vertices: z.array(
        z.object({
            id: z.string(),
            name: z.string(),
            parallelism: z.number(),
            status: z.string(),
            metrics: z.object({ "read-records": z.number().nullish(), "write-records": z.number().nullish() }),
        }),
    ),
});

const checkpointSchema = z.object({
    id: z.number(),
    is_savepoint: z.boolean(),
    trigger_timestamp: z.number(),
    latest_ack_timestamp: z.number(),
    external_path: z.string().nullish(),
});

const checkpointsSchema = z.object({
    counts: z.object({
        restored: z.number(),
        total: z.number(),
        in_progress: z.number(),
        completed: z.number(),
        failed: z.number(),
    }),
    latest: z.object({
        completed: checkpointSchema.nullish(),
        savepoint: checkpointSchema.nullish(),
        failed: z.object({ id: z.number(), failure_message: z.string().nullish() }).nullish(),
        restored: z
            .object({ id: z.number(), is_savepoint: z.boolean(), external_path: z.string().nullish() })
            .nullish(),
    }),
});

const exceptionsSchema = z.object({
    exceptionHistory: z.object({
        entries: z.array(
            z.object({
                exceptionName: z.string(),
                stacktrace: z.string(),
                timestamp: z.number(),
                taskName: z.string().nullish(),
            }),
        ),
    }),
});

const taskManagersSchema = z.object({
    taskmanagers: z.array(
        z.object({
            id: z.string(),
            timeSinceLastHeartbeat: z.number(),
            slotsNumber: z.number(),
            freeSlots: z.number(),
        }),
    ),
});

const metricsSchema = z.array(z.object({ id: z.string(), value: z.string().optional() }));

const savepointSchema = z.object({
    status: z.object({ id: z.string() }),
    operation: z
        .object({
            location: z.string().nullish(),
            "failure-cause": z.object({ class: z.string(), "stack-trace": z.string().nullish() }).nullish(),
        })
        .nullish(),
});

export interface JobSummary {
    readonly id: string;
    readonly name: string;
    readonly state: JobState;
    /** Milliseconds since 1970. */
    readonly startTime: number;
    /** Milliseconds since 1970; undefined while the job has not ended. */
    readonly endTime: number | undefined;
}

export interface JobVertex {
    readonly id: string;
    readonly name: string;
    readonly parallelism: number;
    readonly status: string;
    /** Records that its tasks have read from others; a source reads none. Flink reports both with some delay. */
    readonly readRecords: number;
    readonly writeRecords: number;
}

export interface Job extends JobSummary {
    /** Seconds since its start, until now or its end. */
    readonly seconds: number;
    /** In topological order: sources first. */
    readonly vertices: readonly JobVertex[];
}

export interface CompletedCheckpoint {
    readonly id: number;
    readonly savepoint: boolean;
    /** When the last task acknowledged it, in milliseconds since 1970. */
    readonly completedAt: number;
    /** Where it is kept, where it is. */
    readonly path: string | undefined;
}

export interface Checkpoints {
    readonly completed: number;
    readonly failed: number;
    readonly inProgress: number;
    /** How often the job was restored from one. */
    readonly restored: number;
    readonly latestCompleted: CompletedCheckpoint | undefined;
    /** What the job was last restored from. */
    readonly latestRestored: { readonly savepoint: boolean; readonly path: string | undefined } | undefined;
    /** Why the last failed one failed. */
    readonly latestFailure: string | undefined;
}

export interface TaskManager {
    readonly id: string;
    /** Milliseconds since 1970. */
    readonly lastHeartbeat: number;
    readonly slots: number;
    readonly freeSlots: number;
}

export class FlinkClient {
    readonly #base: string;
    readonly #http: HttpOptions;

    /** @param url of the contract's `flinkRest` */
    constructor(url: string, http: HttpOptions = {}) {
        this.#base = url.replace(/\/+$/, "");
        this.#http = http;
    }

    async overview(): Promise<{ version: string; taskManagers: number; slots: number; freeSlots: number }> {
        const answer = await this.#get("/overview", overviewSchema);
        return {
            version: answer["flink-version"],
            taskManagers: answer.taskmanagers,
            slots: answer["slots-total"],
            freeSlots: answer["slots-available"],
        };
    }

    /** Every job that the cluster remembers, newest first. */
    async jobs(): Promise<JobSummary[]> {
        const { jobs } = await this.#get("/jobs/overview", jobsSchema);
        return jobs.map(summary).sort((one, other) => other.startTime - one.startTime);
    }

    /** The newest job of that `pipeline.name` which has not ended. */
    async findRunning(name: string): Promise<JobSummary | undefined> {
        return (await this.jobs()).find((job) => job.name === name && !hasEnded(job.state));
    }

    /** Undefined where the cluster knows no such job (it was restarted, for example). */
    async job(id: string): Promise<Job | undefined> {
        try {
            const answer = await this.#get(`/jobs/${id}`, jobSchema);
            return {
                ...summary(answer),
                seconds: answer.duration / 1000,
                vertices: answer.vertices.map((vertex) => ({
                    id: vertex.id,
                    name: vertex.name,
                    parallelism: vertex.parallelism,
                    status: vertex.status,
                    readRecords: vertex.metrics["read-records"] ?? 0,
                    writeRecords: vertex.metrics["write-records"] ?? 0,
                })),
            };
        } catch (error) {
            if (isHttpStatus(error, 404)) return undefined;
            throw error;
        }
    }

    /** The job's configuration as it was submitted: `SET` values that Flink keeps as global job parameters. */
    async globalJobParameters(id: string): Promise<Record<string, string>> {
        const schema = z.object({
            "execution-config": z.object({ "user-config": z.record(z.string(), z.string()) }).nullish(),
        });
        return (await this.#get(`/jobs/${id}/config`, schema))["execution-config"]?.["user-config"] ?? {};
    }

    /** Restarts since the job was submitted; `GET /jobs/:id` does not tell. Undefined until the metric is there. */
    async restarts(id: string): Promise<number | undefined> {
        const [metric] = await this.#get(`/jobs/${id}/metrics?get=numRestarts`, metricsSchema);
        return metric?.value === undefined ? undefined : Number(metric.value);
    }

    async checkpoints(id: string): Promise<Checkpoints> {
        const { counts, latest } = await this.#get(`/jobs/${id}/checkpoints`, checkpointsSchema);
        // A savepoint counts as completed, but is told apart; the newer of the two is the latest.
        const done = [latest.completed, latest.savepoint].filter((one) => one !== null && one !== undefined);
        const newest = done.sort((one, other) => other.id - one.id)[0];
        return {
            completed: counts.completed,
            failed: counts.failed,
            inProgress: counts.in_progress,
            restored: counts.restored,
            latestCompleted:
                newest === undefined
                    ? undefined
                    : {
                          id: newest.id,
                          savepoint: newest.is_savepoint,
                          completedAt: newest.latest_ack_timestamp,
                          path: keptPath(newest.external_path),
                      },
            latestRestored: latest.restored
                ? { savepoint: latest.restored.is_savepoint, path: keptPath(latest.restored.external_path) }
                : undefined,
            latestFailure: latest.failed?.failure_message ? javaCause(latest.failed.failure_message) : undefined,
        };
    }

    /** Root cause of the newest failure. Undefined where the job never failed. */
    async failure(id: string): Promise<string | undefined> {
        const { exceptionHistory } = await this.#get(`/jobs/${id}/exceptions`, exceptionsSchema);
        const newest = exceptionHistory.entries[0];
        return newest === undefined ? undefined : javaCause(newest.stacktrace);
    }

    async taskManagers(): Promise<TaskManager[]> {
        const { taskmanagers } = await this.#get("/taskmanagers", taskManagersSchema);
        return taskmanagers.map((one) => ({
            id: one.id,
            lastHeartbeat: one.timeSinceLastHeartbeat,
            slots: one.slotsNumber,
            freeSlots: one.freeSlots,
        }));
    }

    /**
     * Ends a job gracefully and tells where its savepoint is.
     * @throws TidegateError `savepoint-failed`, `timed-out`
     */
    async stopWithSavepoint(
        id: string,
        options: { directory?: string; timeoutSeconds?: number; signal?: AbortSignal } = {},
    ): Promise<string> {
        const { "request-id": request } = await requestJson({
            ...this.#http,
            server,
            method: "POST",
            url: `${this.#base}/jobs/${id}/stop`,
            body: { drain: false, ...(options.directory === undefined ? {} : { targetDirectory: options.directory }) },
            answer: z.object({ "request-id": z.string() }),
        });
        return waitFor(
            {
                what: `the savepoint of job ${id}`,
                timeoutSeconds: options.timeoutSeconds ?? 120,
                ...(options.signal === undefined ? {} : { signal: options.signal }),
            },
            async () => {
                const { status, operation } = await this.#get(`/jobs/${id}/savepoints/${request}`, savepointSchema);
                if (status.id !== "COMPLETED") return undefined;
                const failure = operation?.["failure-cause"];
                if (failure)
                    throw new TidegateError(
                        `the savepoint of job ${id} failed: ${javaCause(failure["stack-trace"] ?? failure.class)}`,
                        { code: "savepoint-failed" },
                    );
                return operation?.location ?? undefined;
            },
        );
    }

    /** Asks for the end of a job, without a savepoint; succeeds where it has ended or is not known. */
    async cancel(id: string): Promise<void> {
        try {
            await requestJson({
                ...this.#http,
                server,
                method: "PATCH",
                url: `${this.#base}/jobs/${id}?mode=cancel`,
                answer: z.unknown(),
            });
        } catch (error) {
            if (!isHttpStatus(error, 404) && !isHttpStatus(error, 409)) throw error;
        }
    }

    /** Waits until the job has ended. @throws TidegateError `timed-out`, `job-unknown` */
    async waitUntilEnded(
        id: string,
        options: { timeoutSeconds: number; signal?: AbortSignal; onLook?: (job: Job) => Promise<void> | void },
    ): Promise<Job> {
        return waitFor(
            {
                what: `the end of job ${id}`,
                timeoutSeconds: options.timeoutSeconds,
                ...(options.signal === undefined ? {} : { signal: options.signal }),
            },
            async () => {
                const job = await this.job(id);
                if (job === undefined)
                    throw new TidegateError(`Flink does not know job ${id} any more`, {
                        code: "job-unknown",
                        hint: "Its JobManager was restarted: run the job again.",
                        retryable: true,
                    });
                await options.onLook?.(job);
                return hasEnded(job.state) ? job : undefined;
            },
        );
    }

    #get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
        return requestJson({ ...this.#http, server, method: "GET", url: this.#base + path, answer });
    }
}

function summary(job: z.infer<typeof jobsSchema>["jobs"][number]): JobSummary {
    return {
        id: job.jid,
        name: job.name,
        state: job.state,
        startTime: job["start-time"],
        endTime: job["end-time"] > 0 ? job["end-time"] : undefined,
    };
}

/** Flink writes "<checkpoint-not-externally-addressable>" where there is no path. */
const keptPath = (path: string | null | undefined): string | undefined =>
    path === null || path === undefined || path.startsWith("<") ? undefined : path;
