/** What orchestrators are given: held against golden files (UPDATE_GOLDEN=1 writes them), and read by Python where there is one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { dbtPod } from "../../../components/dbt/pod";
import { dbtProfile } from "../../../components/dbt/profile";
import { airflowDag } from "../../../components/dbt/render/airflow";
import { dagsterDefinitions } from "../../../components/dbt/render/dagster";
import { prefectFlow } from "../../../components/dbt/render/prefect";
import { literal } from "../../../components/dbt/render/python";
import { making } from "../mocks";
import { catalog, digest, runtimeOf } from "../runtime/platform";

const pod = dbtPod({
    namespace: "prod-dbt",
    serviceAccount: "dbt",
    identity: { azure: null },
    labels: { environment: "prod" },
    image: digest("b"),
    profiles: "dbt-profiles-0123456789",
    claim: "dbt-data",
    catalog: { audience: "lakekeeper" },
});
const of = {
    environment: "prod",
    namespace: "prod-dbt",
    pod,
    schedule: "15 * * * *",
    timeZone: "Europe/Berlin",
    deadlineMinutes: 60,
};
const rendered = { airflow: airflowDag(of), dagster: dagsterDefinitions(of), prefect: prefectFlow(of) };

function golden(name: string, actual: string): void {
    const file = join(__dirname, "golden", name);
    if (process.env["UPDATE_GOLDEN"] === "1") {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, actual);
    }
    assert.equal(actual, readFileSync(file, "utf8"));
}

/** Names and values of all assignments of constants at the top, as JSON; undefined where there is no Python. */
function readByPython(source: string): Record<string, unknown> | undefined {
    const script =
        "import ast,json,sys\nm=ast.parse(sys.stdin.read())\nprint(json.dumps({n.targets[0].id:ast.literal_eval(n.value) for n in m.body if isinstance(n,ast.Assign) and n.targets[0].id.isupper()}))";
    const { status, stdout, stderr, error } = spawnSync("python3", ["-c", script], { input: source, encoding: "utf8" });
    if (error !== undefined) return undefined;
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
}

describe("dbt for an orchestrator", () => {
    for (const [name, text] of Object.entries(rendered))
        it(`is rendered for ${name}, as Python that says the same as the pod`, function () {
            golden(`${name}.py.txt`, text);
            const constants = readByPython(text);
            if (constants === undefined) return this.skip();
            const [value] = Object.values(constants) as { spec: { template?: { spec: unknown } } }[];
            assert.deepEqual(value?.spec.template?.spec ?? value?.spec, pod.spec);
        });

    it("has no secret, and no more than one run at a time", () => {
        const secret = dbtPod({ ...{ namespace: "n", serviceAccount: "dbt", identity: { azure: {} } }, labels: {}, image: digest("b"), profiles: "p", claim: "c", catalog: { secretName: "dbt-catalog" } });
        const env = secret.spec.containers.flatMap((container) => container.env);
        assert.deepEqual(
            env.filter((variable) => !("value" in variable)).map(({ name }) => name),
            ["DBT_ENV_SECRET_CATALOG_CLIENT_ID", "DBT_ENV_SECRET_CATALOG_CLIENT_SECRET"],
        );
        assert.match(rendered.airflow, /max_active_runs=1/);
        assert.match(rendered.prefect, /ConcurrencyLimitConfig\(limit=1/);
        assert.match(rendered.dagster, /dagster\/concurrency_key/);
    });

    it("writes values as Python has them", function () {
        const value = { none: null, yes: true, text: 'a "quoted"\n\\ line', list: [1, "two", []], empty: {} };
        const read = readByPython(`VALUE = ${literal(value)}\n`);
        if (read === undefined) return this.skip();
        assert.deepEqual(read["VALUE"], value);
    });

    it("is kept in a ConfigMap of the cluster, where no CronJob runs it", async () => {
        for (const runtime of ["airflow", "dagster", "prefect"] as const) {
            const dbt = { runtime, threads: 2, schedule: "0 * * * *", timeZone: "Etc/UTC", deadlineMinutes: 30, volumeGi: 5 };
            const program = await making(runtimeOf({ dbt }));
            const names = program.all("kubernetes:batch/v1:CronJob").map(({ name }) => name);
            assert.deepEqual(names, ["runtime-silver-refresh"]);
            const { data } = program.one("kubernetes:core/v1:ConfigMap", `runtime-dbt-${runtime}`).inputs as {
                data: Record<string, string>;
            };
            assert.match(data["tidegate_dbt.py"] ?? "", /schedule/);
            assert.equal((program.contract["dbt"] as { object: string }).object, `dbt-${runtime}`);
        }
    });
});

describe("dbt's profile on a cluster", () => {
    interface Target {
        extensions: string[];
        secrets: Record<string, string>[];
        attach: { options: Record<string, string> }[];
    }
    const target = (...[args]: Parameters<typeof dbtProfile>): Target =>
        (parse(dbtProfile(args)) as { tidegate: { outputs: { attach: Target } } }).tidegate.outputs.attach;
    const s3 = { profile: "s3", region: "eu-west-1" } as const;

    it("reads Amazon's bucket as the workload itself", () => {
        const { extensions, secrets, attach } = target({ storage: s3, catalog: catalog(), threads: 2 });
        assert.deepEqual(extensions, ["avro", "httpfs", "iceberg", "aws"]);
        assert.deepEqual(secrets, [
            { type: "s3", name: "warehouse", provider: "credential_chain", region: "eu-west-1" },
        ]);
        assert.equal(attach[0]?.options["access_delegation_mode"], "none");
        // DuckDB 1.5's name of it; 2.0 has `uri`.
        assert.equal(attach[0]?.options["endpoint"], "http://lakekeeper.prod-catalog.svc:8181/catalog");
    });

    it("borrows credentials of the other clouds from the catalog", () => {
        for (const profile of ["gcs", "adls"] as const) {
            const { secrets, attach } = target({ storage: { profile, region: "r" }, catalog: catalog(), threads: 2 });
            assert.deepEqual(secrets, []);
            assert.equal(attach[0]?.options["access_delegation_mode"], "vended_credentials");
        }
    });

    it("names variables where a secret belongs", () => {
        const auth = { mode: "oauth2", tokenEndpoint: "https://idp/token", scope: "lake", secretRef: "x://y" } as const;
        const { secrets } = target({ storage: s3, catalog: catalog(auth), threads: 2 });
        assert.deepEqual(secrets[1], {
            type: "iceberg",
            name: "catalog",
            client_id: "{{ env_var('DBT_ENV_SECRET_CATALOG_CLIENT_ID') }}",
            client_secret: "{{ env_var('DBT_ENV_SECRET_CATALOG_CLIENT_SECRET') }}",
            oauth2_server_uri: "https://idp/token",
            oauth2_scope: "lake",
        });
    });
});
