import { byProfile } from "../profile";

export const layer = byProfile("observability", {
    embedded: () => import("./observability/embedded.js"),
    docker: () => import("./observability/docker.js"),
    kubernetes: () => import("./observability/kubernetes.js"),
});
