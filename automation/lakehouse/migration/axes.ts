/**
 * The axes of an environment: what of its file belongs to each, and where what an axis describes is. Pure. Two settings of
 * one axis that are in the same place are the same thing with other settings; in another place it is another thing, and
 * what the first one holds is not in it.
 */
import { isDeepStrictEqual } from "node:util";
import { layers, type Layer } from "../../../stacks/contracts";
import type { EnvironmentFile } from "../../../stacks/environment";

export type Axis = Layer;

/** In the order in which they move where nothing speaks against it. */
export const axes: readonly Axis[] = layers;

/** Keys of the environment's file. What the runtime's jobs are, is fed with and is judged by goes with it. */
export const keysOf = {
    foundation: ["foundation"],
    storage: ["storage"],
    broker: ["broker"],
    catalog: ["catalog"],
    runtime: ["runtime", "mode", "dbt", "events", "gates", "secrets"],
    observability: ["observability"],
} as const satisfies Record<Axis, readonly (keyof EnvironmentFile)[]>;

export interface Place {
    /** For people: `msk`, `lakekeeper (rds)`; `none` where the environment has no such layer. */
    readonly label: string;
    /** Equal for settings of one and the same thing. */
    readonly same: string;
}

const place = (profile: string, ...parts: readonly (string | undefined)[]): Place => {
    const told = parts.filter((part) => part !== undefined).join(", ");
    const label = told === "" ? profile : `${profile} (${told})`;
    return { label, same: label };
};

/** Where an axis is, by its settings. */
export function placeOf(environment: Pick<EnvironmentFile, Axis>, axis: Axis): Place {
    const settings = environment[axis];
    if (settings === undefined) return place("none");
    switch (settings.profile) {
        case "kubeconfig":
            // Contexts of several files may have one name: k3s calls all of them `default`.
            return {
                ...place("kubeconfig", settings.context),
                same: JSON.stringify([settings.context, settings.file ?? null]),
            };
        case "msk":
            return place("msk", settings.cluster.kind);
        case "confluent":
            return place("confluent", settings.cluster.kind, settings.cloud, settings.region, settings.environmentId);
        case "aiven":
            return place("aiven", settings.project, settings.cloudName);
        case "lakekeeper":
            return place("lakekeeper", settings.database.kind, settings.warehouse);
    }
    if (settings.profile === "embedded" && "type" in settings) return place("embedded", settings.type);
    if (settings.profile === "docker" && "warehouse" in settings) return place("docker", settings.warehouse);
    if (settings.profile === "external") {
        if ("bootstrapServers" in settings) return place("external", settings.bootstrapServers);
        if ("uri" in settings) return place("external", settings.uri, settings.warehouse);
        return place("external", settings.flinkRest);
    }
    return place(settings.profile);
}

/** Whether an axis is another thing in one of two environments than in the other. */
export const isElsewhere = (one: EnvironmentFile, other: EnvironmentFile, axis: Axis): boolean =>
    placeOf(one, axis).same !== placeOf(other, axis).same;

/** Whether anything that belongs to an axis differs. */
export const differs = (one: EnvironmentFile, other: EnvironmentFile, axis: Axis): boolean =>
    keysOf[axis].some((key) => !isDeepStrictEqual(one[key], other[key]));
