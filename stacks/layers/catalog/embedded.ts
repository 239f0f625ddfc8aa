import { EmbeddedCatalog } from "../../../components/catalog/embedded";
import { HadoopCatalog } from "../../../components/catalog/hadoop";
import { s3Interface } from "../../contracts";
import type { Build } from "../../profile";

export const build: Build<"catalog", "embedded"> = async ({ environment, upstream }, { type }) => {
    const common = { environment: environment.name, dataDirectory: environment.dataDirectory };
    if (type === "hadoop") return { ...new HadoopCatalog("catalog", common).contract };
    const storage = s3Interface(await upstream("storage"));
    return { ...new EmbeddedCatalog("catalog", { ...common, storage }).contract };
};
