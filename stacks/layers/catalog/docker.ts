import { imageOf } from "../../../automation/images/lock";
import { DockerCatalog } from "../../../components/catalog/docker";
import { s3Interface } from "../../contracts";
import { platformArgs } from "../../environment";
import type { Build } from "../../profile";

export const build: Build<"catalog", "docker"> = async (
    { environment, upstream },
    { warehouse, ports, acceptTermsOfUse },
) => {
    const { contract } = new DockerCatalog("catalog", {
        ...platformArgs(environment, "catalog"),
        images: { lakekeeper: imageOf("lakekeeper", environment), postgres: imageOf("postgres", environment) },
        storage: s3Interface(await upstream("storage")),
        ...{ warehouse, ports, acceptTermsOfUse },
    });
    return { ...contract };
};
