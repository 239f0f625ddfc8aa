/**
 * The catalog that is only files: `<warehouse>/<namespace…>/<table>/metadata/v<N>.metadata.json`, of which
 * `version-hint.text` names the newest (org.apache.iceberg.hadoop.HadoopTableOperations). It has no lock that holds
 * between hosts, so it is for one machine.
 */
import { mkdir, readdir, readFile, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { TidegateError } from "../core/errors";
import {
    invalidAnswer,
    levelsOf,
    parseExactJson,
    tableOf,
    type IcebergCatalog,
    type IcebergTable,
    type Namespace,
} from "./iceberg";

/** `v3.metadata.json`, `v3.gz.metadata.json` (Iceberg since 0.8) or `v3.metadata.json.gz` (before). */
const metadataFile = /^v(\d+)(\.gz)?\.metadata\.json(\.gz)?$/;

export class HadoopCatalog implements IcebergCatalog {
    readonly where: string;
    readonly #root: string;

    constructor(warehouse: string) {
        this.where = warehouse;
        if (!warehouse.startsWith("file:/"))
            throw new TidegateError(`The Hadoop catalog's warehouse has to be file:///…, not ${warehouse}.`, {
                code: "catalog-warehouse-missing",
                hint: "Use a REST catalog for object stores: a Hadoop catalog has no lock there.",
            });
        this.#root = fileURLToPath(warehouse.replace(/^file:\/(?!\/)/, "file:///"));
    }

    async loadTable(namespace: Namespace, table: string): Promise<IcebergTable | undefined> {
        const directory = join(this.#directory(namespace), safe(table), "metadata");
        const names = await this.#list(directory);
        const versions = new Map<number, string>();
        for (const name of names ?? []) {
            const version = metadataFile.exec(name)?.[1];
            if (version !== undefined) versions.set(Number(version), name);
        }
        const newest = await this.#newest(directory, versions);
        if (newest === undefined) return undefined;
        const file = join(directory, newest);
        const location = pathToFileURL(file).href;
        const bytes = await this.#reading(() => readFile(file));
        if (bytes === undefined) return undefined;
        let json: unknown;
        try {
            json = parseExactJson((newest.includes(".gz") ? gunzipSync(bytes) : bytes).toString("utf8"));
        } catch (error) {
            throw invalidAnswer(this.where, `The metadata ${location}`, error as Error);
        }
        return tableOf(json, location, this.where);
    }

    async listNamespaces(): Promise<readonly (readonly string[])[]> {
        const names = await this.#list(this.#root);
        if (names === undefined)
            throw new TidegateError(`The warehouse ${this.where} does not exist.`, {
                code: "catalog-warehouse-missing",
                hint: "Deploy the catalog layer again: it creates the folder.",
            });
        const found: string[][] = [];
        for (const name of names.toSorted()) if (await this.namespaceExists(name)) found.push([name]);
        return found;
    }

    async namespaceExists(namespace: Namespace): Promise<boolean> {
        const directory = this.#directory(namespace);
        const entry = await this.#reading(() => stat(directory));
        // A folder that holds `metadata` is a table.
        return (
            entry?.isDirectory() === true &&
            (await this.#reading(() => stat(join(directory, "metadata")))) === undefined
        );
    }

    async createNamespace(namespace: Namespace): Promise<void> {
        const name = levelsOf(namespace).join(".");
        const directory = this.#directory(namespace);
        const made = await this.#reading(() => mkdir(directory, { recursive: true }).then((first) => ({ first })));
        if (made?.first === undefined)
            throw new TidegateError(`The catalog ${this.where} has a namespace ${name} already.`, {
                code: "catalog-namespace-exists",
            });
    }

    async dropNamespace(namespace: Namespace): Promise<void> {
        const name = levelsOf(namespace).join(".");
        if (!(await this.namespaceExists(namespace)))
            throw new TidegateError(`The catalog ${this.where} has no namespace ${name}.`, {
                code: "catalog-namespace-missing",
            });
        await this.#reading(() => rmdir(this.#directory(namespace)));
    }

    /** The hint may be missing or behind: then the versions that are there decide, as Iceberg's own reader does. */
    async #newest(directory: string, versions: ReadonlyMap<number, string>): Promise<string | undefined> {
        if (versions.size === 0) return undefined;
        const hint = await this.#reading(() => readFile(join(directory, "version-hint.text"), "utf8"));
        const text = hint?.trim() ?? "";
        let version = /^\d+$/.test(text) && versions.has(Number(text)) ? Number(text) : Math.max(...versions.keys());
        while (versions.has(version + 1)) version += 1;
        return versions.get(version);
    }

    #directory(namespace: Namespace): string {
        return join(this.#root, ...levelsOf(namespace).map(safe));
    }

    #list(directory: string): Promise<string[] | undefined> {
        return this.#reading(() => readdir(directory));
    }

    /** Undefined where there is nothing; other errors say what may be done. */
    async #reading<T>(work: () => Promise<T>): Promise<T | undefined> {
        try {
            return await work();
        } catch (error) {
            const { code, path } = error as NodeJS.ErrnoException;
            if (code === "ENOENT" || code === "ENOTDIR") return undefined;
            if (code === "ENOTEMPTY" || code === "EEXIST")
                throw new TidegateError(`${path ?? this.where} is not empty.`, {
                    code: "catalog-namespace-not-empty",
                    hint: "Drop its tables first.",
                });
            if (code === "EACCES" || code === "EPERM")
                throw new TidegateError(`${path ?? this.where} may not be read or written by this user.`, {
                    code: "catalog-forbidden",
                    hint: "Give this user the folder, or run as the user whom it belongs to.",
                });
            throw new TidegateError(`The catalog ${this.where} cannot be read: ${code ?? String(error)}.`, {
                code: "catalog-unavailable",
                cause: error,
            });
        }
    }
}

/** A name that stays inside the warehouse. */
function safe(name: string): string {
    if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name))
        throw new TidegateError(`'${name}' cannot be the name of a namespace or table.`, {
            code: "catalog-namespace-invalid",
        });
    return name;
}
