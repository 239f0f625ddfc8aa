/** What any graph of Pulumi stacks runs on; every path is absolute. */
export interface EngineTools {
    /** The cache directory that everything fetched is in. */
    readonly cache: string;
    /** The Node that runs now. */
    readonly node: string;
    readonly pulumi: { readonly path: string; readonly version: string; readonly origin: PulumiOrigin };
    /** Folders that go before everything else on PATH. */
    readonly pathEntries: readonly string[];
}

/** What the local environment of the lakehouse runs on. */
export interface Tools extends EngineTools {
    /** `version` is the major one, e.g. 21. */
    readonly java: { readonly path: string; readonly version: number };
    /** `libs` is a folder of jars, Kafka's class path; `classes` the archive of its classes, which may not exist. */
    readonly kafka: { readonly version: string; readonly libs: string; readonly classes: string };
    /** `lib` is a folder of jars, Flink's class path with its connectors; `classes` as Kafka's. */
    readonly flink: { readonly version: string; readonly lib: string; readonly classes: string };
    /** SeaweedFS. */
    readonly weed: string;
    /** The Python of the environment that has dbt, DuckDB and PyIceberg. */
    readonly python: string;
    readonly dbt: string;
    /** DuckDB's `extension_directory`: avro, httpfs and iceberg load from it with no network. */
    readonly duckdbExtensions: string;
}

export type PulumiOrigin = "path" | "archive" | "built";

export const toolNames = ["Pulumi", "Java", "Kafka", "Flink", "SeaweedFS", "dbt", "DuckDB extensions"] as const;
export type ToolName = (typeof toolNames)[number];

/** One line of `tidegate doctor`. */
export type ToolReport =
    | { readonly tool: string; readonly state: "ready"; readonly version: string; readonly where: string }
    | {
          readonly tool: string;
          readonly state: "missing";
          /** Why what is on this machine does not do, where something is: "pulumi 3.100.0 on PATH is older than 3.250.0". */
          readonly reason?: string;
          /** What `npm start` would do about it. */
          readonly plan: string;
      };

/** What was found of the tools, with the reason for each that was not. */
export interface Survey {
    readonly found: Partial<Omit<Tools, "cache" | "node" | "pathEntries">>;
    /** Where the language host for Pulumi programs in Node is: ours where the engine has none of its own. */
    readonly languageHost: "official" | "stand-in";
    readonly missing: readonly ToolName[];
    readonly reasons: Partial<Record<ToolName, string>>;
}
