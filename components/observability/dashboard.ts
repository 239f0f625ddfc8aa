/** A dashboard of Grafana for the jobs of a platform, as JSON. Pure. */

interface Panel {
    readonly title: string;
    readonly expr: string;
    readonly unit: string;
    readonly legend: string;
}

const panels = (namespace: string): readonly Panel[] => {
    const of = `{namespace=${JSON.stringify(namespace)}}`;
    const job = "flink_jobmanager_job_";
    const task = "flink_taskmanager_job_task_";
    return [
        {
            title: "Age of the newest checkpoint",
            expr: `time() - max by (job_name) (${job}lastCheckpointCompletedTimestamp${of}) / 1000`,
            unit: "s",
            legend: "{{job_name}}",
        },
        {
            title: "Records behind the topic",
            expr: `sum by (job_name) (${task}operator_pendingRecords${of})`,
            unit: "short",
            legend: "{{job_name}}",
        },
        {
            title: "Records in per second",
            expr: `sum by (job_name) (${task}numRecordsInPerSecond${of})`,
            unit: "rps",
            legend: "{{job_name}}",
        },
        {
            title: "Restarts",
            expr: `max by (job_name) (${job}numRestarts${of})`,
            unit: "short",
            legend: "{{job_name}}",
        },
        {
            title: "Duration of checkpoints",
            expr: `max by (job_name) (${job}lastCheckpointDuration${of})`,
            unit: "ms",
            legend: "{{job_name}}",
        },
        {
            title: "Size of checkpoints",
            expr: `max by (job_name) (${job}lastCheckpointSize${of})`,
            unit: "bytes",
            legend: "{{job_name}}",
        },
        {
            title: "Backpressure, ms per second",
            expr: `max by (job_name, task_name) (${task}backPressuredTimeMsPerSecond${of})`,
            unit: "ms",
            legend: "{{job_name}} {{task_name}}",
        },
        {
            title: "Error budget left",
            expr: 'slo:period_error_budget_remaining:ratio{sloth_service=~".+"}',
            unit: "percentunit",
            legend: "{{sloth_service}} {{sloth_slo}}",
        },
    ];
};

export function flinkDashboard(environment: string, namespace: string): string {
    const datasource = { type: "prometheus", uid: "${datasource}" };
    return JSON.stringify(
        {
            uid: `tidegate-${environment}-flink`,
            title: `Tidegate ${environment}: Flink`,
            tags: ["tidegate", environment],
            schemaVersion: 39,
            refresh: "30s",
            time: { from: "now-6h", to: "now" },
            templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus" }] },
            panels: panels(namespace).map(({ title, expr, unit, legend }, index) => ({
                id: index + 1,
                title,
                type: "timeseries",
                datasource,
                gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
                fieldConfig: { defaults: { unit }, overrides: [] },
                targets: [{ refId: "A", datasource, expr, legendFormat: legend }],
            })),
        },
        null,
        4,
    );
}
