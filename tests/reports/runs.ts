/** Runs as their events tell them, for the reports to be made of; the clock is theirs. */
import type { CheckResult } from "../../automation/gates";
import { FactsCollector, type RunFacts } from "../../automation/reports/facts";
import type { RolloutEvent, RolloutOperation } from "../../automation/rollout/events";

export interface Stack {
    readonly name: string;
    readonly dependsOn: readonly string[];
    readonly exercises: readonly string[];
}

export const check = (id: string, more: Partial<CheckResult> = {}): CheckResult => ({
    id,
    stage: 1,
    layer: id.split(".")[0] ?? "",
    title: `${id.split(".")[1]?.replaceAll("-", " ")} holds`,
    status: "pass",
    summary: "9,900 rows",
    evidence: { rows: 9900, tables: ["bronze.raw_trips", "silver.trips"] },
    seconds: 0.4,
    ...more,
});

export const redCheck = (id: string, more: Partial<CheckResult> = {}): CheckResult => {
    const { summary: _summary, ...rest } = check(id, {
        status: "fail",
        message: "silver holds 0 rows after 90 s",
        look: "http://127.0.0.1:24907/#/job/running",
        hint: "See the exceptions of the silver job.",
        evidence: { rows: 0 },
        ...more,
    });
    return rest;
};

/** A run that is told step by step. */
export class ToldRun {
    private at = Date.UTC(2026, 10, 25, 8, 21, 17);
    private readonly collector = new FactsCollector(() => this.at);
    private readonly begun: number;

    constructor(
        private readonly operation: RolloutOperation,
        stacks: readonly Stack[],
        layers: readonly string[] = stacks.map(({ name }) => name),
        environment = "dev",
    ) {
        this.begun = this.at;
        const graph = "lakehouse";
        this.tell({
            type: "run-started",
            operation,
            environment,
            layers,
            graph,
            stacks,
            run: "20261125T082117Z-f7bb6d",
        });
    }

    /** `after`: seconds that have gone by before it. */
    tell(event: RolloutEvent, after = 0): this {
        this.at += after * 1000;
        this.collector.sink(event);
        return this;
    }

    state(layer: string, state: Extract<RolloutEvent, { type: "layer" }>["state"], after = 0, reason?: string): this {
        return this.tell({ type: "layer", layer, state, ...(reason === undefined ? {} : { reason }) }, after);
    }

    resource(
        layer: string,
        op: string,
        name: string,
        resourceType = "aws:s3/bucket:Bucket",
        diffs: string[] = [],
    ): this {
        return this.tell({ type: "resource", layer, op, resourceType, name, diffs });
    }

    check(layer: string, result: CheckResult): this {
        return this.tell({ type: "check", layer, result });
    }

    problem(code: string, message: string, layer?: string, hint?: string): this {
        return this.tell({
            type: "problem",
            code,
            message,
            ...(layer === undefined ? {} : { layer }),
            ...(hint === undefined ? {} : { hint }),
        });
    }

    /** A stack that is deployed and green. */
    green(layer: string, seconds = 4, resources = 2): this {
        this.state(layer, "preflight").state(layer, "deploying", seconds / 8);
        for (let number = 0; number < resources; number++)
            this.resource(layer, "create", `${layer}-${number}`, "aws:s3/bucket:Bucket");
        this.tell({ type: "note", layer, text: `${resources} created` });
        this.state(layer, "validating", seconds / 2);
        return this.check(layer, check(`${layer}.state`)).state(layer, "succeeded", (seconds * 3) / 8);
    }

    /** A stack that has not changed. */
    unchanged(layer: string): this {
        this.state(layer, "preflight");
        this.tell({ type: "note", layer, text: "unchanged since run 20261124T1-aa: its deployment is skipped" });
        this.state(layer, "validating", 0.2);
        return this.check(layer, check(`${layer}.state`)).state(layer, "succeeded", 0.3);
    }

    end(ok: boolean, places: Readonly<Record<string, string>> = {}): RunFacts {
        const seconds = (this.at - this.begun) / 1000;
        this.tell({ type: "run-finished", operation: this.operation, ok, seconds });
        return this.collector.facts(places);
    }
}

export const lakehouse: readonly Stack[] = [
    { name: "foundation", dependsOn: [], exercises: [] },
    { name: "broker", dependsOn: ["foundation"], exercises: [] },
    { name: "storage", dependsOn: ["foundation"], exercises: [] },
    { name: "catalog", dependsOn: ["foundation", "storage"], exercises: [] },
    {
        name: "runtime",
        dependsOn: ["broker", "catalog", "foundation", "storage"],
        exercises: ["produce", "flink", "dbt"],
    },
    { name: "observability", dependsOn: ["broker", "runtime"], exercises: [] },
];

/** The lakehouse, red in the last exercise's data: everything that a report can show is in it. */
export function redLakehouse(): RunFacts {
    const run = new ToldRun("up", lakehouse);
    run.check(
        "preflight",
        check("preflight.tools", { stage: "preflight", summary: "11 tools", evidence: { tools: 11 } }),
    );
    run.check(
        "preflight",
        check("preflight.memory", {
            stage: "preflight",
            summary: "7.1 GiB",
            warnings: ["Less than 8 GiB are available: Flink may be slow."],
            evidence: { gib: 7.1 },
        }),
    );
    run.unchanged("foundation");
    run.state("broker", "preflight").state("storage", "preflight", 0.1);
    run.state("storage", "deploying", 0.3).state("broker", "deploying", 0.1);
    run.resource("storage", "create", "storage-warehouse").resource("storage", "create", "storage-checkpoints");
    run.resource("storage", "update", "storage-policy", "aws:s3/bucketPolicy:BucketPolicy", ["policy", "tags.owner"]);
    run.state("storage", "validating", 3);
    run.check("storage", check("infra.storage-probe", { summary: "written, read and deleted an object" }));
    run.state("storage", "succeeded", 0.8);
    run.state("catalog", "preflight").state("catalog", "deploying", 0.3);
    run.resource("broker", "create-replacement", "broker-raw", "kafka:index:Topic", ["partitions"]);
    run.resource("broker", "replace", "broker-raw", "kafka:index:Topic", ["partitions"]);
    run.resource("broker", "delete-replaced", "broker-raw", "kafka:index:Topic");
    run.resource("broker", "delete", "broker-old", "kafka:index:Topic");
    run.tell({
        type: "hook",
        layer: "broker",
        point: "afterUp",
        name: "announce",
        ok: true,
        blocking: false,
        text: "said",
    });
    run.state("broker", "validating", 2.4).check(
        "broker",
        check("infra.broker-probe", { summary: "a record came back" }),
    );
    run.check("broker", redCheck("broker.lag", { blocking: false, message: "a consumer is 12 records behind" }));
    run.state("broker", "succeeded", 0.6);
    run.resource("catalog", "create", "catalog-namespace", "iceberg:index:Namespace");
    run.state("catalog", "validating", 1.2)
        .check("catalog", check("infra.catalog-probe"))
        .state("catalog", "succeeded", 0.4);
    run.state("runtime", "preflight").state("runtime", "deploying", 0.4);
    for (const name of ["jobmanager", "taskmanager", "sql-gateway"])
        run.resource("runtime", "create", name, "tidegate:index:Process");
    run.state("runtime", "exercising", 9);
    run.tell({ type: "exercise", layer: "runtime", exercise: "produce", summary: "100,000 events", seconds: 1.5 }, 1.5);
    run.tell(
        { type: "exercise", layer: "runtime", exercise: "flink", summary: "bronze: 99,900 rows", seconds: 12 },
        12,
    );
    run.tell({ type: "exercise", layer: "runtime", exercise: "dbt", summary: "94 nodes, all green", seconds: 6 }, 6);
    run.state("runtime", "validating");
    run.check("runtime", check("infra.flink-taskmanagers")).check(
        "runtime",
        check("jobs.batch-finished", { stage: 2 }),
    );
    run.check("runtime", redCheck("data.silver-arrived", { stage: 3, seconds: 5 }));
    run.check(
        "runtime",
        redCheck("dbt.nodes-green", {
            stage: 4,
            status: "not-run",
            message: "not run: stage 3 (data) is red",
            evidence: {},
            seconds: 0,
        }),
    );
    run.problem("gate-red", "runtime: 1 of 4 checks are red, first data.silver-arrived", "runtime");
    run.state("runtime", "failed", 5);
    run.state("observability", "blocked", 0, "stands on runtime, which failed");
    return run.end(false, { "Flink UI": "http://127.0.0.1:24907", "data directory": "/data/local" });
}

/** The lakehouse, all of it deployed and green. */
export function greenLakehouse(): RunFacts {
    const run = new ToldRun("up", lakehouse);
    for (const { name } of lakehouse) run.green(name);
    return run.end(true);
}

/** `count` stacks in levels of ten, most of them unchanged, one red, and what stands on it not started. */
export function wideRun(count: number): RunFacts {
    const stacks: Stack[] = [];
    for (let number = 0; number < count; number++) {
        const level = Math.floor(number / 10);
        const far = level > 2 && number % 4 === 0 ? [(level - 3) * 10 + ((number * 3) % 10)] : [];
        const above = level === 0 ? [] : [...new Set([number - 10, (level - 1) * 10 + ((number * 7) % 10), ...far])];
        stacks.push({
            name: `team-${String.fromCharCode(97 + (number % 10))}-service-${level}`,
            dependsOn: above.map((index) => stacks[index]?.name ?? ""),
            exercises: [],
        });
    }
    const run = new ToldRun("up", stacks);
    const held = new Set<string>();
    stacks.forEach(({ name, dependsOn }, index) => {
        if (dependsOn.some((up) => held.has(up))) {
            held.add(name);
            run.state(name, "blocked", 0, `stands on ${dependsOn.find((up) => held.has(up))}, which failed`);
        } else if (index === Math.floor(count / 2)) {
            held.add(name);
            run.state(name, "preflight").state(name, "deploying", 0.5);
            run.problem(
                "resource-failed",
                "BucketAlreadyExists: the bucket is somebody else's",
                name,
                "Give it another name.",
            );
            run.state(name, "failed", 2);
        } else if (index % 3 === 0) run.green(name, 3);
        else run.unchanged(name);
    });
    return run.end(false);
}
