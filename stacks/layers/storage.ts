import { byProfile } from "../profile";

export const layer = byProfile("storage", {
    embedded: () => import("./storage/embedded.js"),
    docker: () => import("./storage/docker.js"),
    s3: () => import("./storage/s3.js"),
    gcs: () => import("./storage/gcs.js"),
    adls: () => import("./storage/adls.js"),
});
