/** What is known of each provider that can be simulated, by the name of its plugin. Loaded by name: one plugin needs one. */
import type { PackageTable } from "../row";

const tables: Readonly<Record<string, () => PackageTable>> = {
    aiven: () => (require("./aiven") as typeof import("./aiven")).table,
    aws: () => (require("./aws") as typeof import("./aws")).table,
    kubernetes: () => (require("./kubernetes") as typeof import("./kubernetes")).table,
    "azure-native": () => (require("./azure-native") as typeof import("./azure-native")).table,
    gcp: () => (require("./gcp") as typeof import("./gcp")).table,
    confluentcloud: () => (require("./confluentcloud") as typeof import("./confluentcloud")).table,
    docker: () => (require("./docker") as typeof import("./docker")).table,
    tidegate: () => (require("./tidegate") as typeof import("./tidegate")).table,
    random: () => (require("./random") as typeof import("./random")).table,
};

/** Names of the plugins. */
export const simulated: readonly string[] = Object.keys(tables);

export function tableOf(name: string): PackageTable {
    const load = tables[name];
    if (load === undefined)
        throw new Error(`No provider '${name}' can be simulated. There are ${simulated.join(", ")}.`);
    return load();
}

/** Of every provider. */
export const allTables = (): ReadonlyMap<string, PackageTable> =>
    new Map(simulated.map((name) => [name, tableOf(name)]));
