/** Waits for the verdict on a job of a cluster: judges its FlinkDeployment anew with each change that the API server tells. */
import type { KubernetesApi, WatchEvent, KubernetesObject } from "../../clients/kubernetes";
import type { Clock } from "../clock";
import { flinkDeploymentObject, judgeDeployment, type DeploymentVerdict, type Expectation } from "./flinkDeployment";

export const flinkDeploymentKind = { apiVersion: "flink.apache.org/v1beta1", kind: "FlinkDeployment" } as const;

export interface DeploymentWatch extends Omit<Expectation, "nowMs" | "completedCheckpointMs"> {
    readonly api: Pick<KubernetesApi, "watch">;
    readonly namespace: string;
    readonly name: string;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** After so many seconds the last verdict is what it is, `waiting` too. */
    readonly timeoutSeconds: number;
    /** When Flink completed a checkpoint, as its REST API says. @default only what the operator's status knows */
    readonly completedCheckpointMs?: () => Promise<number | undefined>;
    /** How long it may stay quiet before it is judged again: a checkpoint ages without an event. @default 5 */
    readonly lookSeconds?: number;
}

/**
 * @returns the first verdict that is not `waiting`, or the last one
 * @throws TidegateError `kubernetes-refused`, `kubernetes-unreachable`; the signal's reason where it is aborted
 */
export async function awaitDeployment(watch: DeploymentWatch): Promise<DeploymentVerdict> {
    const { clock, timeoutSeconds, lookSeconds = 5, namespace, name, api } = watch;
    const done = new AbortController();
    const signal = AbortSignal.any([done.signal, watch.signal]);
    const end = clock.now() + timeoutSeconds * 1000;
    const events = api.watch(flinkDeploymentKind, namespace, { name, signal });
    let verdict = missing(name);
    let object: KubernetesObject | undefined;
    // Asked for ahead: the next event may come while time passes.
    let next = events.next();
    next.catch(() => undefined);
    try {
        for (;;) {
            const left = end - clock.now();
            const tick = new AbortController();
            const sleeping = clock
                .sleep(Math.max(0, Math.min(left, lookSeconds * 1000)), AbortSignal.any([tick.signal, signal]))
                .then(() => undefined);
            sleeping.catch(() => undefined);
            const event: IteratorResult<WatchEvent<KubernetesObject>> | undefined = await Promise.race([
                next,
                sleeping,
            ]);
            tick.abort();
            if (event !== undefined) {
                watch.signal.throwIfAborted();
                if (event.done === true) return verdict;
                object = event.value.type === "DELETED" ? undefined : event.value.object;
                next = events.next();
                next.catch(() => undefined);
            }
            verdict =
                object === undefined
                    ? missing(name)
                    : judgeDeployment(flinkDeploymentObject.parse(object), await expectation(watch));
            if (verdict.outcome !== "waiting" || clock.now() >= end) return verdict;
        }
    } finally {
        done.abort();
    }
}

async function expectation({ kind, startedMs, checkpointSeconds, completedCheckpointMs, clock }: DeploymentWatch) {
    const completed = await completedCheckpointMs?.();
    return {
        ...{ kind, startedMs, nowMs: clock.now() },
        ...(checkpointSeconds === undefined ? {} : { checkpointSeconds }),
        ...(completed === undefined ? {} : { completedCheckpointMs: completed }),
    };
}

const missing = (name: string): DeploymentVerdict => ({
    outcome: "waiting",
    reason: `There is no FlinkDeployment ${name}.`,
    evidence: { lifecycleState: null, jobState: null },
});
