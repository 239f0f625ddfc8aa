/** What dbt writes: its JSON log lines, run_results.json (v6) and manifest.json (v12), as dbt 1.11 documents them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, TidegateError } from "../core/errors";

/** `success` of models and seeds, `pass` of tests; `error` did not run to its end, `fail` is a test that found rows. */
const nodeStatuses = ["success", "pass", "warn", "error", "fail", "skipped", "partial success", "no-op"] as const;
export type DbtStatus = (typeof nodeStatuses)[number];

export interface DbtNode {
    /** `test.tidegate.unique_fct_trips_trip_id.e8b4…` */
    readonly uniqueId: string;
    readonly name: string;
    /** `model`, `test`, `seed`, `unit_test`, … */
    readonly resourceType: string;
    readonly status: DbtStatus;
    readonly seconds: number;
    /** Rows that a test found; null of anything else. */
    readonly failures: number | null;
    /** dbt's own words; null where it has nothing to say. */
    readonly message: string | null;
    /** Relative to the project, e.g. `models/core/_core.yml`. */
    readonly file: string;
    readonly description: string;
    /** The model that a generic test belongs to, by its unique id. */
    readonly attachedTo: string | null;
}

export interface DbtSummary {
    readonly models: number;
    readonly tests: number;
    readonly seeds: number;
    /** Nodes by what became of them; `passed` is success and pass together. */
    readonly passed: number;
    readonly warned: number;
    readonly failed: number;
    readonly errored: number;
    readonly skipped: number;
}

const runResults = z.object({
    metadata: z.object({ dbt_version: z.string(), invocation_id: z.string() }),
    elapsed_time: z.number(),
    results: z.array(
        z.object({
            unique_id: z.string(),
            status: z.enum(nodeStatuses),
            execution_time: z.number(),
            failures: z.number().nullish(),
            message: z.string().nullish(),
        }),
    ),
});

const manifestNode = z.object({
    name: z.string(),
    resource_type: z.string(),
    original_file_path: z.string(),
    description: z.string().default(""),
    attached_node: z.string().nullish(),
});
const manifest = z.object({
    nodes: z.record(z.string(), manifestNode),
    unit_tests: z.record(z.string(), manifestNode).default({}),
});

export interface DbtArtifacts {
    readonly dbtVersion: string;
    readonly invocationId: string;
    readonly seconds: number;
    readonly nodes: readonly DbtNode[];
}

export function parseArtifacts(results: unknown, described: unknown): DbtArtifacts {
    const run = runResults.parse(results);
    const { nodes, unit_tests: unitTests } = manifest.parse(described);
    return {
        dbtVersion: run.metadata.dbt_version,
        invocationId: run.metadata.invocation_id,
        seconds: run.elapsed_time,
        nodes: run.results.map((result) => {
            const node = nodes[result.unique_id] ?? unitTests[result.unique_id];
            return {
                uniqueId: result.unique_id,
                name: node?.name ?? result.unique_id,
                resourceType: node?.resource_type ?? result.unique_id.split(".")[0] ?? "",
                status: result.status,
                seconds: result.execution_time,
                failures: result.failures ?? null,
                message: result.message?.trim() || null,
                file: node?.original_file_path ?? "",
                description: node?.description.trim() ?? "",
                attachedTo: node?.attached_node ?? null,
            };
        }),
    };
}

/** Reads what a run left in its target directory. @throws `dbt-artifacts-unreadable` */
export async function readArtifacts(targetDirectory: string): Promise<DbtArtifacts> {
    const read = async (name: string) => JSON.parse(await readFile(join(targetDirectory, name), "utf8")) as unknown;
    try {
        return parseArtifacts(await read("run_results.json"), await read("manifest.json"));
    } catch (error) {
        const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
        throw new TidegateError(`The artifacts of dbt in ${targetDirectory} cannot be read: ${what}`, {
            code: "dbt-artifacts-unreadable",
            hint: "Run dbt again. If it stays so, the dbt on this machine is not the version that Tidegate pins.",
            cause: error,
        });
    }
}

export function summarize(nodes: readonly DbtNode[]): DbtSummary {
    const count = (condition: (node: DbtNode) => boolean) => nodes.filter(condition).length;
    const became = (...statuses: DbtStatus[]) => count((node) => statuses.includes(node.status));
    return {
        models: count((node) => node.resourceType === "model"),
        tests: count((node) => node.resourceType === "test" || node.resourceType === "unit_test"),
        seeds: count((node) => node.resourceType === "seed"),
        passed: became("success", "pass", "no-op"),
        warned: became("warn"),
        failed: became("fail"),
        errored: became("error", "partial success"),
        skipped: became("skipped"),
    };
}

/** Nodes that make a run red; skipped ones follow from them. */
export const brokenNodes = (nodes: readonly DbtNode[]): DbtNode[] =>
    nodes.filter((node) => ["error", "fail", "partial success"].includes(node.status));

/** `model fct_trips: NOT NULL constraint failed …`, `test unique_fct_trips_trip_id found 3 rows (models/core/_core.yml)`. */
export function describeNode(node: DbtNode): string {
    const where = node.file === "" ? "" : ` (${node.file})`;
    const rows = node.failures === 1 ? "1 row" : `${node.failures} rows`;
    if (node.failures !== null && node.status !== "error")
        return `${node.resourceType} ${node.name} found ${rows}${where}`;
    return `${node.resourceType} ${node.name}: ${shorten(node.message ?? node.status)}${where}`;
}

/** One line of at most `length` characters. */
export function shorten(text: string, length = 400): string {
    const line = text.replace(/\s+/g, " ").trim();
    return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

const logLine = z.object({
    info: z.object({ name: z.string(), msg: z.string() }),
    data: z.looseObject({
        total: z.number().optional(),
        num_models: z.number().optional(),
        exc: z.string().optional(),
        node_info: z.looseObject({ node_name: z.string(), resource_type: z.string() }).optional(),
    }),
});

export type DbtEvent =
    | { readonly kind: "started"; readonly node: string; readonly total: number }
    | { readonly kind: "finished"; readonly node: string; readonly total: number }
    /** dbt gave up before or outside of its nodes. */
    | { readonly kind: "broken"; readonly message: string }
    | { readonly kind: "nothing-selected" };

/** What a line of `--log-format json` means; undefined for lines that say nothing of interest, or are not JSON. */
export function parseLogLine(line: string): DbtEvent | undefined {
    let parsed: z.infer<typeof logLine>;
    try {
        parsed = logLine.parse(JSON.parse(line));
    } catch {
        return undefined;
    }
    const { info, data } = parsed;
    const node = data.node_info === undefined ? "" : `${data.node_info.resource_type} ${data.node_info.node_name}`;
    const total = data.total ?? data.num_models ?? 0;
    if (info.name === "LogStartLine") return { kind: "started", node, total };
    if (/^Log.+Result$/.test(info.name) || info.name === "SkippingDetails") return { kind: "finished", node, total };
    if (info.name === "MainEncounteredError") return { kind: "broken", message: data.exc ?? info.msg };
    if (info.name === "NothingToDo") return { kind: "nothing-selected" };
    return undefined;
}
