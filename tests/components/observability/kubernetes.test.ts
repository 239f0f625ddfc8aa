import assert from "node:assert/strict";
import { KubernetesObservability } from "../../../components/observability/kubernetes";
import { flinkDashboard } from "../../../components/observability/dashboard";
import { objectiveGroups, ruleGroups, type RuleGroup } from "../../../components/observability/rules";
import { contracts } from "../../../stacks/contracts";
import { making, type Program } from "../mocks";
import { foundation } from "../runtime/platform";

const args = {
    environment: "prod",
    namespace: "prod-flink",
    dbtNamespace: "prod-dbt",
    streamingJobs: ["tidegate-taxi-bronze"],
    checkpointTimeoutMs: 600_000,
    freshnessMinutes: 5,
    lagRecords: 10_000,
    dbtCronJob: "dbt-build",
    objectives: { freshness: 99, availability: 99.5 },
};

/** Why an expression cannot be PromQL; undefined where nothing is seen to be wrong with it. */
function flaw(expr: string): string | undefined {
    const open: string[] = [];
    const pairs: Readonly<Record<string, string>> = { ")": "(", "}": "{", "]": "[" };
    const bare = expr.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    if (bare.replaceAll('""', "").includes('"')) return "a quote is open";
    for (const character of bare) {
        if ("({[".includes(character)) open.push(character);
        else if (character in pairs && open.pop() !== pairs[character]) return `a ${character} too many`;
    }
    if (open.length > 0) return `${open.join("")} is open`;
    if (/undefined|NaN|null|\$\{|\[object/.test(expr)) return "a value is missing";
    for (const [, matcher = ""] of bare.matchAll(/\{([^}]*)\}/g))
        if (!/^(?:[a-z_]+=~?""(?:,[a-z_]+=~?"")*)?$/.test(matcher)) return `the matcher {${matcher}}`;
    for (const [, range = ""] of bare.matchAll(/\[([^\]]*)\]/g))
        if (!/^\d+[mhd](?::\d+m)?$/.test(range)) return `the range [${range}]`;
    const known =
        /^(?:flink_(?:jobmanager_job|taskmanager_job_task(?:_operator)?|k8soperator_namespace)_\w+|kube_\w+|slo:[a-z_:0-9]+|sloth_\w+|absent|max|sum|avg_over_time|sum_over_time|count_over_time|increase|deriv|time|vector|by|without|ignoring|on|group_left|and|or|bool|job_name|task_name|namespace|resourcens|cronjob)$/;
    const words = bare.replace(/\{[^}]*\}|\[[^\]]*\]/g, "").match(/[a-zA-Z_][\w:]*/g) ?? [];
    const odd = words.find((word) => !known.test(word));
    return odd === undefined ? undefined : `the word ${odd}`;
}

const rulesOf = (groups: readonly RuleGroup[]) => groups.flatMap(({ rules }) => rules);

describe("rules", () => {
    it("are well-formed, as far as can be seen without Prometheus", () => {
        const rules = rulesOf(ruleGroups(args));
        assert.ok(rules.length > 30);
        for (const rule of rules)
            assert.equal(flaw(rule.expr), undefined, `${"alert" in rule ? rule.alert : rule.record}: ${rule.expr}`);
        // The check can fail.
        for (const expr of [
            'max(a{b="c")',
            "flink_jobmanager_job_x[5 minutes]",
            "undefined > 0",
            "maxx(vector(1))",
            'time("',
        ])
            assert.notEqual(flaw(expr), undefined, expr);
    });

    it("page where data stops, and make a ticket of what gets worse", () => {
        const severities = Object.fromEntries(
            rulesOf(ruleGroups(args)).flatMap((rule) =>
                "alert" in rule && rule.alert !== "TidegateErrorBudgetBurn"
                    ? [[rule.alert, rule.labels["severity"]]]
                    : [],
            ),
        );
        assert.deepEqual(severities, {
            FlinkJobNotRunning: "page",
            FlinkRestartLoop: "page",
            FlinkCheckpointStalled: "page",
            FlinkCheckpointFailures: "ticket",
            FlinkCheckpointSlow: "ticket",
            FlinkSourceLagGrowing: "ticket",
            FlinkBackpressure: "ticket",
            FlinkOperatorResourceFailed: "page",
            DbtBuildFailed: "ticket",
            DbtBuildMissing: "ticket",
        });
        for (const rule of rulesOf(ruleGroups(args)))
            if ("alert" in rule) assert.ok(rule.annotations["summary"] && rule.annotations["description"], rule.alert);
    });

    it("notice a job of which there is no metric at all", () => {
        const [rule] = rulesOf(ruleGroups(args));
        assert.match(
            rule?.expr ?? "",
            /^absent\(flink_jobmanager_job_runningTime\{namespace="prod-flink",job_name="tidegate-taxi-bronze"\}\)/,
        );
    });

    it("take their thresholds from the settings", () => {
        const of = (name: string, changes: object) =>
            rulesOf(ruleGroups({ ...args, ...changes })).find((rule) => "alert" in rule && rule.alert === name)?.expr ??
            "";
        assert.match(of("FlinkCheckpointStalled", { freshnessMinutes: 7 }), /> 840000$/);
        assert.match(of("FlinkCheckpointSlow", { checkpointTimeoutMs: 60_000 }), /> 30000$/);
        assert.match(of("FlinkSourceLagGrowing", { lagRecords: 7 }), /> 7$/);
        const without = ruleGroups({ ...args, dbtCronJob: null }).map(({ name }) => name);
        assert.ok(!without.includes("tidegate-dbt"));
    });

    it("burn an error budget as Sloth has it", () => {
        const groups = objectiveGroups({ service: "s", name: "n", target: 99.9, bad: "vector(0)", summary: "" });
        assert.deepEqual(
            groups.map(({ name }) => name),
            ["sloth-slo-sli-recordings-s-n", "sloth-slo-meta-recordings-s-n", "sloth-slo-alerts-s-n"],
        );
        const records = rulesOf(groups).flatMap((rule) => ("record" in rule ? [rule.record] : []));
        for (const window of ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"])
            assert.ok(records.includes(`slo:sli_error:ratio_rate${window}`));
        const [page, ticket] = groups[2]?.rules ?? [];
        const term = (window: string, factor: number) =>
            `(max(slo:sli_error:ratio_rate${window}{sloth_id="s-n",sloth_service="s",sloth_slo="n"} > (${factor} * 0.001)) without (sloth_window))`;
        assert.equal(
            page?.expr,
            `(${term("5m", 14.4)} and ${term("1h", 14.4)}) or (${term("30m", 6)} and ${term("6h", 6)})`,
        );
        assert.equal(
            ticket?.expr,
            `(${term("2h", 3)} and ${term("1d", 3)}) or (${term("6h", 1)} and ${term("3d", 1)})`,
        );
    });
});

describe("observability on Kubernetes", () => {
    let program: Program;
    before(async () => {
        program = await making(
            (options) =>
                new KubernetesObservability(
                    "observability",
                    {
                        environment: "prod",
                        tags: { team: "lake" },
                        foundation,
                        lakekeeper: true,
                        monitorLabels: { release: "prometheus" },
                        runtime: {
                            profile: "kubernetes",
                            namespace: "prod-flink",
                            serviceAccount: "flink",
                            parallelism: 2,
                            savepoints: "s3://b/savepoints",
                            jobs: [
                                { name: "tidegate-taxi-bronze", deployment: "bronze", kind: "streaming" },
                                { name: "tidegate-taxi-silver", deployment: "silver", kind: "batch" },
                            ],
                            checkpointTimeoutMs: 600_000,
                            dbt: {
                                runtime: "airflow",
                                namespace: "prod-dbt",
                                schedule: "0 * * * *",
                                timeZone: "Etc/UTC",
                                object: "dbt-airflow",
                            },
                        },
                    },
                    options,
                ),
        );
    });

    it("fulfils the contract of its layer", () => {
        const contract = contracts.observability.parse(program.contract);
        assert.ok(contract.profile === "kubernetes");
        assert.deepEqual(contract.monitors, ["prod-flink-jobs", "prod-flink-operator", "prod-lakekeeper"]);
        assert.ok(contract.alerts.includes("FlinkCheckpointStalled"));
        assert.ok(!contract.alerts.includes("DbtBuildFailed"), "no CronJob runs dbt");
        assert.deepEqual(contract.dashboards, ["prod-flink-dashboard"]);
    });

    it("scrapes each job and the operator in their namespace, by the labels that Prometheus looks for", () => {
        const monitors = program.all("kubernetes:monitoring.coreos.com/v1:PodMonitor");
        assert.equal(monitors.length, 2);
        for (const { inputs } of monitors) {
            const { metadata, spec } = inputs as {
                metadata: { labels: object };
                spec: { namespaceSelector: object; podMetricsEndpoints: { port: string }[] };
            };
            assert.deepEqual(spec.namespaceSelector, { matchNames: ["prod-flink"] });
            assert.equal(spec.podMetricsEndpoints[0]?.port, "metrics");
            assert.deepEqual(metadata.labels, {
                team: "lake",
                environment: "prod",
                layer: "observability",
                "managed-by": "tidegate",
                release: "prometheus",
            });
        }
    });

    it("gives Grafana a dashboard", () => {
        const { metadata, data } = program.one("kubernetes:core/v1:ConfigMap").inputs as {
            metadata: { labels: Record<string, string> };
            data: Record<string, string>;
        };
        assert.equal(metadata.labels["grafana_dashboard"], "1");
        const dashboard = JSON.parse(data["tidegate-prod-flink.json"] ?? "") as {
            panels: { targets: { expr: string }[] }[];
        };
        assert.equal(data["tidegate-prod-flink.json"], flinkDashboard("prod", "prod-flink"));
        for (const { targets } of dashboard.panels)
            for (const { expr } of targets) assert.equal(flaw(expr), undefined, expr);
    });
});
