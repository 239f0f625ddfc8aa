/**
 * `tidegate:embedded:FlinkSqlJob`: a streaming job that a SQL script submits to a session cluster. The job is found
 * again by its `pipeline.name`; the digest of its script is among its global job parameters, which Flink shows. A cluster
 * that was restarted has forgotten its jobs: that is drift, and `up` starts the job from its newest checkpoint.
 */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { FlinkClient, hasEnded, type Job } from "../../../automation/clients/flink";
import { waitFor } from "../../../automation/clients/flinkHttp";
import { SqlGateway } from "../../../automation/clients/sqlGateway";
import { TidegateError } from "../../../automation/core/errors";
import { defineHandler, type Change, type Context, type Known } from "../handler";
import { readOr, Unfinished } from "../unfinished";
import { differences, pathText } from "../values";
import { newestState, type KeptState } from "./flinkState";

const inputs = z.strictObject({
    flinkRest: z.url(),
    sqlGateway: z.url(),
    /** `pipeline.name`, one per cluster. */
    name: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, "letters, digits, '.', '_' or '-', at most 128 of them"),
    /** Run in one session, in their order; the last one submits the job. */
    statements: z.array(z.string().min(1)).min(1),
    /** URI of the folder where savepoints are written. */
    savepoints: z.string().min(1),
    /** URI of the folder under which Flink keeps `<job>/chk-<n>`. */
    checkpoints: z.string().min(1),
    /** What to do where a changed script can't go on from the state of the old one. */
    onIncompatibleState: z.enum(["fail", "fresh"]).default("fail"),
    /** For the start of a job and for a savepoint, in seconds each. */
    timeoutSeconds: z.number().min(1).default(120),
});
export type FlinkSqlJobInputs = z.infer<typeof inputs>;

const state = z.object({
    name: z.string(),
    jobId: z.string(),
    /** Flink's, or LOST where the cluster knows no job of that name. */
    state: z.string(),
    running: z.boolean(),
    /** SHA-256 of the statements that the job runs. */
    digest: z.string(),
    /** The newest savepoint that Tidegate has made; empty: none. */
    savepoint: z.string(),
    /** The newest completed checkpoint when it was last looked; empty: none. */
    checkpoint: z.string(),
    /** Savepoint or checkpoint that the job was started from; empty: from scratch. */
    restoredFrom: z.string(),
});
export type FlinkSqlJobState = z.infer<typeof state>;

const digestParameter = "tidegate.digest";

/** What a job runs, apart from where: a changed port is no changed script. */
const scriptDigest = (statements: readonly string[]): string =>
    createHash("sha256").update(JSON.stringify(statements)).digest("hex");

/** Of Flink, when a state does not fit the new job. */
const incompatible =
    /Cannot map checkpoint\/savepoint state|Failed to rollback to checkpoint\/savepoint|StateMigrationException|There is no operator for the state|state serializer.*(incompatible|must not be)|max parallelism/i;

class Jobs {
    readonly flink: FlinkClient;
    readonly gateway: SqlGateway;

    constructor(
        private readonly given: FlinkSqlJobInputs,
        private readonly context: Context,
    ) {
        this.flink = new FlinkClient(given.flinkRest, { signal: context.signal });
        this.gateway = new SqlGateway(given.sqlGateway, { signal: context.signal });
    }

    async running(): Promise<{ id: string; digest: string } | undefined> {
        const job = await this.flink.findRunning(this.given.name);
        if (job === undefined) return undefined;
        return { id: job.id, digest: (await this.flink.globalJobParameters(job.id))[digestParameter] ?? "" };
    }

    /** What there is to tell of a job that runs. */
    async observe(id: string, known: Pick<FlinkSqlJobState, "savepoint" | "restoredFrom">): Promise<FlinkSqlJobState> {
        const job = await this.flink.job(id);
        const checkpoints = await this.flink.checkpoints(id);
        return {
            name: this.given.name,
            jobId: id,
            state: job?.state ?? "LOST",
            running: job !== undefined && !hasEnded(job.state),
            digest: (await this.flink.globalJobParameters(id))[digestParameter] ?? "",
            savepoint: known.savepoint,
            checkpoint: checkpoints.latestCompleted?.path ?? "",
            restoredFrom: checkpoints.latestRestored?.path ?? known.restoredFrom,
        };
    }

    async stop(id: string): Promise<string> {
        this.context.log(`stopping ${this.given.name} with a savepoint`);
        const { savepoints, timeoutSeconds } = this.given;
        const savepoint = await this.flink.stopWithSavepoint(id, {
            directory: savepoints,
            timeoutSeconds,
            signal: this.context.signal,
        });
        await this.flink.waitUntilEnded(id, { timeoutSeconds, signal: this.context.signal });
        return savepoint;
    }

    /** Submits the script and waits until all its tasks run. A job that does not come up is cancelled. */
    async start(from: KeptState | undefined): Promise<FlinkSqlJobState> {
        const { name, statements, timeoutSeconds } = this.given;
        const id = randomBytes(16).toString("hex");
        this.context.log(`starting ${name}${from === undefined ? "" : ` from ${from.path}`}`);
        try {
            await this.gateway.withSession(name, async (session) => {
                const options = { timeoutSeconds, signal: this.context.signal };
                await session.executeAll(statements.slice(0, -1), options);
                const settings: Record<string, string> = {
                    "pipeline.name": name,
                    "pipeline.global-job-parameters": `${digestParameter}:${scriptDigest(statements)}`,
                    "$internal.pipeline.job-id": id,
                    ...(from === undefined
                        ? {}
                        : {
                              "execution.state-recovery.path": from.path,
                              // A claimed checkpoint is Flink's to delete; a savepoint stays.
                              "execution.state-recovery.claim-mode": from.savepoint ? "NO_CLAIM" : "CLAIM",
                          }),
                };
                for (const [key, value] of Object.entries(settings))
                    await session.execute(`SET '${key}' = '${value.replaceAll("'", "''")}'`);
                await session.execute(statements.at(-1) ?? "", options);
            });
            await waitFor({ what: `job ${name} to run`, timeoutSeconds, signal: this.context.signal }, async () =>
                (await this.#up(id)) ? true : undefined,
            );
        } catch (error) {
            await new FlinkClient(this.given.flinkRest).cancel(id).catch(() => undefined);
            throw error;
        }
        const started = await this.observe(id, { savepoint: "", restoredFrom: from?.path ?? "" });
        return { ...started, savepoint: from?.savepoint === true ? from.path : "" };
    }

    async #up(id: string): Promise<boolean> {
        const job: Job | undefined = await this.flink.job(id);
        if (job === undefined) return false;
        const failing = hasEnded(job.state) || job.state === "RESTARTING" || job.state === "FAILING";
        const reason = failing ? await this.flink.failure(id) : undefined;
        if (hasEnded(job.state) || (reason !== undefined && incompatible.test(reason)))
            throw new TidegateError(`job ${this.given.name} ended ${job.state}: ${reason ?? "no reason given"}`, {
                code: "job-failed",
                hint: `Look at ${this.given.flinkRest}/#/job/completed/${id}/exceptions`,
            });
        return job.state === "RUNNING" && job.vertices.every((vertex) => vertex.status === "RUNNING");
    }

    /** From the newest state where there is one. */
    async recover(from: KeptState | undefined): Promise<FlinkSqlJobState> {
        try {
            return await this.start(from);
        } catch (error) {
            if (from === undefined || !TidegateError.is(error) || !incompatible.test(error.message)) throw error;
            if (this.given.onIncompatibleState === "fresh") {
                this.context.log(`the state ${from.path} does not fit the script: starting without it`);
                return this.start(undefined);
            }
            throw new TidegateError(
                `the state of the old script of ${this.given.name} does not fit the changed one: ${error.message}`,
                {
                    code: "savepoint-incompatible",
                    hint:
                        `The state is kept at ${from.path}. Put the old script back to go on from it, or set ` +
                        `onIncompatibleState to 'fresh': the job then starts from its consumer group's offsets, which were ` +
                        `committed with the last checkpoint.`,
                    cause: error,
                },
            );
        }
    }
}

const lost = (old: FlinkSqlJobState, last: string): FlinkSqlJobState => ({ ...old, state: last, running: false });

/** Gives the state to the engine even where the job could not be started, so that no savepoint is forgotten. */
async function orUnfinished(known: FlinkSqlJobState, work: () => Promise<FlinkSqlJobState>): Promise<FlinkSqlJobState> {
    try {
        return await work();
    } catch (error) {
        if (TidegateError.is(error)) throw Unfinished.from(known, error);
        throw error;
    }
}

export const flinkSqlJobHandler = defineHandler<FlinkSqlJobInputs, FlinkSqlJobState>({
    inputs,
    state,
    secretOutputs: [],
    deleteBeforeReplace: true,

    diff(old, now): Change[] {
        const wanted = scriptDigest(now.statements);
        const changes: Change[] = differences(old.inputs, now).map((path) => ({
            path: pathText(path),
            replace: path[0] === "name",
        }));
        if (!old.state.running) changes.push({ path: "running", of: "state" });
        else if (old.state.digest !== wanted && scriptDigest(old.inputs.statements) === wanted)
            changes.push({ path: "digest", of: "state" });
        return changes;
    },

    preview: ({ state: { name } }, now) => (now.name === name ? { name, digest: scriptDigest(now.statements) } : {}),

    async create(given, context) {
        const jobs = new Jobs(given, context);
        const there = await jobs.running();
        if (there === undefined) return { id: given.name, state: await jobs.start(undefined) };
        if (there.digest === scriptDigest(given.statements))
            return { id: given.name, state: await jobs.observe(there.id, { savepoint: "", restoredFrom: "" }) };
        const savepoint = await jobs.stop(there.id);
        return { id: given.name, state: await jobs.recover({ path: savepoint, savepoint: true }) };
    },

    read: (old, context) =>
        readOr(old.state, async () => {
            const jobs = new Jobs(old.inputs, context);
            const there = await jobs.running();
            if (there !== undefined) return jobs.observe(there.id, old.state);
            return lost(old.state, (await jobs.flink.job(old.state.jobId))?.state ?? "LOST");
        }),

    async update(old, now, context) {
        const jobs = new Jobs(now, context);
        const there = await jobs.running();
        if (there !== undefined && there.digest === scriptDigest(now.statements))
            return jobs.observe(there.id, old.state);
        if (there === undefined) {
            const from = await newestState(now.checkpoints, old.state);
            return orUnfinished(lost(old.state, "LOST"), () => jobs.recover(from));
        }
        const savepoint = await jobs.stop(there.id);
        const stopped = { ...lost(old.state, "FINISHED"), jobId: there.id, savepoint };
        return orUnfinished(stopped, () => jobs.recover({ path: savepoint, savepoint: true }));
    },

    async delete(old: Known<FlinkSqlJobInputs, FlinkSqlJobState>, context) {
        const jobs = new Jobs(old.inputs, context);
        try {
            const there = await jobs.running();
            if (there === undefined) return;
            try {
                context.log(`the state of ${old.state.name} is kept at ${await jobs.stop(there.id)}`);
            } catch (error) {
                if (!TidegateError.is(error) || context.signal.aborted) throw error;
                context.log(`no savepoint of ${old.state.name}: ${error.message}; cancelling it`);
                await jobs.flink.cancel(there.id);
                await jobs.flink.waitUntilEnded(there.id, { timeoutSeconds: old.inputs.timeoutSeconds });
            }
        } catch (error) {
            // A session cluster that is gone has taken its jobs along.
            if (TidegateError.is(error) && error.code === "flink-unreachable") return;
            throw error;
        }
    },
});
