import { theirs, refuses, type Refusal } from "./refusals";

const refusals: readonly Refusal[] = [
    [
        "jobs of a class for which EKS has no node",
        "prod",
        { "runtime.resourceClass": "large" },
        "runtime.resourceClass",
        /'large' finds no node.*Set foundation\.nodes\.large\.count/,
    ],
    [
        "jobs that the quota of their namespace would never let run",
        "dev",
        { "runtime.parallelism": 120, "foundation.nodes": { large: { count: 3 } }, "runtime.resourceClass": "large" },
        "runtime.parallelism",
        /more than foundation\.quotas\.flink has, where bronze and silver run at once.*quotas\.flink\.cpu to at least "964" \(cores\), foundation\.quotas\.flink\.memory to at least 3848Gi, foundation\.quotas\.flink\.pods to at least 242/,
    ],
    [
        "jobs that the autoscaler would grow over the quota",
        "prodgcp",
        { "runtime.autoscaler": { enabled: true, maxParallelism: 60 } },
        "runtime.parallelism",
        /bronze, scaled to 60, and silver.*flink\.cpu to at least "68" \(cores\); or/,
    ],
    [
        "a quota that is too small for the jobs",
        "prodazure",
        { "foundation.quotas": { flink: { memory: "16384Mi" } } },
        "runtime.parallelism",
        /Set foundation\.quotas\.flink\.memory to at least 40Gi; or/,
    ],
    [
        "jobs of a class for which AKS has no node",
        "prodazure",
        { "foundation.classes.large": { maxCount: 0 }, "runtime.resourceClass": "large" },
        "runtime.resourceClass",
        /'large' finds no node.*Set foundation\.classes\.large\.maxCount/,
    ],
    [
        "jobs of a class for which GKE has no node",
        "prodgcp",
        { "foundation.nodes.medium": { least: 0, most: 0 } },
        "runtime.resourceClass",
        /'medium' finds no node.*Set foundation\.nodes\.medium\.most/,
    ],
    [
        "an autoscaler that may not go up to where the job begins",
        "prod",
        { "runtime.parallelism": 20 },
        "runtime.autoscaler.maxParallelism",
        /at least runtime\.parallelism \(20\)/,
    ],
    [
        "Flink elsewhere with a connector that no login class of AWS fits",
        "prod",
        {
            dbt: undefined,
            observability: undefined,
            runtime: { profile: "external", flinkRest: "https://flink.example", sqlGateway: "https://sql.example" },
        },
        "runtime",
        /'runtime\.connector': 'shaded'.*'msk'.*Set runtime\.connector to plain/,
    ],
    [
        "a login class that Flink on this machine cannot load",
        "local",
        { broker: { ...theirs, saslMechanism: "AWS_MSK_IAM" } },
        "broker.saslMechanism",
        /'AWS_MSK_IAM'.*connector of this machine's Flink/,
    ],
    ["a minute that no clock has", "prod", { "dbt.schedule": "99 * * * *" }, "dbt.schedule", /five fields of cron/],
    [
        "a schedule that is none",
        "prod",
        { "runtime.silverSchedule": "a b c d e" },
        "runtime.silverSchedule",
        /five fields of cron/,
    ],
    ["a time zone of no place", "prod", { "dbt.timeZone": "Mars/Base" }, "dbt.timeZone", /tz database/],
];

describe("jobs that could not run", () => {
    refuses(refusals);
});
