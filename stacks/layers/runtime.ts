import { byProfile } from "../profile";

export const layer = byProfile("runtime", {
    embedded: () => import("./runtime/embedded.js"),
    kubernetes: () => import("./runtime/kubernetes.js"),
    external: () => import("./runtime/external.js"),
});
