import { byProfile } from "../profile";

export const layer = byProfile("catalog", {
    embedded: () => import("./catalog/embedded.js"),
    docker: () => import("./catalog/docker.js"),
    external: () => import("./catalog/external.js"),
    lakekeeper: () => import("./catalog/lakekeeper.js"),
});
