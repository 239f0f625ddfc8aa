/**
 * The verdict on a job of a cluster, from the status that the operator gives its FlinkDeployment. Pure: whoever watches the
 * object asks again with what came, until it is no longer `waiting`. Pulumi's own waiting cannot tell a state from before a
 * change from one after it, and waits to the end where a job has failed.
 * Source: https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-release-1.15/docs/custom-resource/reference/, which calls
 * the status internal, to be relied on with care: so this is the only place that reads it.
 */
import { z } from "zod";

const snapshot = z.looseObject({ timeStamp: z.number().optional() }).nullish();

/** As the API server gives it; what is not there yet is absent. */
export const flinkDeploymentObject = z.looseObject({
    metadata: z.looseObject({ name: z.string(), generation: z.number().int().optional() }),
    status: z
        .looseObject({
            observedGeneration: z.number().int().nullish(),
            lifecycleState: z.string().nullish(),
            jobManagerDeploymentStatus: z.string().nullish(),
            error: z.string().nullish(),
            reconciliationStatus: z.looseObject({ state: z.string().nullish() }).nullish(),
            jobStatus: z
                .looseObject({
                    jobId: z.string().nullish(),
                    state: z.string().nullish(),
                    checkpointInfo: z.looseObject({ lastCheckpoint: snapshot }).nullish(),
                    savepointInfo: z.looseObject({ lastSavepoint: snapshot }).nullish(),
                })
                .nullish(),
        })
        .nullish(),
});
export type FlinkDeploymentObject = z.infer<typeof flinkDeploymentObject>;

export interface Expectation {
    readonly kind: "streaming" | "batch";
    /** Milliseconds since the epoch. */
    readonly nowMs: number;
    /** When the rollout began: of a streaming job a checkpoint has to be younger. */
    readonly startedMs: number;
    /** How old the newest checkpoint may be. @default 600 */
    readonly checkpointSeconds?: number;
    /** When Flink completed one, as its REST API says: the operator's status knows only those that it asked for itself. */
    readonly completedCheckpointMs?: number;
}

export interface DeploymentVerdict {
    /** `waiting`: it may still come; `failed`: it will not, and waiting longer is of no use. */
    readonly outcome: "ready" | "waiting" | "failed";
    /** One sentence. */
    readonly reason: string;
    readonly evidence: Readonly<Record<string, string | number | null>>;
}

/** From which the operator does not come back without somebody's doing. */
const lost = ["FAILED", "ROLLED_BACK"];
const lostJob: Readonly<Record<Expectation["kind"], readonly string[]>> = {
    streaming: ["FAILED", "CANCELED", "FINISHED"],
    batch: ["FAILED", "CANCELED"],
};
const settled = ["STABLE", "DEPLOYED"];

export function judgeDeployment(object: FlinkDeploymentObject, expected: Expectation): DeploymentVerdict {
    const { name, generation } = object.metadata;
    const { status } = object;
    const lifecycle = status?.lifecycleState ?? null;
    const job = status?.jobStatus?.state ?? null;
    const manager = status?.jobManagerDeploymentStatus ?? null;
    const checkpoint = newestCheckpoint(status, expected.completedCheckpointMs);
    const evidence = {
        lifecycleState: lifecycle,
        jobState: job,
        jobManager: manager,
        observedGeneration: status?.observedGeneration ?? null,
        generation: generation ?? null,
    };
    const say = (outcome: DeploymentVerdict["outcome"], reason: string): DeploymentVerdict => ({
        outcome,
        reason,
        evidence,
    });
    if (status === undefined || status === null || generation === undefined)
        return say("waiting", `The operator has not seen ${name} yet.`);
    // Everything else is about what was there before the change.
    if (status.observedGeneration !== generation)
        return say(
            "waiting",
            `The operator has seen generation ${status.observedGeneration ?? "none"} of ${name}, not ${generation}.`,
        );
    const because = status.error ? `: ${oneLine(status.error)}` : ".";
    if (lifecycle !== null && lost.includes(lifecycle)) return say("failed", `${name} is ${lifecycle}${because}`);
    if (status.reconciliationStatus?.state === "ROLLED_BACK")
        return say("failed", `${name} was rolled back to what ran before${because}`);
    if (manager === "ERROR") return say("failed", `The JobManager of ${name} does not come up${because}`);
    const isSettled = lifecycle !== null && settled.includes(lifecycle);
    // Before the first deployment it is MISSING too.
    if (manager === "MISSING" && isSettled && !(expected.kind === "batch" && job === "FINISHED"))
        return say("failed", `The JobManager of ${name} is gone${because}`);
    if (job !== null && isSettled && lostJob[expected.kind].includes(job))
        return say("failed", `The job of ${name} is ${job}${because}`);
    if (lifecycle !== "STABLE") return say("waiting", `${name} is ${lifecycle ?? "in no state"}${because}`);
    if (status.error) return say("waiting", `The operator complains of ${name}${because}`);
    if (expected.kind === "batch")
        return job === "FINISHED"
            ? say("ready", `${name} has FINISHED.`)
            : say("waiting", `The job of ${name} is ${job ?? "in no state"}.`);
    if (job !== "RUNNING") return say("waiting", `The job of ${name} is ${job ?? "in no state"}.`);
    if (manager !== "READY") return say("waiting", `The JobManager of ${name} is ${manager ?? "in no state"}.`);
    return judgeCheckpoint(name, checkpoint, expected, evidence);
}

function judgeCheckpoint(
    name: string,
    atMs: number | undefined,
    { nowMs, startedMs, checkpointSeconds = 600 }: Expectation,
    evidence: DeploymentVerdict["evidence"],
): DeploymentVerdict {
    const age = atMs === undefined ? null : Math.round((nowMs - atMs) / 1000);
    const all = { ...evidence, checkpointSinceRollout: atMs !== undefined && atMs >= startedMs ? 1 : 0 };
    const waited = (nowMs - startedMs) / 1000;
    if (atMs !== undefined && atMs >= startedMs && age !== null && age <= checkpointSeconds)
        return { outcome: "ready", reason: `${name} is RUNNING and has a checkpoint of this rollout.`, evidence: all };
    // It runs, and has had its time: nothing reaches Iceberg without checkpoints.
    const outcome = waited > checkpointSeconds && (age === null || age > checkpointSeconds) ? "failed" : "waiting";
    const reason =
        age === null
            ? `${name} has completed no checkpoint.`
            : `The newest checkpoint of ${name} is ${age} s old${atMs !== undefined && atMs < startedMs ? ", from before the rollout" : ""}.`;
    return { outcome, reason, evidence: all };
}

function newestCheckpoint(status: FlinkDeploymentObject["status"], seenMs: number | undefined): number | undefined {
    const times = [
        seenMs,
        status?.jobStatus?.checkpointInfo?.lastCheckpoint?.timeStamp,
        status?.jobStatus?.savepointInfo?.lastSavepoint?.timeStamp,
    ].filter((time): time is number => time !== undefined && time > 0);
    return times.length === 0 ? undefined : Math.max(...times);
}

/** `status.error` is JSON text with an exception, or plain text. */
function oneLine(error: string): string {
    let said = error;
    try {
        const parsed: unknown = JSON.parse(error);
        if (typeof parsed === "object" && parsed !== null && "message" in parsed && typeof parsed.message === "string")
            said = parsed.message;
    } catch {
        // It is plain text.
    }
    return said.replace(/\s+/g, " ").trim().slice(0, 300);
}
