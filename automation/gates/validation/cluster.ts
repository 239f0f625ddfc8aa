/**
 * The validation of what runs on a cluster, by the API of the cluster and, through it, of the JobManagers: only what is on the
 * cluster reaches buckets, brokers and catalog as the workloads do, so a job that runs and checkpoints is what proves them.
 */
import { z } from "zod";
import type {
    ClusterObservabilityContract,
    ClusterRuntimeContract,
    FoundationContract,
} from "../../../stacks/contracts";
import { TidegateError } from "../../core/errors";
import { failing, pass, type Check } from "../check";
import { client, type GateContext } from "../context";
import { flinkDeploymentObject, judgeDeployment, type DeploymentVerdict } from "./flinkDeployment";

/** Seconds in which the API server has to have answered all questions of a check. */
const answerSeconds = 60;
const pollSeconds = 5;

const namespaceObject = z.looseObject({
    metadata: z.looseObject({ labels: z.record(z.string(), z.string()).optional() }),
    status: z.looseObject({ phase: z.string().optional() }).optional(),
});

/** That the cluster is there, and keeps the rules of the pods. */
export function clusterChecks(context: GateContext, { namespaces }: Pick<FoundationContract, "namespaces">): Check[] {
    const cluster = client(context, "cluster", "foundation");
    const check: Check = {
        id: "infra.cluster",
        stage: 1,
        layer: "foundation",
        title: "the API server answers, and has the namespaces with their rules for pods",
        limitSeconds: answerSeconds,
        look: cluster.where,
        hint: "Is the API server reached from here (foundation.api), and may you read namespaces?",
        run: async () => {
            const wanted = [...new Set(Object.values(namespaces))].sort();
            const found = await Promise.all(
                wanted.map(async (name) => {
                    const answer = await cluster.get({ apiVersion: "v1", kind: "Namespace" }, undefined, name);
                    if (answer === undefined) return `${name} is not there`;
                    const { metadata, status } = namespaceObject.parse(answer);
                    if (status?.phase !== "Active") return `${name} is ${status?.phase ?? "in no phase"}`;
                    const level = metadata.labels?.["pod-security.kubernetes.io/enforce"];
                    return level === "restricted"
                        ? undefined
                        : `${name} lets in pods of the level ${level ?? "privileged"}`;
                }),
            );
            const wrong = found.filter((one) => one !== undefined);
            const evidence = { namespaces: wanted };
            return wrong.length > 0
                ? failing(check, `Of the namespaces ${wrong.join("; ")}.`, evidence, {
                      hint: "`tidegate up` makes them so again.",
                  })
                : pass(`${wanted.length} namespaces`, evidence);
        },
    };
    return [check];
}

/** A check for each job, and one for what starts dbt. */
export function clusterJobChecks(context: GateContext, contract: ClusterRuntimeContract): Check[] {
    return [...contract.jobs.map((job) => jobCheck(context, contract, job)), dbtCheck(context, contract)];
}

function jobCheck(
    context: GateContext,
    { namespace, checkpointTimeoutMs }: ClusterRuntimeContract,
    { name, deployment, kind }: ClusterRuntimeContract["jobs"][number],
): Check {
    const cluster = client(context, "cluster", "runtime");
    const { clusterJobSeconds } = context.settings;
    const object = { apiVersion: "flink.apache.org/v1beta1", kind: "FlinkDeployment" };
    const check: Check = {
        id: `jobs.${deployment}`,
        stage: 2,
        layer: "runtime",
        title:
            kind === "streaming"
                ? `${name} is RUNNING, and has completed a checkpoint since the rollout began`
                : `${name} has FINISHED`,
        limitSeconds: clusterJobSeconds + answerSeconds,
        look: `kubectl describe flinkdeployment -n ${namespace} ${deployment}`,
        hint: `\`kubectl logs -n ${namespace} -l app=${deployment}\` has what its pods say. gates.clusterJobSeconds is how long is waited.`,
        run: async ({ clock, signal }) => {
            const end = clock.now() + clusterJobSeconds * 1000;
            for (;;) {
                let found: unknown;
                try {
                    found = await cluster.get(object, namespace, deployment);
                } catch (error) {
                    // One that passes is no verdict on the job: it is asked again as long as there is time.
                    if (!TidegateError.is(error) || !error.retryable || clock.now() >= end) throw error;
                    await clock.sleep(pollSeconds * 1000, signal);
                    continue;
                }
                if (found === undefined)
                    return failing(
                        check,
                        `There is no FlinkDeployment ${deployment} in ${namespace}.`,
                        {},
                        { hint: "`tidegate up` makes it again." },
                    );
                const seen = flinkDeploymentObject.parse(found);
                const { verdict, unreached } = await judged(seen, clock.now());
                if (verdict.outcome === "ready") return pass(verdict.reason, verdict.evidence);
                if (verdict.outcome === "failed" || clock.now() >= end)
                    return failing(
                        check,
                        `${verdict.reason}${verdict.outcome === "failed" ? "" : ` That was waited for ${clusterJobSeconds} s.`}${unreached}`,
                        verdict.evidence,
                    );
                await clock.sleep(pollSeconds * 1000, signal);
            }
        },
    };

    /** Flink is asked for its checkpoints only where everything else is as it has to be. */
    async function judged(
        seen: z.infer<typeof flinkDeploymentObject>,
        nowMs: number,
    ): Promise<{ readonly verdict: DeploymentVerdict; readonly unreached: string }> {
        const expected = {
            kind,
            nowMs,
            startedMs: context.run.startedMs,
            checkpointSeconds: Math.max(600, checkpointTimeoutMs / 1000),
        };
        const jobId = seen.status?.jobStatus?.jobId;
        if (kind === "batch" || !jobId || seen.status?.jobStatus?.state !== "RUNNING")
            return { verdict: judgeDeployment(seen, expected), unreached: "" };
        try {
            const completedCheckpointMs = await cluster.completedCheckpointMs(namespace, deployment, jobId);
            const known = completedCheckpointMs === undefined ? expected : { ...expected, completedCheckpointMs };
            return { verdict: judgeDeployment(seen, known), unreached: "" };
        } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            return {
                verdict: judgeDeployment(seen, expected),
                unreached: ` Its JobManager could not be asked: ${why}`,
            };
        }
    }
    return check;
}

const cronJobObject = z.looseObject({
    spec: z.looseObject({ suspend: z.boolean().optional(), schedule: z.string() }),
    status: z
        .looseObject({ lastScheduleTime: z.string().optional(), lastSuccessfulTime: z.string().optional() })
        .optional(),
});

function dbtCheck(context: GateContext, { dbt }: ClusterRuntimeContract): Check {
    const cluster = client(context, "cluster", "runtime");
    const { namespace, object: name, runtime, schedule } = dbt;
    const onItsOwn = runtime === "kubernetes";
    const kind = onItsOwn ? { apiVersion: "batch/v1", kind: "CronJob" } : { apiVersion: "v1", kind: "ConfigMap" };
    const check: Check = {
        id: "dbt.scheduled",
        stage: 4,
        layer: "runtime",
        title: onItsOwn ? "dbt is scheduled" : `the definition of dbt for ${runtime} is there`,
        limitSeconds: answerSeconds,
        look: `kubectl get ${kind.kind.toLowerCase()} -n ${namespace} ${name}`,
        hint: "`tidegate up` makes it so again.",
        run: async () => {
            const found = await cluster.get(kind, namespace, name);
            if (found === undefined) return failing(check, `There is no ${kind.kind} ${name} in ${namespace}.`);
            if (!onItsOwn) return pass(`${kind.kind} ${name}`, { object: name });
            const { spec, status } = cronJobObject.parse(found);
            const evidence = { schedule: spec.schedule, hasRun: status?.lastScheduleTime !== undefined };
            if (spec.suspend === true) return failing(check, `The CronJob ${name} is suspended.`, evidence);
            if (spec.schedule !== schedule)
                return failing(
                    check,
                    `The CronJob ${name} runs at '${spec.schedule}' instead of '${schedule}'.`,
                    evidence,
                );
            const { lastScheduleTime: last, lastSuccessfulTime: succeeded } = status ?? {};
            const warning =
                last === undefined
                    ? "it has not run yet"
                    : succeeded === undefined || Date.parse(succeeded) < Date.parse(last)
                      ? `its run of ${last} has not succeeded so far`
                      : undefined;
            return pass(`at ${spec.schedule}`, evidence, warning === undefined ? [] : [warning]);
        },
    };
    return check;
}

const monitoring = "monitoring.coreos.com/v1";

export function clusterObservabilityChecks(context: GateContext, contract: ClusterObservabilityContract): Check[] {
    const cluster = client(context, "cluster", "observability");
    const { namespace, monitors, dashboards } = contract;
    const check: Check = {
        id: "infra.monitors",
        stage: 1,
        layer: "observability",
        title: "what Prometheus scrapes and alerts by is there",
        limitSeconds: answerSeconds,
        look: `kubectl get podmonitors,servicemonitors,prometheusrules -n ${namespace}`,
        hint: "`tidegate up` makes it again.",
        run: async () => {
            const isThere = async (kinds: readonly string[], apiVersion: string, name: string): Promise<boolean> => {
                for (const kind of kinds)
                    if ((await cluster.get({ apiVersion, kind }, namespace, name)) !== undefined) return true;
                return false;
            };
            const asked = [
                ...monitors.map((name) => ({ name, kinds: ["PodMonitor", "ServiceMonitor"], apiVersion: monitoring })),
                ...dashboards.map((name) => ({ name, kinds: ["ConfigMap"], apiVersion: "v1" })),
            ];
            const missing = (
                await Promise.all(
                    asked.map(async ({ name, kinds, apiVersion }) =>
                        (await isThere(kinds, apiVersion, name)) ? undefined : `${kinds.join(" or ")} ${name}`,
                    ),
                )
            ).filter((one) => one !== undefined);
            const evidence = { monitors: monitors.length, dashboards: dashboards.length };
            return missing.length > 0
                ? failing(check, `${missing.join(", ")} is missing in ${namespace}.`, evidence)
                : pass(`${monitors.length} monitors`, evidence);
        },
    };
    return [check];
}
