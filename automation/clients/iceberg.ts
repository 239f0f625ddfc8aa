/** Reads an Iceberg catalog, and creates and drops namespaces in it: what the gates need, for every catalog type. */
import { z } from "zod";
import type { CatalogContract, S3InterfaceContract } from "../../stacks/contracts";
import { TidegateError } from "../core/errors";
import { HadoopCatalog } from "./icebergHadoop";
import { RestCatalog } from "./icebergRest";

/** Levels of a namespace, e.g. `["bronze"]`. A string is one level. */
export type Namespace = string | readonly string[];

export interface IcebergSnapshot {
    /** 64 bits, so text. */
    readonly id: string;
    readonly timestampMs: number;
    /** E.g. `total-records`, `operation`; values are text. */
    readonly summary: Readonly<Record<string, string>>;
}

export interface IcebergField {
    readonly id: number;
    readonly name: string;
    readonly required: boolean;
    /** E.g. `long`, `timestamp`; nested types as JSON. */
    readonly type: string;
}

export interface IcebergTable {
    /** URI of the metadata file that the catalog names now. */
    readonly metadataLocation: string;
    readonly location: string;
    /** Null where a version 1 table has none. */
    readonly uuid: string | null;
    readonly formatVersion: number;
    /** Null: nothing was ever committed. */
    readonly currentSnapshot: IcebergSnapshot | null;
    readonly properties: Readonly<Record<string, string>>;
    /** Fields of the current schema. */
    readonly schema: readonly IcebergField[];
}

/**
 * Errors are TidegateErrors: `catalog-unreachable`, `catalog-timeout`, `catalog-unavailable` (5xx) are retryable;
 * `catalog-forbidden`, `catalog-warehouse-missing`, `catalog-namespace-exists`, `catalog-namespace-not-empty`,
 * `catalog-namespace-missing`, `catalog-invalid` (an answer that is not Iceberg's) are not.
 */
export interface IcebergCatalog {
    /** For messages: the URI of the catalog. */
    readonly where: string;
    /** Undefined where there is no such table, or no such namespace. */
    loadTable(namespace: Namespace, table: string): Promise<IcebergTable | undefined>;
    listNamespaces(): Promise<readonly (readonly string[])[]>;
    namespaceExists(namespace: Namespace): Promise<boolean>;
    createNamespace(namespace: Namespace): Promise<void>;
    /** Only an empty one. */
    dropNamespace(namespace: Namespace): Promise<void>;
}

export interface CatalogOptions {
    /** Time limit of one request, in seconds. @default 10 */
    readonly requestSeconds?: number;
    /** @default globalThis.fetch */
    readonly fetch?: typeof globalThis.fetch;
}

export function openCatalog(
    catalog: CatalogContract,
    storage: Pick<S3InterfaceContract, "credentials">,
    options: CatalogOptions = {},
): IcebergCatalog {
    return catalog.type === "rest"
        ? new RestCatalog(catalog, storage.credentials, options)
        : new HadoopCatalog(catalog.warehouse);
}

/** Whole numbers beyond 2^53 (snapshot ids are 64 bits) become text instead of losing digits. */
export function parseExactJson(text: string): unknown {
    // The third argument is ECMAScript's JSON.parse source text access, in Node since 21; TypeScript does not know it.
    const exact = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
        typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
            ? (context?.source ?? String(value))
            : value;
    return JSON.parse(text, exact) as unknown;
}

const longId = z.union([z.number().int(), z.string().regex(/^-?\d+$/)]).transform(String);

const structSchema = z.object({
    "schema-id": z.number().int().optional(),
    fields: z.array(
        z.object({
            id: z.number().int(),
            name: z.string(),
            required: z.boolean(),
            type: z.union([z.string(), z.record(z.string(), z.unknown())]),
        }),
    ),
});

/** Table metadata, of versions 1 to 3: https://iceberg.apache.org/spec/#table-metadata-fields */
const tableMetadata = z.object({
    "format-version": z.number().int().min(1),
    "table-uuid": z.string().optional(),
    location: z.string(),
    "current-schema-id": z.number().int().optional(),
    schemas: z.array(structSchema).optional(),
    /** Version 1 only. */
    schema: structSchema.optional(),
    properties: z.record(z.string(), z.string()).default({}),
    "current-snapshot-id": longId.nullish(),
    snapshots: z
        .array(
            z.object({
                "snapshot-id": longId,
                "timestamp-ms": z.number().int(),
                summary: z.record(z.string(), z.string()).default({}),
            }),
        )
        .nullish(),
});

/** @throws TidegateError `catalog-invalid` where the text is not the metadata of an Iceberg table. */
export function tableOf(metadata: unknown, metadataLocation: string, where: string): IcebergTable {
    const parsed = tableMetadata.safeParse(metadata);
    if (!parsed.success) throw invalidAnswer(where, `the metadata ${metadataLocation}`, parsed.error);
    const { data } = parsed;
    const currentId = data["current-snapshot-id"] ?? "-1";
    const current = data.snapshots?.find((snapshot) => snapshot["snapshot-id"] === currentId);
    if (currentId !== "-1" && current === undefined)
        throw new TidegateError(
            `${metadataLocation} names snapshot ${currentId} as the current one, but does not hold it.`,
            {
                code: "catalog-invalid",
                hint: "The table's metadata is damaged: restore it, or drop the table and fill it again.",
            },
        );
    const schema =
        data.schemas?.find((candidate) => candidate["schema-id"] === data["current-schema-id"]) ?? data.schema;
    return {
        metadataLocation,
        location: data.location,
        uuid: data["table-uuid"] ?? null,
        formatVersion: data["format-version"],
        currentSnapshot:
            current === undefined
                ? null
                : { id: current["snapshot-id"], timestampMs: current["timestamp-ms"], summary: current.summary },
        properties: data.properties,
        schema: (schema?.fields ?? []).map((field) => ({
            ...field,
            type: typeof field.type === "string" ? field.type : JSON.stringify(field.type),
        })),
    };
}

export function invalidAnswer(where: string, what: string, cause: z.ZodError | Error): TidegateError {
    const detail =
        cause instanceof z.ZodError
            ? cause.issues.map((issue) => `${issue.path.join(".") || "the answer"}: ${issue.message}`).join("; ")
            : cause.message;
    return new TidegateError(`${what} of the catalog ${where} is not what Iceberg defines: ${detail}.`, {
        code: "catalog-invalid",
        hint: "Does something else listen there, or is its version not supported?",
        cause,
    });
}

/** Levels of a namespace; none may be empty. */
export function levelsOf(namespace: Namespace): readonly string[] {
    const levels = typeof namespace === "string" ? [namespace] : namespace;
    if (levels.length === 0 || levels.some((level) => level === ""))
        throw new TidegateError("A namespace needs at least one level, and none may be empty.", {
            code: "catalog-namespace-invalid",
        });
    return levels;
}
