/** Which images an environment runs, by its profiles: what `imageOf` is asked for in stacks/layers. */
import { layers, type Layer } from "../../stacks/contracts";
import { imageOf, type ImageName } from "../images/lock";

const byProfile: { readonly [L in Layer]?: Readonly<Record<string, readonly ImageName[]>> } = {
    storage: { docker: ["seaweedfs"] },
    broker: { docker: ["kafka"] },
    catalog: { docker: ["lakekeeper", "postgres"], lakekeeper: ["lakekeeper"] },
    runtime: { docker: ["flink"], kubernetes: ["flink", "dbt"] },
    observability: { docker: ["prometheus"] },
};

type Layered = { readonly [L in Layer]?: { readonly profile: string } | undefined };

export const imagesOf = (environment: Layered): readonly ImageName[] => [
    ...new Set(layers.flatMap((layer) => byProfile[layer]?.[environment[layer]?.profile ?? ""] ?? [])),
];

/** For the preflight: each throws where the image is not locked, or was built from other files. */
export const imageLooks = (environment: Layered & { readonly rehearsal: string | null }) =>
    environment.rehearsal !== null
        ? []
        : imagesOf(environment).map((name) => ({ name, look: () => imageOf(name, environment) }));
