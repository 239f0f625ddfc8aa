import assert from "node:assert/strict";
import {
    brokenNodes,
    describeNode,
    parseArtifacts,
    parseLogLine,
    shorten,
    summarize,
} from "../../automation/exercises/dbtArtifacts";

const results = {
    metadata: { dbt_version: "1.11.16", invocation_id: "5a", dbt_schema_version: "…/run-results/v6.json" },
    elapsed_time: 2.5,
    args: { which: "build" },
    results: [
        {
            unique_id: "seed.tidegate.vendor_lookup",
            status: "success",
            execution_time: 0.02,
            failures: null,
            message: "INSERT 4",
        },
        {
            unique_id: "model.tidegate.dim_locations",
            status: "error",
            execution_time: 0.16,
            failures: null,
            message:
                "Runtime Error in model dim_locations (models/core/dim_locations.sql)\n  Constraint Error: NOT NULL constraint failed: dim_locations.is_airport",
        },
        {
            unique_id: "test.tidegate.unique_trip.5f",
            status: "fail",
            execution_time: 0.03,
            failures: 2,
            message: "Got 2 results, configured to fail if != 0",
        },
        {
            unique_id: "test.tidegate.fare.1a",
            status: "warn",
            execution_time: 0.03,
            failures: 1,
            message: "Got 1 result, configured to warn if != 0",
        },
        { unique_id: "test.tidegate.not_null.2b", status: "pass", execution_time: 0.02, failures: 0, message: null },
        {
            unique_id: "model.tidegate.mart_borough_flows",
            status: "skipped",
            execution_time: 0,
            failures: null,
            message: null,
        },
    ],
};
const node = (name: string, resource_type: string, original_file_path: string, attached_node?: string) => ({
    name,
    resource_type,
    original_file_path,
    description: "Told. ",
    attached_node,
    columns: {},
});
const manifest = {
    metadata: {},
    nodes: {
        "seed.tidegate.vendor_lookup": node("vendor_lookup", "seed", "seeds/vendor_lookup.csv"),
        "model.tidegate.dim_locations": node("dim_locations", "model", "models/core/dim_locations.sql"),
        "test.tidegate.unique_trip.5f": node(
            "unique_trip",
            "test",
            "models/core/_core.yml",
            "model.tidegate.fct_trips",
        ),
        "test.tidegate.fare.1a": node("fare", "test", "tests/fare.sql"),
        "test.tidegate.not_null.2b": node("not_null", "test", "models/core/_core.yml"),
    },
    sources: {},
};

describe("the artifacts of dbt", () => {
    const { nodes, dbtVersion, seconds } = parseArtifacts(results, manifest);

    it("join what happened with what it happened to", () => {
        assert.deepEqual([dbtVersion, seconds], ["1.11.16", 2.5]);
        assert.deepEqual(nodes[2], {
            uniqueId: "test.tidegate.unique_trip.5f",
            name: "unique_trip",
            resourceType: "test",
            status: "fail",
            seconds: 0.03,
            failures: 2,
            message: "Got 2 results, configured to fail if != 0",
            file: "models/core/_core.yml",
            description: "Told.",
            attachedTo: "model.tidegate.fct_trips",
        });
    });

    it("tell of a node that the manifest does not describe", () => {
        assert.deepEqual(
            [nodes[5]?.name, nodes[5]?.resourceType, nodes[5]?.file],
            ["model.tidegate.mart_borough_flows", "model", ""],
        );
    });

    it("count by kind and by outcome", () => {
        assert.deepEqual(summarize(nodes), {
            models: 2,
            tests: 3,
            seeds: 1,
            passed: 2,
            warned: 1,
            failed: 1,
            errored: 1,
            skipped: 1,
        });
    });

    it("name what is broken, and neither warnings nor what was skipped", () => {
        assert.deepEqual(brokenNodes(nodes).map(describeNode), [
            "model dim_locations: Runtime Error in model dim_locations (models/core/dim_locations.sql) " +
                "Constraint Error: NOT NULL constraint failed: dim_locations.is_airport (models/core/dim_locations.sql)",
            "test unique_trip found 2 rows (models/core/_core.yml)",
        ]);
    });

    it("are refused in another shape", () => {
        assert.throws(() => parseArtifacts({ ...results, results: [{ unique_id: "x", status: "new" }] }, manifest));
        assert.throws(() => parseArtifacts(results, {}));
    });
});

describe("a log line of dbt", () => {
    const line = (name: string, data: unknown, level = "info") =>
        JSON.stringify({ info: { name, level, msg: `${name}!` }, data });
    const node_info = { node_name: "fct_trips", resource_type: "model", unique_id: "model.tidegate.fct_trips" };

    it("tells which node starts and which is done", () => {
        assert.deepEqual(parseLogLine(line("LogStartLine", { index: 1, total: 94, node_info })), {
            kind: "started",
            node: "model fct_trips",
            total: 94,
        });
        for (const [name, total] of [
            ["LogModelResult", { total: 94 }],
            ["LogTestResult", { num_models: 94 }],
            ["SkippingDetails", { total: 94 }],
        ] as const)
            assert.deepEqual(parseLogLine(line(name, { ...total, node_info })), {
                kind: "finished",
                node: "model fct_trips",
                total: 94,
            });
    });

    it("tells why dbt gave up", () => {
        const exc = "Parsing Error\n  Env var required but not provided: 'TIDEGATE_DUCKDB_FILE'";
        assert.deepEqual(parseLogLine(line("MainEncounteredError", { exc }, "error")), {
            kind: "broken",
            message: exc,
        });
    });

    it("is passed over where it says nothing of interest, or is none", () => {
        assert.equal(parseLogLine(line("FoundStats", { stat_line: "18 models" })), undefined);
        assert.equal(parseLogLine("Traceback (most recent call last):"), undefined);
        assert.equal(parseLogLine('"text"'), undefined);
    });
});

describe("shorten", () => {
    it("keeps to one line and to a length", () => {
        assert.equal(shorten(" a\n  b\t c "), "a b c");
        assert.equal(shorten("abcdef", 4), "abc…");
    });
});
