/**
 * The rules of a platform as one model, of which every renderer (the Prometheus operator's objects now) makes what its
 * service takes. Pure.
 * Sources: https://nightlies.apache.org/flink/flink-docs-release-2.0/docs/ops/metrics/, https://sloth.dev (the rules of objectives)
 */

export type Severity = "page" | "ticket";

export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    /** Of Prometheus, e.g. `5m`. */
    readonly for?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
}

export interface RecordingRule {
    readonly record: string;
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
}

export interface RuleGroup {
    readonly name: string;
    readonly rules: readonly (AlertRule | RecordingRule)[];
}

export interface RuleArgs {
    readonly environment: string;
    /** Namespace of the jobs. */
    readonly namespace: string;
    readonly dbtNamespace: string;
    /** `pipeline.name` of those without an end. */
    readonly streamingJobs: readonly string[];
    readonly checkpointTimeoutMs: number;
    /** The newest checkpoint is at most as old. */
    readonly freshnessMinutes: number;
    readonly lagRecords: number;
    /** Whether a CronJob runs dbt. */
    readonly dbtCronJob: string | null;
    /** Per cent of 30 days. */
    readonly objectives: { readonly freshness: number; readonly availability: number };
}

const job = "flink_jobmanager_job_";
const task = "flink_taskmanager_job_task_";
const pending = `${task}operator_pendingRecords`;

/** `{a="b",c="d"}`: a matcher. */
const where = (labels: Readonly<Record<string, string>>): string =>
    `{${Object.entries(labels)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(",")}}`;

export function ruleGroups(args: RuleArgs): RuleGroup[] {
    return [
        { name: "tidegate-flink", rules: flinkAlerts(args) },
        ...(args.dbtCronJob === null ? [] : [{ name: "tidegate-dbt", rules: dbtAlerts(args, args.dbtCronJob) }]),
        ...args.streamingJobs.flatMap((name) => objectivesOf(args, name).flatMap(objectiveGroups)),
    ];
}

export const alertNames = (groups: readonly RuleGroup[]): string[] => [
    ...new Set(groups.flatMap(({ rules }) => rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])))),
];

const text = (summary: string, next: string) => ({ summary, description: next });

function flinkAlerts(args: RuleArgs): AlertRule[] {
    const { environment, namespace, streamingJobs, checkpointTimeoutMs, freshnessMinutes, lagRecords } = args;
    const here = where({ namespace });
    const streaming = `{namespace=${JSON.stringify(namespace)},job_name=~${JSON.stringify(streamingJobs.join("|"))}}`;
    const labels = (severity: Severity) => ({ severity, environment });
    const lag = `sum by (job_name) (${pending}${here})`;
    return [
        ...streamingJobs.map((name) => {
            const running = `${job}runningTime${where({ namespace, job_name: name })}`;
            return {
                alert: "FlinkJobNotRunning",
                // absent() of no data, 0 of a job that is there and does not run.
                expr: `absent(${running}) or max by (job_name) (${running}) == 0`,
                for: "5m",
                labels: labels("page"),
                annotations: text(
                    `The streaming job ${name} of ${environment} does not run.`,
                    `kubectl -n ${namespace} get flinkdeployment; its status says why.`,
                ),
            };
        }),
        {
            alert: "FlinkRestartLoop",
            // A rescale counts as a restart too, where Flink counts them.
            expr: `increase(${job}numRestarts${here}[15m]) - (increase(${job}numRescales${here}[15m]) or increase(${job}numRestarts${here}[15m]) * 0) > 3`,
            labels: labels("page"),
            annotations: text(
                "Job {{ $labels.job_name }} starts again and again.",
                "The exceptions are in Flink's web UI, under the job.",
            ),
        },
        {
            alert: "FlinkCheckpointStalled",
            expr: `time() * 1000 - max by (job_name) (${job}lastCheckpointCompletedTimestamp${streaming}) > ${2 * freshnessMinutes * 60_000}`,
            labels: labels("page"),
            annotations: text(
                `Job {{ $labels.job_name }} has completed no checkpoint for ${2 * freshnessMinutes} minutes: nothing reaches Iceberg.`,
                "Look for failed checkpoints, backpressure, and whether the bucket answers.",
            ),
        },
        {
            alert: "FlinkCheckpointFailures",
            expr: `increase(${job}numberOfFailedCheckpoints${here}[15m]) > 2`,
            labels: labels("ticket"),
            annotations: text("Checkpoints of job {{ $labels.job_name }} fail.", "Flink's web UI says why, per task."),
        },
        {
            alert: "FlinkCheckpointSlow",
            expr: `${job}lastCheckpointDuration${here} > ${Math.round(checkpointTimeoutMs / 2)}`,
            for: "15m",
            labels: labels("ticket"),
            annotations: text(
                "A checkpoint of job {{ $labels.job_name }} takes more than half of the time that it has.",
                "A larger resource class, or a longer checkpoint timeout.",
            ),
        },
        {
            alert: "FlinkSourceLagGrowing",
            expr: `deriv((${lag})[30m:1m]) > 0 and ${lag} > ${lagRecords}`,
            for: "15m",
            labels: labels("ticket"),
            annotations: text(
                "Job {{ $labels.job_name }} falls behind its topic.",
                "More parallelism, up to the partitions of the topic.",
            ),
        },
        {
            alert: "FlinkBackpressure",
            expr: `max by (job_name, task_name) (${task}backPressuredTimeMsPerSecond${here}) > 500`,
            for: "15m",
            labels: labels("ticket"),
            annotations: text(
                "Task {{ $labels.task_name }} of job {{ $labels.job_name }} waits for those after it more than half of the time.",
                "A larger resource class, or more parallelism.",
            ),
        },
        {
            alert: "FlinkOperatorResourceFailed",
            expr: `sum by (resourcens) (flink_k8soperator_namespace_Lifecycle_State_FAILED_Count${where({ resourcens: namespace })}) > 0`,
            for: "5m",
            labels: labels("page"),
            annotations: text(
                `The operator has given a job of ${environment} up.`,
                `kubectl -n ${namespace} get flinkdeployment -o yaml: status.error says why.`,
            ),
        },
    ];
}

function dbtAlerts({ environment, dbtNamespace }: RuleArgs, cronJob: string): AlertRule[] {
    const of = where({ namespace: dbtNamespace });
    return [
        {
            alert: "DbtBuildFailed",
            expr: `max by (namespace, job_name) (kube_job_status_failed${of}) > 0`,
            for: "1m",
            labels: { severity: "ticket", environment },
            annotations: text(
                "The dbt build {{ $labels.job_name }} failed.",
                `kubectl -n ${dbtNamespace} logs job/… names the models and tests.`,
            ),
        },
        {
            alert: "DbtBuildMissing",
            expr: `time() - max by (cronjob) (kube_cronjob_status_last_successful_time${where({ namespace: dbtNamespace, cronjob: cronJob })}) > 86400`,
            for: "15m",
            labels: { severity: "ticket", environment },
            annotations: text(
                "No dbt build was green for a day: the marts are stale.",
                `kubectl -n ${dbtNamespace} get cronjob,job`,
            ),
        },
    ];
}

/** A service level objective: which share of the time may be bad. */
export interface Objective {
    readonly service: string;
    readonly name: string;
    /** Per cent, over 30 days. */
    readonly target: number;
    /** 1 where it is bad, 0 where it is good; a gauge. */
    readonly bad: string;
    readonly summary: string;
}

function objectivesOf({ environment, namespace, objectives, freshnessMinutes }: RuleArgs, name: string): Objective[] {
    const of = where({ namespace, job_name: name });
    const service = `${environment}-${name}`;
    return [
        {
            service,
            name: "freshness",
            target: objectives.freshness,
            bad: `(time() - max(${job}lastCheckpointCompletedTimestamp${of}) / 1000) > bool ${freshnessMinutes * 60}`,
            summary: `The data of ${name} is older than ${freshnessMinutes} minutes more often than promised.`,
        },
        {
            service,
            name: "availability",
            target: objectives.availability,
            bad: `(max(${job}runningTime${of}) or vector(0)) == bool 0`,
            summary: `${name} does not run more often than promised.`,
        },
    ];
}

/** Sloth's windows of a rate; that of 30 days is made of the shortest. */
const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"] as const;
type Window = (typeof windows)[number];

/** Multiples of the error budget that burn it up too fast, in a short and a long window. */
const burns: Readonly<Record<Severity, readonly (readonly [Window, Window, number])[]>> = {
    page: [
        ["5m", "1h", 14.4],
        ["30m", "6h", 6],
    ],
    ticket: [
        ["2h", "1d", 3],
        ["6h", "3d", 1],
    ],
};

/** The three groups of an objective, by Sloth's names, so that dashboards for those fit. */
export function objectiveGroups({ service, name, target, bad, summary }: Objective): RuleGroup[] {
    const id = `${service}-${name}`;
    const labels = { sloth_id: id, sloth_service: service, sloth_slo: name };
    const of = where(labels);
    // Of decimal fractions, whose difference is not one in binary.
    const budget = Number(((100 - target) / 100).toFixed(8));
    const rate = (window: string) => `slo:sli_error:ratio_rate${window}`;
    const record = (named: string, expr: string, more: Readonly<Record<string, string>> = {}): RecordingRule => ({
        record: named,
        expr,
        labels: { ...labels, ...more },
    });
    const burnt = (severity: Severity): string =>
        burns[severity]
            .map(([short, long, factor]) => {
                const over = (window: Window) =>
                    `(max(${rate(window)}${of} > (${factor} * ${budget})) without (sloth_window))`;
                return `(${over(short)} and ${over(long)})`;
            })
            .join(" or ");
    const alert = (severity: Severity): AlertRule => ({
        alert: "TidegateErrorBudgetBurn",
        expr: burnt(severity),
        labels: { ...labels, sloth_severity: severity, severity },
        annotations: text(summary, `Its objective is ${target} % of 30 days.`),
    });
    return [
        {
            name: `sloth-slo-sli-recordings-${id}`,
            rules: [
                ...windows.map((window) =>
                    record(rate(window), `avg_over_time((${bad})[${window}:1m])`, { sloth_window: window }),
                ),
                record(
                    rate("30d"),
                    `sum_over_time(${rate("5m")}${of}[30d]) / ignoring (sloth_window) count_over_time(${rate("5m")}${of}[30d])`,
                    { sloth_window: "30d" },
                ),
            ],
        },
        {
            name: `sloth-slo-meta-recordings-${id}`,
            rules: [
                record("slo:objective:ratio", `vector(${Number((target / 100).toFixed(8))})`),
                record("slo:error_budget:ratio", `vector(1 - ${Number((target / 100).toFixed(8))})`),
                record("slo:time_period:days", "vector(30)"),
                record(
                    "slo:current_burn_rate:ratio",
                    `${rate("5m")}${of} / on (sloth_id, sloth_slo, sloth_service) group_left slo:error_budget:ratio${of}`,
                ),
                record(
                    "slo:period_burn_rate:ratio",
                    `${rate("30d")}${of} / on (sloth_id, sloth_slo, sloth_service) group_left slo:error_budget:ratio${of}`,
                ),
                record("slo:period_error_budget_remaining:ratio", `1 - slo:period_burn_rate:ratio${of}`),
                record("sloth_slo_info", "vector(1)", { sloth_mode: "tidegate", sloth_objective: String(target) }),
            ],
        },
        { name: `sloth-slo-alerts-${id}`, rules: [alert("page"), alert("ticket")] },
    ];
}
