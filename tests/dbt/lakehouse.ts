/** What the tests of the dbt project share: a silver table that PyIceberg writes, contracts around it, a look at the marts. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { z } from "zod";
import { locateTools } from "../../automation/toolchain";
import type { DbtPlatform, RunDbtOptions, SilverTable } from "../../automation/exercises/dbt";

const silverTable = z.object({ metadataLocation: z.string(), rows: z.number(), snapshotId: z.string().nullable() });

export type SilverStep =
    | { append: number; seed: number; month?: string; quirks?: boolean }
    | { deleteWhere: string }
    | { extraColumn: string };

/** Installs the extensions of the wheels under `directory`, as the toolchain does. */
const installExtensions = `
import duckdb, sys, sysconfig
connection = duckdb.connect(config={"extension_directory": sys.argv[1]})
for name in ("avro", "httpfs", "iceberg"):
    wheel = f"{sysconfig.get_paths()['purelib']}/duckdb_extension_{name}/extensions/v{duckdb.__version__}"
    connection.execute(f"INSTALL '{wheel}/{name}.duckdb_extension'")
`;

export class Lakehouse {
    private constructor(
        readonly directory: string,
        readonly python: string,
        readonly tools: RunDbtOptions["tools"],
    ) {}

    /** With the tools of the toolchain, or those of the Python environment that TIDEGATE_TEST_DBT names. */
    static async create(): Promise<Lakehouse> {
        const directory = await mkdtemp(join(tmpdir(), "tidegate-dbt-"));
        const environment = process.env["TIDEGATE_TEST_DBT"];
        if (environment === undefined) {
            const { python, dbt, duckdbExtensions } = await locateTools();
            return new Lakehouse(directory, python, { dbt, duckdbExtensions });
        }
        const bin = join(environment, "bin");
        const duckdbExtensions = join(directory, "extensions");
        await mkdir(duckdbExtensions);
        await promisify(execFile)(join(bin, "python"), ["-c", installExtensions, duckdbExtensions]);
        return new Lakehouse(directory, join(bin, "python"), { dbt: join(bin, "dbt"), duckdbExtensions });
    }

    /** Does `steps` on the table `name` (made by the first call) and tells what the catalog would. */
    async silver(name: string, steps: readonly SilverStep[]): Promise<SilverTable> {
        const script = promisify(execFile)(
            this.python,
            [join(__dirname, "silver_table.py"), join(this.directory, "tables", name)],
            { env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } },
        );
        script.child.stdin?.end(JSON.stringify(steps));
        const { stdout } = await script;
        return silverTable.parse(JSON.parse(stdout));
    }

    /** Contracts of a platform whose marts are in the DuckDB file `name`. */
    platform(name: string, catalogUri?: string): DbtPlatform {
        const dbt = { duckdbFile: join(this.directory, "marts", `${name}.duckdb`), threads: 2 };
        return {
            storage: {
                profile: "embedded",
                endpoint: "http://127.0.0.1:1",
                region: "us-east-1",
                pathStyle: true,
                ssl: false,
                bucket: "warehouse",
                warehouse: `file://${this.directory}/tables`,
                checkpoints: `file://${this.directory}/checkpoints`,
                savepoints: `file://${this.directory}/savepoints`,
                fileIo: {
                    "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
                    "s3.endpoint": "http://127.0.0.1:1",
                    "s3.path-style-access": "true",
                    "client.region": "us-east-1",
                },
                flinkFileSystem: {},
                services: null,
                credentials: { accessKeyId: "an-access-key", secretAccessKey: "a-secret-key" },
            },
            catalog:
                catalogUri === undefined
                    ? {
                          profile: "embedded",
                          type: "hadoop",
                          warehouse: `file://${this.directory}/tables`,
                          attach: false,
                      }
                    : {
                          profile: "embedded",
                          type: "rest",
                          uri: catalogUri,
                          warehouse: "lake",
                          auth: { mode: "none" },
                          attach: true,
                      },
            runtime: { dbt: { ...dbt, target: catalogUri === undefined ? "embedded" : "attach" } },
        };
    }

    /** Options of `dbt build` on `silver` into the DuckDB file `name`; one work directory, so that one parse serves all. */
    build(name: string, silver: SilverTable | null, catalogUri?: string): RunDbtOptions {
        return {
            command: "build",
            platform: this.platform(name, catalogUri),
            tables: { silver: () => Promise.resolve(silver) },
            tools: this.tools,
            workDirectory: join(this.directory, catalogUri === undefined ? "dbt" : "dbt-attach"),
            timeoutSeconds: 120,
        };
    }

    async query(name: string, sql: string): Promise<unknown[][]> {
        const instance = await DuckDBInstance.create(this.platform(name).runtime.dbt.duckdbFile, {
            access_mode: "READ_ONLY",
        });
        try {
            const connection = await instance.connect();
            const rows = (await connection.runAndReadAll(sql)).getRowsJson();
            connection.closeSync();
            return rows;
        } finally {
            instance.closeSync();
        }
    }

    /** Tables of core and analytics whose rows differ between two DuckDB files, or their columns. */
    async differences(one: string, other: string): Promise<string[]> {
        const instance = await DuckDBInstance.create(":memory:");
        try {
            const connection = await instance.connect();
            for (const [alias, name] of Object.entries({ one, other }))
                await connection.run(
                    `attach '${this.platform(name).runtime.dbt.duckdbFile}' as ${alias} (read_only)`,
                );
            const tables = await connection.runAndReadAll(
                `select distinct schema_name || '.' || table_name from duckdb_tables()
                 where schema_name in ('core', 'analytics') order by all`,
            );
            const different: string[] = [];
            for (const [table] of tables.getRowsJson()) {
                const rows = await connection.runAndReadAll(
                    `(from one.${table} except all from other.${table})
                     union all (from other.${table} except all from one.${table})`,
                );
                if (rows.currentRowCount > 0) different.push(String(table));
            }
            connection.closeSync();
            return different;
        } finally {
            instance.closeSync();
        }
    }

    async logs(workDirectory: string): Promise<string> {
        return readFile(join(workDirectory, "logs", "dbt.log"), "utf8");
    }

    remove(): Promise<void> {
        return rm(this.directory, { recursive: true, force: true });
    }
}
