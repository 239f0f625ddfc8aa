import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TidegateError } from "../../automation/core/errors";
import {
    dbtEnvironment,
    runDbt,
    type DbtPlatform,
    type RunDbtOptions,
    type SilverTable,
} from "../../automation/exercises/dbt";
import { lockError } from "../../automation/exercises/dbtLock";
import { martSummary } from "../../automation/exercises/dbtMarts";

const silver: SilverTable = {
    metadataLocation: "s3://warehouse/silver/trips/metadata/2.metadata.json",
    rows: 5,
    snapshotId: "9007199254740993",
};

describe("runDbt", () => {
    let directory: string;

    beforeEach(async () => {
        directory = await mkdtemp(join(tmpdir(), "tidegate-rundbt-"));
    });
    afterEach(() => rm(directory, { recursive: true }));

    const platform = (): DbtPlatform => ({
        storage: {
            profile: "embedded",
            endpoint: "http://127.0.0.1:8333",
            region: "us-east-1",
            pathStyle: true,
            ssl: false,
            bucket: "warehouse",
            warehouse: "s3://warehouse",
            checkpoints: "s3://warehouse/checkpoints",
            savepoints: "s3://warehouse/savepoints",
            fileIo: {
                "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
                "s3.endpoint": "http://127.0.0.1:8333",
                "s3.path-style-access": "true",
                "client.region": "us-east-1",
            },
            flinkFileSystem: {},
            services: null,
            credentials: { accessKeyId: "an-access-key", secretAccessKey: "a-secret-key" },
        },
        catalog: {
            profile: "embedded",
            type: "rest",
            uri: "http://127.0.0.1:8181",
            warehouse: "s3://lake",
            auth: { mode: "sigv4", signingName: "s3tables", signingRegion: "us-east-1" },
            attach: false,
        },
        runtime: { dbt: { target: "embedded", duckdbFile: join(directory, "marts", "lakehouse.duckdb"), threads: 3 } },
    });

    /** Options with a shell script in dbt's place; it finds its target directory in $TARGET. */
    const options = async (script: string, more: Partial<RunDbtOptions> = {}): Promise<RunDbtOptions> => {
        const dbt = join(directory, "dbt");
        const target = "for a; do case $a in --target-path=*) TARGET=${a#*=};; esac; done";
        await writeFile(dbt, `#!/bin/sh\n${target}\n${script}\n`);
        await chmod(dbt, 0o755);
        return {
            command: "build",
            platform: platform(),
            tables: { silver: () => Promise.resolve(silver) },
            tools: { dbt, duckdbExtensions: "/extensions" },
            workDirectory: join(directory, "work"),
            projectDirectory: directory,
            ...more,
        };
    };

    const artifacts = (status: string, failures: number | null = null, message = "") => `
cat > "$TARGET/run_results.json" <<'END'
${JSON.stringify({
    metadata: { dbt_version: "1.11.16", invocation_id: "5a" },
    elapsed_time: 1,
    results: [{ unique_id: "test.tidegate.t", status, execution_time: 0.1, failures, message }],
})}
END
cat > "$TARGET/manifest.json" <<'END'
${JSON.stringify({ nodes: { "test.tidegate.t": { name: "t", resource_type: "test", original_file_path: "tests/t.sql" } } })}
END`;

    const rejection = async (run: Promise<unknown>): Promise<TidegateError> => {
        const error: unknown = await run.then(
            () => assert.fail("it did not reject"),
            (reason: unknown) => reason,
        );
        assert.ok(TidegateError.is(error), String(error));
        return error;
    };

    it("takes a failed test for a result and names it", async () => {
        const result = await runDbt(await options(`${artifacts("fail", 3)}\nexit 1`));
        assert.equal(result.succeeded, false);
        assert.deepEqual(result.problems, ["test t found 3 rows (tests/t.sql)"]);
    });

    it("calls dbt with everything outside of the checkout and no secret in its arguments", async () => {
        const result = await runDbt(
            await options(`echo "$@" > "${directory}/args"; env > "${directory}/env"\n${artifacts("pass", 0)}`, {
                select: ["+fct_trips", "tag:x"],
                fullRefresh: true,
            }),
        );
        assert.equal(result.succeeded, true);
        const args = await readFile(join(directory, "args"), "utf8");
        for (const expected of [
            `--log-path=${directory}/work/logs`,
            `--target-path=${directory}/work/target`,
            "--no-send-anonymous-usage-stats",
            "--target=embedded",
            "--full-refresh",
            "--select +fct_trips tag:x",
        ])
            assert.ok(args.includes(expected), `${expected} in ${args}`);
        assert.doesNotMatch(args, /a-secret-key|an-access-key/);
        const environment = await readFile(join(directory, "env"), "utf8");
        assert.match(environment, /^DBT_ENV_SECRET_S3_SECRET_ACCESS_KEY=a-secret-key$/m);
        assert.match(
            environment,
            new RegExp(`^TIDEGATE_ICEBERG_METADATA_SILVER_TRIPS=${silver.metadataLocation}$`, "m"),
        );
    });

    it("does not start dbt without rows in silver", async () => {
        const script = `touch "${directory}/started"`;
        const of = async (table: SilverTable | null) =>
            (await rejection(runDbt(await options(script, { tables: { silver: () => Promise.resolve(table) } })))).code;
        assert.equal(await of(null), "silver-missing");
        assert.equal(await of({ ...silver, rows: 0 }), "silver-empty");
        assert.equal(await of({ ...silver, rows: null, snapshotId: null }), "silver-empty");
        await assert.rejects(readFile(join(directory, "started")), { code: "ENOENT" });
    });

    it("gives dbt's own words where the project or profile is broken, without secrets", async () => {
        const line = JSON.stringify({
            info: { name: "MainEncounteredError", level: "error", msg: "" },
            data: { exc: "Compilation Error\n  depends on a node named 'nope' (a-secret-key)" },
        });
        const error = await rejection(runDbt(await options(`cat <<'END'\n${line}\nEND\nexit 2`)));
        assert.equal(error.code, "dbt-broken");
        assert.equal(
            error.message,
            "dbt build could not run: Compilation Error depends on a node named 'nope' ([secret])",
        );
        const usage = await rejection(runDbt(await options("echo 'Error: No such option: --x' >&2; exit 2")));
        assert.match(usage.message, /No such option: --x/);
    });

    it("does not take the results of an earlier run for those of one that wrote none", async () => {
        await runDbt(await options(artifacts("pass", 0)));
        assert.equal((await rejection(runDbt(await options("exit 0")))).code, "dbt-artifacts-unreadable");
    });

    it("says that a selection matches nothing", async () => {
        const line = JSON.stringify({ info: { name: "NothingToDo", level: "warn", msg: "" }, data: {} });
        const error = await rejection(runDbt(await options(`echo '${line}'`, { select: ["nope"] })));
        assert.equal(error.code, "dbt-nothing-selected");
        assert.match(error.message, /'nope'/);
    });

    it("says that dbt is not there", async () => {
        const given = await options("");
        const tools = { ...given.tools, dbt: join(directory, "no-dbt") };
        assert.equal((await rejection(runDbt({ ...given, tools }))).code, "dbt-not-started");
    });

    it("refuses to attach a catalog that DuckDB cannot attach", async () => {
        const given = await options("");
        given.platform.runtime.dbt.target = "attach";
        assert.equal((await rejection(runDbt(given))).code, "dbt-target-unfit");
    });

    const sleeper =
        () => `sleep 60 & echo $! > "${directory}/child.part"; mv "${directory}/child.part" "${directory}/child"
echo '${JSON.stringify({ info: { name: "LogStartLine", level: "info", msg: "" }, data: { total: 1, node_info: { node_name: "m", resource_type: "model" } } })}'
wait`;
    const childIsGone = async () => {
        const pid = Number(await readFile(join(directory, "child"), "utf8"));
        const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
        assert.ok(status === "" || / Z /.test(status), `process ${pid} runs on`);
    };

    it("names its time limit, and leaves no process behind", async () => {
        const error = await rejection(runDbt(await options(sleeper(), { timeoutSeconds: 0.5 })));
        assert.equal(error.code, "dbt-timeout");
        assert.match(error.message, /within 0\.5 s/);
        await childIsGone();
    });

    it("stops with all that dbt started when it is told to", async () => {
        const stop = new AbortController();
        const progress = {
            update: (text: string) => text.endsWith("model m") && stop.abort(),
            advance: () => {},
            note: () => {},
        };
        const error = await rejection(runDbt(await options(sleeper(), { signal: stop.signal, progress })));
        assert.equal(error.code, "interrupted");
        await childIsGone();
        assert.equal((await rejection(runDbt(await options("", { signal: stop.signal })))).code, "interrupted");
    });

    it("hands an attachable catalog and the snapshot on, digit by digit", () => {
        const attachable: DbtPlatform = {
            ...platform(),
            catalog: {
                profile: "embedded",
                type: "rest",
                uri: "http://127.0.0.1:1",
                warehouse: "w",
                auth: { mode: "none" },
                attach: true,
            },
        };
        const environment = dbtEnvironment(attachable, silver, "/extensions");
        assert.equal(environment["TIDEGATE_CATALOG_URI"], "http://127.0.0.1:1");
        assert.equal(environment["TIDEGATE_ICEBERG_SNAPSHOT_SILVER_TRIPS"], "9007199254740993");
        assert.equal(environment["TIDEGATE_S3_ENDPOINT"], "127.0.0.1:8333");
        assert.equal(dbtEnvironment(platform(), silver, "/extensions")["TIDEGATE_CATALOG_URI"], undefined);
    });
});

describe("lockError", () => {
    const said =
        'IO Error: Could not set lock on file "/d/l.duckdb": Conflicting lock is held in /usr/bin/python3.11 (PID 4711) by user u. See also https://duckdb.org';

    it("names the process that DuckDB names", () => {
        const error = lockError(said, "/d/l.duckdb");
        assert.equal(error?.code, "duckdb-locked");
        assert.equal(
            error.message,
            "The DuckDB file /d/l.duckdb is in use: process 4711 (/usr/bin/python3.11) has it open.",
        );
    });

    it("does without a name, and is no error of another kind", () => {
        assert.match(
            lockError('Could not set lock on file "/d": Resource busy', "/d")?.message ?? "",
            /another process/,
        );
        assert.equal(lockError("IO Error: No space left on device", "/d"), undefined);
    });
});

describe("martSummary", () => {
    it("says that dbt has not run where there is no file", async () => {
        await assert.rejects(martSummary(join(tmpdir(), "no-such-directory", "x.duckdb")), { code: "marts-missing" });
    });
});
