/** Which images an environment runs, by its profiles: what `imageOf` is asked for in stacks/layers. */
import { layers, type Layer } from "../../stacks/contracts";
import type { EnvironmentFile } from "../../stacks/environment";
import { imageOf, type ImageName } from "../images/lock";

type Layered = Pick<EnvironmentFile, Layer>;

/** An image, or one that only some environments of that profile run. */
type Image = ImageName | readonly [ImageName, (environment: Layered) => boolean];

const inServerless = ({ broker }: Layered): boolean =>
    broker?.profile === "msk" && broker.cluster.kind === "serverless";

const inOwnDatabase = ({ catalog }: Layered): boolean =>
    catalog?.profile === "lakekeeper" && catalog.database.kind === "cluster";

export const imagesByProfile: { readonly [L in Layer]?: Readonly<Record<string, readonly Image[]>> } = {
    storage: { docker: ["seaweedfs"] },
    // Its topics are made by a Job in Flink's image, which has the login of MSK.
    broker: { docker: ["kafka"], msk: [["flink", inServerless]] },
    catalog: { docker: ["lakekeeper", "postgres"], lakekeeper: ["lakekeeper", ["postgres", inOwnDatabase]] },
    runtime: { docker: ["flink"], kubernetes: ["flink", "dbt"] },
    observability: { docker: ["prometheus"] },
};

const nameOf = (image: Image): ImageName => (typeof image === "string" ? image : image[0]);

/** Layers that run an image in one environment or another. */
export const layersOfImage = (name: ImageName): readonly Layer[] =>
    layers.filter((layer) =>
        Object.values(imagesByProfile[layer] ?? {})
            .flat()
            .some((image) => nameOf(image) === name),
    );

export const imagesOf = (environment: Layered): readonly ImageName[] => [
    ...new Set(
        layers.flatMap((layer) =>
            (imagesByProfile[layer]?.[environment[layer]?.profile ?? ""] ?? []).flatMap((image) => {
                if (typeof image === "string") return [image];
                const [name, runs] = image;
                return runs(environment) ? [name] : [];
            }),
        ),
    ),
];

/** For the preflight: each throws where the image is not locked, or was built from other files. */
export const imageLooks = (environment: Layered & { readonly rehearsal: string | null }) =>
    environment.rehearsal !== null
        ? []
        : imagesOf(environment).map((name) => ({ name, look: () => imageOf(name, environment) }));
