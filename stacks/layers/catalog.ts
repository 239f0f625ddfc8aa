import { byProfile } from "../profile";

export const layer = byProfile("catalog", {
    embedded: () => import("./catalog/embedded.js"),
    external: () => import("./catalog/external.js"),
    lakekeeper: () => import("./catalog/lakekeeper.js"),
});
