/** The tables of a platform, from outside: their state by the catalog, and PyIceberg as another engine. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { openCatalog, type IcebergTable } from "../../automation/clients/iceberg";
import { locateTools } from "../../automation/toolchain";
import type { Platform } from "../../stacks/contracts";
import { outcomeOf } from "../_helpers/checkout";

export type LakeOperation =
    | { readonly append: { readonly batches: number; readonly rows: number; readonly first: number } }
    | { readonly delete: string }
    | { readonly rollBack: string }
    | { readonly count: true };

export class Lake {
    constructor(private readonly platform: Pick<Platform, "catalog" | "storage">) {}

    async table(layer: "bronze" | "silver", name = "trips"): Promise<IcebergTable> {
        const { catalog, storage } = this.platform;
        const table = await openCatalog(catalog, storage).loadTable(layer, name);
        if (table === undefined) throw new Error(`there is no table ${layer}.${name}`);
        return table;
    }

    /** Has PyIceberg do something to a table; keys go through standard input. */
    async pyIceberg<T>(table: string, operation: LakeOperation): Promise<T> {
        const { catalog, storage } = this.platform;
        if (catalog.type !== "rest" || catalog.auth.mode !== "sigv4") throw new Error("not a REST catalog with SigV4");
        const { accessKeyId, secretAccessKey } = storage.credentials;
        const properties = {
            type: "rest",
            uri: catalog.uri,
            warehouse: catalog.warehouse,
            "rest.sigv4-enabled": "true",
            "rest.signing-name": catalog.auth.signingName,
            "rest.signing-region": catalog.auth.signingRegion,
            "client.access-key-id": accessKeyId,
            "client.secret-access-key": secretAccessKey,
            "client.region": storage.region,
            "s3.endpoint": storage.endpoint,
            "s3.access-key-id": accessKeyId,
            "s3.secret-access-key": secretAccessKey,
            "s3.region": storage.region,
        };
        const child = spawn((await locateTools()).python, [join(__dirname, "lake.py")], {
            stdio: ["pipe", "pipe", "pipe"],
        });
        child.stdin.end(JSON.stringify({ catalog: properties, table, do: operation }));
        const { code, stdout, stderr } = await outcomeOf(child);
        if (code !== 0) throw new Error(`PyIceberg ended with ${code}:\n${stderr}`);
        return JSON.parse(stdout) as T;
    }
}
