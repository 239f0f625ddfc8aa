import { EmbeddedCatalog } from "../../components/catalog/embedded";
import { HadoopCatalog } from "../../components/catalog/hadoop";
import type { LayerProgram } from "../layer";

export const layer: LayerProgram = async ({ environment, upstream }) => {
    const common = { environment: environment.name, dataDirectory: environment.dataDirectory };
    if (environment.catalog.type === "hadoop") return { ...new HadoopCatalog("catalog", common).contract };
    return { ...new EmbeddedCatalog("catalog", { ...common, storage: await upstream("storage") }).contract };
};
