import { byProfile } from "../profile";

export const layer = byProfile("runtime", {
    embedded: () => import("./runtime/embedded.js"),
    docker: () => import("./runtime/docker.js"),
    kubernetes: () => import("./runtime/kubernetes.js"),
    external: () => import("./runtime/external.js"),
});
