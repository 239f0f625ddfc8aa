/** A platform that runs: its contracts, its data set, and the clients made of them. */
import { join } from "node:path";
import type { Environment } from "../../stacks/environment";
import { parseContract, type Contract, type Platform } from "../../stacks/contracts";
import { standIns } from "../../stacks/standIns";
import type { Dataset } from "../../sql/dataset";
import { loadDataset } from "../../sql/manifest";
import { openCatalog, type IcebergTable } from "../clients/iceberg";
import { stackName } from "./home";
import type { SilverTable } from "../exercises/dbt";
import type { Outputs } from "../engine/snapshot";

export const namespaces = { bronze: "bronze", silver: "silver" } as const;

export const platformLayers = [
    "storage",
    "broker",
    "catalog",
    "runtime",
] as const satisfies readonly (keyof Platform)[];

function assemble(contract: <L extends keyof Platform>(layer: L) => Contract<L>): Platform {
    return {
        storage: contract("storage"),
        broker: contract("broker"),
        catalog: contract("catalog"),
        runtime: contract("runtime"),
    };
}

/** The contracts of all layers that exercises and data gates need; throws where one is not deployed. */
export const platformOf = (environment: Environment, outputs: ReadonlyMap<string, Outputs>): Platform =>
    assemble((layer) => parseContract(layer, stackName(environment, layer), outputs.get(layer) ?? {}));

/** As `platformOf`, with stand-ins for the layers that are not deployed. */
export const platformOrStandIns = (environment: Environment, outputs: ReadonlyMap<string, Outputs>): Platform =>
    assemble((layer) => {
        const found = outputs.get(layer);
        return found === undefined ? standIns[layer] : parseContract(layer, stackName(environment, layer), found);
    });

export const datasetOf = (environment: Pick<Environment, "dataset">): Dataset => loadDataset(environment.dataset);

/** Folders of the data directory that exercises and reports use. */
export const folders = (environment: Environment) => ({
    manifests: join(environment.dataDirectory, "manifests"),
    generated: join(environment.dataDirectory, "events"),
    dbt: join(environment.dataDirectory, "dbt"),
    reports: join(environment.dataDirectory, "reports"),
});

export function silverTable(table: IcebergTable | undefined): SilverTable | null {
    if (table === undefined) return null;
    const rows = table.currentSnapshot?.summary["total-records"];
    return {
        metadataLocation: table.metadataLocation,
        rows: rows === undefined ? null : Number(rows),
        snapshotId: table.currentSnapshot?.id ?? null,
    };
}

export async function loadSilver(
    platform: Pick<Platform, "catalog" | "storage">,
    dataset: Dataset,
): Promise<SilverTable | null> {
    return silverTable(
        await openCatalog(platform.catalog, platform.storage).loadTable(namespaces.silver, dataset.tables.silver),
    );
}
