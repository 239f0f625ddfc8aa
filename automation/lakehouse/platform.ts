/** A platform that runs: its contracts, its data set, and the clients made of them. */
import { join } from "node:path";
import type { Environment } from "../../stacks/environment";
import {
    flinkOnThisMachine,
    parseContract,
    s3Interface,
    type Contract,
    type Layer,
    type Platform,
} from "../../stacks/contracts";
import { standInOf } from "../../stacks/standIns";
import type { Dataset } from "../../sql/dataset";
import { loadDataset } from "../../sql/manifest";
import { onCluster } from "../../sql/cluster";
import { inContainers } from "../../sql/docker";
import type { PipelineOptions, PipelinePlatform } from "../../sql/pipeline";
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

/** The contracts of all layers that exercises and data gates need; throws where one is not deployed. */
export function platformOf(environment: Environment, outputs: ReadonlyMap<string, Outputs>): Platform {
    const contract = <L extends Layer>(layer: L): Contract<L> =>
        parseContract(layer, stackName(environment, layer), outputs.get(layer) ?? {});
    return {
        storage: s3Interface(contract("storage")),
        broker: contract("broker"),
        catalog: contract("catalog"),
        runtime: flinkOnThisMachine(contract("runtime")),
    };
}

/** What the SQL is rendered from, wherever the platform is; with stand-ins for the layers that are not deployed. */
export function platformOrStandIns(environment: Environment, outputs: ReadonlyMap<string, Outputs>): PipelinePlatform {
    const contract = <L extends Layer>(layer: L): Contract<L> => {
        const found = outputs.get(layer);
        if (found === undefined) return standInOf(environment, layer);
        return parseContract(layer, stackName(environment, layer), found);
    };
    return {
        storage: contract("storage"),
        broker: contract("broker"),
        catalog: contract("catalog"),
        runtime: contract("runtime"),
    };
}

/** The platform as Flink's SQL is rendered from it: on a cluster by what the pods mount, in containers by their names. */
export function seenByFlink(
    environment: Pick<Environment, "runtime">,
    platform: PipelinePlatform,
): Pick<PipelineOptions, "platform" | "connector"> {
    const { runtime } = environment;
    if (runtime?.profile === "kubernetes") return onCluster(platform);
    if (runtime?.profile === "docker") return inContainers(platform);
    return runtime?.profile === "external" ? { platform, connector: runtime.connector } : { platform };
}

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

/** Whether the program says by this that a layer's contract is not there yet: stacks/contracts.ts. */
export const lacksUpstream = (message: string): boolean =>
    /does not fulfil the contract of its layer|has no outputs: it was not/.test(message);
