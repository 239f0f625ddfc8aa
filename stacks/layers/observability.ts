import { EmbeddedObservability } from "../../components/observability/embedded";
import type { LayerProgram } from "../layer";

export const layer: LayerProgram = async ({ environment, upstream }) => {
    const { contract } = new EmbeddedObservability("observability", {
        environment: environment.name,
        dataDirectory: environment.dataDirectory,
        runtime: await upstream("runtime"),
    });
    return { ...contract };
};
